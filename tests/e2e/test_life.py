"""The life of a finding on a deployed stack: found by an event, mailed, accepted, expired, fixed, mailed as fixed.

Embedded only: it reads the mails that the topic published, and switches CloudTrail on.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local import workflow
from local.deploy import Stack, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws

from .conftest import configure

CHECK = "s3-bucket-versioning-enabled"
NAME = "invoices-of-last-year"
SECONDS = 60
PACE = 0.02
"""Time passes fifty times as fast for queues: their delay and window are tens of seconds."""


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[EmbeddedAws, Stack]]:
    """A stack that hears of changes, in an account with a trail."""
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        stack = deploy(aws, {"AlertEmail": "platform@example.com", "ChangeEvents": "ENABLED"})
        runtime.folders.update(stack.functions)
        s3, trails = aws.client("s3", stack.region), aws.client("cloudtrail", stack.region)
        place = {"LocationConstraint": stack.region}
        s3.create_bucket(Bucket="trail-of-the-account", CreateBucketConfiguration=place)
        s3.put_bucket_versioning(Bucket="trail-of-the-account", VersioningConfiguration={"Status": "Enabled"})
        trails.create_trail(Name="all", S3BucketName="trail-of-the-account", IsMultiRegionTrail=True)
        trails.start_logging(Name="all")
        configure(aws, stack, f"checks: [{CHECK}]\n")
        aws.quicken(PACE)
        yield aws, stack


def scan(aws: EmbeddedAws, stack: Stack) -> Any:
    execution = workflow.start(aws, stack, {"record": True})
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["complete"], execution.output["incomplete"]
    return execution.output


def life(aws: EmbeddedAws, stack: Stack, name: str = NAME) -> list[tuple[str, str, str]]:
    """Return what the event store has of a bucket, in the order of time: status, cause and outcome."""
    pages = aws.client("dynamodb", stack.region).get_paginator("scan")
    items = [item for page in pages.paginate(TableName=stack.outputs["EventTableName"]) for item in page["Items"]]
    found = [item for item in items if item["resource_id"]["S"] == name and item["check_id"]["S"] == CHECK]
    found.sort(key=lambda item: int(item["timestamp"]["N"]))
    return [(item["status"]["S"], item["cause"]["S"], item["outcome"]["S"]) for item in found]


def mails_about(stack: Stack, name: str = NAME) -> list[str]:
    return [f"{subject}\n{text}" for subject, text in workflow.mails(stack) if name in subject + text]


def wait_for(true: Callable[[], object], seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def suppression(until: datetime) -> str:
    return (
        f"checks: [{CHECK}]\nsuppressions:\n  - check: {CHECK}\n    resource: arn:aws:s3:::{NAME}\n"
        f"    reason: it is deleted at the end of the year\n    owner: finance\n    expires: {until:%Y-%m-%d}\n"
    )


def test_a_finding_from_the_event_to_the_mail_that_says_fixed(world: tuple[EmbeddedAws, Stack]) -> None:
    aws, stack = world
    s3 = aws.client("s3", stack.region)
    scan(aws, stack)
    assert len(workflow.mails(stack)) == 1, "the first scan sends its summary"

    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": stack.region})
    wait_for(lambda: mails_about(stack))
    assert life(aws, stack) == [("FAILED", "change", "")]
    (new,) = mails_about(stack)
    assert "new" in new.splitlines()[0]
    assert f"--bucket {NAME}" in new, "the fix has the bucket's own name"

    scan(aws, stack)
    assert len(life(aws, stack)) == len(mails_about(stack)) == 1, "the next scan does not find it again"

    now = datetime.now(UTC)
    configure(aws, stack, suppression(now + timedelta(days=60)))
    scan(aws, stack)
    assert [status for status, *_ in life(aws, stack)] == ["FAILED", "SUPPRESSED"]
    assert len(mails_about(stack)) == 1, "an accepted failure is no news"

    configure(aws, stack, suppression(now - timedelta(days=2)))
    scan(aws, stack)
    assert [status for status, *_ in life(aws, stack)] == ["FAILED", "SUPPRESSED", "EXPIRED"]
    *_, expired = mails_about(stack)
    assert "expired" in expired.lower()

    configure(aws, stack, f"checks: [{CHECK}]\n")
    s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
    wait_for(lambda: len(life(aws, stack)) == 4)
    assert life(aws, stack)[-1] == ("RESOLVED", "change", "fixed")
    wait_for(lambda: "fixed" in mails_about(stack)[-1].lower())
    mails = len(workflow.mails(stack))
    scan(aws, stack)
    assert len(workflow.mails(stack)) == mails
    assert len(life(aws, stack)) == 4


def test_three_scans_of_an_unchanged_estate_send_one_mail_and_write_one_set_of_events(
    embedded: tuple[EmbeddedAws, Runtime],
) -> None:
    aws, runtime = embedded
    stack = deploy(aws, {"AlertEmail": "platform@example.com"})
    runtime.folders.update(stack.functions)
    configure(aws, stack, f"checks: [{CHECK}]\n")
    s3 = aws.client("s3", stack.region)
    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": stack.region})
    for _ in range(3):
        scan(aws, stack)
    assert len(workflow.mails(stack)) == 1
    assert life(aws, stack) == [("FAILED", "scan", "")]
    items = aws.client("dynamodb", stack.region).scan(TableName=stack.outputs["EventTableName"])["Items"]
    names = {f"audit/findings/{item['finding_id']['S']}/{item['timestamp']['N']}.json" for item in items}
    wait_for(lambda: len(workflow.keys(aws, stack, "audit/findings/")) >= len(items))
    assert set(workflow.keys(aws, stack, "audit/findings/")) == names
