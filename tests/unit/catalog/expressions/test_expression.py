"""Conditions in JMESPath: what they may read, and that doubt is never an answer."""

import dataclasses
import typing
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.catalog.custom import judged_types, readable
from muster.catalog.expressions.expression import examine, fields, words
from muster.catalog.expressions.kinds import options
from muster.catalog.expressions.values import Fields, values_text
from muster.model.finding import Unknown, UnknownField


@dataclass(frozen=True, slots=True)
class Key:
    alias: str


@dataclass(frozen=True, slots=True)
class Disk:
    size: int
    kind: str | Unknown
    key: Key | None = None

    @property
    def kept(self) -> bool:
        return self.size > 100


@dataclass(frozen=True, slots=True)
class Machine:
    name: str
    running: bool | Unknown
    disks: tuple[Disk, ...]
    labels: Mapping[str, str]
    made_at: datetime
    owner: str | None
    ports: frozenset[int]
    groups: tuple[tuple[Disk, ...], ...] = ()
    mirrors: Mapping[str, Disk] = field(default_factory=dict)
    first: Disk | None = None
    pairs: tuple[tuple[Disk, Key], ...] = ()
    either: Disk | Key | None = None

    @property
    def large(self) -> bool:
        return any(disk.size > 100 for disk in self.disks)


@dataclass(frozen=True, slots=True)
class VPCFlowLog:
    on: bool


FACETS = {"machine": Machine, "flow": VPCFlowLog}
MACHINE = Machine(
    "web-1",
    running=True,
    disks=(Disk(8, "gp3"), Disk(500, "io2", Key("shop"))),
    labels={"Team": "shop"},
    made_at=datetime(2026, 11, 1, tzinfo=UTC),
    owner=None,
    ports=frozenset({443, 80}),
)
LOST = Machine("x", Unknown("AWS did not say"), (Disk(1, Unknown("no kind")),), {}, MACHINE.made_at, None, frozenset())


def document(machine: Machine = MACHINE) -> dict[str, Any]:
    return {"machine": Fields(machine), "flow": Fields(VPCFlowLog(on=False))}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("machine.name == 'web-1'", True),
        ("machine.name == 'web-2'", False),
        ("machine.running", True),
        ("!(machine.running)", False),
        ("machine.running && flow.on", False),
        ("machine.running || flow.on", True),
        ("machine.large", True),
        ("contains(machine.name, 'web')", True),
        ("starts_with(machine.name, 'db')", False),
        ("contains(keys(machine.labels), 'Team')", True),
        ("machine.labels.Team == 'shop'", True),
        ("machine.labels.Owner == 'shop'", False),
        ("machine.labels.Owner == `null`", True),
        ("length(machine.disks) == `2`", True),
        ("length(machine.disks[?size > `100`]) == `0`", False),
        ("contains(machine.disks[*].kind, 'io2')", True),
        ("machine.disks[0].size <= `8`", True),
        ("machine.made_at < '2026-12-01'", True),
        ("machine.made_at < `3`", None),
        ("starts_with(machine.made_at, '2026-11-01')", True),
        ("machine.ports == `[80, 443]`", True),
        ("machine.disks | length(@) > `1`", True),
        ("machine.disks | length(@) > `1` && length(@) < `3`", True),
        ("`true` && machine.running", True),
        ("length(machine.disks[0:1]) == `1`", True),
        ("machine.disks[::-1] | [0].size == `500`", True),
        ("length(machine.disks[::0]) == `0`", None),
        ("length(machine.disks[?key]) == `1`", True),
        ("length(machine.disks[?!key]) == `1`", True),
        ("machine.disks[1].kept", True),
        ("machine.disks[0].kept && machine.running", False),
        ("machine.disks[1].key != `null` && `true`", True),
        ("!(machine.disks[1].key)", False),
        ("!(machine.disks[0].key)", True),
        ("machine.disks[1].key == `{}`", False),
        ("machine.disks[1].key != `{}`", True),
        ("machine.disks[1].key == machine.disks[-1].key", True),
        ("machine.disks[1].key != machine.disks[-1].key", False),
        ("machine.disks[1].key == machine.disks[1]", False),
        ("machine.disks[1].key == `null`", False),
    ],
)
def test_a_condition_is_evaluated_over_plain_values(text: str, holds: bool | None) -> None:
    expression = examine(text, FACETS)
    if holds is None:
        with pytest.raises(UnknownField, match=r"neither true nor false|cannot be evaluated"):
            expression.holds(document())
    else:
        assert expression.holds(document()) is holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("machine.running", "AWS did not say", id="a field that is not known"),
        pytest.param("!(machine.running)", "AWS did not say", id="however it is turned"),
        pytest.param("machine.name == 'y' && machine.running", None, id="what is not looked at does not matter"),
        pytest.param("contains(machine.disks[*].kind, 'io2')", "no kind", id="a field within a list"),
        pytest.param("contains(machine.owner, 'x')", None, id="a function of nothing does not hold"),
        pytest.param("machine.labels.Size > `3`", None, id="an order of nothing does not hold"),
    ],
)
def test_doubt_stops_the_evaluation(text: str, said: str | None) -> None:
    expression = examine(text, FACETS)
    if said is None:
        assert expression.holds(document(LOST)) is False
        return
    with pytest.raises(UnknownField, match=said):
        expression.holds(document(LOST))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("machine.name = 'x'", "this is not JMESPath, at column 14"),
        ("machine.name == 'x", "this is not JMESPath, at column 17"),
        ("machine.", "this is not JMESPath, at column 9"),
        ("machin.name == 'x'", "machin is not a facet of this resource type; did you mean machine?"),
        ("machine.nam == 'x'", "nam is not a field of machine; did you mean name?"),
        ("length(machine.disc) > `0`", "disc is not a field of machine; did you mean disks?"),
        ("machine.disc[0].size > `0`", "disc is not a field of machine; did you mean disks?"),
        ("lenght(machine.disks) > `0`", "lenght is not a function of JMESPath; did you mean length?"),
        ("contains(machine.disks)", "contains takes 2 arguments, not 1"),
        ("length(machine.disks, machine.name) > `0`", "length takes 1 arguments, not 2"),
        ("machine.name", "machine.name is a text, neither true nor false"),
        ("machine.running && machine.labels", "machine.labels is a mapping, neither"),
        ("machine.disks", "machine.disks is a list, neither"),
        ("machine.disks[0].key && machine.running", "this is an object, neither"),
        ("machine.labels.Team", "machine.labels.Team is a text, neither"),
        ("machine.made_at", "machine.made_at is a time, neither"),
        ("machine", "machine is an object, neither"),
        ("length(machine.disks)", "this is neither true nor false"),
        ("machine.disks | length(@)", "this is neither true nor false"),
        ("'yes'", "it reads no facet; there are flow, machine"),
        ("`1` == `1`", "it reads no facet"),
        ("machine.labels.Owner == null", "null is not a facet"),
        ('machine.name == "x"', "; a text is written 'x', a number, true or null between backticks"),
        ("@ == 'x'", "@ is everything that is known"),
        ("!machine.running", r"! binds closer than the dot; write !\(…\)"),
    ],
)
def test_what_can_never_be_an_answer_is_refused_with_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        examine(text, FACETS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("length(machine.disks[?sice > `1`]) == `0`", "sice is not a field of disk; did you mean size?"),
        ("machine.disks[0].sice != `1`", "sice is not a field of disk"),
        ("machine.disks[-1:].sice != `[]`", "sice is not a field of disk"),
        ("!(contains(machine.disks[*].sice, `1`))", "sice is not a field of disk"),
        ("!(contains(machine.disks[*].[sice], `1`))", "sice is not a field of disk"),
        ("!(contains(machine.disks[*].{x: sice}, `1`))", "sice is not a field of disk"),
        ("!(contains(machine.disks[*].key.alyas, 'x'))", "alyas is not a field of key; did you mean alias?"),
        ("!(contains(machine.groups[].sice, `1`))", "sice is not a field of disk"),
        ("!(contains(machine.groups[0][*].sice, `1`))", "sice is not a field of disk"),
        ("!(contains(machine.mirrors.*.sice, `1`))", "sice is not a field of disk"),
        ("machine.mirrors.west.sice != `1`", "sice is not a field of disk"),
        ("machine.first.sice != `1`", "sice is not a field of disk"),
        ("sort_by(machine.disks, &sice)[0].size > `1`", "sice is not a field of disk"),
        ("sort_by(machine.disks, &size)[0].sice != `1`", "sice is not a field of disk"),
        ("max_by(machine.disks, &size).sice != `1`", "sice is not a field of disk"),
        ("(machine.disks | [0]).sice != `1`", "sice is not a field of disk"),
        ("machine.disks.size != `1`", r"size is asked of a list, which has no fields; \[\*\] reads it of each"),
        ("machine.name.first != 'x'", "first is asked of a text, which has no fields$"),
        ("machine.name[0] != 'x'", r"\[…\] is asked of a text, which is no list"),
        ("length(machine.labels[?@ == 'x']) == `0`", "is asked of a mapping, which is no list"),
        ("length(machine.disks.*) == `0`", r"\* is asked of a list, which is no mapping"),
        ("length(machine.first.*) == `0`", "looks at all of disk; name one of its fields"),
        ("length(keys(machine.first)) == `0`", "keys looks at all of disk; name one of its fields"),
    ],
)
def test_what_is_not_there_is_refused_however_deep(text: str, said: str) -> None:
    """JMESPath takes it for null, so that a slip of the pen in what must not be would be compliant."""
    with pytest.raises(ValueError, match=said):
        examine(text, FACETS)


@pytest.mark.parametrize(
    "text",
    [
        "machine.disks[0].key == `null`",
        "contains(machine.disks[*].key.alias, 'x')",
        "sort_by(machine.disks, &size)[0].kind == 'x'",
        "contains(machine.groups[].kind, 'x')",
        "contains(machine.disks[].kind, 'x')",
        "contains(machine.pairs[*][1].alias, 'x')",
        "machine.either.alias == 'x'",
        "contains(values(machine.mirrors)[*].kind, 'x')",
        "not_null(machine.owner, machine.name) == 'x'",
        "type(machine.first) == 'object'",
        "contains(keys(machine.labels), 'x')",
        "(machine.labels.Owner || machine.labels.Team) == 'x'",
    ],
)
def test_what_is_there_may_be_read_however_deep(text: str) -> None:
    assert examine(text, FACETS).facets == ("machine",)


def test_what_cannot_be_examined_before_is_not_taken_for_nothing() -> None:
    expression = examine("(machine.disks || `[]`)[0].sice != `1`", FACETS)
    with pytest.raises(UnknownField, match="sice is not a field of Disk"):
        expression.holds(document())


def test_whatever_a_facet_holds_can_be_examined() -> None:
    """A kind of value that nobody can tell would let through what is not there."""
    catalog = load()
    for resource_type in judged_types(catalog):
        for facet in readable(catalog, resource_type).values():
            for hint in fields(facet).values():
                _tellable(hint, set())


def _tellable(hint: object, seen: set[object]) -> None:
    for each in options(hint):
        origin = typing.get_origin(each)
        if each in (Unknown, type(None), str, bool, int, float, datetime) or each in seen:
            continue
        if origin is None:
            assert dataclasses.is_dataclass(each), each
            inner = fields(typing.cast("type", each)).values()
        else:
            assert issubclass(origin, Collection), each
            inner = [argument for argument in typing.get_args(each) if argument is not ...]
        for further in inner:
            _tellable(further, seen | {each})


def test_an_expression_knows_which_facets_it_reads() -> None:
    expression = examine("length(machine.disks[?size > `1`].kind) > `0` && flow.on || machine.name == 'x'", FACETS)
    assert expression.facets == ("machine", "flow")
    assert ("machine", "name") in expression.paths


def test_what_was_looked_at_is_told() -> None:
    expression = examine("machine.labels.Team == 'x' && flow.on && machine.owner == 'me'", FACETS)
    said = values_text(document(), expression.paths)
    assert said == "machine.labels.Team is 'shop', flow.on is false, machine.owner is missing"
    assert values_text(document(), [("machine", "disks")]) == "machine.disks is a list of 2 objects"
    assert values_text(document(LOST), [("machine", "disks")]) == "machine.disks is a list of 1 object"
    assert values_text(document(LOST), [("machine", "running")]) == "machine.running is not known (AWS did not say)"
    long = Machine("x" * 500, True, (), {}, MACHINE.made_at, None, frozenset())
    assert len(values_text(document(long), [("machine", "name")])) < 150


def test_facets_are_called_as_expressions_spell_names() -> None:
    assert [words(each) for each in (Machine, VPCFlowLog)] == ["machine", "vpc_flow_log"]
