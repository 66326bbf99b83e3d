"""What IAM answers about an account and its identities."""

from typing import Any

import pytest

from muster.facets.iam.account import AccountSummary, PasswordPolicy, SecurityContact, VirtualMfaDevices
from muster.facets.iam.identities import AttachedPolicies, RoleUse
from muster.model.finding import Unknown

ARN = "arn:aws:iam::123456789012:"


def test_a_count_that_aws_leaves_out_is_not_zero() -> None:
    found = AccountSummary.parse({"SummaryMap": {"AccountMFAEnabled": 0, "Users": 3}})
    assert (found.root_mfa, found.users) == (0, 3)
    assert isinstance(found.root_keys, Unknown)


@pytest.mark.parametrize(
    ("serial", "owner", "root"),
    [
        pytest.param(f"{ARN}mfa/root-account-mfa-device", None, True, id="the console's name"),
        pytest.param(f"{ARN}mfa/phone", f"{ARN}root", True, id="another name"),
        pytest.param(
            "arn:aws-us-gov:iam::123456789012:mfa/x", "arn:aws-us-gov:iam::123456789012:root", True, id="GovCloud"
        ),
        pytest.param(f"{ARN}mfa/root-ann", f"{ARN}user/root-ann", False, id="a user whose name begins with root"),
        pytest.param(f"{ARN}mfa/ann", f"{ARN}user/team/ann", False, id="a user with a path"),
    ],
)
def test_virtual_devices_of_the_root_user_are_told_from_those_of_users(
    serial: str, owner: str | None, root: bool
) -> None:
    device: dict[str, Any] = {"SerialNumber": serial, "Base32StringSeed": b"secret", "QRCodePNG": b"secret"}
    found = VirtualMfaDevices.parse({"VirtualMFADevices": [device | ({"User": {"Arn": owner}} if owner else {})]})
    assert found.root is root
    assert found.users == (frozenset() if root else {owner})
    assert "secret" not in repr(found)


def test_a_password_policy_that_sets_neither_age_nor_reuse_has_none() -> None:
    found = PasswordPolicy.parse({"PasswordPolicy": {"MinimumPasswordLength": 8, "RequireSymbols": True}})
    assert (found.custom, found.maximum_age, found.reuse_prevention) == (True, 0, 0)
    assert isinstance(found.numbers, Unknown)
    assert PasswordPolicy.parse({}).custom is False


def test_of_the_security_contact_nothing_is_kept() -> None:
    contact = {"AlternateContactType": "SECURITY", "Name": "Ann", "EmailAddress": "ann@example.com"}
    found = SecurityContact.parse({"AlternateContact": contact})
    assert found.present is True
    assert "ann@example.com" not in repr(found)
    assert SecurityContact.parse({}).present is False


@pytest.mark.parametrize(
    ("arn", "of_aws"),
    [
        ("arn:aws:iam::aws:policy/AWSCloudShellFullAccess", True),
        ("arn:aws-cn:iam::aws:policy/AWSCloudShellFullAccess", True),
        (f"{ARN}policy/AWSCloudShellFullAccess", False),
        ("arn:aws:iam::aws:policy/AWSCloudShellFullAccessV2", False),
    ],
)
def test_a_policy_of_aws_is_not_a_customers_of_the_same_name(arn: str, of_aws: bool) -> None:
    found = AttachedPolicies.parse({"AttachedManagedPolicies": [{"PolicyArn": arn, "PolicyName": "x"}]})
    assert found.of_aws("AWSCloudShellFullAccess") is of_aws


@pytest.mark.parametrize("last", [{}, {"RoleLastUsed": {}}, {"RoleLastUsed": None}])
def test_a_role_without_a_record_of_use_has_no_last_use(last: dict[str, Any]) -> None:
    assert RoleUse.parse({"RoleName": "x", **last}).used is None
