"""Trails: one that records the account in all regions, and one that records nothing; somebody hears of the root user.

After the other modules: the trail makes an event of each call that changes something, and logs to what they made.
"""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_AWAY = {"us-east-1": "eu-west-1"}
_GROUP = "/shop/orders"
_ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
_STOPPED = "{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }"


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region, with a trail of another one."""
    bucket = f"guarded-{region}"
    key = f"arn:aws:kms:{region}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    trail = aws.client("cloudtrail", region)
    trail.create_trail(
        Name="everything",
        S3BucketName=bucket,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key,
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{_GROUP}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/trail-to-logs",
        TagsList=[{"Key": name, "Value": value} for name, value in TAGS.items()],
    )
    management = [_field("eventCategory", "Management")]
    writes = [
        _field("eventCategory", "Data"),
        _field("resources.type", "AWS::S3::Object"),
        _field("readOnly", "false"),
    ]
    trail.put_event_selectors(
        TrailName="everything", AdvancedEventSelectors=[{"FieldSelectors": management}, {"FieldSelectors": writes}]
    )
    _alarm(aws, region)
    aws.client("cloudtrail", _AWAY.get(region, "us-east-1")).create_trail(Name="nothing", S3BucketName=bucket)
    trail.start_logging(Name="everything")


def _field(name: str, value: str) -> dict[str, Any]:
    return {"Field": name, "Equals": [value]}


def _alarm(aws: EmbeddedAws, region: str) -> None:
    """Make an alarm on the use of the root user, and a filter without an alarm."""
    logs = aws.client("logs", region)
    for name, pattern in (("root-use", _ROOT), ("trail-stopped", _STOPPED)):
        metric = {"metricName": name, "metricNamespace": "Shop/Trail", "metricValue": "1"}
        logs.put_metric_filter(
            logGroupName=_GROUP, filterName=name, filterPattern=pattern, metricTransformations=[metric]
        )
    aws.client("cloudwatch", region).put_metric_alarm(
        AlarmName="root-use",
        Namespace="Shop/Trail",
        MetricName="root-use",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[f"arn:aws:sns:{region}:{ACCOUNT}:alerts"],
        Tags=[{"Key": key, "Value": value} for key, value in TAGS.items()],
    )
