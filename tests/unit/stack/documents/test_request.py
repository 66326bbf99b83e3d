"""What an execution may be asked, and what it answers to nonsense."""

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.errors import ConfigurationError, EventError
from muster.stack.documents.request import Environment, Request

EXECUTION = "arn:aws:states:eu-west-1:111122223333:execution:muster-scan-dev:morning"
SCAN = "20261121T060000Z-0a1b2c3d"


def event(asked: Any = None, **changed: Any) -> dict[str, Any]:
    return {"input": asked, "execution": EXECUTION, "started_at": "2026-11-21T06:00:00.123Z", **changed}


def test_an_empty_input_asks_for_everything_and_records_nothing() -> None:
    request = Request.parse(event({}))
    assert (request.packs, request.checks, request.regions, request.record) == ((), (), (), False)
    assert (request.account_id, request.partition, request.kind) == ("111122223333", "aws", "manual")
    assert request.started_at == datetime(2026, 11, 21, 6, 0, 0, 123000, tzinfo=UTC)


def test_a_retried_plan_names_the_same_scan_and_another_execution_another() -> None:
    assert Request.parse(event({})).scan_id == Request.parse(event({})).scan_id
    assert Request.parse(event({})).scan_id != Request.parse(event({}, execution=EXECUTION + "2")).scan_id


def test_the_schedule_records() -> None:
    request = Request.parse(event({"scheduled": True, "record": True}))
    assert (request.kind, request.record) == ("scheduled", True)


def test_one_pack_or_several() -> None:
    assert Request.parse(event({"pack": "a", "packs": ["b"]})).packs == ("a", "b")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        pytest.param({"region": ["eu-west-1"]}, "region is not a key; did you mean regions", id="a misspelt key"),
        pytest.param({"colour": 1}, "colour is not a key; known are accounts", id="a key like no other"),
        pytest.param({"regions": "eu-west-1"}, "regions is a list of texts", id="a text for a list"),
        pytest.param({"checks": [1]}, "checks is a list of texts", id="a number in a list"),
        pytest.param({"record": "yes"}, "record is true or false", id="a text for a truth"),
        pytest.param({"pack": ["a"]}, "pack is a text", id="a list for a text"),
        pytest.param({"accounts": ["123"]}, "'123' is not an account id", id="an account of three digits"),
        pytest.param([1], "is a JSON object", id="a list for an object"),
        pytest.param("all", "is a JSON object", id="a text for an object"),
        pytest.param({"resume": "latest"}, "resume is a scan's id, not 'latest'", id="a word for a scan"),
        pytest.param({"resume": 20261121}, "resume is a scan's id, not 20261121", id="a number for a scan"),
        pytest.param({"resume": f"{SCAN}\n"}, "resume is a scan's id", id="a scan and a newline"),
        pytest.param({"resume": f"../{SCAN}"}, "resume is a scan's id", id="a path for a scan"),
        pytest.param({"resume": SCAN, "regions": ["eu-west-1"]}, "resume takes no other key", id="a region to resume"),
        pytest.param({"resume": SCAN, "record": True}, "resume takes no other key", id="a record to resume"),
    ],
)
def test_a_wrong_input_is_refused_with_the_fix(asked: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        Request.parse(event(asked))


@pytest.mark.parametrize("broken", [{}, {"execution": "x", "started_at": "y"}, {"execution": EXECUTION}, {"input": {}}])
def test_an_event_that_the_state_machine_did_not_send_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(EventError, match="start the state machine"):
        Request.parse(broken)


def test_the_environment_is_read_once_and_whole() -> None:
    environment = Environment.parse(
        {"MUSTER_BUCKET": "b", "AWS_REGION": "eu-west-1", "MUSTER_PACKS": "a, b,", "MUSTER_REGIONS": ""}
    )
    assert (environment.packs, environment.regions) == (("a", "b"), ())
    with pytest.raises(ConfigurationError, match="MUSTER_BUCKET is not set"):
        Environment.parse({})


def test_a_scan_that_is_resumed_keeps_its_name_and_the_execution_names_the_attempt() -> None:
    request = Request.parse(event({"resume": SCAN}))
    assert (request.scan_id, request.resume) == (SCAN, SCAN)
    assert request.attempt == Request.parse(event({})).scan_id.rpartition("-")[2]


def test_a_retried_resumption_is_the_same_attempt_and_another_execution_another() -> None:
    attempt = Request.parse(event({"resume": SCAN})).attempt
    assert Request.parse(event({"resume": SCAN})).attempt == attempt
    assert Request.parse(event({"resume": SCAN}, execution=EXECUTION + "2")).attempt != attempt


def test_a_scan_of_its_own_is_no_attempt() -> None:
    for asked in ({}, {"resume": ""}):
        request = Request.parse(event(asked))
        assert (request.resume, request.attempt) == ("", "")
        assert request.scan_id.startswith("20261121T060000Z-")


def test_what_a_scan_is_named_can_be_resumed() -> None:
    name = Request.parse(event({})).scan_id
    assert Request.parse(event({"resume": name})).scan_id == name
