"""What leaves a bucket: events, logs, a website, answers to other origins."""

from typing import Any

from local.provisioning.kinds import Properties, chosen

_TARGETS = (
    ("TopicConfigurations", "Topic", "TopicArn"),
    ("QueueConfigurations", "Queue", "QueueArn"),
    ("LambdaConfigurations", "Function", "LambdaFunctionArn"),
)


def notification(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketNotificationConfiguration: an entry for each event, as templates have it."""
    made: dict[str, Any] = {}
    for member, target, arn in _TARGETS:
        if member in properties:
            name = member.replace("Lambda", "LambdaFunction")
            made[name] = [_entry(each, {arn: each[target]}) for each in properties[member]]
    if properties.get("EventBridgeConfiguration", {}).get("EventBridgeEnabled"):
        made["EventBridgeConfiguration"] = {}
    return {"NotificationConfiguration": made}


def _entry(properties: Properties, target: dict[str, Any]) -> dict[str, Any]:
    made = {**target, "Events": [properties["Event"]]}
    if "Filter" in properties:
        made["Filter"] = {"Key": {"FilterRules": properties["Filter"]["S3Key"]["Rules"]}}
    return made


def logging(properties: Properties, bucket: str) -> dict[str, Any]:
    """Return the parameters of PutBucketLogging; logs go to the bucket itself where no other is given."""
    enabled = {
        "TargetBucket": properties.get("DestinationBucketName", bucket),
        "TargetPrefix": properties.get("LogFilePrefix", ""),
        **chosen(properties, "TargetObjectKeyFormat"),
    }
    return {"BucketLoggingStatus": {"LoggingEnabled": enabled}}


def website(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketWebsite."""
    made: dict[str, Any] = chosen(properties, "RedirectAllRequestsTo")
    if "IndexDocument" in properties:
        made["IndexDocument"] = {"Suffix": properties["IndexDocument"]}
    if "ErrorDocument" in properties:
        made["ErrorDocument"] = {"Key": properties["ErrorDocument"]}
    if "RoutingRules" in properties:
        made["RoutingRules"] = [
            chosen(rule, Condition="RoutingRuleCondition", Redirect="RedirectRule")
            for rule in properties["RoutingRules"]
        ]
    return {"WebsiteConfiguration": made}


def cors(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketCors."""
    rules = [
        chosen(
            rule,
            "AllowedHeaders",
            "AllowedMethods",
            "AllowedOrigins",
            ID="Id",
            ExposeHeaders="ExposedHeaders",
            MaxAgeSeconds="MaxAge",
        )
        for rule in properties["CorsRules"]
    ]
    return {"CORSConfiguration": {"CORSRules": rules}}
