"""CloudFormation: termination protection and service roles of stacks."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.management.cloudformation import (
    cloudformation_stack_service_role_check,
    cloudformation_termination_protection_check,
)
from muster.facets.management.cloudformation import Stack
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
GOOD = Stack.parse(
    {"StackName": "shop", "StackStatus": "UPDATE_COMPLETE", "EnableTerminationProtection": True,
     "RoleARN": "arn:aws:iam::111122223333:role/deployment"}
)  # fmt: skip
ROOT = "arn:aws:cloudformation:eu-west-1:111122223333:stack/platform/0a1b"
PROTECTION, ROLE = cloudformation_termination_protection_check, cloudformation_stack_service_role_check


@pytest.mark.parametrize(
    ("check", "changed", "status", "reason"),
    [
        pytest.param(PROTECTION, {}, C, "Termination protection is on", id="protected"),
        pytest.param(PROTECTION, {"protected": False}, N, "Termination protection is off", id="not protected"),
        pytest.param(
            PROTECTION, {"protected": False, "root": ROOT, "parent": ROOT}, NA, "Stack is nested in platform",
            id="nested",
        ),
        pytest.param(
            PROTECTION, {"protected": False, "status": "DELETE_FAILED"}, NA,
            "Stack could not be deleted (DELETE_FAILED)", id="about to go",
        ),
        pytest.param(ROLE, {}, C, "Service role is deployment", id="role"),
        pytest.param(ROLE, {"role": ""}, N, "Stack has no service role", id="no role"),
        pytest.param(ROLE, {"role": "", "parent": ROOT}, NA, "Stack is nested in platform", id="no role, nested"),
        pytest.param(
            ROLE, {"role": "", "name": "StackSet-baseline-0a1b"}, NA, "Stack belongs to a StackSet", id="StackSet",
        ),
        pytest.param(
            ROLE, {"name": "StackSet-baseline-0a1b"}, C, "Service role is deployment", id="StackSet with a role",
        ),
    ],
)  # fmt: skip
def test_stacks(check: Check, changed: dict[str, Any], status: Status, reason: str) -> None:
    found = check(replace(GOOD, **changed))
    assert (found.status, found.reason) == (status, reason)


def test_protection_that_aws_left_out_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        cloudformation_termination_protection_check(replace(GOOD, protected=Unknown("AWS said nothing")))
