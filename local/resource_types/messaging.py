"""Topics and queues with their policies and subscriptions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.cloudformation.utils import random_suffix
from moto.sns.models import sns_backends

from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of

_TOPIC_ATTRIBUTES = (
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "SignatureVersion",
    "TracingConfig",
)
_PROTOCOLS = {"http/s": "HTTP", "sqs": "SQS", "lambda": "Lambda", "firehose": "Firehose", "application": "Application"}
_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)
_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "ReplayPolicy",
    "SubscriptionRoleArn",
)


def _text(value: Any) -> str:
    """Return a value as an attribute has it: documents as JSON, truths as `true` and `false`."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


def _attributes(properties: Properties, names: tuple[str, ...]) -> dict[str, str]:
    return {name: _text(value) for name, value in chosen(properties, *names).items()}


def _named(properties: Properties, name: str, fifo: str) -> str:
    """Return a name; that of a FIFO topic or queue ends in `.fifo`, a name that was made up too."""
    chosen_name = str(properties[name])
    return chosen_name if properties.get(fifo) is not True else f"{chosen_name.removesuffix('.fifo')}.fifo"


def _topic(properties: Properties, region: str, _account: str) -> Made:
    sns, name = client("sns", region), _named(properties, "TopicName", "FifoTopic")
    attributes = _attributes(properties, _TOPIC_ATTRIBUTES)
    # A topic that is not FIFO is made without the attribute.
    if attributes.get("FifoTopic") == "false":
        del attributes["FifoTopic"]
    further = {}
    if "DataProtectionPolicy" in properties:
        further["DataProtectionPolicy"] = _text(properties["DataProtectionPolicy"])
    tags = [{"Key": key, "Value": value} for key, value in tags_of(properties).items()]
    arn = sns.create_topic(Name=name, Attributes=attributes, Tags=tags, **further)["TopicArn"]
    for logging in properties.get("DeliveryStatusLogging", ()):
        protocol = _PROTOCOLS[logging["Protocol"]]
        for key, value in logging.items():
            if key != "Protocol":
                sns.set_topic_attributes(TopicArn=arn, AttributeName=f"{protocol}{key}", AttributeValue=value)
    for subscription in properties.get("Subscription", ()):
        sns.subscribe(TopicArn=arn, Protocol=subscription["Protocol"], Endpoint=subscription["Endpoint"])
    return arn, {"TopicArn": arn, "TopicName": name}


def _find_topic(identifier: Properties, region: str, _account: str) -> Made:
    arn = str(identifier["TopicArn"])
    client("sns", region).get_topic_attributes(TopicArn=arn)
    return arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]}


def _find_topic_policy(identifier: Properties, region: str, account: str) -> Made:
    arn, _ = _find_topic(identifier, region, account)
    return arn, {"Topics": json.dumps([arn])}


def _tag_topic(arn: str, tags: Mapping[str, str], region: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    client("sns", region).tag_resource(ResourceArn=arn, Tags=listed)


def _delete_topic(arn: str, region: str) -> None:
    client("sns", region).delete_topic(TopicArn=arn)


def _subscription(properties: Properties, region: str, _account: str) -> Made:
    attributes = _attributes(properties, _SUBSCRIPTION_ATTRIBUTES)
    answer = client("sns", str(properties.get("Region", region))).subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties.get("Endpoint", ""),
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    arn = str(answer["SubscriptionArn"])
    return arn, {"Arn": arn}


def _delete_subscription(arn: str, region: str) -> None:
    client("sns", region).unsubscribe(SubscriptionArn=arn)


def _topic_policy(properties: Properties, region: str, _account: str) -> Made:
    for topic in properties["Topics"]:
        _set_topic_policy(topic, properties["PolicyDocument"], region)
    return f"topic-policy-{random_suffix()}", {"Topics": json.dumps(properties["Topics"])}


def _topic_inline_policy(properties: Properties, region: str, _account: str) -> Made:
    arn = str(properties["TopicArn"])
    _set_topic_policy(arn, properties["PolicyDocument"], region)
    return arn, {"Topics": json.dumps([arn])}


def _set_topic_policy(topic: str, document: Any, region: str) -> None:
    client("sns", region).set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=_text(document))


def _undo_topic_policy(attributes: Mapping[str, str], region: str) -> None:
    """Give topics the policy back that SNS gives to new ones."""
    for topic in json.loads(attributes["Topics"]):
        account = topic.split(":")[4]
        default = (
            sns_backends[account][region]
            .topics[topic]
            ._create_default_topic_policy(region, account, topic.rpartition(":")[2])
        )
        _set_topic_policy(topic, default, region)


def _queue(properties: Properties, region: str, account: str) -> Made:
    sqs, name = client("sqs", region), _named(properties, "QueueName", "FifoQueue")
    attributes = _attributes(properties, _QUEUE_ATTRIBUTES)
    # A queue that is not FIFO is made without the attribute.
    if attributes.get("FifoQueue") == "false":
        del attributes["FifoQueue"]
    url = sqs.create_queue(QueueName=name, Attributes=attributes, tags=tags_of(properties))["QueueUrl"]
    return url, {"Arn": f"arn:aws:sqs:{region}:{account}:{name}", "QueueName": name, "QueueUrl": url}


def _find_queue(identifier: Properties, region: str, _account: str) -> Made:
    url = str(identifier["QueueUrl"])
    got = client("sqs", region).get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, {"Arn": got["QueueArn"], "QueueName": url.rpartition("/")[2], "QueueUrl": url}


def _find_queue_policy(identifier: Properties, region: str, account: str) -> Made:
    url, _ = _find_queue({"QueueUrl": identifier["Queue"]}, region, account)
    return url, {"Queues": json.dumps([url])}


def _tag_queue(url: str, tags: Mapping[str, str], region: str) -> None:
    client("sqs", region).tag_queue(QueueUrl=url, Tags=dict(tags))


def _delete_queue(url: str, region: str) -> None:
    client("sqs", region).delete_queue(QueueUrl=url)


def _queue_policy(properties: Properties, region: str, _account: str) -> Made:
    for queue in properties["Queues"]:
        _set_queue_policy(queue, properties["PolicyDocument"], region)
    return f"queue-policy-{random_suffix()}", {"Queues": json.dumps(properties["Queues"])}


def _queue_inline_policy(properties: Properties, region: str, _account: str) -> Made:
    url = str(properties["Queue"])
    _set_queue_policy(url, properties["PolicyDocument"], region)
    return url, {"Queues": json.dumps([url])}


def _set_queue_policy(queue: str, document: Any, region: str) -> None:
    client("sqs", region).set_queue_attributes(QueueUrl=queue, Attributes={"Policy": _text(document)})


def _undo_queue_policy(attributes: Mapping[str, str], region: str) -> None:
    for queue in json.loads(attributes["Queues"]):
        _set_queue_policy(queue, "", region)


KINDS = (
    Kind("AWS::SNS::Topic", _topic, _delete_topic, name="TopicName", find=_find_topic, tag=_tag_topic),
    Kind("AWS::SNS::Subscription", _subscription, _delete_subscription),
    Kind("AWS::SNS::TopicPolicy", _topic_policy, undo=_undo_topic_policy),
    Kind("AWS::SNS::TopicInlinePolicy", _topic_inline_policy, undo=_undo_topic_policy, find=_find_topic_policy),
    Kind("AWS::SQS::Queue", _queue, _delete_queue, name="QueueName", find=_find_queue, tag=_tag_queue),
    Kind("AWS::SQS::QueuePolicy", _queue_policy, undo=_undo_queue_policy),
    Kind("AWS::SQS::QueueInlinePolicy", _queue_inline_policy, undo=_undo_queue_policy, find=_find_queue_policy),
)
