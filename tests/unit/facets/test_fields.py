"""Declared fields: every kind of value, with a good value, none, one of another type and an unknown word."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, members, read
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SILENT = Unknown("AWS did not return State")
SWITCH = kinds.one_of("on", "off")


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        pytest.param(kinds.text, "vol-1", "vol-1", id="a text"),
        pytest.param(kinds.text, None, "", id="no text"),
        pytest.param(kinds.text, 7, "7", id="a number for a text"),
        pytest.param(kinds.required, "vol-1", "vol-1", id="a required text"),
        pytest.param(kinds.required, "", "", id="a required text that is empty"),
        pytest.param(kinds.stated, "vol-1", "vol-1", id="a stated text"),
        pytest.param(kinds.stated, None, SILENT, id="no stated text"),
        pytest.param(kinds.stated, "", SILENT, id="a stated text that is empty"),
        pytest.param(kinds.texts, ["a", "b"], ("a", "b"), id="a list of texts"),
        pytest.param(kinds.texts, None, (), id="no list of texts"),
        pytest.param(kinds.flag, True, True, id="true"),
        pytest.param(kinds.flag, False, False, id="false"),
        pytest.param(kinds.flag, None, SILENT, id="neither true nor false"),
        pytest.param(kinds.flag, "true", SILENT, id="a text for true or false"),
        pytest.param(kinds.flag, 1, SILENT, id="a number for true or false"),
        pytest.param(kinds.is_true, True, True, id="a switch that is on"),
        pytest.param(kinds.is_true, False, False, id="a switch that is off"),
        pytest.param(kinds.is_true, None, False, id="a switch that is left out"),
        pytest.param(kinds.is_true, "true", False, id="a text for a switch"),
        pytest.param(kinds.present, AT, True, id="something is there"),
        pytest.param(kinds.present, "", True, id="something empty is there"),
        pytest.param(kinds.present, None, False, id="nothing is there"),
        pytest.param(kinds.number, 0, 0, id="a number"),
        pytest.param(kinds.number, None, SILENT, id="no number"),
        pytest.param(kinds.number, "7", SILENT, id="a text for a number"),
        pytest.param(kinds.count(), 3, 3, id="a count"),
        pytest.param(kinds.count(), "3", 3, id="a count as a text"),
        pytest.param(kinds.count(), None, 0, id="no count"),
        pytest.param(kinds.count(30), None, 30, id="no count where AWS documents a default"),
        pytest.param(kinds.count(30), 0, 0, id="a count of nothing"),
        pytest.param(kinds.time, AT, AT, id="a time"),
        pytest.param(kinds.time, None, SILENT, id="no time"),
        pytest.param(kinds.time, "2026-11-21", SILENT, id="a text for a time"),
        pytest.param(kinds.equals("STRONG"), "STRONG", True, id="the word"),
        pytest.param(kinds.equals("STRONG"), "EVENTUAL", False, id="another word"),
        pytest.param(kinds.equals("STRONG"), None, False, id="no word"),
        pytest.param(SWITCH, "on", "on", id="a documented word"),
        pytest.param(SWITCH, None, SILENT, id="none of the documented words"),
        pytest.param(SWITCH, "dim", Unknown("AWS returned an unknown value for State: 'dim'"), id="a new word"),
        pytest.param(SWITCH, "", Unknown("AWS returned an unknown value for State: ''"), id="an empty word"),
        pytest.param(SWITCH, [1], Unknown("AWS returned an unknown value for State: [1]"), id="a list for a word"),
        pytest.param(kinds.optional(SWITCH), "on", "on", id="an optional word"),
        pytest.param(kinds.optional(SWITCH), None, None, id="no optional word"),
        pytest.param(kinds.optional(SWITCH), "", None, id="an optional word that is empty"),
        pytest.param(
            kinds.optional(SWITCH),
            "dim",
            Unknown("AWS returned an unknown value for State: 'dim'"),
            id="a new optional",
        ),
        pytest.param(kinds.defaulting("on", SWITCH), "off", "off", id="not the default"),
        pytest.param(kinds.defaulting("on", SWITCH), None, "on", id="the default"),
        pytest.param(kinds.defaulting("on", SWITCH), "", "on", id="the default for an empty word"),
        pytest.param(
            kinds.defaulting("on", SWITCH),
            "dim",
            Unknown("AWS returned an unknown value for State: 'dim'"),
            id="a new word where there is a default",
        ),
        pytest.param(kinds.text_of_each("Name"), [{"Name": "a"}, {"Name": "b"}], ("a", "b"), id="one text an item"),
        pytest.param(kinds.text_of_each("Name"), None, (), id="no item"),
        pytest.param(kinds.many(str.upper), ["a", "b"], ("A", "B"), id="items"),
        pytest.param(kinds.many(str.upper), None, (), id="no items"),
    ],
)
def test_a_value_of_a_kind(kind: kinds.Kind[object], value: object, field: object) -> None:
    assert kind(value, "State") == field


@pytest.mark.parametrize(
    "kind",
    [kinds.stated, kinds.flag, kinds.number, kinds.time, SWITCH],
    ids=["stated", "flag", "number", "time", "word"],
)
def test_the_question_replaces_the_name_of_a_missing_value(kind: kinds.Kind[object]) -> None:
    assert kind(None, "State", "whether it is on") == Unknown("AWS did not return whether it is on")


def test_a_required_text_that_is_left_out_makes_the_whole_facet_unavailable() -> None:
    with pytest.raises(KeyError, match="State"):
        kinds.required(None, "State")


def _sum(response: Answer) -> int:
    return int(response["Low"]) + int(response["High"])


@facet
class Lamp(Parsed):
    """One of each way to declare a field."""

    id: str = read("LampId", kinds.required)
    state: str | Unknown = read("Power.State.Name", SWITCH)
    level: int | Unknown = read("Power.Level", kinds.number, "how bright it is")
    mode: str | Unknown = read("Power.Mode.Value", SWITCH, name="Power.Mode")
    range: int = computed(_sum, "Low", "High", default=0)


LAMP: dict[str, Any] = {
    "LampId": "lamp-1",
    "Power": {"State": {"Name": "on"}, "Level": 3, "Mode": {"Value": "off"}},
    "Low": 1,
    "High": 6,
}


def test_each_field_is_read_from_its_member() -> None:
    assert Lamp.parse(LAMP) == Lamp("lamp-1", "on", 3, "off", 7)


@pytest.mark.parametrize("power", [None, {}, {"State": None, "Mode": {}}], ids=["none", "empty", "empty inside"])
def test_a_structure_that_is_left_out_leaves_its_members_out(power: dict[str, Any] | None) -> None:
    lamp = Lamp.parse(LAMP | {"Power": power})
    assert lamp.state == Unknown("AWS did not return Name")
    assert lamp.level == Unknown("AWS did not return how bright it is")
    assert lamp.mode == Unknown("AWS did not return Power.Mode")


@pytest.mark.parametrize(
    "changed",
    [{"Power": "on"}, {"Power": {"State": 7}}, {"LampId": None}, {"Low": None}],
    ids=["a text for a structure", "a number for a structure", "no id", "no part of what is computed"],
)
def test_another_structure_makes_the_whole_facet_unavailable(changed: dict[str, Any]) -> None:
    assert isinstance(parsed(Lamp, LAMP | changed), Unavailable)


def test_members_are_named_by_the_declarations_each_once() -> None:
    @facet
    class Twice(Parsed):
        level: int | Unknown = read("Power.Level", kinds.number)
        dim: bool = computed(bool, "Power.Level", "Low")

    assert members(Lamp) == ("LampId", "Power.State.Name", "Power.Level", "Power.Mode.Value", "Low", "High")
    assert members(Twice) == ("Power.Level", "Low")


def test_a_default_is_for_those_who_make_the_facet_themselves() -> None:
    assert Lamp("lamp-1", "on", 3, "off").range == 0
    with pytest.raises(TypeError, match="missing 4 required"):
        Lamp()  # type: ignore[call-arg]


def test_a_facet_is_frozen_and_has_slots() -> None:
    lamp = Lamp.parse(LAMP)
    with pytest.raises(dataclasses.FrozenInstanceError):
        lamp.state = "off"  # type: ignore[misc]
    assert not hasattr(lamp, "__dict__")


def test_a_facet_that_is_another_under_a_new_name_is_read_the_same_way() -> None:
    @facet
    class DeskLamp(Lamp):
        """The lamp of a desk."""

    assert DeskLamp.parse(LAMP) == DeskLamp("lamp-1", "on", 3, "off", 7)
