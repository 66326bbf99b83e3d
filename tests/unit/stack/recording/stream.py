"""Events, their items, and records of the stream, for tests."""

from dataclasses import replace
from typing import Any

from muster.lifecycle.events import FindingEvent

AT = 1795327200000
"""2026-11-22 06:00 UTC, in milliseconds."""
_EVENT = FindingEvent(
    finding_id="0f8fad5bd9cb469fa16570867728950e",
    timestamp=AT,
    event="opened",
    status="FAILED",
    baseline=False,
    check_id="ec2-security-group-no-open-ssh",
    title="Security groups should not allow SSH from the internet",
    severity="CRITICAL",
    reason="SSH (port 22) is open to the internet (0.0.0.0/0)",
    resource_type="AWS::EC2::SecurityGroup",
    resource_id="sg-1",
    resource_arn="arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
    account_id="111122223333",
    account_name="production",
    region="eu-west-1",
    owner="team-a",
    first_seen=AT,
    scan_id="20261122T060000Z-c22b102a",
    cause="scan",
)


def event(**changes: Any) -> FindingEvent:
    """Return an event, with changes."""
    return replace(_EVENT, **changes)


def item(of: FindingEvent) -> dict[str, Any]:
    """Return the item of an event as a stream has it."""
    return {name: _attribute(value) for name, value in of.to_json().items()}


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def stream_record(number: str, of: FindingEvent | dict[str, Any], kind: str = "INSERT") -> dict[str, Any]:
    """Return a record of the stream with an event, or with an item.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """
    image = item(of) if isinstance(of, FindingEvent) else of
    return {
        "eventID": number.rjust(32, "0"),
        "eventName": kind,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1795327264.0,
            "Keys": {name: image[name] for name in ("finding_id", "timestamp") if name in image},
            "NewImage": image,
            "SequenceNumber": number,
            "SizeBytes": 700,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": (
            "arn:aws:dynamodb:eu-west-1:111122223333:table/muster-events-dev/stream/2026-11-21T05:00:00.000"
        ),
    }
