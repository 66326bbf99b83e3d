"""The policies of tables, and the accounts that they give access."""

import json
from typing import Any

import pytest

from muster.checks.dynamodb.access import dynamodb_table_policy_not_cross_account
from muster.facets.dynamodb.tables import TablePolicy
from muster.model.finding import Resource, Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
OWN, FOREIGN = "123456789012", "111122223333"
TABLE = Resource("AWS::DynamoDB::Table", "orders", OWN, "eu-west-1")
READS = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> TablePolicy:
    return TablePolicy.parse({"Policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})})


def to(*accounts: str, **more: Any) -> dict[str, Any]:
    return {**READS, "Principal": {"AWS": list(accounts)}, **more}


def of(account: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:PrincipalAccount": account}}


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(TablePolicy.parse({}), C, "The table has no resource-based policy", id="none"),
        pytest.param(policy(to(OWN)), C, "Table policy gives access to no other account", id="its own account"),
        pytest.param(policy(to(FOREIGN)), N, f"Table policy gives access to {FOREIGN}", id="another account"),
        pytest.param(
            policy(to(f"arn:aws:iam::{FOREIGN}:role/reader")),
            N,
            f"Table policy gives access to arn:aws:iam::{FOREIGN}:role/reader",
            id="a role of another account",
        ),
        pytest.param(
            policy({**READS, "Principal": "*"}),
            N,
            'Table policy gives access to everyone (Principal "*")',
            id="everyone",
        ),
        pytest.param(policy({**READS, "Principal": "*", "Condition": of(OWN)}), C, "", id="everyone of the account"),
        pytest.param(
            policy({**READS, "Principal": "*", "Condition": of(FOREIGN)}),
            N,
            'Table policy gives access to everyone (Principal "*") that meets the condition on aws:PrincipalAccount',
            id="everyone of another account",
        ),
        pytest.param(
            policy({**READS, "Principal": {"Service": "redshift.amazonaws.com"}}), C, "", id="a service is no account"
        ),
        pytest.param(
            policy(to(FOREIGN), {**to(FOREIGN), "Effect": "Deny", "Action": "dynamodb:*"}), C, "", id="denied again"
        ),
    ],
)
def test_dynamodb_table_policy_not_cross_account(judged: TablePolicy, status: Status, reason: str) -> None:
    verdict = dynamodb_table_policy_not_cross_account(judged, TABLE)
    assert verdict.status is status
    if reason:
        assert verdict.reason == reason


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(policy(to(FOREIGN)), id="named"),
        pytest.param(policy({**READS, "Principal": "*", "Condition": of(FOREIGN)}), id="by a condition"),
    ],
)
def test_trusted_accounts_are_no_others(judged: TablePolicy) -> None:
    verdict = dynamodb_table_policy_not_cross_account(judged, TABLE, trusted_accounts=(FOREIGN,))
    assert verdict.status is C


def test_a_policy_that_cannot_be_parsed_is_no_pass() -> None:
    with pytest.raises(UnknownField, match="cannot be parsed"):
        dynamodb_table_policy_not_cross_account(TablePolicy.parse({"Policy": "{"}), TABLE)
