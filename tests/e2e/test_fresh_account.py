"""What needs an account of its own: a record of all its calls, or several stacks."""

from pathlib import Path

from local import athena, estate, permissions, workflow
from local.deploy import TEMPLATE, delete, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws
from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_actions
from muster.configuration.selection import every_rule

from .conftest import EVENT_ROLES, MIGRATION_ROLE, TAGGING_ROLE, configure


def test_the_roles_allow_what_is_called_and_nothing_that_is_not(embedded: tuple[EmbeddedAws, Runtime]) -> None:
    """Embedded only: it records every call."""
    aws, runtime = embedded
    stack = deploy(aws, {"Regions": "all"})
    runtime.folders.update(stack.functions)
    estate.seed(aws, instances=4, buckets=2)
    configure(aws, stack)
    aws.front.calls.clear()
    assert workflow.fire(aws, stack).status == "SUCCEEDED"
    for kept in ("commits", "progress"):
        aws.refuse("s3:PutObject", key=f"*/{kept}/*.eu-west-1.ec2.json")
    aws.refuse("s3:ListBuckets")
    second = workflow.fire(aws, stack).output
    assert not second["complete"]
    parts = workflow.keys(aws, stack, f"work/{second['scan_id']}/parts/")
    assert [key for key in parts if ".eu-west-1.ec2" in key]
    # No commit names what the attempts wrote that died: it is not published, the findings on what was not scanned are.
    where = f"scan_id = '{second['scan_id']}' AND shard LIKE '%.eu-west-1.ec2'"
    sql = f"SELECT DISTINCT resource_type FROM findings WHERE {where}"  # noqa: S608 - an id of our own
    assert athena.query(aws, sql, stack.outputs["DatabaseName"])[1] == [("AWS::::Target",)]
    aws.front.refusals.clear()
    assert workflow.start(aws, stack, {"resume": second["scan_id"]}).output["complete"]
    assert permissions.denied(aws, stack) == []
    # What the scanner reads is held against all checks in test_catalogue.py; the other roles in test_event_roles.py.
    reads = scanner_actions(load(), every_rule(load()))
    idle = (*EVENT_ROLES, TAGGING_ROLE, MIGRATION_ROLE)
    unused = [line for line in permissions.unused(aws, stack) if not line.startswith(idle)]
    left = [said for said in unused if not any(f" {action} " in said for action in reads)]
    assert left == [], "\n".join(left)


def test_a_missing_permission_and_a_needless_one_are_found(
    embedded: tuple[EmbeddedAws, Runtime], tmp_path: Path
) -> None:
    """Embedded only: it deploys a broken copy of the template, to show that the test before this one can fail."""
    aws, runtime = embedded
    broken = tmp_path / "template.yaml"
    text = TEMPLATE.read_text(encoding="utf-8")
    broken.write_text(text.replace("- s3:GetBucketVersioning\n", "- s3:GetBucketWebsite\n"), encoding="utf-8")
    for name in ("functions", "statemachine"):
        (tmp_path / name).symlink_to(TEMPLATE.parent / name)
    stack = deploy(aws, template=broken)
    runtime.folders.update(stack.functions)
    estate.seed(aws, instances=1, buckets=1)
    aws.front.calls.clear()
    scan = workflow.start(aws, stack, {"checks": ["s3-bucket-versioning-enabled"]})
    assert {check["check_id"]: check["insufficient_data"] > 0 for check in scan.output["checks"]}[
        "s3-bucket-versioning-enabled"
    ]
    role = "muster-scan-shards-eu-west-1-dev"
    assert f"{role} may not s3:GetBucketVersioning on arn:aws:s3:::good-bucket" in permissions.denied(aws, stack)
    assert f"{role} is granted s3:GetBucketWebsite and nothing uses it" in permissions.unused(aws, stack)


def test_a_scan_survives_a_concurrency_of_10_that_others_use_up(embedded: tuple[EmbeddedAws, Runtime]) -> None:
    """Embedded only: a real account's limit is shared."""
    aws, runtime = embedded
    aws.front.lambda_concurrency, runtime.elsewhere = 10, 9
    stack = deploy(aws, {"Regions": "eu-west-1,us-east-1,eu-central-1,us-west-2"})
    runtime.folders.update(stack.functions)
    scan = workflow.start(aws, stack, {"checks": ["ec2-ebs-encryption-by-default"]})
    assert (scan.status, scan.output["complete"]) == ("SUCCEEDED", True)
    assert runtime.most == 1
    assert runtime.throttled > 0


def test_two_stacks_and_two_regions_live_side_by_side_and_leave_nothing(embedded: tuple[EmbeddedAws, Runtime]) -> None:
    """Embedded only: a real account needs time to delete."""
    aws, _ = embedded
    stacks = [
        deploy(aws, {"EnvironmentSuffix": "one"}),
        deploy(aws, {"EnvironmentSuffix": "two-b"}),
        deploy(aws, {"EnvironmentSuffix": "one"}, region="us-east-1"),
    ]
    assert stacks[1].outputs["DatabaseName"] == "muster_two_b"
    assert len({stack.outputs["ReportBucketName"] for stack in stacks}) == 3
    for stack in reversed(stacks):
        delete(aws, stack)
    assert delete(aws, stacks[1]) == []
