"""An account with nothing in it but the stack: what a scan finds there, and that the stack passes its own checks."""

import json
from collections.abc import Iterator

import pytest

from local import workflow
from local.deploy import TEMPLATE, Stack, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws
from muster.catalog.catalog import load
from muster.cli import main
from muster.configuration import load as load_settings

OWN_STACK = TEMPLATE.parent / "config" / "own-stack.yaml"
OWN_TYPES = {
    "AWS::Athena::WorkGroup",
    "AWS::CloudFormation::Stack",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::Table",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
}
"""The types of the stack's resources that Muster has checks for."""


@pytest.fixture(scope="module")
def empty() -> Iterator[tuple[EmbeddedAws, Runtime, Stack]]:
    """An account with nothing in it but the stack."""
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        stack = deploy(aws, {"PackNames": "ec2-tag-compliance", "AlertEmail": "platform@example.com"})
        runtime.folders.update(stack.functions)
        yield aws, runtime, stack


def test_an_empty_account_is_a_complete_scan(empty: tuple[EmbeddedAws, Runtime, Stack]) -> None:
    """Embedded only: no real account is empty."""
    aws, _, stack = empty
    execution = workflow.fire(aws, stack)
    assert execution.status == "SUCCEEDED"
    assert (execution.output["complete"], execution.output["resources"]["scanned"]) == (True, 0)


def test_the_stack_passes_every_check_of_the_packs_that_it_ships(
    empty: tuple[EmbeddedAws, Runtime, Stack], capsys: pytest.CaptureFixture[str]
) -> None:
    """Embedded only: it scans its own resources, which are all there are but the account's own and default ones.

    What config/own-stack.yaml suppresses is suppressed, and every suppression in it is needed.
    """
    aws, _, stack = empty
    arguments = ["scan", "--config", str(OWN_STACK), "--pack", "all", "--region", stack.region]
    status = main([*arguments, "--format", "json", "--fail-on", "never", "--quiet", "--endpoint-url", aws.endpoint])
    said = capsys.readouterr()
    assert status == 0, said.err
    key = stack.outputs["KeyArn"]
    found = [(row, row["resource"]["arn"] or "") for row in json.loads(said.out)["findings"]]
    own = [row for row, arn in found if "muster-" in arn or arn == key]
    assert {row["resource"]["type"] for row in own} == OWN_TYPES
    wrong = [row for row in own if row["status"] in {"NON_COMPLIANT", "INSUFFICIENT_DATA"} and not row["suppression"]]
    assert [(row["check_id"], row["resource"]["arn"], row["reason"]) for row in wrong] == []
    accepted = {(row["check_id"], row["suppression"]["reason"]) for row in own if row["suppression"]}
    rules = load_settings(OWN_STACK, load()).suppressions
    assert sorted(accepted) == sorted((rule.check, rule.suppression.reason) for rule in rules)
