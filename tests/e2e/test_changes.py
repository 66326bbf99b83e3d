"""Near real time on a deployed stack: what an API call changed is found in seconds, and by the next scan not again.

Embedded only: time passes fifty times as fast for queues. CloudTrail's own delay is not shown.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local import workflow
from local.deploy import deploy
from local.runtime import Runtime
from local.server import EmbeddedAws

from .conftest import Deployed, configure

PACE = 0.02
CHECKS = "checks: [s3-bucket-versioning-enabled, ec2-security-group-admin-ports-closed]\n"
HERE = "eu-west-1"


@pytest.fixture(scope="module")
def near() -> Iterator[Deployed]:
    """A stack with ChangeEvents, a trail that logs, and a first scan behind it."""
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        stack = deploy(aws, {"AlertEmail": "platform@example.com", "ChangeEvents": "ENABLED"})
        runtime.folders.update(stack.functions)
        made = Deployed(aws, stack, runtime)
        configure(aws, stack, CHECKS)
        aws.client("s3", "us-east-1").create_bucket(Bucket="trail")
        trail = aws.client("cloudtrail", HERE)
        trail.create_trail(Name="trail", S3BucketName="trail", IsMultiRegionTrail=True)
        trail.start_logging(Name="trail")
        workflow.fire(aws, stack)
        aws.quicken(PACE)
        yield made


def events(near: Deployed, resource: str) -> list[tuple[str, str, str]]:
    """Return what the event store has of a resource, in order."""
    table = near.stack.outputs["EventTableName"]
    pages = near.aws.client("dynamodb", HERE).get_paginator("scan").paginate(TableName=table)
    items = [
        {key: next(iter(value.values())) for key, value in item.items()} for page in pages for item in page["Items"]
    ]
    of = sorted((each for each in items if each["resource_id"] == resource), key=lambda each: int(each["timestamp"]))
    return [(each["event"], each["cause"], each["outcome"]) for each in of]


def until(seen: Callable[[], Any], seconds: float = 60) -> Any:
    """Return what is seen once it is, or what was seen last."""
    end = time.monotonic() + seconds
    while not (found := seen()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def test_a_bucket_is_made_wrong_and_found_at_once_and_by_the_next_scan_not_again(near: Deployed) -> None:
    s3 = near.aws.client("s3", HERE)
    s3.create_bucket(Bucket="shop-data", CreateBucketConfiguration={"LocationConstraint": HERE})
    opened = [("opened", "change", "")]
    assert until(lambda: events(near, "shop-data")) == opened
    assert until(lambda: [text for _, text in workflow.mails(near.stack) if "shop-data" in text])
    assert workflow.fire(near.aws, near.stack).output["changes"] == {"baseline": False}
    assert events(near, "shop-data") == opened

    s3.put_bucket_versioning(Bucket="shop-data", VersioningConfiguration={"Status": "Enabled"})
    story = [*opened, ("resolved", "change", "fixed")]
    assert until(lambda: events(near, "shop-data")[1:]) == story[1:]
    assert workflow.fire(near.aws, near.stack).output["changes"] == {"baseline": False}
    assert events(near, "shop-data") == story


def test_a_group_that_is_opened_and_deleted_is_gone(near: Deployed) -> None:
    ec2 = near.aws.client("ec2", HERE)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="door", Description="d", VpcId=vpc)["GroupId"]
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh])
    assert until(lambda: events(near, group)) == [("opened", "change", "")]
    ec2.delete_security_group(GroupId=group)
    assert until(lambda: events(near, group)[1:]) == [("resolved", "change", "deleted")]


def test_many_changes_of_one_bucket_are_few_looks(near: Deployed) -> None:
    s3 = near.aws.client("s3", HERE)
    s3.create_bucket(Bucket="busy", CreateBucketConfiguration={"LocationConstraint": HERE})
    assert until(lambda: events(near, "busy")) == [("opened", "change", "")]
    before = len(near.aws.calls)
    for number in range(200):
        s3.put_bucket_tagging(Bucket="busy", Tagging={"TagSet": [{"Key": "n", "Value": str(number)}]})
    s3.put_bucket_versioning(Bucket="busy", VersioningConfiguration={"Status": "Enabled"})
    assert until(lambda: events(near, "busy")[1:]) == [("resolved", "change", "fixed")]
    looks = [call for call in near.aws.calls[before:] if call.operation == "s3:ListBuckets"]
    assert len(looks) <= 20, "200 tags took a few batches"


def test_a_message_that_is_no_event_is_set_aside(near: Deployed) -> None:
    sqs = near.aws.client("sqs", HERE)
    sqs.send_message(QueueUrl=near.stack.outputs["ChangeQueueUrl"], MessageBody='{"detail-type": "Scheduled Event"}')
    letters = until(
        lambda: sqs.receive_message(QueueUrl=near.stack.outputs["ChangeDeadLetterQueueUrl"]).get("Messages")
    )
    (letter,) = (json.loads(each["Body"]) for each in letters)
    assert letter == {"reason": "detail is no JSON object", "message": '{"detail-type": "Scheduled Event"}'}
