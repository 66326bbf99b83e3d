"""Reading what an account has: support access, features of its organization, analyzers, devices."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.iam.account import OrganizationsFeatures, SupportAccess
from muster.model.finding import ACCOUNT, GLOBAL, REGION, Resource
from muster.readers.iam.access_analyzer import analyzers
from muster.readers.iam.account import organizations_features, support_access, virtual_mfa_devices

HERE = Resource(ACCOUNT, "123456789012", "123456789012", GLOBAL)
OPEN = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
DELETED = OPEN.replace('{"Service": "ec2.amazonaws.com"}', '{"AWS": "AROA2EXAMPLEEXAMPLE12"}')
NONE: dict[str, Any] = {"PolicyUsers": [], "PolicyRoles": [], "PolicyGroups": [], "IsTruncated": False}
AT = "2026-01-01T00:00:00Z"


def role(name: str, trust: str) -> tuple[str, dict[str, Any]]:
    details = {"RoleName": name, "RoleId": "A" * 16, "Arn": f"arn:aws:iam::123456789012:role/{name}", "Path": "/"}
    return "get_role", {"Role": details | {"CreateDate": AT, "AssumeRolePolicyDocument": trust}}


def group(*users: str) -> tuple[str, dict[str, Any]]:
    details = {"Path": "/", "GroupName": "g", "GroupId": "A" * 16, "Arn": "arn:aws:iam::123456789012:group/g"}
    found = [
        {"Path": "/", "UserName": name, "UserId": "A" * 16, "Arn": f"arn:aws:iam::123456789012:user/{name}"}
        for name in users
    ]
    return "get_group", {"Group": details | {"CreateDate": AT}, "Users": [each | {"CreateDate": AT} for each in found]}


@pytest.mark.parametrize(
    ("attached", "asked", "wanted"),
    [
        pytest.param({}, [], SupportAccess((), (), ()), id="nobody"),
        pytest.param(
            {"PolicyUsers": [{"UserName": "ann"}], "PolicyRoles": [{"RoleName": "a"}]},
            [],
            SupportAccess(("ann",), (), ()),
            id="a user is enough",
        ),
        pytest.param(
            {"PolicyRoles": [{"RoleName": "a"}, {"RoleName": "b"}, {"RoleName": "c"}]},
            [role("a", DELETED), role("b", OPEN)],
            SupportAccess((), ("b",), ()),
            id="the first role that someone can assume",
        ),
        pytest.param({"PolicyGroups": [{"GroupName": "g"}]}, [group()], SupportAccess((), (), ()), id="empty group"),
        pytest.param(
            {"PolicyRoles": [{"RoleName": "a"}], "PolicyGroups": [{"GroupName": "g"}]},
            [role("a", DELETED), group("ann")],
            SupportAccess((), (), ("g",)),
            id="a group with a user",
        ),
    ],
)
def test_support_access_counts_where_someone_can_use_it(
    attached: dict[str, Any], asked: list[tuple[str, dict[str, Any]]], wanted: SupportAccess
) -> None:
    iam = boto3.client("iam", "us-east-1")
    with Stubber(iam) as stub:
        stub.add_response(
            "list_entities_for_policy",
            NONE | attached,
            {
                "PolicyArn": "arn:aws:iam::aws:policy/AWSSupportAccess",
                "PolicyUsageFilter": "PermissionsPolicy",
                "MaxItems": 1000,
            },
        )
        for operation, answer in asked:
            stub.add_response(operation, answer)
        assert support_access.function(iam, HERE) == wanted
        stub.assert_no_pending_responses()


def test_an_organization_without_trusted_access_for_iam_has_no_feature() -> None:
    iam = boto3.client("iam", "us-east-1")
    with Stubber(iam) as stub:
        stub.add_client_error("list_organizations_features", "ServiceAccessNotEnabledException")
        assert organizations_features.function(iam, HERE) == OrganizationsFeatures(answered=True, enabled=())
    assert "AccountNotManagementOrDelegatedAdministratorException" in organizations_features.absent


def test_assigned_devices_are_asked_for_in_large_pages() -> None:
    iam = boto3.client("iam", "us-east-1")
    device = {"SerialNumber": "arn:aws:iam::123456789012:mfa/root-account-mfa-device"}
    with Stubber(iam) as stub:
        asked = {"AssignmentStatus": "Assigned", "MaxItems": 1000}
        stub.add_response(
            "list_virtual_mfa_devices", {"VirtualMFADevices": [], "IsTruncated": True, "Marker": "more"}, asked
        )
        stub.add_response("list_virtual_mfa_devices", {"VirtualMFADevices": [device]}, asked | {"Marker": "more"})
        assert virtual_mfa_devices.function(iam, HERE).root is True


def test_analyzers_are_read_to_the_last_page() -> None:
    client = boto3.client("accessanalyzer", "eu-west-1")
    arn = "arn:aws:access-analyzer:eu-west-1:123456789012:analyzer/"
    found = [
        {"arn": arn + name, "name": name, "type": "ACCOUNT", "createdAt": AT, "status": "ACTIVE"} for name in ("a", "b")
    ]
    with Stubber(client) as stub:
        asked = {"maxResults": 100}
        stub.add_response("list_analyzers", {"analyzers": found[:1], "nextToken": "more"}, asked)
        stub.add_response("list_analyzers", {"analyzers": found[1:]}, asked | {"nextToken": "more"})
        read = analyzers.function(client, Resource(REGION, "eu-west-1", HERE.account_id, "eu-west-1"))
    assert [each.name for each in read.items] == ["a", "b"]
