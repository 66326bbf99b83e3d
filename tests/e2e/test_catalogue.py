"""Every check on an estate of every resource type: the stack and the command, with the permissions that were made."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local import athena, estates, permissions, workflow
from local.server import EmbeddedAws
from muster.catalog.catalog import load
from muster.catalog.custom import extended
from muster.configuration import load as load_settings

from .conftest import Deployed

REGIONS = list(estates.REGIONS)
CONFIGURATION = load_settings(estates.CONFIGURATION, load())
CATALOG = extended(load(), CONFIGURATION.custom_checks)


@pytest.fixture(scope="module")
def scanned(deployed: Deployed) -> list[dict[str, Any]]:
    """What the stack finds of all that it may look at."""
    aws: EmbeddedAws = deployed.aws
    estates.seed_all(aws)
    bucket = deployed.stack.outputs["ReportBucketName"]
    aws.client("s3").put_object(Bucket=bucket, Key="config/muster.yaml", Body=estates.CONFIGURATION.read_bytes())
    execution = workflow.start(aws, deployed.stack, {"regions": REGIONS}, timeout=600)
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["incomplete"] == []
    sql = f"SELECT * FROM findings WHERE scan_id = '{execution.output['scan_id']}'"  # noqa: S608 - an id of our own
    columns, rows = athena.query(aws, sql, deployed.stack.outputs["DatabaseName"])
    return [dict(zip(columns, row, strict=True)) for row in rows]


def test_every_check_judges_something_of_every_type_that_it_is_for(scanned: list[dict[str, Any]]) -> None:
    judged = {(row["check_id"], row["resource_type"]) for row in scanned}
    wanted = {(check.id, kind) for check in CATALOG.checks.values() for kind in CATALOG.resource_types(check)}
    assert sorted(wanted - judged) == []


def test_nothing_is_unread_but_what_nobody_can_tell(scanned: list[dict[str, Any]]) -> None:
    unread = [row for row in scanned if row["status"] == "INSUFFICIENT_DATA"]
    assert {gap["permission"] for row in unread for gap in json.loads(row["unavailable"])} <= {None}
    told = {f"{row['check_id']}: {row['reason']}" for row in unread if "no data points" not in row["reason"]}
    assert told == set()


def test_the_roles_allow_every_call_and_nothing_that_is_not_called(
    deployed: Deployed, scanned: list[dict[str, Any]]
) -> None:
    assert scanned
    assert permissions.denied(deployed.aws, deployed.stack) == []
    assert [each for each in permissions.unused(deployed.aws, deployed.stack) if "scan-shards" in each] == []


def test_the_command_finds_what_the_stack_finds(
    deployed: Deployed, scanned: list[dict[str, Any]], tmp_path: Path
) -> None:
    """In a process of its own: nothing of the client knows that this is not AWS."""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": deployed.aws.endpoint,
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_REGION": REGIONS[0],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    command = [sys.executable, "-c", "import sys; from muster.cli import main; sys.exit(main())", "scan"]
    arguments = ["--config", str(estates.CONFIGURATION), "--format", "json", "--fail-on", "never", "--quiet"]
    regions = [word for region in REGIONS for word in ("--region", region)]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, *arguments, *regions], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = {each["finding_id"]: each["status"] for each in json.loads(done.stdout)["findings"]}
    stack = {row["finding_id"]: row["status"] for row in scanned}
    # The stack uses its own roles after it has looked at them.
    used = {row["finding_id"] for row in scanned if row["check_id"] == "iam-role-used-lately"}
    every = {row["finding_id"]: (row["check_id"], row["resource_id"], row["reason"]) for row in scanned}
    differing = [
        (*every[name], status, found.get(name))
        for name, status in stack.items()
        if found.get(name) != status and name not in used
    ]
    assert differing == []
