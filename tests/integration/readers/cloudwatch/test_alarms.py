"""Reading CloudWatch on moto, and series of metrics."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto.cloudwatch.models import cloudwatch_backends

from muster.analysis.policies.document import Policy
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.facets.cloudwatch.alarms import Alarm, Alarms
from muster.facets.sns import TopicAudience
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Finding, Resource, Status
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.cloudwatch.alarms import (
    ALARM,
    alarm_topic,
    alarm_topic_key,
    alarms,
    listed_alarms,
    tags,
    topic_audience,
)
from muster.readers.cloudwatch.metrics import AT_ONCE, Query, series
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARD = Shard(ACCOUNT_ID, HERE, "cloudwatch", HERE, (HERE,))
THE_REGION = Resource(REGION, HERE, ACCOUNT_ID, HERE)
ARN = f"arn:aws:cloudwatch:{HERE}:{ACCOUNT_ID}:alarm:"
TOPIC = f"arn:aws:sns:{HERE}:{ACCOUNT_ID}:alerts"
C, N = Status.COMPLIANT, Status.NON_COMPLIANT


def put(cloudwatch: Any, name: str, **more: Any) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        **more,
    )


def composite(name: str, rule: str, *actions: str) -> None:
    """Make a composite alarm in moto itself, which has no PutCompositeAlarm."""
    made = cloudwatch_backends[ACCOUNT_ID][HERE].put_metric_alarm(
        name=name,
        namespace="",
        metric_name="",
        metric_data_queries=[],
        comparison_operator="",
        evaluation_periods=1,
        datapoints_to_alarm=None,
        period=60,
        threshold=0,
        statistic="",
        extended_statistic=None,
        description="",
        dimensions=[],
        alarm_actions=list(actions),
        rule=rule,
    )
    assert made.rule == rule


def test_the_alarms_of_a_region_are_read_with_what_they_watch_and_do(clients: Clients) -> None:
    cloudwatch = clients.get("cloudwatch", HERE)
    put(cloudwatch, "f", AlarmActions=[TOPIC], ActionsEnabled=False)
    composite("all", 'ALARM("f")', TOPIC)
    found = alarms.function(cloudwatch, THE_REGION)
    assert [(alarm.name, alarm.kind, alarm.arn) for alarm in found.alarms] == [
        ("f", "metric", ARN + "f"),
        ("all", "composite", ARN + "all"),
    ]
    assert [alarm.actions_enabled for alarm in found.alarms] == [False, True]
    assert [alarm.name for alarm in found.on("AWS/Lambda", ("Errors",), {"FunctionName": "f"})] == ["f"]
    assert [alarm.name for alarm in found.above(found.alarms[0])] == ["all"]


def test_alarms_of_all_kinds_are_asked_for_in_large_pages_to_the_end() -> None:
    cloudwatch = boto3.client("cloudwatch", HERE)
    asked = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm", "LogAlarm"], "MaxRecords": 100}

    def one(name: str) -> list[dict[str, Any]]:
        return [{"AlarmName": name, "AlarmArn": ARN + name}]

    with Stubber(cloudwatch) as stub:
        stub.add_response("describe_alarms", {"MetricAlarms": one("a"), "NextToken": "more"}, asked)
        last = {"MetricAlarms": one("b"), "CompositeAlarms": one("c"), "LogAlarms": one("d")}
        stub.add_response("describe_alarms", last, asked | {"NextToken": "more"})
        found = alarms.function(cloudwatch, THE_REGION)
    assert [(alarm.name, alarm.kind) for alarm in found.alarms] == [
        ("a", "metric"),
        ("b", "metric"),
        ("c", "composite"),
        ("d", "log"),
    ]


def test_the_listing_is_made_of_what_was_read_without_a_call() -> None:
    arn = "arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:a"
    shard = Shard(ACCOUNT_ID, "cn-north-1", "cloudwatch", "cn-north-1", ("cn-north-1",), "aws-cn")
    read = Alarms.parse({"MetricAlarms": [{"AlarmName": "a", "AlarmArn": arn}]})
    page = listed_alarms.function(None, shard, None, read)
    (found,) = page.items
    assert found.resource == Resource(ALARM, "a", ACCOUNT_ID, "cn-north-1", "aws-cn", arn)
    assert found.facets == {Alarm: read.alarms[0]}
    assert page.then is None
    assert listed_alarms.of is Alarms


def test_tags_of_an_alarm(clients: Clients) -> None:
    cloudwatch = clients.get("cloudwatch", HERE)
    put(cloudwatch, "f", Tags=[{"Key": "Owner", "Value": "web=1"}])
    assert tags.function(cloudwatch, Resource(ALARM, "f", ACCOUNT_ID, HERE, arn=ARN + "f")) == Tags({"Owner": "web=1"})


def test_the_audience_of_a_topic(clients: Clients) -> None:
    sns = clients.get("sns", HERE)
    sns.create_topic(Name="alerts")
    alarm = Resource(ALARM, "f", ACCOUNT_ID, HERE, arn=ARN + "f")
    assert topic_audience.function(sns, alarm, TOPIC) == TopicAudience(exists=True, confirmed=False, pending=0)
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="platform@example.com")
    assert topic_audience.function(sns, alarm, TOPIC) == TopicAudience(exists=True, confirmed=True, pending=0)


def test_a_topic_that_does_not_exist_is_absent(clients: Clients) -> None:
    with pytest.raises(ClientError) as gone:
        topic_audience.function(clients.get("sns", HERE), THE_REGION, TOPIC)
    assert gone.value.response["Error"]["Code"] in topic_audience.absent


def test_the_policy_and_the_key_of_a_topic(clients: Clients) -> None:
    sns = clients.get("sns", HERE)
    sns.create_topic(Name="alerts", Attributes={"KmsMasterKeyId": "alias/aws/sns"})
    found = alarm_topic.function(sns, THE_REGION, TOPIC)
    assert (found.kms_key, found.managed_by_aws) == ("alias/aws/sns", True)
    assert isinstance(found.policy, Policy)


def test_a_key_is_read_by_its_id_its_arn_and_its_alias(clients: Clients) -> None:
    kms = clients.get("kms", HERE)
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/alerts", TargetKeyId=made["KeyId"])
    by_alias, *others = (
        alarm_topic_key.function(kms, THE_REGION, name) for name in ("alias/alerts", made["KeyId"], made["Arn"])
    )
    assert others == [by_alias, by_alias]
    assert (by_alias.exists, by_alias.arn, by_alias.state) == (True, made["Arn"], "Enabled")
    assert isinstance(by_alias.policy, Policy)


def test_the_policy_of_a_key_of_aws_is_not_read() -> None:
    kms = boto3.client("kms", HERE)
    with Stubber(kms) as stub:
        stub.add_response("describe_key", {"KeyMetadata": {"KeyId": "k", "KeyManager": "AWS", "KeyState": "Enabled"}})
        assert alarm_topic_key.function(kms, THE_REGION, "k").manager == "AWS"
        stub.assert_no_pending_responses()


def test_a_key_that_does_not_exist_is_absent(clients: Clients) -> None:
    with pytest.raises(ClientError) as gone:
        alarm_topic_key.function(clients.get("kms", HERE), THE_REGION, "alias/nothing")
    assert gone.value.response["Error"]["Code"] in alarm_topic_key.absent


def test_an_alarm_is_judged_by_the_key_of_its_topic(clients: Clients) -> None:
    sns, cloudwatch = clients.get("sns", HERE), clients.get("cloudwatch", HERE)
    kms = clients.get("kms", HERE)
    closed = kms.create_key()["KeyMetadata"]["KeyId"]
    use = {"Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **use}]})
    kms.create_alias(AliasName="alias/open", TargetKeyId=kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"])
    foreign = f"arn:aws:kms:{HERE}:111122223333:key/11111111-2222-3333-4444-555555555555"
    keys = {"open": "alias/open", "closed": closed, "plain": "", "of-sns": "alias/aws/sns", "foreign": foreign}
    for name, named in keys.items():
        attributes = {"KmsMasterKeyId": named} if named else {}
        topic = sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="platform@example.com")
        put(cloudwatch, name, AlarmActions=[topic])
    said = scanned(clients, "cloudwatch-alarm-action-targets-live")
    found = {name: finding.status for (_, name), finding in said.items()}
    assert found == {"open": C, "closed": N, "plain": C, "of-sns": N, "foreign": Status.INSUFFICIENT_DATA}


PENDING = [{"SubscriptionArn": "PendingConfirmation"}]


@pytest.mark.parametrize(
    ("pages", "audience"),
    [
        pytest.param([PENDING, PENDING], TopicAudience(exists=True, confirmed=False, pending=2), id="to the last page"),
        pytest.param(
            [PENDING, [{"SubscriptionArn": f"{TOPIC}:1"}], None],
            TopicAudience(exists=True, confirmed=True, pending=1),
            id="up to the first who listens",
        ),
    ],
)
def test_the_subscriptions_of_a_topic_are_read(pages: list[Any], audience: TopicAudience) -> None:
    sns = boto3.client("sns", HERE)
    with Stubber(sns) as stub:
        for number, page in enumerate(each for each in pages if each is not None):
            token = {"NextToken": f"p{number}"} if number else {}
            more = {"NextToken": f"p{number + 1}"} if number + 1 < len(pages) else {}
            stub.add_response(
                "list_subscriptions_by_topic", {"Subscriptions": page, **more}, {"TopicArn": TOPIC, **token}
            )
        assert topic_audience.function(sns, THE_REGION, TOPIC) == audience
        stub.assert_no_pending_responses()


def scanned(clients: Any, *names: str) -> dict[tuple[str, str], Finding]:
    catalog = load()
    rules = [Rule(catalog.checks[name], ALARM, "cloudwatch", catalog.checks[name].settings) for name in names]
    findings = ShardScan(SHARD, read_plan(catalog, rules), ScanContext(clients, AT))
    return {(found.check_id, found.resource.id): found for found in findings}


def test_a_shard_is_judged_from_the_listing_to_the_reason(clients: Clients) -> None:
    cloudwatch, sns = clients.get("cloudwatch", HERE), clients.get("sns", HERE)
    sns.subscribe(
        TopicArn=sns.create_topic(Name="alerts")["TopicArn"], Protocol="email", Endpoint="platform@example.com"
    )
    put(cloudwatch, "heard", AlarmActions=[TOPIC])
    put(cloudwatch, "dead", AlarmActions=[TOPIC + "-gone"])
    put(cloudwatch, "child")
    put(cloudwatch, "alone", ActionsEnabled=False)
    composite("parent", 'ALARM("child")', TOPIC)
    old = cloudwatch_backends[ACCOUNT_ID][HERE].alarms["dead"]
    old.state_value, old.state_transitioned_timestamp = "INSUFFICIENT_DATA", AT - timedelta(days=30)
    names = ("actions-set", "actions-enabled", "action-targets-live", "has-data")
    said = scanned(clients, *(f"cloudwatch-alarm-{name}" for name in names))
    assert {name: said["cloudwatch-alarm-actions-set", name].status for name in ("heard", "child", "alone")} == {
        "heard": C,
        "child": C,
        "alone": N,
    }
    assert said["cloudwatch-alarm-actions-enabled", "alone"].status is N
    assert said["cloudwatch-alarm-actions-enabled", "parent"].status is C
    assert said["cloudwatch-alarm-action-targets-live", "heard"].status is C
    assert said["cloudwatch-alarm-action-targets-live", "child"].status is Status.NOT_APPLICABLE
    dead = said["cloudwatch-alarm-action-targets-live", "dead"]
    assert (dead.status, dead.reason) == (N, f"Topic {TOPIC}-gone does not exist")
    assert said["cloudwatch-alarm-has-data", "dead"].status is N
    assert said["cloudwatch-alarm-has-data", "heard"].status is C


ASKED = Query("AWS/SQS", "NumberOfMessagesSent", (("QueueName", "orders"),), "Sum")


def test_series_come_in_the_order_they_were_asked_for(clients: Clients) -> None:
    cloudwatch = clients.get("cloudwatch", HERE)
    start = AT - timedelta(hours=3)
    for hour, value in enumerate((1.0, 2.0)):
        datum = {
            "MetricName": "NumberOfMessagesSent",
            "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
            "Timestamp": start + timedelta(hours=hour, minutes=30),
            "Value": value,
        }
        cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[datum])
    other = Query("AWS/SQS", "NumberOfMessagesSent", (("QueueName", "bills"),), "Sum")
    assert [each.values for each in series(cloudwatch, [other, ASKED], start, AT)] == [(), (2.0, 1.0)]


def test_series_are_read_to_the_last_page_newest_first() -> None:
    cloudwatch = boto3.client("cloudwatch", HERE)
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
    }
    wanted = [{"Id": "q0", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}, "ReturnData": True}]
    start = AT - timedelta(days=1)
    asked = {"MetricDataQueries": wanted, "StartTime": start, "EndTime": AT, "ScanBy": "TimestampDescending"}
    with Stubber(cloudwatch) as stub:
        first = {"MetricDataResults": [{"Id": "q0", "Values": [3.0]}], "NextToken": "more"}
        stub.add_response("get_metric_data", first, asked)
        last = {"MetricDataResults": [{"Id": "q0", "Values": [2.0, 1.0]}]}
        stub.add_response("get_metric_data", last, asked | {"NextToken": "more"})
        assert [each.values for each in series(cloudwatch, [ASKED], start, AT)] == [(3.0, 2.0, 1.0)]


def test_one_call_takes_as_many_queries_as_aws_permits() -> None:
    cloudwatch = boto3.client("cloudwatch", HERE)
    with Stubber(cloudwatch) as stub:
        results = [{"Id": f"q{number}", "Values": [float(number)]} for number in reversed(range(AT_ONCE))]
        stub.add_response("get_metric_data", {"MetricDataResults": results})
        found = series(cloudwatch, [ASKED] * AT_ONCE, AT - timedelta(days=1), AT)
    assert [each.values for each in found] == [(float(number),) for number in range(AT_ONCE)]
