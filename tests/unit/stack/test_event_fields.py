"""Events of the four functions: whatever is wrong with one is told by field, and no key is made of it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.errors import EventError
from muster.stack.documents import events

EVENTS = Path(__file__).resolve().parents[3] / "events"
READS: dict[str, Callable[[object], object]] = {
    "plan_scan": events.planned,
    "scan_shards": events.batch,
    "summarize_scan": lambda event: events.scan("summarize_scan", event),
    "send_alert": lambda event: events.scan("send_alert", event),
}


def sample(function: str) -> Any:
    return json.loads((EVENTS / f"{function}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("function", READS)
@pytest.mark.parametrize("event", [None, "scan", 7, True, [], ["scan_id"]], ids=repr)
def test_an_event_that_is_no_object_is_refused_with_the_function_and_what_it_takes(
    function: str, event: object
) -> None:
    assert events.named(event) is None
    with pytest.raises(EventError, match=rf"the event is not an object.*{function}|{function}.*the event is not an"):
        READS[function](event)


@pytest.mark.parametrize("function", READS)
def test_every_sample_is_taken(function: str) -> None:
    assert READS[function](sample(function))


WRONG: list[tuple[str, tuple[str | int, ...], object, str]] = [
    ("plan_scan", ("execution",), 7, "execution is not the ARN of an execution: 7"),
    ("plan_scan", ("execution",), "morning", "execution is not the ARN of an execution: 'morning'"),
    ("plan_scan", ("started_at",), "today", "started_at is not a time like"),
    ("plan_scan", ("started_at",), "2026-11-21T06:00:00", "started_at is not a time like"),
    ("plan_scan", ("started_at",), None, "started_at is not a time like"),
    ("summarize_scan", ("scan_id",), "../x", "scan_id is not the id of a scan like"),
    ("summarize_scan", ("scan_id",), ["a"], "scan_id is not the id of a scan like"),
    ("summarize_scan", ("attempt",), "../", "attempt is not the name of an attempt"),
    ("send_alert", ("scan_id",), "a/b", "scan_id is not the id of a scan like"),
    ("send_alert", ("attempt",), 7, "attempt is not the name of an attempt"),
    ("scan_shards", ("scan_id",), "", "scan_id is not the id of a scan like"),
    ("scan_shards", ("batch",), "b0000", "batch is not an object: 'b0000'"),
    ("scan_shards", ("batch", "batch"), "../b", "batch.batch is not the name of a batch"),
    ("scan_shards", ("batch", "attempt"), "now", "batch.attempt is not the name of an attempt"),
    ("scan_shards", ("batch", "shards"), {}, "batch.shards is not a list: {}"),
    ("scan_shards", ("batch", "shards", 0), "ec2", r"batch.shards\[0\] is not an object: 'ec2'"),
    ("scan_shards", ("batch", "shards", 0, "account_id"), "123", r"account_id is not an account id of 12 digits"),
    ("scan_shards", ("batch", "shards", 0, "account_id"), 123456789012, r"account_id is not an account id"),
    ("scan_shards", ("batch", "shards", 0, "region"), "eu-west-1/..", r"region is not the name of a region"),
    ("scan_shards", ("batch", "shards", 0, "service"), "../x", r"service is not the name of a service: '../x'"),
    ("scan_shards", ("batch", "shards", 0, "endpoint_region"), None, r"endpoint_region is not the name of a region"),
    ("scan_shards", ("batch", "shards", 0, "scope"), "eu-west-1", r"scope is not a list: 'eu-west-1'"),
    ("scan_shards", ("batch", "shards", 0, "scope"), [7], r"scope\[0\] is not the name of a region: 7"),
    ("scan_shards", ("batch", "shards", 0, "partition"), "gcp", r"partition is not the name of a partition"),
    ("scan_shards", ("batch", "shards", 0, "resource_type"), "../Box", r"resource_type is not a resource type like"),
]


@pytest.mark.parametrize(("function", "path", "value", "says"), WRONG)
def test_a_wrong_field_is_named_with_its_value(
    function: str, path: tuple[str | int, ...], value: object, says: str
) -> None:
    event = copy.deepcopy(sample(function))
    place = event
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(EventError, match=says):
        READS[function](event)


NEEDED = {
    "plan_scan": [("execution",), ("started_at",)],
    "summarize_scan": [("scan_id",)],
    "send_alert": [("scan_id",)],
    "scan_shards": [
        ("scan_id",), ("batch",), ("batch", "batch"), ("batch", "shards"),
        *[("batch", "shards", 0, name) for name in ("account_id", "region", "service")],
    ],
}  # fmt: skip


@pytest.mark.parametrize(("function", "path"), [(name, path) for name, paths in NEEDED.items() for path in paths])
def test_a_missing_field_is_named(function: str, path: tuple[str | int, ...]) -> None:
    event = copy.deepcopy(sample(function))
    place = event
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    with pytest.raises(EventError, match=f"{path[-1]} is missing"):
        READS[function](event)


def test_a_long_value_is_shortened() -> None:
    with pytest.raises(EventError) as error:
        events.scan("send_alert", {"scan_id": "x" * 100_000})
    assert len(str(error.value)) < 400
