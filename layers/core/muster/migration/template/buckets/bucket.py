"""Target buckets: the source's configuration with the rules of a target. Pure."""

from collections.abc import Mapping
from typing import Any

from muster.migration.file import BucketItem
from muster.migration.sides import Source
from muster.migration.template.buckets.lifecycle import target_lifecycle
from muster.migration.template.buckets.replication import LEGAL_HOLD, is_locked, role_arn
from muster.migration.template.moving import Mover, carried_policy
from muster.migration.template.plan import Parts, Plan, identifier, key_arn, named
from muster.properties.consuming import without
from muster.properties.conversion import Conversion, convert
from muster.properties.s3.bucket import BUCKET, POLICY

_BLOCKED = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
_OURS = (
    "BucketName", "VersioningConfiguration", "BucketEncryption", "LifecycleConfiguration", "ReplicationConfiguration",
    "PublicAccessBlockConfiguration", "NotificationConfiguration", "LoggingConfiguration", "AnalyticsConfigurations",
    "InventoryConfigurations", "MetricsConfigurations", "Tags",
)  # fmt: skip
"""Properties that are not simply those of the source."""
_REPLICATING_BUCKET = ("s3:List*", "s3:GetBucketVersioning", "s3:PutBucketVersioning")
_REPLICATING_OBJECTS = ("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags")
_OWNER_OVERRIDE = "s3:ObjectOwnerOverrideToBucketOwner"
_TWO_LAYERS = "aws:kms:dsse"
_LOCKED = "it has Object Lock: its versions cannot be deleted before their time, and neither can the bucket"


def add_buckets(plan: Plan, parts: Parts) -> None:
    """Add the target buckets with their policies."""
    mover = Mover(plan)
    for item, source in named(plan, BucketItem):
        if not source.own.exists:
            parts.gap(item.name, f"there is no such bucket in {plan.file.source.region}")
            continue
        conversion = convert(source.own)
        _say_obstacles(item.name, source, conversion, parts)
        given = {each.type: each.properties for each in conversion.resources}
        name = identifier("Bucket", item.target)
        parts.add_kept_data(name, BUCKET, _properties(item, given[BUCKET], mover, parts))
        document = given.get(POLICY, {}).get("PolicyDocument")
        policy = _policy(item, source, document, mover, parts)
        if policy:
            written = {"Bucket": {"Ref": name}, "PolicyDocument": policy}
            parts.add(identifier("BucketPolicy", item.target), POLICY, written)
    _order_logging(parts)


def _properties(item: Any, given: Mapping[str, Any], mover: Mover, parts: Parts) -> dict[str, Any]:
    plan = mover.plan

    def say(text: str) -> None:
        parts.remark(item.name, text)

    kept = {name: mover.value(value) for name, value in given.items() if name not in _OURS}
    if "." in item.target and kept.pop("AccelerateConfiguration", None):
        say("transfer acceleration is not carried over: the target's name has dots")
    if "ObjectLockEnabled" in kept:
        say(_LOCKED)
    if "ReplicationConfiguration" in given:
        say("the target does not replicate to where its source does")
    return {
        "BucketName": item.target,
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [_encryption(given)]},
        "PublicAccessBlockConfiguration": dict(_BLOCKED),
        "LifecycleConfiguration": target_lifecycle(given.get("LifecycleConfiguration"), plan.file.expiry_days, say),
        **kept,
        **_elsewhere(given, mover, say),
        "Tags": plan.tags(given.get("Tags") or ()),
    }


def _encryption(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the default encryption with the template's key; two layers, and what is blocked, are the source's.

    S3 Bucket Keys do not work with two layers.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
    """
    rules = (given.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration") or [{}]
    layers = rules[0].get("ServerSideEncryptionByDefault", {}).get("SSEAlgorithm") == _TWO_LAYERS
    default = {"SSEAlgorithm": _TWO_LAYERS if layers else "aws:kms", "KMSMasterKeyID": key_arn()}
    return {
        "ServerSideEncryptionByDefault": default,
        "BucketKeyEnabled": not layers,
        **{name: rules[0][name] for name in ("BlockedEncryptionTypes",) if name in rules[0]},
    }


def _elsewhere(given: Mapping[str, Any], mover: Mover, say: Any) -> dict[str, Any]:
    """Return what names other resources, as far as those are migrated too or are in no region."""
    logging = dict(given.get("LoggingConfiguration") or {})
    if logging:
        destination = logging["DestinationBucketName"]
        target = {item.name: item.target for item in mover.plan.file.buckets}.get(destination)
        logging = {**logging, "DestinationBucketName": target} if target and _keeps_no_logs(destination, mover) else {}
        if not logging:
            reason = "has access logs of its own" if target else "is no bucket of this migration"
            say(f"access logs are not carried over: {destination} {reason}")
    notification = dict(given.get("NotificationConfiguration") or {})
    bridge = {name: notification.pop(name) for name in ("EventBridgeConfiguration",) if name in notification}
    if notification:
        say("notifications are not carried over: add them when their functions, queues and topics exist")
    metrics = [each for each in given.get("MetricsConfigurations") or () if "AccessPointArn" not in each]
    if len(metrics) < len(given.get("MetricsConfigurations") or ()):
        say("metrics of access points are not carried over")
    for name, noun in (("AnalyticsConfigurations", "storage class analysis"), ("InventoryConfigurations", "inventory")):
        if given.get(name):
            say(f"{noun} is not carried over: it reports to a bucket of the source region")
    return without(
        {
            "LoggingConfiguration": logging,
            "NotificationConfiguration": bridge,
            "MetricsConfigurations": metrics,
        }
    )


def _keeps_no_logs(bucket: str, mover: Mover) -> bool:
    """Whether a bucket is not logged itself: two that log to each other could not be made one after the other."""
    found = (source.own.sections.get("logging") for item, source in mover.plan.sources if item.name == bucket)
    return not any(isinstance(each, Mapping) and each.get("LoggingEnabled") for each in found)


def _order_logging(parts: Parts) -> None:
    """Make a bucket that is logged after the bucket of its logs and its policy, which S3 checks.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    for resource in parts.resources.values():
        logging = resource["Properties"].get("LoggingConfiguration") if resource["Type"] == BUCKET else None
        if logging:
            name = logging["DestinationBucketName"]
            logging["DestinationBucketName"] = {"Ref": identifier("Bucket", name)}
            policy = identifier("BucketPolicy", name)
            if policy in parts.resources:
                resource["DependsOn"] = [policy]


def _policy(item: Any, source: Source, document: Any, mover: Mover, parts: Parts) -> dict[str, Any] | None:
    carried = carried_policy(document, mover, lambda text: parts.remark(item.name, text)) if document else None
    if not (mover.plan.across_accounts and item.replicated):
        return carried
    admitted = _admitting_role(item, source, mover.plan)
    return {"Version": "2012-10-17", **(carried or {}), "Statement": [*(carried or {}).get("Statement", ()), *admitted]}


def _admitting_role(item: BucketItem, source: Source, plan: Plan) -> list[dict[str, Any]]:
    """Return what admits the replication role of the source's account.

    The statement names the account: S3 refuses a policy with a role that does not exist yet.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
    """
    arn = f"arn:{plan.partition}:s3:::{item.target}"
    who = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{plan.partition}:iam::{plan.source_account}:root"},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": role_arn(plan, item, source)}},
    }
    objects = [*_REPLICATING_OBJECTS, _OWNER_OVERRIDE, *([LEGAL_HOLD] if is_locked(source) else [])]
    return [
        {"Sid": "ReplicationOfBucket", **who, "Action": [*_REPLICATING_BUCKET], "Resource": arn},
        {"Sid": "ReplicationOfObjects", **who, "Action": objects, "Resource": f"{arn}/*"},
    ]


def _say_obstacles(name: str, source: Source, conversion: Conversion, parts: Parts) -> None:
    for each in conversion.obstacles:
        say = parts.gap if each.setting in source.own.unread else parts.remark
        say(name, f"{each.setting} is not carried over: {each.reason}")
