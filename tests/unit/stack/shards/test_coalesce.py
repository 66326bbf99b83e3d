"""PartWriter bound into part_inputs: the parts of a shard."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.model.finding import Finding, Resource, Severity, Status
from muster.scanning.shard_scan import Chunk, Cursor
from muster.stack.limits import ENOUGH
from muster.stack.shards.coalesce import SHORT, coalesced

AT = datetime(2026, 11, 21, tzinfo=UTC)


def finding(name: str, kind: str = "A") -> Finding:
    resource = Resource(kind, name, "111122223333", "eu-west-1", arn=f"arn:aws:x:::{name}")
    return Finding(name, "c", 1, "t", Severity.LOW, Status.COMPLIANT, "r", resource, "x", AT)


def chunk(kind: str, then: Cursor | None, *names: str, only_page: bool = True) -> Chunk:
    return Chunk(kind, [finding(name, kind) for name in names], then, only_page=only_page)


def bound(chunks: Iterable[Chunk]) -> list[tuple[str, list[str], Cursor | None]]:
    return [
        (part_input.name, [found.resource.id for found in part_input.findings()], part_input.then)
        for part_input in coalesced(iter(chunks))
    ]


def test_types_of_one_page_are_one_sheaf() -> None:
    chunks = [chunk("A", Cursor("B"), "a"), chunk("B", Cursor("C"), "b"), chunk("C", None)]
    assert bound(chunks) == [(SHORT, ["a", "b"], None)]


def test_each_page_of_a_longer_listing_is_a_sheaf_of_its_own() -> None:
    chunks = [
        chunk("A", Cursor("B"), "a"),
        chunk("B", Cursor("B", "2"), "b", only_page=False),
        chunk("B", Cursor("C"), "c", only_page=False),
        chunk("C", None, "d"),
    ]
    assert bound(chunks) == [
        (SHORT, ["a"], Cursor("B")),
        ("B", ["b"], Cursor("B", "2")),
        ("B", ["c"], Cursor("C")),
        (SHORT, ["d"], None),
    ]


def test_a_sheaf_is_closed_when_it_is_as_much_as_a_page() -> None:
    many = [f"a{number}" for number in range(ENOUGH)]
    chunks = [chunk("A", Cursor("B"), *many), chunk("B", None, "b")]
    assert [(name, len(names), then) for name, names, then in bound(chunks)] == [
        (SHORT, ENOUGH, Cursor("B")),
        (SHORT, 1, None),
    ]


def test_a_listing_that_begins_again_is_told_and_holds_nothing() -> None:
    chunks = [replace(chunk("A", Cursor("A"), only_page=False), restarted=True), chunk("A", None, "a")]
    part_inputs = [
        (part_input.restarted, [found.resource.id for found in part_input.findings()])
        for part_input in coalesced(iter(chunks))
    ]
    assert part_inputs == [(True, []), (False, ["a"])]


def test_the_next_page_is_not_asked_for_before_the_last_is_written() -> None:
    taken: list[str] = []

    def chunks() -> Iterator[Chunk]:
        for name in "ab":
            taken.append(name)
            yield chunk(name, Cursor("b") if name == "a" else None, name, only_page=False)

    for part_input in coalesced(chunks()):
        assert [found.resource.id for found in part_input.findings()] == taken[-1:]


@pytest.mark.parametrize("names", [(), ("a", "b")], ids=["no finding", "one finding left"])
def test_findings_that_were_not_read_to_their_end_are_not_passed_over(names: tuple[str, ...]) -> None:
    parts = coalesced(iter([chunk("A", Cursor("B"), *names), chunk("B", None, "b", only_page=False)]))
    part = next(parts)
    findings = part.findings()
    for _ in names[1:]:
        next(findings)
    with pytest.raises(RuntimeError, match="were not read to their end"):
        _ = part.then
    with pytest.raises(RuntimeError, match="were not read to their end"):
        next(parts)
