"""A role as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from typing import Any

from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.snapshots.snapshot import Snapshot

ROLE = "AWS::IAM::Role"

_OF_AWS = {
    "/aws-service-role/": "the role is linked to a service, which alone makes and changes it",
    "/aws-reserved/": "the role is of a permission set, and is changed in IAM Identity Center",
}


@converts(ROLE)
def role(snapshot: Snapshot) -> Conversion:
    """Return a role with its inline policies; attached policies and the boundary are named by their ARNs."""
    sections = Sections(snapshot)
    stated = sections.part("role").part("Role")
    name = str(stated.take("RoleName") or snapshot.resource.id)
    remarks = _other_resources(sections, snapshot)
    made = TemplateResource(ROLE, name, _properties(sections, stated, name), {"RoleName": name})
    return sections.conversion(made, remarks=remarks)


def _properties(sections: Sections, stated: Part, name: str) -> dict[str, Any]:
    stated.drop("RoleId", "Arn", "CreateDate", "RoleLastUsed", "Tags")
    stated.refuse("SourceRoleTemplate", "CloudFormation has no property for the template of a role")
    path = str(stated.members.get("Path") or "")
    for start, reason in _OF_AWS.items():
        if path.startswith(start):
            stated.obstacle(reason, "Path")
    boundary = stated.part("PermissionsBoundary")
    boundary.drop("PermissionsBoundaryType")
    attached = sections.part("attached-policies").parts("AttachedPolicies")
    return {
        "RoleName": name,
        "AssumeRolePolicyDocument": document(stated, "AssumeRolePolicyDocument"),
        **without(
            {
                **stated.copy("Path", "MaxSessionDuration"),
                "Description": stated.take("Description") or None,
                "PermissionsBoundary": boundary.take("PermissionsBoundaryArn"),
                "Policies": [_inline(each) for each in sections.part("inline-policies").parts("Policies")],
                "ManagedPolicyArns": [_arn(each) for each in attached],
                "Tags": own_tags(sections.part("tags").take("Tags")),
            }
        ),
    }


def _other_resources(sections: Sections, snapshot: Snapshot) -> list[str]:
    """Pass over what belongs to the role and is no property of it, and say so of instance profiles."""
    profiles = sections.has("instance-profiles") and snapshot.answer("instance-profiles").get("InstanceProfiles")
    sections.skip("boundary", "instance-profiles")
    names = ", ".join(each["InstanceProfileName"] for each in profiles or ())
    return [f"the instance profile {names} is another resource, and is not included"] if names else []


def _inline(policy: Part) -> dict[str, Any]:
    return {**policy.copy("PolicyName"), "PolicyDocument": document(policy, "PolicyDocument")}


def _arn(attached: Part) -> str:
    """Return an attached policy's ARN: its document is its own."""
    attached.drop("PolicyName", "PolicyDocument")
    return str(attached.take("PolicyArn"))
