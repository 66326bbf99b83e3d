"""Reading SNS: topics, subscriptions, and where undelivered messages go."""

import hashlib
import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.sns import DELETED, PENDING, Subscription, SubscriptionAttributes, Topic
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

TOPIC = "AWS::SNS::Topic"
SUBSCRIPTION = "AWS::SNS::Subscription"


def _named(shard: Shard, name: str) -> Listed:
    arn = name if name.startswith("arn:") else shard.arn("sns", name)
    return Listed(shard.resource(TOPIC, arn, arn))


@lists(
    TOPIC, permission="sns:ListTopics", on="arn:{partition}:sns:*:*:*",
    arn="sns:{region}:{account}:{id}", made=_named, gone=("NotFound", "NotFoundException", "ResourceNotFound"),
)  # fmt: skip
def topics(sns: "SNSClient", shard: Shard, token: str | None) -> Page:
    """List the topics of a region; SNS takes no page size and answers up to 100.

    https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
    """
    answer = sns.list_topics(**after(token))
    return Page((_named(shard, str(item["TopicArn"])) for item in answer.get("Topics", ())), answer.get("NextToken"))


@lists(
    SUBSCRIPTION, permission="sns:ListSubscriptions", facets=(Subscription,),
    arn="sns:{region}:{account}:{}:{id}", gone=("NotFound", "NotFoundException"),
)  # fmt: skip
def subscriptions(sns: "SNSClient", shard: Shard, token: str | None) -> Page:
    """List the account's subscriptions in a region, up to 100 a page; those that were deleted are left out.

    One that waits for its confirmation, as it may for two days, has no ARN yet.
    https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html
    """
    answer = sns.list_subscriptions(**after(token))
    items = (
        listed(_subscription(item, shard), item, (Subscription,))
        for item in answer.get("Subscriptions", ())
        if item.get("SubscriptionArn") != DELETED
    )
    return Page(items, answer.get("NextToken"))


topic = reads(TOPIC, Topic, "sns:GetTopicAttributes", lambda sns, topic: sns.get_topic_attributes(TopicArn=topic.id))

tags = reads(
    TOPIC, Tags, "sns:ListTagsForResource", lambda sns, topic: sns.list_tags_for_resource(ResourceArn=topic.id)
)

subscription_attributes = reads(
    SUBSCRIPTION, SubscriptionAttributes, "sns:GetSubscriptionAttributes",
    lambda sns, subscription: sns.get_subscription_attributes(SubscriptionArn=subscription.id),
    of=Subscription, when=lambda subscription: subscription.delivers_by_retry,
)  # fmt: skip
"""The dead-letter queue of a subscription; IAM takes no resource for this action."""


def _subscription(item: Mapping[str, Any], shard: Shard) -> Resource:
    """Name a subscription by its ARN, or by what makes it unique while it has none."""
    arn = str(item["SubscriptionArn"])
    if arn != PENDING:
        return shard.resource(SUBSCRIPTION, arn, arn)
    topic, protocol, endpoint = (str(item.get(name) or "") for name in ("TopicArn", "Protocol", "Endpoint"))
    # An endpoint may be a person's address or telephone number, which has no place in a report.
    digest = hashlib.sha256(endpoint.encode()).hexdigest()[:12]
    return shard.resource(SUBSCRIPTION, f"{topic}:{PENDING}:{protocol}:{digest}", None)
