"""Functions that die between settling an account and the mail, on a deployed stack: nothing is lost or doubled.

Embedded only: it kills the functions' processes. tests/integration/stack/test_killed_on_the_way.py draws hundreds of
moments on moto; here they are few, and the state machine, the stream and Lambda themselves try again.
"""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from local import workflow
from local.deploy import deploy
from local.runtime import Runtime
from local.server import EmbeddedAws

from .conftest import Deployed, configure

CHECK = "s3-bucket-versioning-enabled"
BUCKETS = ("invoices", "letters", "photos")
SETTLE = "muster-settle-account"
FUNCTIONS = ("settle-account", "record-events", "send-alert")
"""Those that are called again after their process died; a summary whose process died is resumed by hand."""


@pytest.fixture(scope="module")
def world() -> Iterator[Deployed]:
    """A stack with a first scan behind it, and three buckets that have no versions."""
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        stack = deploy(aws, {"AlertEmail": "platform@example.com"})
        runtime.folders.update(stack.functions)
        configure(aws, stack, f"checks: [{CHECK}]\n")
        place = {"LocationConstraint": stack.region}
        for name in BUCKETS:
            aws.client("s3", stack.region).create_bucket(Bucket=name, CreateBucketConfiguration=place)
        workflow.fire(aws, stack)
        yield Deployed(aws, stack, runtime)


def events(world: Deployed, scan_id: str) -> Counter[tuple[str, str]]:
    """Return resource and status of the events of a scan in the table."""
    table = world.stack.outputs["EventTableName"]
    pages = world.aws.client("dynamodb", world.stack.region).get_paginator("scan").paginate(TableName=table)
    items: list[dict[str, Any]] = [item for page in pages for item in page["Items"]]
    return Counter((item["resource_id"]["S"], item["status"]["S"]) for item in items if item["scan_id"]["S"] == scan_id)


@pytest.mark.parametrize("seed", range(3))
def test_what_changed_is_in_the_store_once_and_is_mailed(world: Deployed, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - a test draws the same each time
    s3, runtime = world.aws.client("s3", world.stack.region), world.runtime
    assert runtime is not None
    expected: Counter[tuple[str, str]] = Counter()
    for name in drawn.sample(BUCKETS, 2):
        off = s3.get_bucket_versioning(Bucket=name).get("Status") != "Enabled"
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled" if off else "Suspended"})
        expected[name, "RESOLVED" if off else "FAILED"] += 1
    world.aws.front.calls.clear()
    for function in FUNCTIONS:
        runtime.die(function, drawn.randrange(1, 14))
    scan = workflow.fire(world.aws, world.stack)
    assert scan.status == "SUCCEEDED", scan.cause
    runtime.settle()
    runtime.deaths.clear()
    settling = [call for call in world.aws.calls if world.aws.roles.get(call.access_key, "").startswith(SETTLE)]
    assert sum(call.parameters.get("Key", "").endswith("/plan.json") for call in settling) > 1, "no function died"
    scan_id = scan.output["scan_id"]
    assert events(world, scan_id) == expected
    mails = sum(scan_id in text for _, text in workflow.mails(world.stack))
    assert 1 <= mails <= 2, "a mail comes twice at most, where send_alert died after SNS took it"
    audited = sum(key.startswith("audit/findings/") for key in workflow.keys(world.aws, world.stack, "audit/"))
    table = world.aws.client("dynamodb", world.stack.region).scan(TableName=world.stack.outputs["EventTableName"])
    assert audited == table["Count"]
