"""A log group as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
"""

from collections.abc import Iterator
from typing import Any

from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.snapshots.snapshot import Snapshot

LOG_GROUP = "AWS::Logs::LogGroup"

_FOLLOWS = (
    "creationTime", "metricFilterCount", "arn", "logGroupArn", "storedBytes", "dataProtectionStatus",
    "inheritedProperties",
)  # fmt: skip
"""What follows from the name or from other settings, and what the account gives the group."""
_CLASSES = frozenset({None, "STANDARD", "INFREQUENT_ACCESS", "DELIVERY"})
_BESIDE = {
    "metric-filters": ("metricFilters", "metric filters"),
    "subscription-filters": ("subscriptionFilters", "subscription filters"),
    "transformer": ("transformerConfig", "transformer"),
}
"""Resources of their own: where they cannot be read, the group can still be written."""


@converts(LOG_GROUP)
def log_group(snapshot: Snapshot) -> Conversion:
    """Return a log group; without a retention its events never expire."""
    sections = Sections(snapshot)
    part = sections.part("log-group")
    part.drop(*_FOLLOWS)
    name = str(part.take("logGroupName") or snapshot.resource.id)
    if part.members.get("logGroupClass") not in _CLASSES:
        part.obstacle("CloudFormation does not make this class", "logGroupClass")
    properties = {
        "LogGroupName": name,
        **part.copy(retentionInDays="RetentionInDays", kmsKeyId="KmsKeyId", logGroupClass="LogGroupClass"),
        "DeletionProtectionEnabled": part.take("deletionProtectionEnabled") or None,
        "BearerTokenAuthenticationEnabled": part.take("bearerTokenAuthenticationEnabled") or None,
        "DataProtectionPolicy": _data_protection(sections.part("data-protection")),
        "FieldIndexPolicies": _index_policies(sections.part("index-policies")),
        "ResourcePolicyDocument": _resource_policy(sections.part("resource-policy")),
        "Tags": own_tags(sections.part("tags").take("Tags")),
    }
    made = TemplateResource(LOG_GROUP, name, without(properties), {"LogGroupName": name})
    return sections.conversion(made, remarks=tuple(_remarks(sections)))


def _data_protection(part: Part) -> dict[str, Any]:
    part.drop("logGroupIdentifier", "lastUpdatedTime")
    return document(part, "policyDocument")


def _index_policies(part: Part) -> list[dict[str, Any]]:
    """Return the group's own index policies; where it has none, AWS answers that of the account."""
    found = []
    part.drop("nextToken")
    for each in part.parts("indexPolicies"):
        each.drop("logGroupIdentifier", "lastUpdateTime", "policyName")
        policy = document(each, "policyDocument")
        found += [policy] if each.take("source") != "ACCOUNT" and policy else []
    return found


def _resource_policy(part: Part) -> dict[str, Any]:
    policies = part.parts("resourcePolicies")
    for each in policies:
        each.drop("policyName", "policyScope", "resourceArn", "revisionId", "lastUpdatedTime")
    found = [document(each, "policyDocument") for each in policies]
    if len(found) > 1:
        part.obstacle("CloudFormation takes one policy", "resourcePolicies")
    return found[0] if found else {}


def _remarks(sections: Sections) -> Iterator[str]:
    for name, (member, words) in _BESIDE.items():
        if not sections.has(name):
            sections.skip(name)
            continue
        part = sections.part(name)
        if part.has(member):
            yield f"its {words} are resources of their own: they are left out and stay as they are"
        part.drop(*part.members)
