"""Lists and objects are spelled once for many findings, and never with the text of another object."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.model.finding import Suppression
from muster.reports.fields import TIME, IdentityCache, Kind, structure


@pytest.mark.parametrize(("size", "spelled"), [(1, 3), (2, 2)])
def test_the_same_object_is_not_spelled_again(size: int, spelled: int) -> None:
    calls: list[object] = []
    cache = IdentityCache(lambda value: str(calls.append(value) or value), size)
    one, other = ("one",), ("other",)
    assert [cache(value) for value in (one, one, other, one)] == [str(one), str(one), str(other), str(one)]
    assert len(calls) == spelled


@pytest.mark.parametrize("size", [1, 3])
def test_no_more_texts_are_held_than_the_size(size: int) -> None:
    cache = IdentityCache(str, size)
    for number in range(10):
        cache((number,))
        assert len(cache._known) <= size


@pytest.mark.parametrize(
    ("kind", "value", "as_json", "cell"),
    [
        pytest.param(structure("object"), {"b": ("x",), "a": None}, {"b": ["x"], "a": None}, '{"a": null, "b": ["x"]}'),
        pytest.param(structure("array"), ("b", "a"), ["b", "a"], '["b", "a"]'),
        pytest.param(
            structure("object"),
            Suppression("known", "web", "2027-01-01"),
            {"reason": "known", "owner": "web", "expires": "2027-01-01", "ticket": ""},
            '{"expires": "2027-01-01", "owner": "web", "reason": "known", "ticket": ""}',
        ),
    ],
)
def test_lists_and_objects_are_json_text_in_the_table(kind: Kind, value: object, as_json: Any, cell: str) -> None:
    assert kind.to_json is not None
    assert kind.to_cell is not None
    assert kind.from_cell is not None
    assert kind.to_json(value) == as_json
    assert kind.to_cell(value) == cell
    assert kind.from_cell(cell) == json.loads(cell) == as_json


def test_times_come_back_from_the_table_in_utc() -> None:
    assert TIME.from_cell is not None
    assert TIME.from_cell(datetime(2027, 1, 1, 1, 30)) == "2027-01-01T01:30:00Z"  # noqa: DTZ001 - a file has no zone
    assert TIME.to_json is not None
    assert TIME.to_json(datetime(2027, 1, 1, 1, 30, tzinfo=UTC)) == "2027-01-01T01:30:00Z"
