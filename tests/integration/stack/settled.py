"""What the tests of several functions need of an account that is settled: the call, and what is remembered of it."""

import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from moto.dynamodb.models import dynamodb_backends

from muster.lifecycle import state_store
from muster.lifecycle.events import FindingEvent
from muster.lifecycle.transitions import State, TrackedFinding
from muster.sdk.session import Clients
from muster.stack.documents.account import AccountResult
from muster.stack.documents.objects import content
from muster.stack.documents.request import Environment
from muster.stack.settle_account import settle_account
from muster.stack.settling.outbox import events_of
from muster.storage import keys
from muster.storage.bucket import Bucket

TABLE = "events"
_ACCOUNT = "123456789012"
_DESERIALIZER = TypeDeserializer()


def settled(  # noqa: PLR0913 - the event of the function, its surroundings and the clock
    clients: Clients,
    environment: Environment,
    scan_id: str,
    item: Mapping[str, Any],
    attempt: str = "",
    left: Callable[[], float] = lambda: 900.0,
) -> int:
    """Settle an account of a work list once, and return what is left."""
    event = {"scan_id": scan_id, "attempt": attempt, "account": item}
    return settle_account(event, environment, clients, left).left


def writes(model: Any) -> bool:
    """Whether an operation of S3 or DynamoDB changes anything.

    A function that dies leaves behind what it wrote: it does not matter where between two writes it dies. So a death
    before each write, and none, is a death at any moment.
    """
    if model.service_model.service_name == "s3":
        return model.http["method"] not in ("GET", "HEAD")
    return model.name.startswith(("BatchWrite", "Delete", "Put", "TransactWrite", "Update"))


def make_table(clients: Clients, region: str) -> None:
    """Make the table of events as the template does."""
    clients.get("dynamodb", region).create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "finding_id", "AttributeType": "S"},
            {"AttributeName": "timestamp", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "finding_id", "KeyType": "HASH"},
            {"AttributeName": "timestamp", "KeyType": "RANGE"},
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


def stored(clients: Clients, region: str) -> list[FindingEvent]:
    """Return the events of the event store, by finding and time."""
    pages = clients.get("dynamodb", region).get_paginator("scan").paginate(TableName=TABLE)
    items = [item for page in pages for item in page["Items"]]
    plain = [{name: _DESERIALIZER.deserialize(value) for name, value in item.items()} for item in items]
    events = [
        FindingEvent(**{name: int(value) if isinstance(value, Decimal) else value for name, value in each.items()})
        for each in plain
        if each.pop("ttl")
    ]
    return sorted(events, key=_key)


def scans_of(bucket: Bucket) -> list[str]:
    """Return the ids of all scans that have a plan."""
    return sorted(key.split("/")[1] for key, _ in bucket.keys("scans/") if key.endswith("/plan.json"))


def told_once(bucket: Bucket, clients: Clients, region: str, *scans: str) -> list[FindingEvent]:
    """Return the events of the event store, of which each was written once and is as it was written first.

    They are those that the results of the scans name, and none is missing: the last of a finding says its state.
    moto's stream has a record for an item that is written again as it is; that of AWS has none.
    """
    events = stored(clients, region)
    tables = dynamodb_backends[_ACCOUNT][region].tables
    records = [each.record for each in tables[TABLE].stream_shard.items]
    inserted = [record for record in records if record["eventName"] == "INSERT"]
    others = [record["dynamodb"] for record in records if record["eventName"] != "INSERT"]
    assert len(inserted) == len(events)
    assert [each for each in others if each["NewImage"] != each["OldImage"]] == []
    attempts = {attempt for scan in scans for attempt in result(bucket, scan, _ACCOUNT).changes}
    named = [event for scan in scans for attempt in attempts for event in events_of(bucket, scan, attempt)]
    assert sorted(named, key=_key) == events
    last = {event.finding_id: event.status for event in events if event.status != "UNREADABLE"}
    states = {State.OPEN: ("FAILED", "EXPIRED"), State.SUPPRESSED: ("SUPPRESSED",), State.RESOLVED: ("RESOLVED",)}
    known = {key: tracked.known for key, tracked in remembered(bucket, _ACCOUNT).items()}
    assert {key for key, state in known.items() if state in states} == last.keys()
    assert {key: state for key, state in known.items() if state in states and last[key] not in states[state]} == {}
    return events


def _key(event: FindingEvent) -> tuple[str, int]:
    return event.finding_id, event.timestamp


def remembered(bucket: Bucket, account_id: str) -> dict[str, TrackedFinding]:
    """Return what is remembered of an account by finding id; what is fine is kept for a retry of the scan only."""
    found: dict[str, TrackedFinding] = {}
    with tempfile.TemporaryDirectory() as folder:
        state = state_store.fetch(bucket, keys.state(account_id), Path(folder) / "state", found.update)
    assert not state.damage
    return {key: tracked for key, tracked in found.items() if tracked.state is not State.FINE}


def result(bucket: Bucket, scan_id: str, account_id: str) -> AccountResult:
    """Return the result of an account."""
    found = content(bucket, keys.account(scan_id, account_id), AccountResult)
    assert found is not None
    return found
