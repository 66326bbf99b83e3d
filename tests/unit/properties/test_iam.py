"""Roles as properties: what is written, what stands in the way, and that nothing is lost."""

import json
from typing import Any

import pytest

from muster.model.finding import GLOBAL, Resource, Unavailable
from muster.properties.conversion import Conversion, Obstacle, convert
from muster.snapshots.iam import ROLE_FORM
from muster.snapshots.snapshot import Snapshot
from tests.unit.properties.linted import faults
from tests.unit.properties.whole import changes, lost, model, whole

COPY = Resource("AWS::IAM::Role", "copy", "123456789012", GLOBAL)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
OWN = "arn:aws:iam::123456789012:policy/own"
ROLE = {
    "Path": "/", "RoleName": "copy", "RoleId": "AROA", "Arn": "arn:aws:iam::123456789012:role/copy",
    "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 3600, "RoleLastUsed": {"Region": "eu-west-1"},
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "role": {"Role": ROLE},
    "inline-policies": {"Policies": []},
    "attached-policies": {"AttachedPolicies": []},
    "boundary": {},
    "tags": {"Tags": []},
    "instance-profiles": {"InstanceProfiles": []},
}


def converted(sections: dict[str, Any] | None = None, **role: Any) -> Conversion:
    return convert(Snapshot(COPY, {**PLAIN, "role": {"Role": {**ROLE, **role}}, **(sections or {})}))


def test_a_plain_role_has_its_trust_path_and_longest_session() -> None:
    conversion = converted()
    assert (conversion.obstacles, conversion.remarks, faults(conversion)) == ((), (), [])
    (role,) = conversion.resources
    assert (role.name, role.identifier) == ("copy", {"RoleName": "copy"})
    assert role.properties == {
        "RoleName": "copy", "AssumeRolePolicyDocument": TRUST, "Path": "/", "MaxSessionDuration": 3600,
    }  # fmt: skip


def test_policies_boundary_description_and_tags_are_written() -> None:
    sections = {
        "inline-policies": {"Policies": [{"PolicyName": "read", "PolicyDocument": READ}]},
        "attached-policies": {"AttachedPolicies": [{"PolicyName": "own", "PolicyArn": OWN, "PolicyDocument": READ}]},
        "boundary": {"PermissionsBoundaryArn": OWN, "PolicyDocument": READ},
        "tags": {"Tags": [{"Key": "team", "Value": "data"}, {"Key": "aws:x", "Value": "y"}]},
    }
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": OWN}
    conversion = converted(sections, PermissionsBoundary=boundary, Description="copies", Path="/teams/")
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    written = conversion.resources[0].properties
    assert written["Policies"] == [{"PolicyName": "read", "PolicyDocument": READ}]
    assert (written["ManagedPolicyArns"], written["PermissionsBoundary"]) == ([OWN], OWN)
    assert (written["Description"], written["Path"]) == ("copies", "/teams/")
    assert written["Tags"] == [{"Key": "team", "Value": "data"}]


@pytest.mark.parametrize("path", ["/aws-service-role/s3.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"])
def test_roles_of_aws_are_never_written_without_an_obstacle(path: str) -> None:
    assert [each.setting for each in converted(Path=path).obstacles] == ["role.Role.Path"]


def test_a_trust_that_is_text_is_parsed_and_one_that_is_none_is_an_obstacle() -> None:
    text = converted(AssumeRolePolicyDocument=json.dumps(TRUST))
    assert text.resources[0].properties["AssumeRolePolicyDocument"] == TRUST
    broken = converted(AssumeRolePolicyDocument="[]")
    assert [each.setting for each in broken.obstacles] == ["role.Role.AssumeRolePolicyDocument"]


def test_instance_profiles_are_a_remark() -> None:
    profiles = {"InstanceProfiles": [{"InstanceProfileName": "host"}]}
    conversion = converted({"instance-profiles": profiles})
    assert conversion.obstacles == ()
    assert "host" in conversion.remarks[0]


@pytest.mark.parametrize("name", ["inline-policies", "attached-policies", "tags"])
def test_what_was_not_read_of_the_role_is_an_obstacle(name: str) -> None:
    unread = {name: Unavailable("iam:Get", "access denied")}
    assert converted(unread).obstacles == (Obstacle(name, "could not be read: access denied"),)


@pytest.mark.parametrize("name", ["boundary", "instance-profiles"])
def test_what_was_not_read_of_other_resources_is_none(name: str) -> None:
    assert converted({name: Unavailable("iam:Get", "access denied")}).obstacles == ()


def test_a_role_made_from_a_template_is_an_obstacle() -> None:
    made = converted(SourceRoleTemplate={"TemplateArn": "a"})
    assert [each.setting for each in made.obstacles] == ["role.Role.SourceRoleTemplate"]


DOCUMENTS = ('{"Statement": [1]}', '{"Statement": [2]}')
SECTIONS: dict[str, Any] = {
    "role": whole(model("iam", "GetRole"), "role"),
    "inline-policies": {"Policies": [{"PolicyName": "a", "PolicyDocument": DOCUMENTS[0]}]},
    "attached-policies": {"AttachedPolicies": whole(
        model("iam", "ListAttachedRolePolicies").members["AttachedPolicies"], "attached-policies.AttachedPolicies")},
    "boundary": {},
    "tags": {"Tags": whole(model("iam", "ListRoleTags").members["Tags"], "tags.Tags")},
    "instance-profiles": {},
}  # fmt: skip
SECTIONS["role"]["Role"]["AssumeRolePolicyDocument"] = DOCUMENTS[0]
NO_SETTINGS = frozenset(
    {
        *(f"role.Role.{name}" for name in (
            "RoleId", "Arn", "CreateDate", "RoleLastUsed.LastUsedDate", "RoleLastUsed.Region", "Tags[0].Key",
            "Tags[0].Value", "PermissionsBoundary.PermissionsBoundaryType",
        )),
        "attached-policies.AttachedPolicies[0].PolicyName",
    }
)  # fmt: skip
"""Names and times; tags have a call of their own, boundaries one type, and policies are named by their ARNs."""
DIFFERENCES = [
    *((path, value) for path, value in changes(model("iam", "GetRole"), "role") if not path.endswith("Document")),
    ("role.Role.AssumeRolePolicyDocument", DOCUMENTS[1]),
    ("inline-policies.Policies[0].PolicyName", "b"),
    ("inline-policies.Policies[0].PolicyDocument", DOCUMENTS[1]),
    *changes(
        model("iam", "ListAttachedRolePolicies").members["AttachedPolicies"], "attached-policies.AttachedPolicies"
    ),
    *changes(model("iam", "ListRoleTags").members["Tags"], "tags.Tags"),
]


def test_every_section_of_the_form_is_there() -> None:
    assert set(SECTIONS) == {section.name for section in ROLE_FORM.sections}


@pytest.mark.parametrize(("path", "value"), DIFFERENCES)
def test_every_member_shows_or_is_known_to_be_no_setting(path: str, value: object) -> None:
    assert lost(COPY, SECTIONS, path, value) is (path in NO_SETTINGS)
