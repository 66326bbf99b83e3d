"""Accounts of principals, and values that hold a request to somebody."""

import pytest

from muster.analysis.policies.condition_keys import find
from muster.analysis.policies.role_trust import fixing, of_accounts

OWN = "123456789012"


@pytest.mark.parametrize(
    ("principal", "own"),
    [
        pytest.param(OWN, True, id="the account"),
        pytest.param(f"arn:aws-cn:iam::{OWN}:role/path/r", True, id="its role, in another partition"),
        pytest.param(f"arn:aws:sts::{OWN}:assumed-role/r/session", True, id="a session of its role"),
        pytest.param("111122223333", False, id="another account"),
        pytest.param("arn:aws:iam::111122223333:root", False, id="another account's ARN"),
        pytest.param(f"arn:aws:sns:eu-west-1:{OWN}:alerts", False, id="an ARN that is no principal"),
        pytest.param("AIDAQ3EGPKVVAEXAMPLE1", True, id="the id of a deleted principal"),
    ],
)
def test_whether_a_principal_is_of_the_account(principal: str, own: bool) -> None:
    assert of_accounts(principal, (OWN,)) is own


@pytest.mark.parametrize(
    ("value", "held"),
    [
        pytest.param("arn:aws:s3:::logs-*", True, id="buckets by the beginning of their names"),
        pytest.param("arn:aws:s3:::*", False, id="any bucket"),
        pytest.param("arn:aws:s*::", False, id="five parts, which is not an ARN"),
    ],
)
def test_a_pattern_of_arns_holds_a_request_where_it_names_somebody(value: str, held: bool) -> None:
    assert fixing(("aws:sourcearn",))(find("aws:SourceArn"), "arnlike", value) is held
