"""Topics, subscriptions and queues: some as they should be, one as bad as may be for each thing that is checked."""

import json
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    sqs, sns = aws.client("sqs", region), aws.client("sns", region)
    _queues(sqs, region)
    _topics(sns, region)


def _queues(sqs: Any, region: str) -> None:
    dead = _queue(sqs, "orders-dead", TAGS)
    redrive_policy = {"deadLetterTargetArn": _arn("sqs", region, "orders-dead"), "maxReceiveCount": 5}
    _queue(sqs, "orders", TAGS, KmsMasterKeyId="alias/aws/sqs", RedrivePolicy=json.dumps(redrive_policy))
    sqs.send_message(QueueUrl=dead, MessageBody="an order that nobody could handle")
    _queue(sqs, "bills-dead", TAGS)
    redrive_policy["deadLetterTargetArn"] = _arn("sqs", region, "bills-dead")
    _queue(sqs, "bills", TAGS, RedrivePolicy=json.dumps(redrive_policy))
    everybody = _everybody("sqs:SendMessage", _arn("sqs", region, "open"))
    _queue(sqs, "open", {}, SqsManagedSseEnabled="false", Policy=everybody)


def _topics(sns: Any, region: str) -> None:
    orders = _topic(sns, "orders", TAGS, KmsMasterKeyId="alias/aws/sns")
    redrive_policy = json.dumps({"deadLetterTargetArn": _arn("sqs", region, "orders-dead")})
    _subscribe(sns, orders, "sqs", _arn("sqs", region, "orders"), RedrivePolicy=redrive_policy)
    _subscribe(sns, orders, "email", "orders@example.com")
    _subscribe(sns, orders, "http", "http://orders.example.com")
    _subscribe(
        sns,
        orders,
        "firehose",
        _arn("firehose", region, "deliverystream/orders"),
        SubscriptionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/orders-to-firehose",
    )
    _topic(sns, "open", {}, Policy=_everybody("sns:Subscribe", _arn("sns", region, "open")))


def _queue(sqs: Any, name: str, tags: dict[str, str], **attributes: str) -> str:
    return str(sqs.create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"])


def _topic(sns: Any, name: str, tags: dict[str, str], **attributes: str) -> str:
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return str(sns.create_topic(Name=name, Attributes=attributes, Tags=pairs)["TopicArn"])


def _subscribe(sns: Any, topic: str, protocol: str, endpoint: str, **attributes: str) -> None:
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes)


def _arn(service: str, region: str, name: str) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{name}"


def _everybody(action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
