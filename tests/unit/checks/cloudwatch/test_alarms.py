"""CloudWatch alarms."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.document import Policy
from muster.checks.cloudwatch.alarms import (
    cloudwatch_alarm_action_targets_live,
    cloudwatch_alarm_actions_enabled,
    cloudwatch_alarm_actions_set,
    cloudwatch_alarm_has_data,
)
from muster.facets.cloudwatch.alarm_topics import AlarmTopic, AlarmTopicKey
from muster.facets.cloudwatch.alarms import Alarm, Alarms
from muster.facets.sns import TopicAudience
from muster.model.finding import ObservedAt, Related, Status, Unavailable, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SNS = "arn:aws:sns:eu-west-1:123456789012:"
STOP = "arn:aws:automate:eu-west-1:ec2:stop"
UNKNOWN = Unknown("AWS did not say")


def alarm(name: str = "a", **fields: Any) -> Alarm:
    plain: dict[str, Any] = {
        "name": name,
        "arn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
        "kind": "metric",
        "actions": (),
        "actions_enabled": True,
        "state": "OK",
        "state_since": AT,
        "watched": (),
        "children": (),
    }
    return Alarm(**plain | fields)


def composite(name: str, *children: str, **fields: Any) -> Alarm:
    return alarm(name, kind="composite", children=children, **fields)


@pytest.mark.parametrize(
    ("judged", "above", "status"),
    [
        pytest.param(alarm(actions=(SNS + "alerts",)), (), C, id="an action"),
        pytest.param(alarm(), (), N, id="none"),
        pytest.param(alarm(kind="log", actions=(SNS + "alerts",)), (), C, id="an action of an alarm on logs"),
        pytest.param(alarm(kind="log"), (), N, id="none of an alarm on logs"),
        pytest.param(composite("a", "b", actions=(SNS + "alerts",)), (), C, id="an action of a composite alarm"),
        pytest.param(composite("a", "b"), (), N, id="none of a composite alarm"),
        pytest.param(
            alarm(), (composite("p", "a", actions=(STOP,)),), C, id="the child of a composite alarm that has one"
        ),
        pytest.param(alarm(), (composite("p", "a"),), N, id="a parent without"),
        pytest.param(
            alarm(), (composite("p", "a"), composite("q", "p", actions=(STOP,))), C, id="the parent's parent has one"
        ),
        pytest.param(alarm(), (composite("p", "b", actions=(STOP,)),), N, id="another alarm's parent has one"),
        pytest.param(
            alarm(actions=(STOP,), actions_enabled=False), (), C, id="one that is off: another check's question"
        ),
        pytest.param(
            composite("a", "b"), (alarm("b", actions=(STOP,)),), N, id="a child's action says nothing of its parent"
        ),
    ],
)
def test_cloudwatch_alarm_actions_set(judged: Alarm, above: tuple[Alarm, ...], status: Status) -> None:
    assert cloudwatch_alarm_actions_set(judged, Alarms((judged, *above))).status is status


def test_a_rule_that_cannot_be_read_is_no_verdict_on_the_alarm_in_it() -> None:
    unread = composite("p", actions=(STOP,), unread_rule="SILENT(a)")
    with pytest.raises(UnknownField, match="The rule of composite alarm p cannot be parsed"):
        cloudwatch_alarm_actions_set(alarm(), Alarms((alarm(), unread)))
    known = composite("q", "a", actions=(STOP,))
    assert cloudwatch_alarm_actions_set(alarm(), Alarms((alarm(), unread, known))).status is C
    assert cloudwatch_alarm_actions_set(alarm("other"), Alarms((alarm("other"), unread))).status is N


def test_an_alarm_with_an_apostrophe_needs_no_action_of_its_own() -> None:
    arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:"
    found = Alarms.parse(
        {
            "MetricAlarms": [{"AlarmName": "it's", "AlarmArn": arn + "it's"}],
            "CompositeAlarms": [
                {"AlarmName": "p", "AlarmArn": arn + "p", "AlarmRule": "ALARM(it's)", "AlarmActions": [SNS + "alerts"]}
            ],
        }
    )
    assert cloudwatch_alarm_actions_set(found.alarms[0], found).status is C


def test_the_reason_names_the_actions_or_the_alarm_above() -> None:
    own = alarm(actions=(SNS + "alerts", STOP))
    assert cloudwatch_alarm_actions_set(own, Alarms((own,))).reason == f"Actions for ALARM: {SNS}alerts, {STOP}"
    child, parent = alarm(), composite("p", "a", actions=(STOP,))
    said = cloudwatch_alarm_actions_set(child, Alarms((child, parent))).reason
    assert said == "Composite alarm p above it has an action for ALARM"


@pytest.mark.parametrize(
    ("enabled", "status"), [pytest.param(True, C, id="on"), pytest.param(False, N, id="turned off")]
)
def test_cloudwatch_alarm_actions_enabled(enabled: bool, status: Status) -> None:
    assert cloudwatch_alarm_actions_enabled(alarm(actions_enabled=enabled)).status is status


def test_actions_of_which_it_is_not_known_are_no_verdict() -> None:
    with pytest.raises(UnknownField):
        cloudwatch_alarm_actions_enabled(alarm(actions_enabled=UNKNOWN))


TOPICS = Related(
    {
        SNS + "live": TopicAudience(exists=True, confirmed=True, pending=0),
        SNS + "gone": TopicAudience(exists=False, confirmed=False, pending=0),
        SNS + "pending": TopicAudience(exists=True, confirmed=False, pending=2),
        SNS + "lonely": TopicAudience(exists=True, confirmed=False, pending=0),
        SNS + "denied": Unavailable("sns:ListSubscriptionsByTopic", "access denied"),
    }
)
NO_KEY: Related[AlarmTopicKey] = Related({})


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def publish(**more: Any) -> dict[str, Any]:
    said = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
    return {**said, "Resource": "*", **more}


OPEN = policy(publish())
SETTINGS = Related({SNS + "live": AlarmTopic("", OPEN)})
HEARD = f"Each topic has a confirmed subscription and lets CloudWatch publish: {SNS}live"
AWAY = "arn:aws:sns:us-east-1:123456789012:live"
FOREIGN = "arn:aws:sns:eu-west-1:111122223333:live"


@pytest.mark.parametrize(
    ("actions", "status", "reason"),
    [
        pytest.param(
            (SNS + "live",),
            C,
            HEARD,
            id="a topic with a confirmed subscription",
        ),
        pytest.param((SNS + "gone",), N, f"Topic {SNS}gone does not exist", id="a topic that does not exist"),
        pytest.param(
            (SNS + "pending",),
            N,
            f"Topic {SNS}pending has no confirmed subscription (2 pending)",
            id="nobody confirmed",
        ),
        pytest.param((SNS + "lonely",), N, f"Topic {SNS}lonely has no subscription", id="nobody subscribed"),
        pytest.param((SNS + "live", SNS + "gone"), N, "", id="one of two does not exist"),
        pytest.param(
            (SNS + "lonely", SNS + "gone"),
            N,
            f"Topic {SNS}lonely has no subscription; Topic {SNS}gone does not exist",
            id="both are dead",
        ),
        pytest.param((SNS + "denied", SNS + "gone"), N, "", id="a dead one decides"),
        pytest.param((AWAY, SNS + "gone"), N, "", id="a dead one decides, another far away"),
        pytest.param((), NA, "Alarm notifies no SNS topic", id="no action"),
        pytest.param(
            (STOP,),
            NA,
            "Alarm notifies no SNS topic; actions not checked: automate",
            id="an action of another kind",
        ),
        pytest.param(
            (SNS + "live", STOP, "arn:aws:lambda:eu-west-1:123456789012:function:f"),
            C,
            f"{HEARD}; actions not checked: automate, lambda",
            id="a topic and others",
        ),
        pytest.param((SNS + "gone", STOP), N, "", id="a dead topic and others"),
    ],
)
def test_cloudwatch_alarm_action_targets_live(actions: tuple[str, ...], status: Status, reason: str) -> None:
    verdict = cloudwatch_alarm_action_targets_live(alarm(actions=actions), TOPICS, SETTINGS, NO_KEY)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        pytest.param((SNS + "denied",), "access denied", id="denied"),
        pytest.param((SNS + "live", SNS + "denied"), "access denied", id="one of two denied"),
        pytest.param((SNS + "unread",), "was not read", id="not read"),
        pytest.param((AWAY,), AWAY, id="another region"),
        pytest.param((SNS + "live", FOREIGN), FOREIGN, id="another account"),
    ],
)
def test_a_topic_that_cannot_be_looked_at_is_no_verdict(actions: tuple[str, ...], said: str) -> None:
    with pytest.raises(UnknownField, match=said):
        cloudwatch_alarm_action_targets_live(alarm(actions=actions), TOPICS, SETTINGS, NO_KEY)


LIVE = SNS + "live"
OWN_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
FOREIGN_KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
USE = ["kms:Decrypt", "kms:GenerateDataKey*"]
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}


def key(*statements: dict[str, Any], **fields: Any) -> AlarmTopicKey:
    plain: dict[str, Any] = {"exists": True, "arn": OWN_KEY, "manager": "CUSTOMER", "state": "Enabled"}
    return AlarmTopicKey(**{**plain, "policy": policy(*statements), **fields})


def reached(topic: AlarmTopic | Unavailable, found: AlarmTopicKey | Unavailable | None = None) -> Verdict:
    keys = Related({} if found is None or isinstance(topic, Unavailable) else {str(topic.kms_key): found})
    return cloudwatch_alarm_action_targets_live(alarm(actions=(LIVE,)), TOPICS, Related({LIVE: topic}), keys)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(policy(publish(Principal={"Service": "events.amazonaws.com"})), id="another service"),
        pytest.param(policy(publish(Principal=ROOT)), id="the account's principals"),
        pytest.param(policy(publish(Action="sns:Subscribe")), id="another action"),
        pytest.param(policy(publish(Resource=LIVE + "-2")), id="another topic"),
        pytest.param(
            policy(publish(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})), id="another account"
        ),
        pytest.param(policy(publish(), publish(Effect="Deny", Principal="*")), id="denied to everybody"),
    ],
)
def test_an_alarm_that_may_not_publish_reaches_nobody(said: Policy) -> None:
    verdict = reached(AlarmTopic("", said))
    assert verdict.status is N
    assert "sns:Publish" in verdict.reason


def test_the_reason_names_the_call_that_a_policy_refuses() -> None:
    why = f"Topic {LIVE} has a policy that does not allow cloudwatch.amazonaws.com to call sns:Publish for the alarm"
    assert reached(AlarmTopic("", policy(publish(Effect="Deny")))).reason == why


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"StringEquals": {"aws:SourceAccount": "123456789012"}}, id="the account"),
        pytest.param({"StringEquals": {"AWS:SourceOwner": "123456789012"}}, id="the owner, as SNS writes it"),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"}}, id="alarms"),
    ],
)
def test_a_condition_that_the_alarm_meets_lets_it_through(condition: dict[str, Any]) -> None:
    for principal in ({"Service": "cloudwatch.amazonaws.com"}, {"AWS": "*"}):
        assert reached(AlarmTopic("", policy(publish(Principal=principal, Condition=condition)))).status is C


@pytest.mark.parametrize("name", ["alias/aws/sns", "arn:aws:kms:eu-west-1:123456789012:alias/aws/sns"])
def test_cloudwatch_cannot_use_the_key_of_sns(name: str) -> None:
    verdict = reached(AlarmTopic(name, OPEN))
    assert (verdict.status, verdict.reason) == (
        N,
        f"Topic {LIVE} is encrypted with {name}, an AWS managed key that CloudWatch cannot use",
    )


@pytest.mark.parametrize(
    ("found", "why"),
    [
        pytest.param(
            key(publish(Principal=ROOT, Action="kms:*")),
            "does not allow cloudwatch.amazonaws.com to call kms:Decrypt and kms:GenerateDataKey for",
            id="the account only",
        ),
        pytest.param(key(publish(Action="kms:GenerateDataKey*")), "to call kms:Decrypt for", id="no decryption"),
        pytest.param(key(publish(Action="kms:Decrypt")), "to call kms:GenerateDataKey for", id="no data key"),
        pytest.param(
            key(
                publish(
                    Principal={"AWS": "*"},
                    Action=USE,
                    Condition={
                        "StringEquals": {
                            "kms:CallerAccount": "123456789012",
                            "kms:ViaService": "sns.eu-west-1.amazonaws.com",
                        }
                    },
                )
            ),
            "",
            id="the statement of the key aws/sns",
        ),
        pytest.param(
            key(
                publish(Action=USE, Condition={"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": LIVE + "-2"}})
            ),
            "",
            id="another topic",
        ),
        pytest.param(key(publish(Action=USE), state="Disabled"), "a key in state Disabled", id="disabled"),
        pytest.param(key(publish(Action=USE), state="PendingDeletion"), "a key in state PendingDeletion", id="leaving"),
        pytest.param(
            key(manager="AWS", policy=UNKNOWN), "an AWS managed key that CloudWatch cannot use", id="AWS's own"
        ),
        pytest.param(AlarmTopicKey.parse({}), "a key that does not exist", id="gone"),
    ],
)
def test_an_alarm_that_may_not_use_the_key_reaches_nobody(found: AlarmTopicKey, why: str) -> None:
    verdict = reached(AlarmTopic(OWN_KEY, OPEN), found)
    assert verdict.status is N
    assert OWN_KEY in verdict.reason
    assert why in verdict.reason


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(publish(Action=USE), id="both actions"),
        pytest.param(publish(Action=["kms:Decrypt", "kms:GenerateDataKey"]), id="without a pattern"),
        pytest.param(publish(Action="kms:*", Resource=OWN_KEY), id="all actions on the key"),
        pytest.param(
            publish(Action=USE, Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}), id="for the account"
        ),
        pytest.param(
            publish(Action=USE, Condition={"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": LIVE}}),
            id="for the topic",
        ),
    ],
)
def test_a_key_that_admits_cloudwatch_lets_the_alarm_through(statement: dict[str, Any]) -> None:
    assert reached(AlarmTopic(OWN_KEY, OPEN), key(statement)).status is C
    assert reached(AlarmTopic("alias/alerts", OPEN), key(statement)).status is C


@pytest.mark.parametrize(
    ("topic", "found", "said"),
    [
        pytest.param(Unavailable("sns:GetTopicAttributes", "access denied"), None, "access denied", id="topic denied"),
        pytest.param(
            AlarmTopic(OWN_KEY, OPEN),
            Unavailable("kms:GetKeyPolicy", "access denied"),
            "access denied",
            id="key denied",
        ),
        pytest.param(AlarmTopic(FOREIGN_KEY, OPEN), None, "a key of another account", id="a key of another account"),
        pytest.param(AlarmTopic(UNKNOWN, OPEN), None, "AWS did not say", id="a key that is not known"),
        pytest.param(AlarmTopic("", UNKNOWN), None, "AWS did not say", id="a policy that is not known"),
        pytest.param(AlarmTopic(OWN_KEY, OPEN), key(policy=UNKNOWN), "AWS did not say", id="a key's policy unknown"),
        pytest.param(
            AlarmTopic(OWN_KEY, OPEN), key(publish(Action=USE), state=UNKNOWN), "AWS did not say", id="a state unknown"
        ),
        pytest.param(
            AlarmTopic("", policy(publish(Condition={"StringEquals": {"aws:SourceOrgID": "o-abc1234567"}}))),
            None,
            "Muster cannot tell whether",
            id="a topic for an organization",
        ),
        pytest.param(
            AlarmTopic(OWN_KEY, OPEN),
            key(publish(Action=USE, Condition={"StringEquals": {"aws:SourceOrgID": "o-abc1234567"}})),
            "Muster cannot tell whether",
            id="a key for an organization",
        ),
    ],
)
def test_a_permission_that_cannot_be_told_is_no_verdict(
    topic: AlarmTopic | Unavailable, found: AlarmTopicKey | Unavailable | None, said: str
) -> None:
    with pytest.raises(UnknownField, match=said):
        reached(topic, found)


def test_a_refusal_outweighs_what_cannot_be_told() -> None:
    denied = Unavailable("kms:GetKeyPolicy", "access denied")
    assert reached(AlarmTopic(OWN_KEY, policy()), denied).status is N
    assert reached(AlarmTopic("alias/aws/sns", UNKNOWN)).status is N


@pytest.mark.parametrize(
    ("state", "age", "settings", "status"),
    [
        pytest.param("OK", timedelta(days=90), {}, C, id="in OK for long"),
        pytest.param("ALARM", timedelta(days=90), {}, C, id="in ALARM for long"),
        pytest.param("INSUFFICIENT_DATA", timedelta(hours=1), {}, C, id="without data for an hour"),
        pytest.param("INSUFFICIENT_DATA", timedelta(days=7), {}, C, id="without data for just seven days"),
        pytest.param("INSUFFICIENT_DATA", timedelta(days=7, seconds=1), {}, N, id="without data for longer"),
        pytest.param("INSUFFICIENT_DATA", timedelta(days=7, seconds=1), {"days": 8}, C, id="eight days are allowed"),
        pytest.param("INSUFFICIENT_DATA", timedelta(days=2), {"days": 1}, N, id="one day is allowed"),
        pytest.param("INSUFFICIENT_DATA", timedelta(hours=-1), {}, C, id="since the scan began"),
    ],
)
def test_cloudwatch_alarm_has_data(state: str, age: timedelta, settings: dict[str, int], status: Status) -> None:
    judged = alarm(state=state, state_since=AT - age)
    assert cloudwatch_alarm_has_data(judged, ObservedAt(AT), **settings).status is status


def test_the_reason_says_since_when() -> None:
    judged = alarm(state="INSUFFICIENT_DATA", state_since=datetime(2026, 11, 1, 9, 30, tzinfo=UTC))
    said = cloudwatch_alarm_has_data(judged, ObservedAt(AT)).reason
    assert said == "Alarm has had no data since 2026-11-01 09:30 UTC (state INSUFFICIENT_DATA)"


def test_the_time_matters_only_where_data_is_missing() -> None:
    assert cloudwatch_alarm_has_data(alarm(state_since=UNKNOWN), ObservedAt(AT)).status is C
    for fields in ({"state": "INSUFFICIENT_DATA", "state_since": UNKNOWN}, {"state": UNKNOWN}):
        with pytest.raises(UnknownField):
            cloudwatch_alarm_has_data(alarm(**fields), ObservedAt(AT))


@given(minutes=st.integers(0, 10**5), more=st.integers(0, 10**5))
def test_an_alarm_never_gets_better_by_waiting(minutes: int, more: int) -> None:
    def judged(age: int) -> Status:
        since = AT - timedelta(minutes=age)
        return cloudwatch_alarm_has_data(alarm(state="INSUFFICIENT_DATA", state_since=since), ObservedAt(AT)).status

    assert not (judged(minutes) is N and judged(minutes + more) is C)
