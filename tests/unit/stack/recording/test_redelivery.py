"""However often calls are refused and the function is killed, every event is recorded and no malformed record is lost.

The batches are cut, halved and delivered again as Lambda does it (`local.eventing.batches`).
"""

import gzip
import json
import random
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.eventing.batches import Answer, Batches, Record
from local.eventing.mapping import FOREVER, Settings
from muster.errors import Transient
from muster.lifecycle.events import FindingEvent
from muster.stack.documents.request import Environment
from muster.stack.record_events import record_events
from tests.unit.stack.recording.stream import event, stream_record

ENVIRONMENT = Environment(bucket="reports", region="eu-west-1", record_queue_url="https://sqs/dead-letters")
SETTINGS = Settings(
    enabled=True, function="f", source="s", batch_size=100, window=0, retries=FOREVER, max_age=FOREVER, bisect=True,
    partial=True, factor=1, concurrency=1, destination="", patterns=(),
)  # fmt: skip


class Killed(BaseException):
    """The function ends at this moment, as when its time is over."""


class Aws:
    """S3 and SQS in memory: each call may be refused before it is done, or the function killed before or after it."""

    def __init__(self, chance: random.Random, refused: float, killed: float) -> None:
        self.objects: dict[str, bytes] = {}
        self.replaced: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.alerts: list[FindingEvent] = []
        self._chance, self._refused, self._killed = chance, refused, killed
        self._lock = threading.Lock()

    def get(self, _service: str, _region: str) -> "Aws":
        return self

    def put_object(self, Key: str, Body: bytes, IfNoneMatch: str = "", **_: Any) -> dict[str, str]:  # noqa: N803 - AWS's
        with self._lock:
            self._may_fail("SlowDown")
            if Key in self.objects and IfNoneMatch:
                raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
            if Key in self.objects:
                self.replaced.append(Key)
            self.objects[Key] = Body
            self._may_die()
            return {"ETag": "x"}

    def send_message(self, MessageBody: str, **_: Any) -> None:  # noqa: N803 - AWS's
        with self._lock:
            self._may_fail("InternalError")
            self.messages.append(json.loads(MessageBody))
            self._may_die()

    def alert(self, events: Sequence[FindingEvent]) -> None:
        with self._lock:
            self._may_die()
            if self._chance.random() < self._refused:
                raise Transient("neither delivered nor parked")
            self.alerts.extend(events)
            self._may_die()

    def _may_fail(self, code: str) -> None:
        self._may_die()
        if self._chance.random() < self._refused:
            raise ClientError({"Error": {"Code": code}}, "x")

    def _may_die(self) -> None:
        if self._chance.random() < self._killed:
            raise Killed

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the table `audit`."""
        files = [body for key, body in self.objects.items() if key.startswith("audit/by-date/")]
        return [json.loads(line) for body in files for line in gzip.decompress(body).splitlines()]


def delivered(aws: Any, records: list[dict[str, Any]], most: int = 3_000) -> int:
    """Deliver records until all are done, and return how often the function ran."""
    batches = Batches([Record(str(number), 0.0, raw) for number, raw in enumerate(records)])
    for run in range(most):
        if (part := batches.next) is None:
            return run
        try:
            recorded = record_events({"Records": [each.event for each in part.records]}, ENVIRONMENT, aws, aws.alert)
            batches.take(Answer(json.dumps(recorded.response)), SETTINGS)
        except Killed:
            batches.take(Answer(errored=True), SETTINGS)
    raise AssertionError(f"not done after {most} runs")


@pytest.mark.parametrize("seed", range(60))
def test_every_event_is_recorded_and_every_malformed_record_is_set_aside(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a simulation
    refused, killed = chance.choice([(0.0, 0.0), (0.3, 0.0), (0.05, 0.02), (0.2, 0.02)])
    aws = Aws(chance, refused, killed)
    records, events, malformed = [], [], []
    for number in range(chance.randint(1, 40)):
        kind = chance.choice(["event", "event", "event", "malformed", "removed"])
        made = event(
            finding_id=f"{number:032x}",
            timestamp=event().timestamp + 86_400_000 * chance.randint(0, 2),
            severity=chance.choice(["CRITICAL", "LOW"]),
        )
        if kind == "event":
            events.append(made)
            records.append(stream_record(str(number), made))
        elif kind == "malformed":
            records.append(stream_record(str(number), {"finding_id": {"S": "x"}}))
            malformed.append(records[-1])
        else:
            records.append(stream_record(str(number), made, "REMOVE"))
    runs = delivered(aws, records)
    objects = {key: json.loads(body) for key, body in aws.objects.items() if key.startswith("audit/findings/")}
    assert objects == {f"audit/findings/{each.finding_id}/{each.timestamp}.json": each.to_json() for each in events}
    assert {json.dumps(row) for row in aws.rows()} == {json.dumps(each.to_json()) for each in events}
    assert aws.replaced == []
    aside = [message["record"] for message in aws.messages]
    assert [each for each in malformed if each not in aside] == []
    assert [each for each in aside if each not in malformed] == []
    urgent = [each for each in events if each.severity == "CRITICAL"]
    assert {each.finding_id for each in aws.alerts} == {each.finding_id for each in urgent}
    if not killed:
        assert len(aws.alerts) == len(urgent)
    if not (refused or killed):
        assert (runs, len(aside)) == (1, len(malformed))
