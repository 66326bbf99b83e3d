"""The command that resumes a scan, against the deployed stack. Embedded only: it makes a scan incomplete."""

import json
import os
import subprocess
import sys

from local import estate, workflow
from local.deploy import deploy
from local.runtime import Runtime
from local.server import EmbeddedAws

from .conftest import configure

MUSTER = [sys.executable, "-c", "import sys; from muster.cli import main; sys.exit(main())"]


def resume(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*MUSTER, "resume", *arguments, "--region", "eu-west-1"]
    return subprocess.run(  # noqa: S603 - our own command
        command, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False
    )


def test_what_is_missing_of_a_scan_is_scanned_by_its_id(embedded: tuple[EmbeddedAws, Runtime]) -> None:
    aws, runtime = embedded
    stack = deploy(aws)
    runtime.folders.update(stack.functions)
    estate.seed(aws, instances=2, buckets=1)
    configure(aws, stack)
    aws.refuse("s3:ListBuckets")
    first = workflow.start(aws, stack, {}).output
    assert first["complete"] is False
    aws.front.refusals.clear()
    done = resume(first["scan_id"], "--stack", stack.name, "--format", "json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["scan_id"], summary["complete"]) == (first["scan_id"], True)
    assert summary["shards"] == {"planned": 2, "committed": 2, "incomplete": 0}

    machine, states = stack.outputs["StateMachineArn"], aws.client("stepfunctions")
    before = states.list_executions(stateMachineArn=machine)["executions"]
    unknown = resume("20200101T000000Z-00000000", "--stack", stack.name)
    assert states.list_executions(stateMachineArn=machine)["executions"] == before
    assert unknown.returncode == 2
    assert "there is no scan 20200101T000000Z-00000000" in unknown.stderr
    nowhere = resume(first["scan_id"], "--stack", "muster-nowhere")
    assert (nowhere.returncode, "cannot be found" in nowhere.stderr) == (2, True)
