"""Executions that are started without a name get one each, as StartExecution documents."""

import json
import uuid
from collections.abc import Iterator

import pytest

from local.server import ACCOUNT, EmbeddedAws

MACHINE = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as started:
        yield started


def test_each_execution_without_a_name_is_one_of_its_own(aws: EmbeddedAws) -> None:
    states = aws.client("stepfunctions")
    role = f"arn:aws:iam::{ACCOUNT}:role/states"
    machine = states.create_state_machine(name="scan", definition=json.dumps(MACHINE), roleArn=role)["stateMachineArn"]
    started = [states.start_execution(stateMachineArn=machine, input="{}")["executionArn"] for _ in range(2)]
    names = [arn.rpartition(":")[2] for arn in started]
    assert names[0] != names[1]
    assert [str(uuid.UUID(name)) for name in names] == names


def test_a_name_that_is_given_is_kept(aws: EmbeddedAws) -> None:
    states = aws.client("stepfunctions")
    role = f"arn:aws:iam::{ACCOUNT}:role/states"
    machine = states.create_state_machine(name="named", definition=json.dumps(MACHINE), roleArn=role)["stateMachineArn"]
    assert states.start_execution(stateMachineArn=machine, name="mine")["executionArn"].endswith(":named:mine")
