"""The tables of queues, topics and log groups, with their policies."""

from collections.abc import Iterator, Mapping
from typing import Any

from muster.bundle.terraform.hcl import Argument
from muster.bundle.terraform.shapes import Ids, Inexpressible, Piece, Table, by, json_in, named, only, tags

QUEUE = Table(
    "aws_sqs_queue",
    {
        "QueueName": named("name"),
        "DelaySeconds": named("delay_seconds"),
        "MaximumMessageSize": named("max_message_size"),
        "MessageRetentionPeriod": named("message_retention_seconds"),
        "ReceiveMessageWaitTimeSeconds": named("receive_wait_time_seconds"),
        "VisibilityTimeout": named("visibility_timeout_seconds"),
        "FifoQueue": named("fifo_queue"),
        "ContentBasedDeduplication": named("content_based_deduplication"),
        "DeduplicationScope": named("deduplication_scope"),
        "FifoThroughputLimit": named("fifo_throughput_limit"),
        "SqsManagedSseEnabled": named("sqs_managed_sse_enabled"),
        "KmsMasterKeyId": named("kms_master_key_id"),
        "KmsDataKeyReusePeriodSeconds": named("kms_data_key_reuse_period_seconds"),
        "RedrivePolicy": json_in("redrive_policy"),
        "RedriveAllowPolicy": json_in("redrive_allow_policy"),
        "Tags": tags(),
    },
    by("QueueUrl"),
)
"""Sizes above 256 KiB need the provider of this bundle: 5.100 refuses them."""
QUEUE_POLICY = Table(
    "aws_sqs_queue_policy", {"Queue": named("queue_url"), "PolicyDocument": json_in("policy")}, by("Queue")
)

_PROTOCOLS = {
    "http/s": "http", "http": "http", "sqs": "sqs", "lambda": "lambda", "firehose": "firehose",
    "application": "application",
}  # fmt: skip
_FEEDBACK = {
    "SuccessFeedbackRoleArn": "success_feedback_role_arn",
    "SuccessFeedbackSampleRate": "success_feedback_sample_rate",
    "FailureFeedbackRoleArn": "failure_feedback_role_arn",
}


def _feedback(statuses: list[Mapping[str, Any]]) -> Iterator[Argument]:
    for each in statuses:
        protocol = _PROTOCOLS.get(str(each["Protocol"]))
        rest = {name: value for name, value in each.items() if name != "Protocol"}
        if protocol is None or rest.keys() - _FEEDBACK.keys():
            raise Inexpressible("Protocol", f"Terraform logs no deliveries to {each['Protocol']}")
        for name, value in rest.items():
            number = name == "SuccessFeedbackSampleRate"
            yield Argument(f"{protocol}_{_FEEDBACK[name]}", int(value) if number else value)


def _topic_arn(_properties: Mapping[str, Any], ids: Ids) -> str:
    return ids.identifier["TopicArn"]


TOPIC = Table(
    "aws_sns_topic",
    {
        "TopicName": named("name"),
        "DisplayName": named("display_name"),
        "KmsMasterKeyId": named("kms_master_key_id"),
        "FifoTopic": named("fifo_topic"),
        "ContentBasedDeduplication": named("content_based_deduplication"),
        "FifoThroughputScope": named("fifo_throughput_scope"),
        "SignatureVersion": named("signature_version", int),
        "TracingConfig": named("tracing_config"),
        "ArchivePolicy": json_in("archive_policy"),
        "DeliveryStatusLogging": _feedback,
        "Tags": tags(),
    },
    by("TopicArn"),
    (
        Piece(
            "aws_sns_topic_data_protection_policy",
            "DataProtectionPolicy",
            {"arn": _topic_arn},
            json_in("policy"),
            id=lambda properties, ids, _item: _topic_arn(properties, ids),
        ),
    ),
)
TOPIC_POLICY = Table(
    "aws_sns_topic_policy", {"TopicArn": named("arn"), "PolicyDocument": json_in("policy")}, by("TopicArn")
)


def _group_id(properties: Mapping[str, Any], _ids: Ids, _item: Any) -> str:
    return str(properties["LogGroupName"])


_GROUP = {"log_group_name": by("LogGroupName")}
LOG_GROUP = Table(
    "aws_cloudwatch_log_group",
    {
        "LogGroupName": named("name"),
        "LogGroupClass": named("log_group_class"),
        "RetentionInDays": named("retention_in_days"),
        "KmsKeyId": named("kms_key_id"),
        "DeletionProtectionEnabled": named("deletion_protection_enabled"),
        "BearerTokenAuthenticationEnabled": only(False),
        "Tags": tags(),
    },
    by("LogGroupName"),
    (
        Piece(
            "aws_cloudwatch_log_data_protection_policy", "DataProtectionPolicy", _GROUP, json_in("policy_document"),
            id=_group_id,
        ),
        Piece(
            "aws_cloudwatch_log_index_policy", "FieldIndexPolicies", _GROUP, json_in("policy_document"),
            id=_group_id, each=True,
        ),
    ),
)  # fmt: skip
"""`deletion_protection_enabled` is of later versions of the provider than 5.100."""
