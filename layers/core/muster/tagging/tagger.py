"""The compliance tag of each marked resource: read the tags now, decide, write where something changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import tenacity

from muster.configuration.compliance_tags import ComplianceTags
from muster.configuration.configuration import Exclude
from muster.configuration.suppression import excluded
from muster.errors import MusterError
from muster.model.finding import GLOBAL, Resource, Unavailable
from muster.sdk.errors import READ_ERRORS, Meaning, code_of, meaning_of
from muster.sdk.failures import FAILURES, Failure
from muster.sdk.retry import Retrier
from muster.sdk.session import ClientProvider
from muster.storage.traffic import each
from muster.tagging.api import TagApi
from muster.tagging.decision import Action, Decision, decide, is_of_aws
from muster.tagging.marks import Mark, MarkedResource
from muster.tagging.services import tag_apis
from muster.targets.partitions import home_region

AT_A_TIME = 8
"""How many resources are tagged side by side."""
_CONFLICTS = frozenset(
    {
        "ConcurrentAccessException",
        "ConcurrentModification",
        "EntityTemporarilyUnmodifiable",
        "OperationAborted",
        "ResourceConflictException",
        "ResourceInUseException",
        "StaleTagException",
    }
)
"""Codes by which a service says that another call changes the same resource now: a later try may succeed."""
_TRIES = 5
_ERRORS: tuple[type[Exception], ...] = (*FAILURES, MusterError)
_FULL = frozenset({"TagLimitExceeded", "TagLimitExceededException", "TagQuotaPerResourceExceeded", "TooManyTags"})
"""Codes by which a service says that a resource has as many tags as it can have."""
ClientsOf = Callable[[str], ClientProvider]
"""Returns the clients of an account; it may raise Throttled or Transient."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done about one resource: the tag before and after, None where there is none, and why.

    `permission` is the one that is missing, where one may be. `remarks` are sentences for the reader of the result.
    """

    resource: Resource
    mark: Mark
    action: Action
    key: str
    before: str | None = None
    after: str | None = None
    reason: str = ""
    permission: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tagger:
    """Brings the compliance tag of resources to what their marks say; with `dry_run` it only reads."""

    settings: ComplianceTags
    clients_of: ClientsOf
    exclude: Exclude = field(default_factory=Exclude)
    retrier: Retrier = field(default_factory=Retrier)
    dry_run: bool = False
    apis: Mapping[str, TagApi] = field(default_factory=tag_apis)

    def outcomes(self, marked: Iterable[MarkedResource]) -> Iterator[Outcome]:
        """Yield the outcome of each resource, in order; several are tagged side by side."""
        yield from each(marked, self.outcome, AT_A_TIME)

    def outcome(self, marked: MarkedResource) -> Outcome:
        """Tag one resource; what fails is part of the outcome, and stops no other resource."""
        resource, mark = marked.resource, marked.mark
        start = Outcome(resource, mark, Action.KEPT, self.settings.key, reason=marked.reason)
        if excluded(resource, self.exclude):
            return replace(start, action=Action.EXCLUDED, reason="excluded by the configuration")
        if mark is Mark.UNREAD:
            return start
        one = _OneResource(self, resource, self.apis[resource.type])
        tags = one.read()
        return _failed(start, tags) if isinstance(tags, Failure) else self._decided(start, one, tags)

    def _decided(self, start: Outcome, one: "_OneResource", tags: Mapping[str, str]) -> Outcome:
        own = {key: value for key, value in tags.items() if not is_of_aws(key)}
        decision = decide(start.mark, tags, self.settings, any_case=one.api.any_case)
        start = replace(start, key=decision.key, before=decision.before, after=decision.before)
        if excluded(replace(start.resource, tags=own), self.exclude):
            return replace(start, action=Action.EXCLUDED, reason="excluded by a tag that it has now")
        if decision.action is Action.FULL:
            full = f"it has {len(own)} tags, and {decision.key} is none of them; remove one"
            return replace(start, action=Action.FULL, reason=full)
        if not decision.action.writes:
            return replace(start, action=decision.action)
        return one.written(start, decision)


@dataclass(frozen=True, slots=True)
class _OneResource:
    """The calls about one resource, each repeated where that may help."""

    tagger: Tagger
    resource: Resource
    api: TagApi

    def read(self) -> Mapping[str, str] | Failure:
        """Return the tags as they are now."""
        return self._called(lambda: self.api.read(self._client, self.resource), self.api.reads)

    def written(self, start: Outcome, decision: Decision) -> Outcome:
        """Write what was decided, or say what would be written."""
        caution = self.api.caution(self._client, self.resource)
        start = replace(start, remarks=(caution,) if caution else ())
        if self.tagger.dry_run:
            return replace(start, action=decision.action, after=decision.after)
        key, value = decision.key, decision.after
        remark = self._called(
            lambda: (
                self.api.erase(self._client, self.resource, key)
                if value is None
                else self.api.write(self._client, self.resource, key, value)
            ),
            self.api.writes(value),
        )
        if isinstance(remark, Failure):
            return _failed(start, remark)
        remarks = (*start.remarks, *((remark,) if remark else ()))
        return replace(start, action=decision.action, after=value, remarks=remarks)

    def _client(self, service: str) -> object:
        region = self.resource.region
        if region == GLOBAL:
            region = home_region(self.resource.partition)
        return self.tagger.clients_of(self.resource.account_id).get(service, region)

    def _called(self, call: Callable[[], T], permission: str) -> T | Failure:
        """Return the answer, or the failure; reading and setting a tag twice is as good as once."""
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: code_of(error) in _CONFLICTS),
            wait=tenacity.wait_random_exponential(multiplier=0.2, max=5),
            stop=tenacity.stop_after_attempt(_TRIES),
            sleep=self.tagger.retrier.sleep,
            reraise=True,
        )
        where = (self.resource.account_id, self.resource.region, permission)
        try:
            return attempts(lambda: self.tagger.retrier(where, call))
        except _ERRORS as error:
            return Failure(error, (permission,), self.resource.type)


def _failed(start: Outcome, failure: Failure) -> Outcome:
    """Return the outcome of a resource whose tags could not be read or written."""
    if meaning_of(failure.code) is Meaning.GONE:
        return replace(start, action=Action.GONE, reason="it was deleted since the scan")
    if failure.code in _FULL:
        return replace(start, action=Action.FULL, reason=f"it has as many tags as it can have ({failure.code})")
    why = _reason(failure)
    return replace(start, action=Action.REFUSED, reason=why.reason, permission=why.permission)


def _reason(failure: Failure) -> Unavailable:
    if isinstance(failure.error, MusterError) and not isinstance(failure.error, READ_ERRORS):
        return Unavailable(None, str(failure.error))
    return failure.unavailable
