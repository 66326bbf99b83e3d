"""A bundle for Pulumi: the JSON that `pulumi import --file` reads, one a region. Pure.

Pulumi reads the properties itself; types and ids are those of Terraform's provider, which Pulumi's is made of.
https://www.pulumi.com/docs/iac/guides/migration/import/
"""

import json
from collections.abc import Mapping
from types import MappingProxyType

from muster.bundle.contents import Contents
from muster.bundle.terraform.resources import TerraformResource, resources_of

VERSION = "7.51.1"
"""The version of Pulumi's AWS provider whose type tokens these are."""
_TOKENS: Mapping[str, str] = MappingProxyType(
    {
        "aws_appautoscaling_policy": "aws:appautoscaling/policy:Policy",
        "aws_appautoscaling_target": "aws:appautoscaling/target:Target",
        "aws_cloudwatch_log_data_protection_policy": "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        "aws_cloudwatch_log_group": "aws:cloudwatch/logGroup:LogGroup",
        "aws_cloudwatch_log_index_policy": "aws:cloudwatch/logIndexPolicy:LogIndexPolicy",
        "aws_dynamodb_kinesis_streaming_destination": (
            "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination"
        ),
        "aws_dynamodb_resource_policy": "aws:dynamodb/resourcePolicy:ResourcePolicy",
        "aws_dynamodb_table": "aws:dynamodb/table:Table",
        "aws_iam_role": "aws:iam/role:Role",
        "aws_iam_role_policy": "aws:iam/rolePolicy:RolePolicy",
        "aws_iam_role_policy_attachment": "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws_kms_alias": "aws:kms/alias:Alias",
        "aws_kms_key": "aws:kms/key:Key",
        "aws_lambda_function": "aws:lambda/function:Function",
        "aws_lambda_function_recursion_config": "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
        "aws_s3_bucket": "aws:s3/bucket:Bucket",
        "aws_s3_bucket_abac": "aws:s3/bucketAbac:BucketAbac",
        "aws_s3_bucket_accelerate_configuration": "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration",
        "aws_s3_bucket_analytics_configuration": "aws:s3/analyticsConfiguration:AnalyticsConfiguration",
        "aws_s3_bucket_cors_configuration": "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
        "aws_s3_bucket_intelligent_tiering_configuration": (
            "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration"
        ),
        "aws_s3_bucket_inventory": "aws:s3/inventory:Inventory",
        "aws_s3_bucket_lifecycle_configuration": "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws_s3_bucket_logging": "aws:s3/bucketLogging:BucketLogging",
        "aws_s3_bucket_metric": "aws:s3/bucketMetric:BucketMetric",
        "aws_s3_bucket_notification": "aws:s3/bucketNotification:BucketNotification",
        "aws_s3_bucket_object_lock_configuration": "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "aws_s3_bucket_ownership_controls": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws_s3_bucket_policy": "aws:s3/bucketPolicy:BucketPolicy",
        "aws_s3_bucket_public_access_block": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws_s3_bucket_replication_configuration": "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws_s3_bucket_server_side_encryption_configuration": (
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
        ),
        "aws_s3_bucket_versioning": "aws:s3/bucketVersioning:BucketVersioning",
        "aws_s3_bucket_website_configuration": "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
        "aws_security_group": "aws:ec2/securityGroup:SecurityGroup",
        "aws_sns_topic": "aws:sns/topic:Topic",
        "aws_sns_topic_data_protection_policy": "aws:sns/dataProtectionPolicy:DataProtectionPolicy",
        "aws_sns_topic_policy": "aws:sns/topicPolicy:TopicPolicy",
        "aws_sqs_queue": "aws:sqs/queue:Queue",
        "aws_sqs_queue_policy": "aws:sqs/queuePolicy:QueuePolicy",
    }
)


def files(contents: Contents) -> dict[str, str]:
    """Return the texts of the files by their paths: one a region, as a Pulumi stack has one region by default."""
    regions: dict[str, list[dict[str, str]]] = {}
    for each in contents.imported:
        regions.setdefault(each.region, []).extend(map(_resource, resources_of(each)))
    return {
        f"{region}/import.json": json.dumps({"resources": resources}, indent=2, ensure_ascii=False) + "\n"
        for region, resources in sorted(regions.items())
    }


def _resource(made: TerraformResource) -> dict[str, str]:
    return {"type": _TOKENS[made.type], "name": made.label, "id": made.id, "version": VERSION}
