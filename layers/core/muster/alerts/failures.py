"""Failures as a digest shows them, from events and from findings of a report. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from muster.lifecycle.events import FindingEvent
from muster.model.arn import Arn
from muster.model.finding import Severity
from muster.model.text import defanged, printable, shortened
from muster.reports.links import console_link
from muster.reports.nouns import noun, shown_name
from muster.reports.remedy import Target

NAME, REASON = 120, 300
"""Characters of a name and of a reason that are shown at most."""
_RANKS: Mapping[str, int] = {str(severity): severity.rank for severity in Severity}
_UNKNOWN = "UNKNOWN"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure of one resource; its texts are cleaned, `target` has the names as AWS has them.

    `days` is how long it was open, for one that is resolved.
    """

    check_id: str
    title: str
    severity: str
    reason: str
    target: Target
    account: str
    owner: str
    since: str
    outcome: str = ""
    until: str = ""
    days: int = 0

    @property
    def name(self) -> str:
        """The resource's name."""
        return clean(shown_name(self.target.type, self.target.id), NAME)

    @property
    def noun(self) -> str:
        """The words for its type."""
        return clean(noun(self.target.type), NAME)

    @property
    def region(self) -> str:
        """Its region."""
        return clean(self.target.region, 40)

    @property
    def console(self) -> str:
        """The address of its page in the console, empty where there is none."""
        one = self.target
        return console_link(one.type, one.id, one.arn, one.account_id, one.region, one.partition)

    @property
    def resource(self) -> Hashable:
        """The resource's identity."""
        return self.target.account_id, self.target.region, self.target.type, self.target.arn or self.target.id


def clean(text: str, width: int) -> str:
    """Return a stranger's text on one line, shortened: it can look neither like a line of a digest nor like a link."""
    return defanged(shortened(printable(" ".join(text.split())[: width + 1]), width, "..."))


def rank(severity: str) -> int:
    """Return the rank of a severity, 0 for the lowest and for one that is not known."""
    return _RANKS.get(severity, 0)


def of_event(event: FindingEvent, partition: str) -> Failure:
    """Return the failure of an event."""
    named = clean(event.account_name, 80)
    return Failure(
        check_id=clean(event.check_id, NAME),
        title=clean(event.title, REASON),
        severity=event.severity if event.severity in _RANKS else _UNKNOWN,
        reason=clean(event.reason, REASON),
        target=Target(
            event.resource_type,
            event.resource_id,
            event.resource_arn,
            event.account_id,
            event.region,
            _partition(event.resource_arn, partition),
        ),
        account=f"{named} ({clean(event.account_id, 20)})" if named else clean(event.account_id, 20),
        owner=clean(event.owner, 80),
        since=_moment(event.first_seen),
        outcome=clean(event.outcome, 20),
        until=clean(event.until, 20),
        days=max(event.timestamp - event.first_seen, 0) // 86_400_000,
    )


def of_record(record: Mapping[str, Any], partition: str, owner_tag: str) -> Failure:
    """Return the failure of a finding as report.json has it."""
    resource = record["resource"]
    named, account = clean(str(record.get("account_name") or ""), 80), clean(str(resource["account_id"]), 20)
    tags = resource.get("tags")
    owner = tags.get(owner_tag, "") if isinstance(tags, Mapping) else ""
    arn = str(resource.get("arn") or "")
    return Failure(
        check_id=clean(str(record["check_id"]), NAME),
        title=clean(str(record.get("title") or record["check_id"]), REASON),
        severity=str(record["severity"]) if record["severity"] in _RANKS else _UNKNOWN,
        reason=clean(str(record["reason"]), REASON),
        target=Target(
            str(resource["type"]),
            str(resource["id"]),
            arn,
            str(resource["account_id"]),
            str(resource["region"]),
            _partition(arn, partition),
        ),
        account=f"{named} ({account})" if named else account,
        owner=clean(str(owner), 80),
        since=_moment_of_text(str(record.get("first_seen") or "")),
    )


def worst_first(failures: Iterable[Failure]) -> list[Failure]:
    """Return failures by falling severity; those of the same severity keep their order."""
    return sorted(failures, key=lambda failure: -rank(failure.severity))


def grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    """Return items in groups of the same key, in the order of each group's first."""
    groups: dict[Hashable, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def distinct(texts: Iterable[str]) -> Sequence[str]:
    """Return texts without repetitions and without empty ones, in order."""
    return tuple(dict.fromkeys(filter(None, texts)))


def _partition(text: str, otherwise: str) -> str:
    arn = Arn.parse(text)
    return arn.partition if arn else otherwise


def _moment_of_text(text: str) -> str:
    try:
        return _spelled(datetime.fromisoformat(text))
    except ValueError:
        return ""


def _spelled(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _moment(milliseconds: int) -> str:
    try:
        return _spelled(datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return ""
