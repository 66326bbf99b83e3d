"""The roles of target functions: the sources' policies with the target's names, and nothing else."""

from typing import Any

import pytest

from muster.migration.comparisons.function_role import (
    target_function_permissions_match,
    target_function_permissions_name_target,
)
from muster.migration.relatives import ROLE
from muster.migration.template.assembly import TargetTemplate
from tests.unit.migration.sides_of import ACCOUNT_ID, OTHER_ACCOUNT, UNREAD, judged, pair_of, snapshot_of, target_of
from tests.unit.migration.template.plans import (
    DATA,
    LAMBDA_TRUST,
    ORDERS,
    SOURCE_KEY,
    WORKER,
    bucket_source,
    faults,
    function_source,
    made,
    one,
    properties,
    role_of,
    table_source,
)

QUERY = {
    "Effect": "Allow",
    "Action": "dynamodb:Query",
    "Resource": f"arn:aws:dynamodb:us-east-1:{ACCOUNT_ID}:table/orders",
}
LOGS = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
DECRYPT = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": SOURCE_KEY}
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
OWN = f"arn:aws:iam::{ACCOUNT_ID}:policy/own"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def inline(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"PolicyName": "own", "PolicyDocument": document(*statements)}]


def attached(arn: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn, "PolicyDocument": document(*statements)}


def template(*, across: bool = False, **role: Any) -> TargetTemplate:
    others = (DATA, bucket_source()), (ORDERS, table_source())
    return made(*others, (WORKER, function_source(role_of(**role))), across=across)


def role(found: TargetTemplate) -> dict[str, Any]:
    (given,) = [each for each in properties(found, ROLE) if each["RoleName"].startswith("worker")]
    return given


def test_the_role_is_the_source_s_with_policies_for_the_target() -> None:
    found = role(template(inline=inline(QUERY, LOGS)))
    assert (found["RoleName"], found["Path"]) == ("worker-eu-west-1-eu", "/teams/")
    assert found["AssumeRolePolicyDocument"] == LAMBDA_TRUST
    (policy,) = found["Policies"]
    moved = {**QUERY, "Resource": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT_ID}:table/orders-eu"}
    assert policy["PolicyDocument"]["Statement"] == [moved, LOGS]
    assert faults(template(inline=inline(QUERY))) == []


def test_the_key_of_a_source_becomes_the_template_s() -> None:
    (policy,) = role(template(inline=inline(DECRYPT)))["Policies"]
    assert policy["PolicyDocument"]["Statement"][0]["Resource"] == {"Fn::GetAtt": ["MigrationKey", "Arn"]}


def test_attached_policies_stay_attached_unless_they_name_the_source() -> None:
    found = role(template(attached=[attached(BASIC, LOGS), attached(OWN, QUERY)]))
    assert found["ManagedPolicyArns"] == [BASIC]
    (policy,) = found["Policies"]
    assert policy["PolicyName"] == "own"
    assert "eu-west-1" in policy["PolicyDocument"]["Statement"][0]["Resource"]
    assert role(template(attached=[attached(OWN, LOGS)]))["ManagedPolicyArns"] == [OWN]


def test_policies_of_the_source_s_account_are_copied_into_another_account() -> None:
    found = role(template(across=True, attached=[attached(BASIC, LOGS), attached(OWN, LOGS)]))
    assert found["ManagedPolicyArns"] == [BASIC]
    assert [policy["PolicyName"] for policy in found["Policies"]] == ["own"]
    (moved,) = role(template(across=True, inline=inline(QUERY)))["Policies"]
    assert OTHER_ACCOUNT in moved["PolicyDocument"]["Statement"][0]["Resource"]


def test_the_comparisons_of_permissions_find_what_they_demand() -> None:
    given = {"inline": inline(QUERY), "attached": [attached(BASIC, LOGS), attached(OWN, QUERY)]}
    found = role(template(**given))
    copies = [
        {"PolicyName": each["PolicyName"], "PolicyDocument": each["PolicyDocument"]} for each in found["Policies"]
    ]
    ours = snapshot_of(
        ROLE, f"arn:aws:iam::{ACCOUNT_ID}:role/{found['RoleName']}",
        {"inline-policies": {"Policies": copies}, "boundary": {},
         "attached-policies": {"AttachedPolicies": [attached(BASIC, LOGS)]}},
    )  # fmt: skip
    source = function_source(role_of(**given))
    target = target_of("AWS::Lambda::Function", "worker-eu", {"function": {}}, role=ours)
    pair = pair_of(WORKER, tables=(ORDERS,), suffix="eu")
    for comparison in (target_function_permissions_match, target_function_permissions_name_target):
        assert judged(comparison, source, target, pair)[0] == "COMPLIANT"


def test_the_command_makes_the_function_with_that_role() -> None:
    (command,) = [each.command for each in template().steps if "create-function" in each.command]
    assert f"--role arn:aws:iam::{ACCOUNT_ID}:role/teams/worker-eu-west-1-eu" in command


def test_a_function_with_a_key_of_its_own_gets_the_template_s() -> None:
    keyed = made((WORKER, function_source(KMSKeyArn=SOURCE_KEY)))
    (command,) = [each.command for each in keyed.steps if "create-function" in each.command]
    assert "--kms-key-arn" in command
    assert "alias/wave-1-migration-eu" in command


@pytest.mark.parametrize(
    "unread",
    [UNREAD, role_of(**{"inline-policies": UNREAD}), snapshot_of(ROLE, "worker")],
    ids=("role", "policies", "none"),
)
def test_a_role_that_was_not_read_is_a_gap_and_the_command_keeps_the_source_s(unread: Any) -> None:
    found = made((WORKER, function_source(unread)))
    assert [gap for gap in found.gaps if "role" in gap]
    assert properties(found, ROLE) == []
    (command,) = [each.command for each in found.steps if "create-function" in each.command]
    assert "--role arn:aws:iam::123456789012:role/teams/worker " in command


def test_policies_that_are_too_long_together_are_said() -> None:
    long = [{**LOGS, "Resource": f"arn:aws:s3:::{'x' * 200}{number}"} for number in range(60)]
    found = made((WORKER, function_source(role_of(inline=inline(*long)))))
    assert properties(found, ROLE) == []
    assert any("too long" in remark for remark in found.remarks)


def test_functions_with_one_role_share_the_target_s() -> None:
    other = type(WORKER)("other", "other-eu")
    found = made((WORKER, function_source()), (other, function_source()))
    assert one(found, ROLE)["RoleName"] == "worker-eu-west-1-eu"
