"""Functions that die, or run short of time, in the middle of a shard or of an account: the findings are the same.

Embedded only: it kills the functions' processes.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from local import athena, estate, workflow
from local.deploy import Stack, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws

CHECKS = {"checks": ["ec2-instance-imdsv2-required", "ec2-volume-encrypted"], "regions": ["eu-west-1"]}
INSTANCES = 1_050
SCAN, SETTLE = "scan-shards", "settle-account"


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[EmbeddedAws, Runtime, Stack, dict[str, str]]]:
    """A stack, an estate of some pages, and what a scan finds in it when nobody dies."""
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        stack = deploy(aws)
        runtime.folders.update(stack.functions)
        estate.seed(aws, instances=INSTANCES, buckets=1)
        good = workflow.start(aws, stack, CHECKS, timeout=300).output
        assert good["complete"]
        yield aws, runtime, stack, findings(aws, stack, good["scan_id"])


def findings(aws: EmbeddedAws, stack: Stack, scan_id: str) -> dict[str, str]:
    sql = f"SELECT finding_id, status FROM findings WHERE scan_id = '{scan_id}'"  # noqa: S608 - an id of our own
    rows = athena.query(aws, sql, stack.outputs["DatabaseName"])[1]
    assert len({row[0] for row in rows}) == len(rows), "a finding stands there twice"
    return {str(row[0]): str(row[1]) for row in rows}


@pytest.mark.parametrize("seed", range(2))
def test_functions_that_die_at_drawn_moments_change_nothing(world: Any, seed: int) -> None:
    aws, runtime, stack, good = world
    drawn = random.Random(seed)  # noqa: S311 - a test draws the same each time
    runtime.die(SCAN, *(drawn.randrange(2, 34) for _ in range(4)))
    execution = workflow.start(aws, stack, CHECKS, timeout=300)
    runtime.deaths.clear()
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["complete"] is True, execution.output["incomplete"]
    assert findings(aws, stack, execution.output["scan_id"]) == good
    assert len(good) > INSTANCES


@pytest.mark.parametrize("seed", range(1))
def test_functions_that_die_while_they_settle_an_account_change_nothing(world: Any, seed: int) -> None:
    aws, runtime, stack, good = world
    drawn = random.Random(seed)  # noqa: S311 - a test draws the same each time
    runtime.die(SETTLE, *(drawn.randrange(1, 12) for _ in range(2)))
    aws.front.calls.clear()
    execution = workflow.start(aws, stack, {**CHECKS, "record": True}, timeout=300)
    runtime.deaths.clear()
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["complete"] is True, execution.output["incomplete"]
    assert findings(aws, stack, execution.output["scan_id"]) == good
    began = [call for call in aws.calls if aws.roles.get(call.access_key, "").startswith(f"muster-{SETTLE}")]
    assert sum(call.parameters.get("Key", "").endswith("/plan.json") for call in began) > 1, "no function died"
    latest = athena.query(aws, "SELECT finding_id, status FROM latest_findings", stack.outputs["DatabaseName"])[1]
    assert sorted(latest) == sorted(good.items())


def test_a_function_short_of_time_is_called_again_until_all_is_done(world: Any) -> None:
    aws, runtime, stack, good = world
    runtime.hurry(SCAN, 1)
    aws.front.calls.clear()
    execution = workflow.start(aws, stack, CHECKS, timeout=300)
    runtime.shortened.clear()
    assert execution.output["complete"] is True
    assert findings(aws, stack, execution.output["scan_id"]) == good
    stopped = [
        call for call in aws.calls if call.operation == "s3:PutObject" and "/progress/" in call.parameters["Key"]
    ]
    assert len(stopped) >= 2


def test_an_account_that_one_function_has_no_time_for_is_settled_by_the_next(world: Any) -> None:
    aws, runtime, stack, good = world
    runtime.hurry(SETTLE, 1)
    aws.front.calls.clear()
    execution = workflow.start(aws, stack, {**CHECKS, "record": True}, timeout=300)
    runtime.shortened.clear()
    assert (execution.status, execution.output["complete"]) == ("SUCCEEDED", True)
    assert findings(aws, stack, execution.output["scan_id"]) == good
    left = [call for call in aws.calls if call.operation == "s3:PutObject" and "/settling/" in call.parameters["Key"]]
    assert left
