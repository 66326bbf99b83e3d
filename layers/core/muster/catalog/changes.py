"""The catalogue of changes: the events of EventBridge that say which resource to look at again. Pure.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from muster.catalog import change_ids
from muster.catalog.catalog import load as load_catalog
from muster.catalog.change_ids import Place
from muster.data import package_data
from muster.errors import Signal
from muster.model.arn import Named
from muster.model.text import shortened

API_CALL = "AWS API Call via CloudTrail"
INSTANCE_STATE = "EC2 Instance State-change Notification"
"""An event that EC2 sends without a trail, also when Auto Scaling or Spot starts or ends an instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
"""
INSTANCE_STATES = ("running", "stopped", "terminated")
_ACCOUNT = re.compile(r"\d{12}")


class ForeignEvent(Signal):
    """An event has another shape than EventBridge and CloudTrail document."""


@dataclass(frozen=True, slots=True)
class Change:
    """One event: when it happened, and the resources that it names.

    `ignored` says why nothing has to be looked at although the event is one of the catalogue's. `actor` is the ARN of
    the role session or user that made the call. `created` says that a resource may not be readable yet.
    """

    id: str
    name: str
    at: datetime
    account_id: str
    region: str
    resources: tuple[Named, ...] = ()
    actor: str = ""
    ignored: str = ""
    created: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """The events of one service: event names with the types and paths of the resources that they name.

    `unnamed` are calls that change what a check reads, each with the reason why its event does not say of what.
    """

    source: str
    client: str
    names: Mapping[str, Sequence[tuple[str, Sequence[str]]]]
    called: Mapping[str, str] = field(default_factory=dict)
    unnamed: Mapping[str, str] = field(default_factory=dict)

    def operation(self, name: str) -> str:
        """Return the API operation of an event, as `service:Operation`; a date at its end is left out."""
        called = self.called.get(name, re.sub(r"20\d{6}(v\d)?$", "", name))
        return called if ":" in called else f"{self.client}:{called}"


@dataclass(frozen=True, slots=True)
class Changes:
    """All events that name a resource to look at."""

    sources: Mapping[str, Source]

    @property
    def types(self) -> frozenset[str]:
        """The resource types that some event names; `any` and `tags` name types that other events name too."""
        kinds = {kind for each in self.sources.values() for places in each.names.values() for kind, _ in places}
        return frozenset(kinds - {change_ids.ANY, change_ids.BY_PREFIX})

    def of(self, event: object, partition: str = "aws") -> Change:
        """Return what an event of EventBridge says; `partition` is that of its region.

        Raises:
            ForeignEvent: it has another shape; the message says in which way.
        """
        envelope = _mapping(event, "the message")
        kind = _text(envelope, "detail-type")
        detail = _mapping(envelope.get("detail"), "detail")
        account_id = _text(envelope, "account")
        if not _ACCOUNT.fullmatch(account_id):
            raise ForeignEvent(f"account is {shortened(repr(account_id))}, no account id of 12 digits")
        place = Place(partition, _text(envelope, "region"), account_id)
        if kind == INSTANCE_STATE:
            return _instance(envelope, detail, place)
        if kind != API_CALL:
            raise ForeignEvent(f"detail-type is {shortened(repr(kind))}, not {API_CALL!r} or {INSTANCE_STATE!r}")
        return self._call(detail, place)

    def _call(self, detail: Mapping[str, Any], place: Place) -> Change:
        source, name = _text(detail, "eventSource"), _text(detail, "eventName")
        identity = detail.get("userIdentity")
        change = Change(
            id=str(detail.get("eventID", "")), name=name, at=_time(detail, "eventTime"), account_id=place.account_id,
            region=place.region, actor=str(identity.get("arn") or "") if isinstance(identity, Mapping) else "",
            created=bool(_CREATES.match(name)),
        )  # fmt: skip
        if detail.get("errorCode"):
            return replace(change, ignored=f"the call failed ({shortened(str(detail['errorCode']))})")
        known = self.sources.get(source)
        if known is None or name not in known.names:
            return replace(change, ignored=f"no check reads what {shortened(source)} {shortened(name)} changes")
        forms = _forms()
        found = dict.fromkeys(
            each for kind, paths in known.names[name] for each in change_ids.named(detail, kind, paths, place, forms)
        )
        return replace(change, resources=tuple(found), ignored="" if found else "it names no resource that is judged")


_CREATES = re.compile(r"Create|Run|Register|Allocate|Copy|Restore|Subscribe|ConfirmSubscription|Put(Metric|Composite)")


@functools.cache
def load() -> Changes:
    """Read the catalogue of changes."""
    documents = (package_data.read("changes", name) for name in package_data.names("changes"))
    return Changes({each["source"]: _source(each) for each in documents})


def _source(document: Mapping[str, Any]) -> Source:
    names: dict[str, list[tuple[str, Sequence[str]]]] = {}
    for change in document["changes"]:
        for name in change["names"]:
            names.setdefault(name, []).append((change["type"], tuple(change.get("paths", ()))))
    return Source(
        document["source"], document["client"], names, document.get("called", {}), document.get("unnamed", {})
    )


@functools.cache
def _forms() -> Mapping[str, Any]:
    return {name: lister.arn for name, lister in load_catalog().listers.items() if lister.arn}


def _instance(envelope: Mapping[str, Any], detail: Mapping[str, Any], place: Place) -> Change:
    named = change_ids.of_ids([_text(detail, "instance-id")], "AWS::EC2::Instance", place, _forms())
    state = _text(detail, "state")
    return Change(
        id=str(envelope.get("id", "")), name=f"instance {state}", at=_time(envelope, "time"),
        account_id=place.account_id, region=place.region, resources=tuple(named), created=state == "running",
    )  # fmt: skip


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ForeignEvent(f"{name} is no JSON object")
    return value


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value:
        raise ForeignEvent(f"{key} is missing" if value is None else f"{key} is {shortened(repr(value))}, no string")
    return value


def _time(document: Mapping[str, Any], key: str) -> datetime:
    text = _text(document, key)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ForeignEvent(f"{key} is {shortened(repr(text))}, no time") from error


def event_names(sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Yield source and name of every event."""
    yield from ((each.source, name) for each in sources for name in each.names)
