"""The target's KMS key with its policy and alias, and the topic that alarms notify. Pure."""

from typing import Any

from muster.migration.template.buckets.replication import role_arn
from muster.migration.template.plan import KEY, TOPIC, Parts, Plan, domain, key_arn

_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def add_key(plan: Plan, parts: Parts) -> None:
    """Add the key that encrypts buckets, tables, log groups and the topic, and its alias."""
    region = plan.file.target.region
    described = f"Encrypts what {plan.file.batch} migrates from {plan.file.source.region} to {region}"
    properties = {
        "Description": described,
        "EnableKeyRotation": True,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": _statements(plan)},
        "Tags": plan.tags(),
    }
    parts.add_kept_data(KEY, "AWS::KMS::Key", properties)
    parts.add("MigrationKeyAlias", "AWS::KMS::Alias", {"AliasName": plan.alias, "TargetKeyId": {"Ref": KEY}})


def add_topic(plan: Plan, parts: Parts) -> None:
    """Add the topic, and the subscription of the migration file's address."""
    subscribed = [{"Protocol": "email", "Endpoint": plan.file.notify}] if plan.file.notify else []
    properties: dict[str, Any] = {"TopicName": plan.topic_name, "KmsMasterKeyId": key_arn(), "Tags": plan.tags()}
    parts.add(TOPIC, "AWS::SNS::Topic", {**properties, **({"Subscription": subscribed} if subscribed else {})})
    text = f"{plan.file.notify} must confirm its subscription, or alarms reach no one"
    parts.remark(plan.topic_name, text if subscribed else "alarms notify no one: the migration file has no notify")


def _statements(plan: Plan) -> list[dict[str, Any]]:
    """Return the policy: IAM decides for the account's principals, which S3, DynamoDB and Lambda act for.

    CloudWatch Logs and CloudWatch use a key as services.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    region, account = plan.file.target.region, plan.target_account
    groups = f"arn:{plan.partition}:logs:{region}:{account}:log-group:*"
    statements = [
        {
            "Sid": "IamDecidesForTheAccount",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{plan.partition}:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "LogGroups",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{region}.{domain(plan.partition)}"},
            "Action": [*_USE],
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        },
        {
            "Sid": "AlarmsToTopics",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        },
    ]
    return [*statements, *([_admitting_role(plan)] if plan.across_accounts and plan.replicated else [])]


def _admitting_role(plan: Plan) -> dict[str, Any]:
    roles = sorted({role_arn(plan, item, source) for item, source in plan.replicated})
    return {
        "Sid": "ReplicationFromTheSource",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{plan.partition}:iam::{plan.source_account}:root"},
        "Action": ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": "*",
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": roles},
            "StringEquals": {"kms:ViaService": f"s3.{plan.file.target.region}.{domain(plan.partition)}"},
        },
    }
