"""What a bucket sends, and how it answers browsers, as properties: logs, notifications, CORS, website. Pure."""

from typing import Any

from muster.properties.consuming import Part, without

_KINDS = (
    ("TopicConfigurations", "TopicConfigurations", "TopicArn", "Topic"),
    ("QueueConfigurations", "QueueConfigurations", "QueueArn", "Queue"),
    ("LambdaFunctionConfigurations", "LambdaConfigurations", "LambdaFunctionArn", "Function"),
)
"""S3's list, CloudFormation's list, and the destination in both."""


def logging(part: Part) -> dict[str, Any]:
    """Return where a bucket's access is logged to, empty where it is not."""
    enabled = part.part("LoggingEnabled")
    enabled.refuse("TargetGrants", "CloudFormation has no property for the grants of log files")
    prefix = enabled.take("TargetPrefix")
    form = enabled.part("TargetObjectKeyFormat")
    partitioned = form.part("PartitionedPrefix").copy("PartitionDateSource")
    simple = form.take("SimplePrefix")
    if partitioned and simple is not None:
        form.obstacle("log files have one form of key, and AWS answered two")
    return without(
        {
            **enabled.copy(TargetBucket="DestinationBucketName"),
            "LogFilePrefix": prefix or None,
            "TargetObjectKeyFormat": {"PartitionedPrefix": partitioned}
            if partitioned
            else {"SimplePrefix": {}}
            if simple is not None
            else None,
        }
    )


def notification(part: Part) -> dict[str, Any]:
    """Return the notifications of a bucket, empty where it sends none: CloudFormation has an entry for each event."""
    bridge = part.take("EventBridgeConfiguration")
    lists = {
        theirs: [entry for each in part.parts(ours) for entry in _entries(each, arn, destination)]
        for ours, theirs, arn, destination in _KINDS
    }
    return without({**lists, "EventBridgeConfiguration": None if bridge is None else {"EventBridgeEnabled": True}})


def cors(part: Part) -> dict[str, Any]:
    """Return the rules for requests from other origins, empty where there are none."""
    rules = [
        rule.copy(
            "AllowedHeaders", "AllowedMethods", "AllowedOrigins",
            ID="Id", ExposeHeaders="ExposedHeaders", MaxAgeSeconds="MaxAge",
        )
        for rule in part.parts("CORSRules")
    ]  # fmt: skip
    return {"CorsRules": rules} if rules else {}


def website(part: Part) -> dict[str, Any]:
    """Return the website of a bucket, empty where it is none."""
    return without(
        {
            **part.part("IndexDocument").copy(Suffix="IndexDocument"),
            **part.part("ErrorDocument").copy(Key="ErrorDocument"),
            "RedirectAllRequestsTo": part.part("RedirectAllRequestsTo").copy("HostName", "Protocol"),
            "RoutingRules": [_routing(rule) for rule in part.parts("RoutingRules")],
        }
    )


def _entries(each: Part, arn: str, destination: str) -> list[dict[str, Any]]:
    each.drop("Id")
    target = each.take(arn)
    key = each.part("Filter").part("Key")
    rules = [{"Name": str(rule.take("Name")).lower(), "Value": rule.take("Value")} for rule in key.parts("FilterRules")]
    narrowed = {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}
    return [{"Event": event, destination: target, **narrowed} for event in each.take("Events") or ()]


def _routing(rule: Part) -> dict[str, Any]:
    condition = rule.part("Condition").copy("HttpErrorCodeReturnedEquals", "KeyPrefixEquals")
    redirect = rule.part("Redirect").copy(
        "HostName", "HttpRedirectCode", "Protocol", "ReplaceKeyPrefixWith", "ReplaceKeyWith"
    )
    return without({"RoutingRuleCondition": condition}) | {"RedirectRule": redirect}
