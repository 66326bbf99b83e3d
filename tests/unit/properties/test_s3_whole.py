"""A bucket with everything that S3 can answer: no member of it is lost."""

from typing import Any

import pytest

from muster.model.finding import Resource
from muster.snapshots.s3 import BUCKET_FORM
from tests.unit.properties.whole import GONE, changed, changes, lost, model, whole

SITE = Resource("AWS::S3::Bucket", "site", "123456789012", "eu-west-1")
OPERATIONS = {
    "versioning": "GetBucketVersioning",
    "encryption": "GetBucketEncryption",
    "lifecycle": "GetBucketLifecycleConfiguration",
    "public-access-block": "GetPublicAccessBlock",
    "acl": "GetBucketAcl",
    "ownership": "GetBucketOwnershipControls",
    "logging": "GetBucketLogging",
    "replication": "GetBucketReplication",
    "object-lock": "GetObjectLockConfiguration",
    "tags": "GetBucketTagging",
    "notification": "GetBucketNotificationConfiguration",
    "cors": "GetBucketCors",
    "website": "GetBucketWebsite",
    "accelerate": "GetBucketAccelerateConfiguration",
    "request-payment": "GetBucketRequestPayment",
    "abac": "GetBucketAbac",
    "metadata": "GetBucketMetadataConfiguration",
}
LISTS = {
    "metrics": ("ListBucketMetricsConfigurations", "MetricsConfigurationList"),
    "analytics": ("ListBucketAnalyticsConfigurations", "AnalyticsConfigurationList"),
    "inventory": ("ListBucketInventoryConfigurations", "InventoryConfigurationList"),
    "tiering": ("ListBucketIntelligentTieringConfigurations", "IntelligentTieringConfigurationList"),
}
POLICIES = ('{"Statement": [1]}', '{"Statement": [2]}')
NO_SETTINGS = {
    "acl.Owner.DisplayName": "a name for people",
    "acl.Owner.ID": "the account of the bucket",
    "accelerate.RequestCharged": "says who paid for the call",
    "notification.TopicConfigurations[0].Id": "CloudFormation has ids of its own: a remark says so",
    "notification.QueueConfigurations[0].Id": "as above",
    "notification.LambdaFunctionConfigurations[0].Id": "as above",
}
"""Members that are no settings, and why."""


def everything() -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    sections: dict[str, Any] = {"location": {"Region": "eu-west-1"}, "policy": {"Policy": POLICIES[0]}}
    differences: list[tuple[str, Any]] = [("location.Region", "us-east-1"), ("policy.Policy", POLICIES[1])]
    for name, operation in OPERATIONS.items():
        sections[name] = whole(model("s3", operation), name)
        differences += changes(model("s3", operation), name)
    for name, (operation, member) in LISTS.items():
        shape = model("s3", operation).members[member]
        sections[name] = {member: whole(shape, f"{name}.{member}")}
        differences += changes(shape, f"{name}.{member}")
    return sections, differences


ALTERNATIVES = {
    "lifecycle.Rules[0].Prefix": "lifecycle.Rules[0].Filter",
    "lifecycle.Rules[0].Filter": "lifecycle.Rules[0].Prefix",
    "logging.LoggingEnabled.TargetObjectKeyFormat.SimplePrefix":
        "logging.LoggingEnabled.TargetObjectKeyFormat.PartitionedPrefix",
    "logging.LoggingEnabled.TargetObjectKeyFormat.PartitionedPrefix":
        "logging.LoggingEnabled.TargetObjectKeyFormat.SimplePrefix",
}  # fmt: skip
"""Members of which AWS answers one only: where the first is changed, the second is left out."""


def base_of(path: str) -> dict[str, Any]:
    """Return everything that AWS can answer beside a member."""
    base = SECTIONS
    for one, other in ALTERNATIVES.items():
        if path.startswith(one):
            base = changed(base, other, GONE)
    if ".Filter." in path:
        filter_path, _, member = path.partition(".Filter.")
        is_and = member.startswith("And.")
        there = base_filter(base, f"{filter_path}.Filter")
        for other in [name for name in there if (name == "And") is not is_and and name != member]:
            base = changed(base, f"{filter_path}.Filter.{other}", GONE)
    return base


def base_filter(sections: dict[str, Any], path: str) -> dict[str, Any]:
    value: Any = sections
    for step in path.replace("[0]", ".0").split("."):
        value = value[0] if step == "0" else value[step]
    return dict(value)


SECTIONS, DIFFERENCES = everything()


def test_every_section_of_the_form_is_there() -> None:
    assert set(SECTIONS) == {section.name for section in BUCKET_FORM.sections}
    assert len(DIFFERENCES) > 150


@pytest.mark.parametrize(("path", "value"), [each for each in DIFFERENCES if each[0] not in NO_SETTINGS])
def test_a_change_shows_in_the_properties_or_lies_under_an_obstacle(path: str, value: object) -> None:
    assert not lost(SITE, base_of(path), path, value)


@pytest.mark.parametrize("path", NO_SETTINGS)
def test_what_is_no_setting_does_not_show(path: str) -> None:
    assert lost(SITE, SECTIONS, path, dict(DIFFERENCES)[path])
