"""Comparisons of a function's events: where they come from, and where failed ones go."""

from collections.abc import Iterator, Mapping
from typing import Any

from muster.facets.lambda_.functions import failure_destination, qualifier
from muster.migration.comparison import compares
from muster.migration.comparisons.functions import configuration
from muster.migration.relatives import FUNCTION
from muster.migration.sides import Pair, Side, Source, Target
from muster.migration.translating import Translation
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 6
_OWN = frozenset({
    "UUID", "EventSourceMappingArn", "FunctionArn", "EventSourceArn", "LastModified", "LastProcessingResult", "State",
    "StateTransitionReason", "StartingPosition", "StartingPositionTimestamp", "KMSKeyArn",
})  # fmt: skip
"""What each side has of its own. Where reading begins is decided anew for each mapping."""
_DEFAULTS: Mapping[str, Any] = {
    "MaximumBatchingWindowInSeconds": 0, "ParallelizationFactor": 1, "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False, "MaximumRetryAttempts": -1, "TumblingWindowInSeconds": 0,
}  # fmt: skip
"""https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html"""
_RESTING = ("Disabling", "Disabled")


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_failures_kept(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target functions should send failed asynchronous events where their source does, in the target region.

    Compared are the dead-letter queue and the destinations on failure of the function and of its aliases. Those of
    versions are not: numbers of versions differ.

    Problem: failed events are not kept
    Why: Events that fail at the target are lost without a destination.
    Fix: `aws lambda update-function-configuration --function-name NAME --dead-letter-config TargetArn=QUEUE-ARN` For a
      destination on failure: `aws lambda update-function-event-invoke-config --function-name NAME --destination-config
      OnFailure={Destination=QUEUE-ARN}`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    theirs, ours = dict(_destinations(source)), dict(_destinations(target))
    if not theirs:
        return not_applicable("the source keeps no failed events")
    translation = Translation.between(source, target, pair)
    wrong = []
    for what, arn in theirs.items():
        if what not in ours:
            wrong.append(f"there is no {what}; that of the source is {arn}")
        elif not translation.same_resource(arn, ours[what]):
            wrong.append(f"the {what} is {ours[what]}, that of the source {arn}")
    if wrong:
        return non_compliant("; ".join(wrong))
    return compliant(listed([f"the {what} is {ours[what]}" for what in theirs], _SHOWN))


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_sources_match(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target functions should be fed by the event sources of their source, those of the target region.

    Sources are matched by their ARNs with region, account and names replaced. Batches, windows, filters, retries,
    concurrency and destinations must be the same; where reading begins may differ. A mapping that is disabled at the
    target counts, since it may be enabled only when traffic moves; one that is disabled at the source may be missing.

    Problem: event sources differ
    Why: A queue or stream that nothing reads fills up; one that is read with other filters loses events.
    Fix: `aws lambda create-event-source-mapping --function-name NAME --event-source-arn SOURCE-ARN` To change one:
      `aws lambda update-event-source-mapping --uuid MAPPING-ID --batch-size NUMBER`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
    """
    theirs, ours = list(_mappings(source)), list(_mappings(target))
    if not theirs and not ours:
        return not_applicable("neither function has an event source")
    translation = Translation.between(source, target, pair)
    wrong, left = [], list(ours)
    for each in theirs:
        found = next((mapping for mapping in left if _same_source(translation, each, mapping)), None)
        if found is not None:
            left.remove(found)
            wrong += [f"{_name(found)}: {what}" for what in _differences(translation, each, found)]
        elif each.get("State") not in _RESTING:
            wrong.append(f"{_name(each)} of the source has no counterpart")
    wrong += [f"{_name(each)} is only at the target" for each in left]
    if wrong:
        return non_compliant(listed(wrong, _SHOWN))
    resting = [_name(each) for each in ours if each.get("State") in _RESTING]
    note = f"; disabled: {listed(resting, _SHOWN)}" if resting else ""
    return compliant(f"event sources as at the source: {len(ours)}{note}")


def _destinations(side: Side) -> Iterator[tuple[str, str]]:
    """Yield the dead-letter queue and each destination on failure, with what to call it."""
    queue = (configuration(side).get("DeadLetterConfig") or {}).get("TargetArn")
    if queue:
        yield "dead-letter queue", str(queue)
    for each in side.own.answer("event-invoke").get("FunctionEventInvokeConfigs") or ():
        alias, destination = qualifier(str(each.get("FunctionArn"))), failure_destination(each)
        if destination and not alias.isdecimal():
            yield f"destination on failure of {alias}", destination


def _mappings(side: Side) -> Iterator[Mapping[str, Any]]:
    for each in side.own.answer("event-sources").get("EventSourceMappings") or ():
        if each.get("State") == "Deleting":
            continue
        if error := each.get("FilterCriteriaError"):
            known(Unknown(f"AWS could not read the filters of {_name(each)}: {error.get('ErrorCode')}"))
        yield each


def _same_source(translation: Translation, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether two mappings read the same source, for the same alias; a cluster of one's own may be in any network."""
    arns = [str(each.get("EventSourceArn") or "") for each in (theirs, ours)]
    aliases = [qualifier(str(each.get("FunctionArn"))) for each in (theirs, ours)]
    topics = [(each.get("Topics"), each.get("Queues")) for each in (theirs, ours)]
    versions = all(each.isdecimal() for each in aliases)
    if topics[0] != topics[1] or (aliases[0] != aliases[1] and not versions):
        return False
    return translation.same_resource(*arns) if all(arns) else arns == ["", ""]


def _differences(translation: Translation, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*theirs, *ours} - _OWN):
        one, other = (_plain(each.get(name), _DEFAULTS.get(name)) for each in (theirs, ours))
        if not _accepted(translation, one, other):
            yield f"{name} is {_shown(other)}, at the source {_shown(one)}"


def _accepted(translation: Translation, one: Any, other: Any) -> bool:
    """Whether a value is the source's, with each text in it as it should become."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or translation.same_resource(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_accepted(translation, one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_accepted(translation, *pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def _plain(value: Any, default: Any) -> Any:
    """Return a value without what is empty in it: AWS answers some settings as `{}` or leaves them out."""
    if isinstance(value, Mapping):
        value = {
            key: inner for key, inner in ((key, _plain(each, None)) for key, each in value.items()) if inner is not None
        }
    return default if value in (None, {}, []) else value


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)


def _name(mapping: Mapping[str, Any]) -> str:
    named = mapping.get("EventSourceArn") or ", ".join(mapping.get("Topics") or mapping.get("Queues") or ())
    return str(named or mapping.get("UUID"))
