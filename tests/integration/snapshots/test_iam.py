"""The form of a role, on moto and with prepared answers."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from muster.model.finding import GLOBAL, Resource
from muster.sdk.session import Clients
from muster.snapshots.iam import ROLE_FORM
from muster.snapshots.reading import read_snapshot
from muster.snapshots.snapshot import Snapshot

HERE = "eu-west-1"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}}]}
NEW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
OLD = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


def read(clients: Clients) -> Snapshot:
    return read_snapshot(clients, Resource("AWS::IAM::Role", "copy", "123456789012", GLOBAL), ROLE_FORM, HERE)


@pytest.fixture
def iam(clients: Clients) -> Any:
    client = clients.get("iam", HERE)
    client.create_role(RoleName="copy", AssumeRolePolicyDocument=json.dumps(TRUST), Path="/teams/")
    return client


def policy(iam: Any, name: str) -> str:
    """Make a policy whose first version denies and whose second, the default, allows."""
    arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(OLD))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(NEW), SetAsDefault=True)
    return str(arn)


def test_a_plain_role_has_its_trust_and_nothing_else(iam: Any, clients: Clients) -> None:
    assert iam
    snapshot = read(clients)
    assert not snapshot.unread
    assert snapshot.answer("role")["Role"]["AssumeRolePolicyDocument"] == TRUST
    assert snapshot.answer("inline-policies") == {"Policies": []}
    assert snapshot.answer("attached-policies") == {"AttachedPolicies": []}
    assert snapshot.answer("boundary") == {}
    assert snapshot.answer("tags") == {"Tags": []}
    assert snapshot.answer("instance-profiles") == {"InstanceProfiles": []}


def test_inline_policies_come_with_their_documents(iam: Any, clients: Clients) -> None:
    iam.put_role_policy(RoleName="copy", PolicyName="read", PolicyDocument=json.dumps(NEW))
    assert read(clients).answer("inline-policies") == {"Policies": [{"PolicyName": "read", "PolicyDocument": NEW}]}


def test_attached_policies_come_with_the_document_of_the_default_version(iam: Any, clients: Clients) -> None:
    arn = policy(iam, "own")
    iam.attach_role_policy(RoleName="copy", PolicyArn=arn)
    attached = read(clients).answer("attached-policies")["AttachedPolicies"]
    assert attached == [{"PolicyName": "own", "PolicyArn": arn, "PolicyDocument": NEW}]


def test_the_boundary_comes_with_the_document_of_the_default_version(iam: Any, clients: Clients) -> None:
    arn = policy(iam, "most")
    iam.put_role_permissions_boundary(RoleName="copy", PermissionsBoundary=arn)
    assert read(clients).answer("boundary") == {"PermissionsBoundaryArn": arn, "PolicyDocument": NEW}


def test_tags_and_instance_profiles_are_read(iam: Any, clients: Clients) -> None:
    iam.tag_role(RoleName="copy", Tags=[{"Key": "team", "Value": "data"}])
    iam.create_instance_profile(InstanceProfileName="host")
    iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="copy")
    snapshot = read(clients)
    assert snapshot.answer("tags") == {"Tags": [{"Key": "team", "Value": "data"}]}
    profiles = snapshot.answer("instance-profiles")["InstanceProfiles"]
    assert [each["InstanceProfileName"] for each in profiles] == ["host"]


REFUSALS = {
    "GetRole": (["role", "boundary"], "iam:GetRole"),
    "ListRolePolicies": (["inline-policies"], "iam:ListRolePolicies"),
    "GetRolePolicy": (["inline-policies"], "iam:GetRolePolicy"),
    "ListAttachedRolePolicies": (["attached-policies"], "iam:ListAttachedRolePolicies"),
    "GetPolicy": (["attached-policies", "boundary"], "iam:GetPolicy"),
    "GetPolicyVersion": (["attached-policies", "boundary"], "iam:GetPolicyVersion"),
    "ListRoleTags": (["tags"], "iam:ListRoleTags"),
    "ListInstanceProfilesForRole": (["instance-profiles"], "iam:ListInstanceProfilesForRole"),
}


@pytest.mark.parametrize("operation", REFUSALS)
def test_a_refusal_leaves_exactly_what_it_reads_unread(iam: Any, clients: Clients, operation: str) -> None:
    iam.put_role_policy(RoleName="copy", PolicyName="read", PolicyDocument=json.dumps(NEW))
    arn = policy(iam, "own")
    iam.attach_role_policy(RoleName="copy", PolicyArn=arn)
    iam.put_role_permissions_boundary(RoleName="copy", PermissionsBoundary=arn)
    refuse(iam, operation, "AccessDenied")
    unread = read(clients).unread
    names, permission = REFUSALS[operation]
    assert list(unread) == names
    assert {each.permission for each in unread.values()} == {permission}


def test_a_policy_that_goes_meanwhile_is_no_role_that_does_not_exist(iam: Any, clients: Clients) -> None:
    iam.attach_role_policy(RoleName="copy", PolicyArn=policy(iam, "own"))
    refuse(iam, "GetPolicyVersion", "NoSuchEntity")
    snapshot = read(clients)
    assert snapshot.exists
    assert list(snapshot.unread) == ["attached-policies"]


def test_a_role_that_is_not_there_does_not_exist(clients: Clients) -> None:
    assert read(clients).exists is False


def refuse(iam: Any, operation: str, code: str) -> None:
    """Make every later call of an operation fail."""

    def answer(**_said: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

    iam.meta.events.register(f"before-call.iam.{operation}", answer)
