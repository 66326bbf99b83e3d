"""The form of a role: its trust, and all policies that decide what it may do, with their documents."""

from collections.abc import Mapping
from typing import Any

from muster.model.finding import Resource
from muster.readers.answers import all_pages
from muster.readers.iam.policies import ROLE
from muster.snapshots.form import Form
from muster.snapshots.section import section

_ROLES = "arn:{partition}:iam::*:role/*"
_VERSION = "iam:GetPolicyVersion"


def _role(iam: Any, role: Resource) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = iam.get_role(RoleName=role.id)
    return answer


def _inline(iam: Any, role: Resource) -> Mapping[str, Any]:
    names = all_pages(iam, "list_role_policies", "PolicyNames", RoleName=role.id)["PolicyNames"]
    policies = [iam.get_role_policy(RoleName=role.id, PolicyName=name) for name in names]
    return {
        "Policies": [{"PolicyName": each["PolicyName"], "PolicyDocument": each["PolicyDocument"]} for each in policies]
    }


def _attached(iam: Any, role: Resource) -> Mapping[str, Any]:
    attached = all_pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=role.id)
    return {
        "AttachedPolicies": [
            {**each, "PolicyDocument": _document(iam, each["PolicyArn"])} for each in attached["AttachedPolicies"]
        ]
    }


def _boundary(iam: Any, _role: Resource, role: Mapping[str, Any]) -> Mapping[str, Any]:
    boundary = role["Role"].get("PermissionsBoundary")
    if not boundary:
        return {}
    arn = boundary["PermissionsBoundaryArn"]
    return {"PermissionsBoundaryArn": arn, "PolicyDocument": _document(iam, arn)}


def _tags(iam: Any, role: Resource) -> Mapping[str, Any]:
    return {"Tags": list(all_pages(iam, "list_role_tags", "Tags", RoleName=role.id)["Tags"])}


def _instance_profiles(iam: Any, role: Resource) -> Mapping[str, Any]:
    profiles = all_pages(iam, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=role.id)
    return {"InstanceProfiles": list(profiles["InstanceProfiles"])}


def _document(iam: Any, arn: str) -> Any:
    """Return the document that is in force: the policy's default version."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


ROLE_FORM = Form(
    ROLE,
    (
        section("role", "iam:GetRole", _role, on=_ROLES),
        section("inline-policies", "iam:ListRolePolicies", _inline, also=("iam:GetRolePolicy",), on=_ROLES),
        section("attached-policies", "iam:ListAttachedRolePolicies", _attached, also=("iam:GetPolicy", _VERSION)),
        section("boundary", "iam:GetPolicy", _boundary, of="role", also=(_VERSION,)),
        section("tags", "iam:ListRoleTags", _tags, on=_ROLES),
        section("instance-profiles", "iam:ListInstanceProfilesForRole", _instance_profiles, on=_ROLES),
    ),
    gone=frozenset({"NoSuchEntity"}),
)
"""A role's configuration. An inline policy is {PolicyName, PolicyDocument}, an attached one {PolicyName, PolicyArn,
PolicyDocument}, whether it is the customer's or AWS's; the boundary is {PermissionsBoundaryArn, PolicyDocument}, or
empty. Documents are parsed JSON.
"""
