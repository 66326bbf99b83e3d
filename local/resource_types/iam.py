"""Roles and policies.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.cloudformation.utils import random_suffix

from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _role(properties: Properties, region: str, _account: str) -> Made:
    iam, name = client("iam", region), str(properties["RoleName"])
    given = chosen(properties, "Description", "MaxSessionDuration", "Path", "PermissionsBoundary")
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=_text(properties["AssumeRolePolicyDocument"]),
        Tags=_tag_list(tags_of(properties)),
        **given,
    )["Role"]
    for policy in properties.get("Policies", ()):
        document = _text(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    for arn in properties.get("ManagedPolicyArns", ()):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    return name, {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def _find_role(identifier: Properties, region: str, _account: str) -> Made:
    role = client("iam", region).get_role(RoleName=identifier["RoleName"])["Role"]
    return role["RoleName"], {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def _tag_role(name: str, tags: Mapping[str, str], region: str) -> None:
    client("iam", region).tag_role(RoleName=name, Tags=_tag_list(tags))


def _delete_role(name: str, region: str) -> None:
    iam = client("iam", region)
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _managed_policy(properties: Properties, region: str, _account: str) -> Made:
    iam = client("iam", region)
    given = chosen(properties, "Description", "Path", PolicyName="ManagedPolicyName")
    document = _text(properties["PolicyDocument"])
    policy = iam.create_policy(PolicyDocument=document, **given)["Policy"]
    arn = str(policy["Arn"])
    for role in properties.get("Roles", ()):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    for user in properties.get("Users", ()):
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    for group in properties.get("Groups", ()):
        iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    return arn, {"PolicyArn": arn, "PolicyId": policy["PolicyId"]}


def _find_managed_policy(identifier: Properties, region: str, _account: str) -> Made:
    policy = client("iam", region).get_policy(PolicyArn=identifier["PolicyArn"])["Policy"]
    return policy["Arn"], {"PolicyArn": policy["Arn"], "PolicyId": policy["PolicyId"]}


def _delete_managed_policy(arn: str, region: str) -> None:
    iam = client("iam", region)
    attached = iam.list_entities_for_policy(PolicyArn=arn)
    for role in attached.get("PolicyRoles", ()):
        iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
    for user in attached.get("PolicyUsers", ()):
        iam.detach_user_policy(UserName=user["UserName"], PolicyArn=arn)
    for group in attached.get("PolicyGroups", ()):
        iam.detach_group_policy(GroupName=group["GroupName"], PolicyArn=arn)
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _policy(properties: Properties, region: str, _account: str) -> Made:
    iam, name = client("iam", region), str(properties["PolicyName"])
    document = _text(properties["PolicyDocument"])
    for role in properties.get("Roles", ()):
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    for user in properties.get("Users", ()):
        iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)
    for group in properties.get("Groups", ()):
        iam.put_group_policy(GroupName=group, PolicyName=name, PolicyDocument=document)
    members = {kind: list(properties.get(kind, ())) for kind in ("Roles", "Users", "Groups")}
    return f"{name[:40]}-{random_suffix()}", {"PolicyName": name, "Members": json.dumps(members)}


def _undo_policy(attributes: Mapping[str, str], region: str) -> None:
    iam, name, members = client("iam", region), attributes["PolicyName"], json.loads(attributes["Members"])
    for role in members["Roles"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    for user in members["Users"]:
        iam.delete_user_policy(UserName=user, PolicyName=name)
    for group in members["Groups"]:
        iam.delete_group_policy(GroupName=group, PolicyName=name)


def _role_policy(properties: Properties, region: str, _account: str) -> Made:
    role, name = str(properties["RoleName"]), str(properties["PolicyName"])
    document = _text(properties["PolicyDocument"])
    client("iam", region).put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    return f"{name}|{role}", {}


def _find_role_policy(identifier: Properties, region: str, _account: str) -> Made:
    name, role = identifier["PolicyName"], identifier["RoleName"]
    client("iam", region).get_role_policy(RoleName=role, PolicyName=name)
    return f"{name}|{role}", {}


def _delete_role_policy(physical_id: str, region: str) -> None:
    name, _, role = physical_id.partition("|")
    client("iam", region).delete_role_policy(RoleName=role, PolicyName=name)


KINDS = (
    Kind("AWS::IAM::Role", _role, _delete_role, name="RoleName", find=_find_role, tag=_tag_role),
    Kind(
        "AWS::IAM::ManagedPolicy",
        _managed_policy,
        _delete_managed_policy,
        name="ManagedPolicyName",
        find=_find_managed_policy,
    ),
    Kind("AWS::IAM::Policy", _policy, undo=_undo_policy),
    Kind("AWS::IAM::RolePolicy", _role_policy, _delete_role_policy, find=_find_role_policy),
)
