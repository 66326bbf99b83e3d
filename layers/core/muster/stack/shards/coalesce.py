"""PartWriter bound into sheaves: what is written as one part, and done or not done as a whole.

A long listing has a sheaf for each page. Types that fit on one page are bound together until they are as much as
a page, so that a small shard is one part and no progress.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from muster.model.finding import Finding
from muster.reports.tally import ResourceBoundary
from muster.scanning.shard_scan import Chunk, Cursor
from muster.stack.limits import ENOUGH

SHORT = "*"
"""The name of sheaves of types that fit on one page; one of a longer listing has the name of its type."""


@dataclass(slots=True)
class PartInput:
    """One or several pages; `then` is where the shard goes on, and is known once the findings were iterated over."""

    name: str
    then: Cursor | None
    anew: bool
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


def gathered(chunks: Iterator[Chunk]) -> Iterator[PartInput]:
    """Bind chunks into sheaves; each is to be iterated over before the next is taken."""
    chunk = next(chunks, None)
    while chunk is not None:
        sheaf = PartInput(SHORT if chunk.only_page else chunk.resource_type, chunk.then, chunk.restarted, chunk, chunks)
        yield sheaf
        chunk = sheaf.following or next(chunks, None)
