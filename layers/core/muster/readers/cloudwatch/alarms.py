"""Reading CloudWatch: the alarms of a region, and the topics that they notify."""

import typing
from typing import Any

from muster.facets.cloudwatch.alarm_topics import AlarmTopic, AlarmTopicKey, own_keys
from muster.facets.cloudwatch.alarms import Alarm, Alarms
from muster.facets.sns import TopicAudience
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Related, Resource
from muster.model.listing import Listed, Page
from muster.model.paging import Pages
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_sns import SNSClient

ALARM = "AWS::CloudWatch::Alarm"


@describes(REGION, permission="cloudwatch:DescribeAlarms", page=Pages(ALARM, 100))
def alarms(cloudwatch: "CloudWatchClient", _region: Resource) -> Alarms:
    """Read all alarms, 100 a page; without AlarmTypes AWS leaves out those that are not on a metric.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmTypes=["MetricAlarm", "CompositeAlarm", "LogAlarm"], PaginationConfig={"PageSize": 100}
    )
    by_kind: dict[str, list[Any]] = {"MetricAlarms": [], "CompositeAlarms": [], "LogAlarms": []}
    for page in pages:
        for name, items in by_kind.items():
            items.extend(typing.cast("dict[str, Any]", page).get(name) or ())
    return Alarms.parse(by_kind)


@lists(
    ALARM, permission="cloudwatch:DescribeAlarms", facets=(Alarm,), of=Alarms,
    arn="cloudwatch:{region}:{account}:alarm:{id...}", gone=("ResourceNotFound", "ResourceNotFoundException"),
)  # fmt: skip
def listed_alarms(_cloudwatch: "CloudWatchClient", shard: Shard, _token: str | None, alarms: Alarms) -> Page:
    """List the alarms of a region, on metrics, on logs and composite, out of what was read of them all."""
    return Page(Listed(shard.resource(ALARM, each.name, each.arn), {Alarm: each}) for each in alarms.alarms)


tags = reads(
    ALARM, Tags, "cloudwatch:ListTagsForResource",
    lambda cloudwatch, alarm: cloudwatch.list_tags_for_resource(ResourceARN=alarm.arn),
    on="arn:{partition}:cloudwatch:*:*:alarm:*",
)  # fmt: skip


@describes(
    ALARM, permission="sns:ListSubscriptionsByTopic", absent=("NotFound", "NotFoundException"),
    of=Alarm, keys=lambda alarm: alarm.topics, on="arn:{partition}:sns:*:*:*",
)  # fmt: skip
def topic_audience(sns: "SNSClient", _alarm: Resource, topic: str) -> TopicAudience:
    """Read whether a topic has a confirmed subscription, 100 a page, up to the first page that has one.

    https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
    """
    subscriptions: list[Any] = []
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
        subscriptions.extend(page.get("Subscriptions", ()))
        if TopicAudience.parse({"Subscriptions": subscriptions}).confirmed:
            break
    return TopicAudience.parse({"Subscriptions": subscriptions})


def _listened_to(topics: Related[TopicAudience]) -> tuple[str, ...]:
    """Return the topics that have a confirmed subscription; the others already fail the check."""
    return tuple(
        arn for arn, audience in topics.by_key.items() if isinstance(audience, TopicAudience) and audience.confirmed
    )


alarm_topic = reads(
    ALARM, AlarmTopic, "sns:GetTopicAttributes",
    lambda sns, _alarm, topic: sns.get_topic_attributes(TopicArn=topic),
    of=Related[TopicAudience], keys=_listened_to, on="arn:{partition}:sns:*:*:*",
)  # fmt: skip
"""The policy and the key of a topic that has a confirmed subscription."""


@describes(
    ALARM, permission="kms:GetKeyPolicy", also=("kms:DescribeKey",), absent=("NotFoundException",),
    of=Related[AlarmTopic], keys_for=own_keys, on="arn:{partition}:kms:*:*:key/*",
)  # fmt: skip
def alarm_topic_key(kms: "KMSClient", _alarm: Resource, key: str) -> AlarmTopicKey:
    """Read what a topic's key is, and a customer's key's policy.

    A topic may name its key by an alias, which GetKeyPolicy does not take.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    """
    answer: dict[str, Any] = {"KeyMetadata": kms.describe_key(KeyId=key)["KeyMetadata"]}
    if answer["KeyMetadata"].get("KeyManager") != "AWS":
        answer["Policy"] = kms.get_key_policy(KeyId=answer["KeyMetadata"]["KeyId"], PolicyName="default")["Policy"]
    return AlarmTopicKey.parse(answer)
