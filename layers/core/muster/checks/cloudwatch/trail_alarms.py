"""Whether somebody is notified of what a trail records: trail, log group, metric filter, alarm, topic, subscription."""

from collections.abc import Iterator

from muster.checks.cloudwatch.trail_patterns import PATTERNS, required
from muster.facets.cloudtrail.event_selectors import BOTH, Selectors
from muster.facets.cloudtrail.trails import AccountTrail, AccountTrails
from muster.facets.cloudtrail.watches import MetricFilter, TrailWatches, Watch
from muster.facets.cloudwatch.alarms import Alarm
from muster.model.finding import (
    Resource,
    Unavailable,
    UnknownField,
    Verdict,
    compliant,
    non_compliant,
    not_applicable,
)

_KMS = "kms.amazonaws.com"
_OF_KEYS = 7
"""The control about KMS keys, whose events a trail may leave out."""

Found = Verdict | Unavailable


def notified(number: int, account: Resource, trails: AccountTrails, watches: TrailWatches) -> Verdict:
    """Judge one of the controls CloudWatch.1 to CloudWatch.14.

    One whole chain is enough. Without one, what could not be read comes before what is missing, and the reason names
    the last link of each trail's chain.

    Raises:
        UnknownField: it depends on something that could not be read.
    """
    own = trails.owned_by(account.account_id)
    found = [_of_trail(number, trail, watches) for trail in own]
    if passing := next((each for each in found if isinstance(each, Verdict) and each.status == "COMPLIANT"), None):
        return passing
    if gap := next((each for each in found if isinstance(each, Unavailable)), None):
        raise UnknownField(gap)
    others = [each for each in trails.trails if each.owner != account.account_id and not each.silent]
    if others and not any(each.logging is True and each.log_group for each in own):
        owners = ", ".join(sorted({each.owner for each in others}))
        return not_applicable(f"An organization trail of account {owners} records the events; the check applies there")
    if not own:
        return non_compliant("The account has no multi-region trail", pattern=PATTERNS[number][0])
    logging = next((each for each in own if each.group_name), own[0])
    named = {"log_group": logging.group_name} if logging.group_name else {}
    reasons = "; ".join(each.reason for each in found if isinstance(each, Verdict))
    return non_compliant(reasons, pattern=PATTERNS[number][0], trail_region=logging.region, **named)


def _of_trail(number: int, trail: AccountTrail, watches: TrailWatches) -> Found:
    if trail.silent:
        return non_compliant(f"Trail {trail.name} does not log")
    if trail.gap is not None:
        return trail.gap
    if lacks := _unrecorded(number, trail):
        return non_compliant(f"Trail {trail.name} does not record {lacks}")
    if not trail.log_group:
        return non_compliant(f"Trail {trail.name} sends no events to CloudWatch Logs")
    watch = watches.by_trail.get(trail.arn)
    return _of_watch(number, trail, watch) if watch else Unavailable(None, f"no data was read of trail {trail.name}")


def _of_watch(number: int, trail: AccountTrail, watch: Watch) -> Found:
    if isinstance(watch.filters, Unavailable):
        return watch.filters
    filters = tuple(watch.matching(required(number)))
    if not filters:
        return non_compliant(f"No metric filter of log group {trail.group_name} has the required pattern")
    return _of_filters(filters, watch)


def _unrecorded(number: int, trail: AccountTrail) -> str:
    """Return which of the events a trail leaves out that the control needs."""
    if not isinstance(trail.selectors, Selectors):
        return ""
    if absent := sorted(BOTH - trail.selectors.management.keys()):
        return f"{' and '.join(absent)} management events"
    return "the events of AWS KMS" if number == _OF_KEYS and trail.selectors.misses(_KMS) else ""


def _of_filters(filters: tuple[MetricFilter, ...], watch: Watch) -> Found:
    if isinstance(watch.alarms, Unavailable):
        return watch.alarms
    named = filters[0].name
    pairs = [(each, alarm) for each in filters for alarm in watch.alarms_on(each)]
    if not pairs:
        return non_compliant(f"No alarm is on the metric of filter {named}")
    results = [result for each, alarm in pairs for result in _of_alarm(each, alarm, watch)]
    passing = next((each for each in results if isinstance(each, Verdict)), None)
    gap = next((each for each in results if isinstance(each, Unavailable)), None)
    alarms = ", ".join(dict.fromkeys(alarm.name for _, alarm in pairs))
    return passing or gap or non_compliant(f"Alarm {alarms} notifies no topic with a confirmed subscription")


def _of_alarm(metric_filter: MetricFilter, alarm: Alarm, watch: Watch) -> Iterator[Found]:
    """Yield a pass for each topic with a confirmed subscription, and what is not known of the others."""
    for topic in alarm.topics:
        audience = watch.audiences.get(topic) or Unavailable(None, f"topic {topic} was not read")
        if isinstance(audience, Unavailable):
            yield audience
        elif audience.confirmed:
            yield compliant(f"Filter {metric_filter.name}, alarm {alarm.name} and topic {topic} notify a subscription")
    for topic in alarm.topics_elsewhere:
        yield Unavailable(None, f"Muster cannot read topic {topic} of another account or region")
