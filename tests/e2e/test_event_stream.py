"""The stream of the event table on a deployed stack: events become the audit, and a malformed item blocks nobody.

Embedded only: it puts items of its own into the table.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from local import athena, estate, workflow
from tests.unit.stack.recording.stream import event, item, stream_record

from .conftest import Deployed, configure

IDS = [f"{number:032x}" for number in range(30)]
FOREIGN = {"finding_id": {"S": IDS[7]}, "timestamp": {"N": "7"}, "status": {"S": "FAILED"}, "colour": {"S": "blue"}}


def until(found: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = 60) -> Any:
    """Look again until what is found is wanted; return it, or what was found last."""
    deadline = time.monotonic() + seconds
    while not wanted(value := found()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return value


def test_events_are_recorded_and_a_malformed_item_lies_in_the_queue(deployed: Deployed) -> None:
    aws, outputs = deployed.aws, deployed.stack.outputs
    dynamodb, s3, sqs = (aws.client(service) for service in ("dynamodb", "s3", "sqs"))
    bucket = outputs["ReportBucketName"]
    events = [event(finding_id=each, severity="HIGH") for each in IDS]
    for place, made in enumerate(events):
        if place == 7:
            dynamodb.put_item(TableName=outputs["EventTableName"], Item=FOREIGN)
        dynamodb.put_item(TableName=outputs["EventTableName"], Item={**item(made), "ttl": {"N": "1795327201"}})

    def audit() -> list[str]:
        found = s3.list_objects_v2(Bucket=bucket, Prefix="audit/findings/")
        return [each["Key"] for each in found.get("Contents", ())]

    def rows() -> int:
        _, ((count,),) = athena.query(aws, "SELECT count(DISTINCT finding_id) FROM audit", outputs["DatabaseName"])
        return int(count)

    keys = [f"audit/findings/{each.finding_id}/{each.timestamp}.json" for each in events]
    assert until(audit, lambda found: len(found) >= len(keys)) == keys
    body = s3.get_object(Bucket=bucket, Key=keys[0])["Body"].read()
    assert json.loads(body) == events[0].to_json()
    assert until(rows, lambda count: count >= len(IDS)) == len(IDS)
    (message,) = sqs.receive_message(QueueUrl=outputs["RecordDeadLetterQueueUrl"], WaitTimeSeconds=5)["Messages"]
    aside = json.loads(message["Body"])
    assert aside["reason"] == "NewImage.event is missing"
    assert aside["record"]["eventName"] == "INSERT"
    assert aside["record"]["dynamodb"]["NewImage"] == FOREIGN
    assert workflow.mails(deployed.stack) == []


def test_a_critical_failure_is_mailed_at_once_and_only_once(deployed: Deployed) -> None:
    aws, outputs = deployed.aws, deployed.stack.outputs
    made = event(finding_id="c" * 32, scan_id="20261122T060000Z-0a1b2c3d")
    before = len(workflow.mails(deployed.stack))
    aws.client("dynamodb").put_item(TableName=outputs["EventTableName"], Item=item(made))
    mails = until(lambda: workflow.mails(deployed.stack)[before:], bool)
    assert [subject.startswith("[Muster dev] 1 CRITICAL new: ") for subject, _ in mails] == [True]
    assert "sg-1" in mails[0][1]
    again = {"Records": [stream_record("1", made)]}
    answer = aws.client("lambda").invoke(FunctionName=outputs["RecordEventsFunctionName"], Payload=json.dumps(again))
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}
    assert workflow.mails(deployed.stack)[before:] == mails


def test_the_events_of_a_scan_become_the_audit(deployed: Deployed) -> None:
    """The first scan finds failures of an estate; the second finds nothing new, and records nothing more."""
    aws, outputs = deployed.aws, deployed.stack.outputs
    configure(aws, deployed.stack)
    estate.seed(aws, instances=20, buckets=5)

    def audit() -> set[str]:
        found = workflow.keys(aws, deployed.stack, "audit/findings/")
        return {key.removeprefix("audit/findings/").removesuffix(".json") for key in found}

    def events() -> set[str]:
        pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=outputs["EventTableName"])
        items = [made for page in pages for made in page["Items"] if "title" in made]
        return {f"{made['finding_id']['S']}/{made['timestamp']['N']}" for made in items}

    before = len(events())
    assert workflow.start(aws, deployed.stack, {"record": True}).status == "SUCCEEDED"
    written = events()
    assert len(written) > before + 20
    assert until(audit, lambda found: found >= written) == written
    assert workflow.start(aws, deployed.stack, {"record": True}).status == "SUCCEEDED"
    assert events() == written
