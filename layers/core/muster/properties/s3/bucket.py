"""A bucket and its policy as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

import re
from typing import Any

from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.properties.s3 import access, configurations, delivery
from muster.properties.s3.lifecycle import lifecycle
from muster.properties.s3.replication import replication
from muster.snapshots.snapshot import Snapshot

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ALGORITHMS = frozenset({"AES256", "aws:kms", "aws:kms:dsse"})
_IDS = "CloudFormation gives the notifications ids of its own, and writes one for each event"

_OLD_RULES = "lifecycle rules in S3's old form (a prefix, no filter) are written with a filter, which means the same"


@converts(BUCKET)
def bucket(snapshot: Snapshot) -> Conversion:
    """Return a bucket and, where it has one, its policy."""
    sections = Sections(snapshot)
    name = snapshot.resource.id
    policy = document(sections.part("policy"), "Policy")
    made = [TemplateResource(BUCKET, name, _properties(sections, name), {"BucketName": name})]
    if policy:
        stated = {"Bucket": name, "PolicyDocument": policy}
        made.append(TemplateResource(POLICY, name, stated, {"Bucket": name}))
    remarks = [_IDS] if "NotificationConfiguration" in made[0].properties else []
    remarks += [_OLD_RULES] if _has_old_rules(sections.part("lifecycle")) else []
    return sections.conversion(*made, remarks=remarks)


def _has_old_rules(part: Part) -> bool:
    """Whether a lifecycle rule has a prefix of its own instead of a filter, as rules had at first."""
    return any("Prefix" in rule and "Filter" not in rule for rule in part.members.get("Rules") or ())


def _properties(sections: Sections, name: str) -> dict[str, Any]:
    _place(sections, name)
    _without_property(sections)
    part = sections.part
    return without(
        {
            "BucketName": name,
            "VersioningConfiguration": _versioning(part("versioning")),
            "BucketEncryption": _encryption(part("encryption")),
            "LifecycleConfiguration": lifecycle(part("lifecycle")),
            "PublicAccessBlockConfiguration": access.public_access_block(part("public-access-block")),
            "OwnershipControls": access.ownership(part("ownership")),
            "LoggingConfiguration": delivery.logging(part("logging")),
            "NotificationConfiguration": delivery.notification(part("notification")),
            "CorsConfiguration": delivery.cors(part("cors")),
            "WebsiteConfiguration": delivery.website(part("website")),
            "ReplicationConfiguration": replication(part("replication")),
            **_object_lock(part("object-lock").part("ObjectLockConfiguration")),
            "AccelerateConfiguration": part("accelerate").copy(Status="AccelerationStatus"),
            "MetricsConfigurations": configurations.metrics(part("metrics")),
            "AnalyticsConfigurations": configurations.analytics(part("analytics")),
            "InventoryConfigurations": configurations.inventory(part("inventory")),
            "IntelligentTieringConfigurations": configurations.tiering(part("tiering")),
            "AbacStatus": _abac(part("abac").part("AbacStatus")),
            "Tags": own_tags(part("tags").take("TagSet")),
        }
    )


def _place(sections: Sections, name: str) -> None:
    region = sections.part("location").take("Region")
    if region and region != sections.snapshot.resource.region:
        sections.part("location").obstacle(f"the bucket is in {region}", "Region")
    if not _NAME.fullmatch(name):
        sections.obstacle("name", "CloudFormation takes names of 3 to 63 lower-case letters, digits, dots and hyphens")


def _without_property(sections: Sections) -> None:
    """Take what CloudFormation has no property for; what every bucket has is no obstacle."""
    access.acl(sections.part("acl"))
    payment = sections.part("request-payment")
    if payment.take("Payer") == "Requester":
        payment.obstacle("CloudFormation has no property for Requester Pays", "Payer")
    sections.part("accelerate").drop("RequestCharged")
    if sections.has("metadata"):
        metadata = sections.part("metadata")
        metadata.drop("GetBucketMetadataConfigurationResult")
        metadata.obstacle("the encryption of metadata tables cannot be read")


def _abac(part: Part) -> str | None:
    """Return that tags control access, None where they do not: that is how every bucket begins."""
    status = part.take("Status")
    return None if status == "Disabled" else status


def _versioning(part: Part) -> dict[str, Any]:
    if part.take("MFADelete") == "Enabled":
        part.obstacle("CloudFormation has no property for MFA delete", "MFADelete")
    return part.copy("Status")


def _encryption(part: Part) -> dict[str, Any]:
    rules = [_encryption_rule(rule) for rule in part.part("ServerSideEncryptionConfiguration").parts("Rules")]
    return {"ServerSideEncryptionConfiguration": rules} if rules else {}


def _encryption_rule(rule: Part) -> dict[str, Any]:
    default = rule.part("ApplyServerSideEncryptionByDefault")
    properties = default.copy("SSEAlgorithm", "KMSMasterKeyID")
    if properties and properties.get("SSEAlgorithm") not in _ALGORITHMS:
        default.obstacle(f"CloudFormation does not take {properties.get('SSEAlgorithm')}", "SSEAlgorithm")
    return without(
        {
            "ServerSideEncryptionByDefault": properties,
            **rule.copy("BucketKeyEnabled"),
            "BlockedEncryptionTypes": rule.part("BlockedEncryptionTypes").copy("EncryptionType"),
        }
    )


def _object_lock(configuration: Part) -> dict[str, Any]:
    if not configuration:
        return {}
    enabled = configuration.copy("ObjectLockEnabled")
    retention = configuration.part("Rule").part("DefaultRetention")
    held = without(
        {
            **retention.copy("Mode", "Days", "Years"),
            "DefaultEventHold": retention.part("DefaultEventHold").copy("Days", "Years"),
        }
    )
    rule = {"Rule": {"DefaultRetention": held}} if held else {}
    return {"ObjectLockEnabled": bool(enabled), "ObjectLockConfiguration": {**enabled, **rule}}
