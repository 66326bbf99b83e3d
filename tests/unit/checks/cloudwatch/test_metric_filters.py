"""Who is notified of what a trail records: the controls CloudWatch.1 to CloudWatch.14."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from muster.analysis.patterns.log_filters import alternatives
from muster.checks.cloudwatch import metric_filters
from muster.checks.cloudwatch.metric_filters import cloudwatch_key_deletions_alarmed, cloudwatch_root_use_alarmed
from muster.checks.cloudwatch.trail_patterns import PATTERNS, required
from muster.facets.cloudtrail.event_selectors import DEFAULT, READ, WRITE, Selectors
from muster.facets.cloudtrail.trails import AccountTrail, AccountTrails
from muster.facets.cloudtrail.watches import MetricFilter, TrailWatches, Watch
from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.sns import TopicAudience
from muster.model.check import Check
from muster.model.finding import ACCOUNT, GLOBAL, Resource, Status, Unavailable, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
OWN, OTHER, HERE = "123456789012", "111122223333", "eu-west-1"
OWNER = Resource(ACCOUNT, OWN, OWN, GLOBAL)
GROUP = f"arn:aws:logs:{HERE}:{OWN}:log-group:trail:*"
TOPIC = f"arn:aws:sns:{HERE}:{OWN}:alerts"
AWAY_TOPIC = f"arn:aws:sns:{HERE}:{OTHER}:alerts"
DENIED = Unavailable("x:Y", "access denied")
TRAIL = AccountTrail(
    "all", f"arn:aws:cloudtrail:{HERE}:{OWN}:trail/all", OWN, HERE, GROUP, True, Selectors.parse(DEFAULT)
)
OF_ORGANIZATION = replace(TRAIL, name="org", arn=f"arn:aws:cloudtrail:{HERE}:{OTHER}:trail/org", owner=OTHER)
METRIC = ("Trail", "root-use")
FILTER = MetricFilter("root-use", PATTERNS[1][0], (METRIC,))
HEARD, UNHEARD = TopicAudience(True, True, 0), TopicAudience(True, False, 1)
CHECKS = {
    int(found[1]): each
    for each in vars(metric_filters).values()
    if isinstance(each, Check) and (found := re.fullmatch(r"Security Hub CloudWatch\.(\d+)", each.controls[0]))
}


def alarms(*actions: str, metric: tuple[str, str] = METRIC) -> Alarms:
    alarm = {
        "AlarmName": "root-use", "AlarmArn": f"arn:aws:cloudwatch:{HERE}:{OWN}:alarm:root-use",
        "AlarmActions": list(actions), "Namespace": metric[0], "MetricName": metric[1],
    }  # fmt: skip
    return Alarms.parse({"MetricAlarms": [alarm]})


WATCH = Watch((FILTER,), alarms(TOPIC), {TOPIC: HEARD})


def judged(check: Check, trails: tuple[AccountTrail, ...] = (TRAIL,), watch: Watch = WATCH) -> Verdict:
    watches: Mapping[str, Watch] = {each.arn: watch for each in trails}
    return check(AccountTrails(trails), TrailWatches(watches), OWNER)


@pytest.mark.parametrize("number", range(1, 15))
def test_each_control_takes_every_one_of_its_patterns_and_no_other_controls(number: int) -> None:
    check = CHECKS[number]
    for pattern in PATTERNS[number]:
        assert judged(check, watch=replace(WATCH, filters=(replace(FILTER, pattern=pattern),))).status is C
    for other in PATTERNS.keys() - {number}:
        filters = (replace(FILTER, pattern=PATTERNS[other][0]),)
        assert judged(check, watch=replace(WATCH, filters=filters)).status is N


def test_every_pattern_is_read() -> None:
    assert [len(required(number)) for number in PATTERNS] == [len(each) for each in PATTERNS.values()]
    assert sum(len(each) for pattern in required(4) for each in [pattern]) == 16


@pytest.mark.parametrize(
    ("number", "pattern", "status"),
    [
        pytest.param(3, '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }', C,
                     id="CIS 1.2 has two terms"),
        pytest.param(5, "{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }", N, id="some of the calls"),
        pytest.param(5, "{ ($.eventName = UpdateTrail) || ($.eventName = StopLogging) || ($.eventName = CreateTrail) "
                     "|| ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = X) }", C,
                     id="a call more, in another order"),
        pytest.param(13, "{" + " || ".join(
            f"$.eventName = {name}" for name in ("CreateRoute", "CreateRouteTable", "ReplaceRoute", "DeleteRoute",
            "ReplaceRouteTableAssociation", "DeleteRouteTable", "DisassociateRouteTable")) + "}", C,
                     id="without the source"),
        pytest.param(1, '{ $.userIdentity.type = "Root" }', C, id="a term less"),
        pytest.param(1, PATTERNS[1][0].replace("}", ' && $.awsRegion = "eu-west-1"}'), N, id="a term more"),
        pytest.param(1, "Root", N, id="a pattern of text"),
    ],
)  # fmt: skip
def test_a_pattern_may_match_more_but_not_less(number: int, pattern: str, status: Status) -> None:
    watch = replace(WATCH, filters=(replace(FILTER, pattern=pattern),))
    assert judged(CHECKS[number], watch=watch).status is status


WITHOUT_WRITES = Selectors({READ: frozenset()}, frozenset())
WITHOUT_KMS = Selectors({mode: frozenset({"kms.amazonaws.com"}) for mode in (READ, WRITE)}, frozenset())


@pytest.mark.parametrize(
    ("trails", "watch", "status", "reason"),
    [
        pytest.param(
            (TRAIL,), WATCH, C, f"Filter root-use, alarm root-use and topic {TOPIC} notify a subscription", id="whole"
        ),
        pytest.param((replace(TRAIL, logging=False), replace(TRAIL, arn="arn:2")), WATCH, C, "", id="the second is"),
        pytest.param((), WATCH, N, "The account has no multi-region trail", id="no trail"),
        pytest.param((replace(TRAIL, logging=False),), WATCH, N, "Trail all does not log", id="stopped"),
        pytest.param(
            (replace(TRAIL, selectors=WITHOUT_WRITES),), WATCH, N, "Trail all does not record write management events",
            id="no writes",
        ),
        pytest.param(
            (replace(TRAIL, log_group=""),), WATCH, N, "Trail all sends no events to CloudWatch Logs", id="no log group"
        ),
        pytest.param(
            (TRAIL,), replace(WATCH, filters=()), N, "No metric filter of log group trail has the required pattern",
            id="no filter",
        ),
        pytest.param(
            (TRAIL,), replace(WATCH, alarms=alarms(TOPIC, metric=("Trail", "other"))), N,
            "No alarm is on the metric of filter root-use", id="no alarm",
        ),
        pytest.param(
            (TRAIL,), replace(WATCH, alarms=alarms()), N,
            "Alarm root-use notifies no topic with a confirmed subscription", id="no action",
        ),
        pytest.param((TRAIL,), replace(WATCH, audiences={TOPIC: UNHEARD}), N, "", id="a pending subscription"),
        pytest.param((TRAIL, OF_ORGANIZATION), replace(WATCH, filters=()), N, "", id="its own trail is judged"),
        pytest.param(
            (OF_ORGANIZATION,), WATCH, NA,
            f"An organization trail of account {OTHER} records the events; the check applies there",
            id="the organization's trail",
        ),
    ],
)  # fmt: skip
def test_a_chain_has_every_link(trails: tuple[AccountTrail, ...], watch: Watch, status: Status, reason: str) -> None:
    verdict = judged(cloudwatch_root_use_alarmed, trails, watch)
    assert verdict.status is status
    assert reason in (verdict.reason, "")


@pytest.mark.parametrize(
    ("trail", "watch"),
    [
        pytest.param(replace(TRAIL, selectors=DENIED), WATCH, id="the selectors"),
        pytest.param(TRAIL, replace(WATCH, filters=DENIED), id="the filters"),
        pytest.param(TRAIL, replace(WATCH, alarms=DENIED), id="the alarms"),
        pytest.param(TRAIL, replace(WATCH, audiences={TOPIC: DENIED}), id="the subscriptions"),
        pytest.param(TRAIL, replace(WATCH, alarms=alarms(AWAY_TOPIC)), id="a topic of another account"),
    ],
)
def test_what_could_not_be_read_is_no_failure(trail: AccountTrail, watch: Watch) -> None:
    with pytest.raises(UnknownField):
        judged(cloudwatch_root_use_alarmed, (trail,), watch)


def test_a_trail_without_the_events_of_kms_is_of_use_to_the_other_controls_only() -> None:
    trails = (replace(TRAIL, selectors=WITHOUT_KMS),)
    keys = replace(WATCH, filters=(replace(FILTER, pattern=PATTERNS[7][0]),))
    assert judged(cloudwatch_key_deletions_alarmed, watch=keys).status is C
    verdict = judged(cloudwatch_key_deletions_alarmed, trails, keys)
    assert (verdict.status, verdict.reason) == (N, "Trail all does not record the events of AWS KMS")
    assert judged(cloudwatch_root_use_alarmed, trails).status is C


def test_a_fix_has_the_pattern_and_the_log_group() -> None:
    values = dict(judged(cloudwatch_root_use_alarmed, watch=replace(WATCH, filters=())).values)
    assert values["LOG-GROUP"] == "trail"
    assert alternatives(values["PATTERN"]) in required(1)
