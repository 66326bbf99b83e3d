"""Chunks of findings joined into the inputs of parts: a part is written whole or not at all.

A long listing has a part for each page. Types that fit on one page are joined until they are as large as a page, so
that a small shard is one part and no progress.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from muster.model.finding import Finding
from muster.reports.tally import ResourceBoundary
from muster.scanning.shard_scan import Chunk, Cursor
from muster.stack.limits import ENOUGH

SHORT = "*"
"""The name of a part of types that fit on one page; one of a longer listing has the name of its type."""


@dataclass(slots=True)
class PartInput:
    """One or several pages; `then` is where the shard goes on, and is known once the findings were iterated over."""

    name: str
    then: Cursor | None
    restarted: bool
    _first: Chunk
    _rest: Iterator[Chunk]
    following: Chunk | None = None

    def findings(self) -> Iterator[Finding]:
        """Yield the findings, once."""
        boundary, resources = ResourceBoundary(), 0

        def counted(findings: Iterable[Finding]) -> Iterator[Finding]:
            nonlocal resources
            for finding in findings:
                resources += boundary.crossed(finding)
                yield finding

        yield from counted(self._first.findings)
        while self._first.only_page and resources < ENOUGH and self.following is None:
            chunk = next(self._rest, None)
            if chunk is None:
                return
            if not chunk.only_page:
                self.following = chunk
                return
            yield from counted(chunk.findings)
            self.then = chunk.then


def coalesced(chunks: Iterator[Chunk]) -> Iterator[PartInput]:
    """Yield chunks joined into inputs of parts; iterate over each before you take the next."""
    chunk = next(chunks, None)
    while chunk is not None:
        name = SHORT if chunk.only_page else chunk.resource_type
        part_input = PartInput(name, chunk.then, chunk.restarted, chunk, chunks)
        yield part_input
        chunk = part_input.following or next(chunks, None)
