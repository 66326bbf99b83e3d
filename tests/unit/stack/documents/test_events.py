"""The sample events are what the functions take, so they cannot rot."""

import json
from pathlib import Path
from typing import Any

from muster.stack.documents import events
from muster.stack.documents.request import Request

EVENTS = Path(__file__).resolve().parents[4] / "events"


def event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def test_there_is_a_sample_for_each_function_and_for_the_execution() -> None:
    functions = {path.parent.name for path in (EVENTS.parent / "functions").glob("*/app.py")}
    samples = {path.stem for path in EVENTS.glob("*.json")}
    # handle_change has a sample for each of several services.
    changes = {name for name in samples if name.startswith("change-")}
    assert changes
    assert (samples - changes) | {"handle_change"} == functions | {"start_execution"}


def test_the_planner_takes_its_sample() -> None:
    assert Request.parse(event("plan_scan")).scan_id


def test_the_planner_takes_the_sample_of_an_executions_input() -> None:
    plan = event("plan_scan") | {"input": event("start_execution")}
    assert Request.parse(plan)


def test_the_scanner_takes_its_sample() -> None:
    sent = events.batch(event("scan_shards"))
    assert sent.scan_id
    assert all(shard.id for shard in sent.batch.shards)
    assert sent.batch.shards


def test_summary_and_alert_name_a_scan() -> None:
    assert event("summarize_scan")["scan_id"]
    assert event("send_alert")["scan_id"]
