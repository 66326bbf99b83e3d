"""Records of the stream: an event is read whole, other changes are passed over, anything else has a reason."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import EventError
from muster.lifecycle.events import FindingEvent
from muster.stack.recording.records import records_of
from tests.unit.stack.recording.stream import event, item, stream_record

SAMPLE = Path(__file__).parents[4] / "events" / "record_events.json"


def read(raw: Any) -> Any:
    """Return the one record of a batch."""
    (found,) = records_of({"Records": [raw]})
    return found


def test_a_new_item_is_read_as_its_event() -> None:
    found = read(stream_record("111", event()))
    assert (found.sequence_number, found.event, found.malformed) == ("111", event(), "")


def test_the_sample_has_two_events_and_an_item_whose_time_to_live_ended() -> None:
    found = records_of(json.loads(SAMPLE.read_text(encoding="utf-8")))
    assert [(each.event.status if each.event else None, each.malformed) for each in found] == [
        ("FAILED", ""),
        ("RESOLVED", ""),
        (None, ""),
    ]


@pytest.mark.parametrize("kind", ["MODIFY", "REMOVE"])
@pytest.mark.parametrize("change", [None, {}, {"SequenceNumber": "111", "OldImage": {"a": {"S": "b"}}}])
def test_a_change_that_is_no_new_item_is_passed_over(kind: str, change: Any) -> None:
    found = read({"eventName": kind, "dynamodb": change})
    assert (found.event, found.malformed) == (None, "")


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in item(event()).items() if key != name}


@pytest.mark.parametrize("name", [each.name for each in fields(FindingEvent) if each.name not in {"outcome", "until"}])
def test_an_item_without_a_key_is_malformed(name: str) -> None:
    assert read(stream_record("111", without(name))).malformed == f"NewImage.{name} is missing"


@pytest.mark.parametrize("name", ["outcome", "until"])
def test_an_item_of_an_earlier_version_lacks_what_was_added_since(name: str) -> None:
    assert read(stream_record("111", without(name))).event == event()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(None, "the record is not an object: None", id="null"),
        pytest.param("text", "the record is not an object: 'text'", id="a text"),
        pytest.param([], "the record is not an object: []", id="a list"),
        pytest.param({}, "eventName is not INSERT, MODIFY or REMOVE: None", id="an empty object"),
        pytest.param({"eventName": "UPSERT"}, "eventName is not INSERT, MODIFY or REMOVE: 'UPSERT'", id="a new kind"),
        pytest.param({"eventName": "INSERT"}, "dynamodb is not an object: None", id="no dynamodb"),
        pytest.param({"eventName": "INSERT", "dynamodb": [1]}, "dynamodb is not an object: [1]", id="dynamodb a list"),
        pytest.param(
            {"eventName": "INSERT", "dynamodb": {"NewImage": item(event())}},
            "dynamodb.SequenceNumber is not a number of the stream",
            id="no sequence number",
        ),
        pytest.param(
            {"eventName": "INSERT", "dynamodb": {"SequenceNumber": 7, "NewImage": item(event())}},
            "dynamodb.SequenceNumber is not a number of the stream",
            id="a sequence number of another type",
        ),
        pytest.param(
            {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "7"}},
            "dynamodb.NewImage is not an object: None",
            id="no new image",
        ),
    ],
)
def test_a_record_of_another_shape_has_a_reason(raw: Any, reason: str) -> None:
    found = read(raw)
    assert (found.raw, found.event, found.malformed) == (raw, None, reason)


@pytest.mark.parametrize(
    ("name", "attribute", "reason"),
    [
        ("title", {"N": "7"}, "NewImage.title is not a string: 7"),
        ("title", {"NULL": True}, "NewImage.title is not a string: {'NULL': True}"),
        ("title", {"L": [{"S": "a"}]}, "NewImage.title is not a string: {'L': [{'S': 'a'}]}"),
        ("title", {"S": "a", "N": "7"}, "NewImage.title is not a string: {'S': 'a', 'N': '7'}"),
        ("title", {}, "NewImage.title is not a string: {}"),
        ("title", "bare", "NewImage.title is not a string: ['bare']"),
        ("title", {"S": "\ud800"}, "NewImage.title is not a string: '\\ud800'"),
        ("timestamp", {"S": "1795327200000"}, "NewImage.timestamp is not a count: '1795327200000'"),
        ("timestamp", {"N": "1.5"}, "NewImage.timestamp is not a count: '1.5'"),
        ("timestamp", {"N": "-1"}, "NewImage.timestamp is not a count: -1"),
        ("timestamp", {"N": ""}, "NewImage.timestamp is not a count: ''"),
        ("timestamp", {"N": "NaN"}, "NewImage.timestamp is not a count: 'NaN'"),
        ("timestamp", {"N": "sNaN"}, "NewImage.timestamp is not a count: 'sNaN'"),
        ("timestamp", {"N": "-Infinity"}, "NewImage.timestamp is not a count: '-Infinity'"),
        ("timestamp", {"N": "1E+126"}, "NewImage.timestamp is not a count: '1E+126'"),
        ("timestamp", {"N": "1E+999999999"}, "NewImage.timestamp is not a count: '1E+999999999'"),
        ("timestamp", {"N": "9" * 39}, f"NewImage.timestamp is not a count: '{'9' * 39}'"),
        ("timestamp", {"N": "253402300800000"}, "NewImage.timestamp is after the year 9999: 253402300800000"),
        ("first_seen", {"N": "253402300800000"}, "NewImage.first_seen is after the year 9999: 253402300800000"),
        ("scan_id", {"S": ""}, "NewImage.scan_id is not the id of a scan like 20261121T060000Z-c22b102a: ''"),
        ("scan_id", {"S": "../state"}, None),
        ("baseline", {"S": "true"}, "NewImage.baseline is not true or false: 'true'"),
        ("baseline", {"N": "1"}, "NewImage.baseline is not true or false: 1"),
        ("finding_id", {"S": "../state/x"}, "NewImage.finding_id is not the id of a finding: '../state/x'"),
        ("finding_id", {"S": ""}, "NewImage.finding_id is not the id of a finding: ''"),
        ("finding_id", {"S": "a" * 201}, None),
        (
            "status",
            {"S": "OPEN"},
            "NewImage.status is not one of FAILED, RESOLVED, SUPPRESSED, EXPIRED, UNREADABLE: 'OPEN'",
        ),
        (
            "status",
            {"S": "RESOLVED"},
            "NewImage.status is RESOLVED, which is not the status of the event opened",
        ),
        ("severity", {"S": "SEVERE"}, None),
        ("event", {"S": "vanished"}, None),
        ("cause", {"S": "rumour"}, "NewImage.cause is not one of scan, change: 'rumour'"),
        ("outcome", {"S": "lost"}, "NewImage.outcome is not one of nothing, fixed, deleted: 'lost'"),
        ("until", {"S": "tomorrow"}, "NewImage.until is not a day like 2026-11-21, or empty: 'tomorrow'"),
    ],
)
def test_an_attribute_that_no_event_has_is_named(name: str, attribute: Any, reason: str | None) -> None:
    found = read(stream_record("111", {**item(event()), name: attribute}))
    assert found.event is None
    assert found.malformed.startswith(f"NewImage.{name} is not ") if reason is None else found.malformed == reason


@pytest.mark.parametrize("number", ["1795327200000", "1795327200000.0", "1.7953272E+12", "1795327200000." + "0" * 60])
def test_a_number_counts_however_it_is_written(number: str) -> None:
    found = read(stream_record("111", {**item(event()), "timestamp": {"N": number}}))
    assert found.event == event(timestamp=1795327200000)


def test_other_attributes_are_not_read() -> None:
    found = read(stream_record("111", {**item(event()), "ttl": {"N": "1"}, "note": {"M": {"a": {"L": []}}}}))
    assert found.event == event()


@pytest.mark.parametrize("sent", [None, [], "x", {}, {"Records": None}, {"Records": {}}, {"records": []}])
def test_what_lambda_does_not_send_is_refused(sent: Any) -> None:
    with pytest.raises(EventError, match="no list 'Records'"):
        records_of(sent)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*(each.name for each in fields(FindingEvent)), "ttl"])


@given(JSON)
def test_any_value_that_is_no_record_has_a_reason(raw: Any) -> None:
    found = read(raw)
    assert bool(found.malformed) != bool(
        found.event or (isinstance(raw, dict) and raw.get("eventName") in {"MODIFY", "REMOVE"})
    )


@given(NAMES, JSON | st.builds(lambda kind, value: {kind: value}, st.sampled_from(["S", "N", "BOOL", "B", "M"]), JSON))
def test_any_attribute_is_read_or_named(name: str, attribute: Any) -> None:
    found = read(stream_record("111", {**item(event()), name: attribute}))
    assert found.event is not None or found.malformed.startswith(f"NewImage.{name} ")
