"""Several accounts: found in the organization, entered by a role, and told apart when one cannot be.

Embedded only: a real organization is nobody's to make.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local import athena, estate, permissions, workflow
from local.deploy import ROOT, Stack, deploy
from local.runtime import Runtime
from local.server import ACCOUNT, EmbeddedAws

from .conftest import configure

ROLE = "MusterMemberRole"
FIVE = ["eu-west-1", "eu-west-2", "eu-west-3", "us-east-1", "us-east-2"]


@pytest.fixture(scope="module")
def organization() -> Iterator[tuple[EmbeddedAws, Runtime, Stack, list[str]]]:
    """An organization of three accounts: the management account with the stack, and two members."""
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        client = aws.client("organizations", "us-east-1")
        client.create_organization(FeatureSet="ALL")
        root = client.list_roots()["Roots"][0]["Id"]
        unit = client.create_organizational_unit(ParentId=root, Name="web")["OrganizationalUnit"]["Id"]
        members = [member(aws, client, name) for name in ("one", "two")]
        client.move_account(AccountId=members[1], SourceParentId=root, DestinationParentId=unit)
        client.tag_resource(ResourceId=members[0], Tags=[{"Key": "Environment", "Value": "prod"}])
        stack = deploy(aws, {"Accounts": "all", "MemberRoleName": ROLE, "MemberExternalId": "muster"})
        runtime.folders.update(stack.functions)
        estate.seed(aws, instances=2, buckets=1)
        configure(aws, stack)
        yield aws, runtime, stack, [*members, unit]


def member(aws: EmbeddedAws, organizations: Any, name: str) -> str:
    """Make an account with a bucket of its own in it."""
    made = organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
    account = str(made["AccountId"])
    s3 = aws.client_in(account, "s3")
    s3.create_bucket(Bucket=f"of-{name}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return account


@pytest.fixture(autouse=True)
def _fair_weather(organization: Any) -> Iterator[None]:
    yield
    organization[0].front.refusals.clear()


def buckets(aws: EmbeddedAws, stack: Stack, scan_id: str) -> set[tuple[str, str]]:
    sql = f"SELECT DISTINCT account_id, resource_id FROM findings WHERE scan_id = '{scan_id}' AND service = 's3'"  # noqa: S608
    return {(str(row[0]), str(row[1])) for row in athena.query(aws, sql, stack.outputs["DatabaseName"])[1]}


def test_every_account_of_the_organization_is_scanned_with_its_own_resources(organization: Any) -> None:
    aws, _, stack, (one, two, _unit) = organization
    execution = workflow.start(aws, stack, {})
    assert execution.status == "SUCCEEDED", execution.cause
    assert (execution.output["complete"], execution.output["accounts"]) == (True, 3)
    found = buckets(aws, stack, execution.output["scan_id"])
    assert {(one, "of-one"), (two, "of-two"), (ACCOUNT, "good-bucket")} <= found
    assert not {(ACCOUNT, "of-one"), (one, "of-two"), (one, "good-bucket")} & found


def test_an_account_that_cannot_be_entered_is_incomplete_and_stops_no_other(organization: Any) -> None:
    aws, _, stack, (one, two, _unit) = organization
    aws.refuse("sts:AssumeRole", role=f"arn:aws:iam::{one}:role/{ROLE}")
    execution = workflow.start(aws, stack, {"regions": ["eu-west-1"]})
    assert execution.output["complete"] is False
    assert {item["shard"].partition(".")[0] for item in execution.output["incomplete"]} == {one}
    assert all("cannot be assumed" in item["reason"] for item in execution.output["incomplete"])
    found = buckets(aws, stack, execution.output["scan_id"])
    assert (two, "of-two") in found
    assert (one, "of-one") not in found

    aws.front.refusals.clear()
    resumed = workflow.start(aws, stack, {"resume": execution.output["scan_id"]})
    assert resumed.output["complete"] is True
    assert (one, "of-one") in buckets(aws, stack, execution.output["scan_id"])


def test_an_account_that_cannot_be_settled_is_incomplete_and_stops_no_other(organization: Any) -> None:
    aws, _, stack, (one, two, _unit) = organization
    aws.refuse("s3:PutObject", key=f"*/accounts/{one}.json.gz")
    execution = workflow.start(aws, stack, {"regions": ["eu-west-1"]})
    assert execution.status == "SUCCEEDED", execution.cause
    (named,) = execution.output["incomplete"]
    assert named["shard"] == f"{one}.*.*"
    assert f"/accounts/{one}.json.gz: AccessDenied" in named["reason"]
    scan_id = execution.output["scan_id"]
    assert (two, "of-two") in buckets(aws, stack, scan_id)

    aws.front.refusals.clear()
    resumed = workflow.start(aws, stack, {"resume": scan_id})
    assert resumed.output["complete"] is True
    assert {(one, "of-one"), (two, "of-two")} <= buckets(aws, stack, scan_id)


@pytest.mark.parametrize("asked", ["unit", "tag"])
def test_units_and_tags_narrow_the_accounts(organization: Any, asked: str) -> None:
    aws, _, stack, (one, two, unit) = organization
    accounts = {"unit": f"{{include: [{unit}]}}", "tag": "{include: [all], tags: {Environment: prod}}"}[asked]
    configure(aws, stack, f"accounts: {accounts}\n")
    try:
        summary = workflow.start(aws, stack, {"checks": ["s3-bucket-versioning-enabled"]}).output
    finally:
        configure(aws, stack)
    assert {account for account, _ in buckets(aws, stack, summary["scan_id"])} == {{"unit": two, "tag": one}[asked]}


def test_a_new_account_with_ten_functions_at_a_time_is_scanned_whole_without_a_refusal(organization: Any) -> None:
    """The planner scans one account at a time there, with four functions."""
    aws, runtime, stack, _ = organization
    before, runtime.most, aws.front.lambda_concurrency = runtime.throttled, 0, 10
    try:
        summary = workflow.start(aws, stack, {"checks": ["ec2-volume-encrypted"], "regions": FIVE}).output
    finally:
        aws.front.lambda_concurrency = 1_000
    assert (summary["incomplete"], summary["accounts"]) == ([], 3)
    assert 1 <= runtime.most <= 4
    assert runtime.throttled == before


def test_what_other_functions_leave_no_room_for_is_scanned_later(organization: Any) -> None:
    """Three accounts ask for twelve functions at a time; the others of a thousand leave room for ten."""
    aws, runtime, stack, _ = organization
    before, runtime.most, runtime.elsewhere = runtime.throttled, 0, 990
    try:
        summary = workflow.start(aws, stack, {"checks": ["ec2-volume-encrypted"], "regions": FIVE}).output
    finally:
        runtime.elsewhere = 0
    assert (summary["incomplete"], summary["accounts"]) == ([], 3)
    assert runtime.most == 10
    assert runtime.throttled > before


def test_the_roles_allow_what_an_organization_needs_and_nothing_more(organization: Any) -> None:
    """It follows the tests above: all of the organization's questions were asked by then."""
    aws, _, stack, (one, _two, unit) = organization
    workflow.start(aws, stack, {"checks": ["s3-bucket-versioning-enabled"], "regions": ["all"]})
    configure(aws, stack, f"alerts: {{routes: [{{name: web, units: [{unit}], to: [topic]}}]}}\n")
    workflow.start(aws, stack, {"checks": ["s3-bucket-versioning-enabled"], "record": True})
    changed_in(aws, stack, one)
    assert permissions.denied(aws, stack) == []
    unused = [said for said in permissions.unused(aws, stack) if "organizations:" in said or "sts:" in said]
    # The effective tag policy is what checks of tags read.
    left = [said for said in unused if "organizations:DescribeEffectivePolicy" not in said]
    assert left == [], "\n".join(left)


def changed_in(aws: EmbeddedAws, stack: Stack, account: str) -> None:
    """Hand the event of a bucket in a member account to the function that looks at changes."""
    batch = json.loads((ROOT / "events" / "handle_change.json").read_text(encoding="utf-8"))
    event = json.loads((ROOT / "events" / "change-s3.json").read_text(encoding="utf-8"))
    event |= {"account": account, "region": "eu-west-1"}
    event["detail"] |= {
        "awsRegion": "eu-west-1",
        "eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "recipientAccountId": account,
        "requestParameters": {"bucketName": "of-one"},
    }
    batch["Records"] = [{**batch["Records"][0], "body": json.dumps(event)}]
    answer = aws.client("lambda", stack.region).invoke(
        FunctionName=stack.outputs["HandleChangeFunctionName"], Payload=json.dumps(batch)
    )
    assert "FunctionError" not in answer
