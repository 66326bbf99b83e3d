"""Chunks of findings joined into the inputs of parts: a part is written whole or not at all.

A long listing has a part for each page. Types that fit on one page are joined until they are as large as a page, so
that a small shard is one part and no progress.
"""

from collections.abc import Iterable, Iterator

from muster.model.finding import Finding
from muster.reports.tally import ResourceBoundary
from muster.scanning.shard_scan import Chunk, Cursor
from muster.stack.limits import ENOUGH

SHORT = "*"
"""The name of a part of types that fit on one page; one of a longer listing has the name of its type."""


class PartInput:
    """One or several pages, of which one part is made: read `findings` to the end, then ask where the shard goes on."""

    def __init__(self, first: Chunk, rest: Iterator[Chunk]) -> None:
        """Begin with a chunk; those of `rest` are added while they fit."""
        self.name = SHORT if first.only_page else first.resource_type
        self.restarted = first.restarted
        self._first, self._rest = first, rest
        self._then = first.then
        self._following: Chunk | None = None
        self._read = first.restarted
        """Whether the findings were read to their end; a listing that begins again has none."""

    def findings(self) -> Iterator[Finding]:
        """Yield the findings, once."""
        boundary, resources = ResourceBoundary(), 0

        def counted(findings: Iterable[Finding]) -> Iterator[Finding]:
            nonlocal resources
            for finding in findings:
                resources += boundary.crossed(finding)
                yield finding

        yield from counted(self._first.findings)
        while self._first.only_page and resources < ENOUGH:
            chunk = next(self._rest, None)
            if chunk is None or not chunk.only_page:
                self._following = chunk
                break
            yield from counted(chunk.findings)
            self._then = chunk.then
        self._read = True

    @property
    def then(self) -> Cursor | None:
        """Where the shard goes on.

        Raises:
            RuntimeError: the findings were not read to their end, so that this is not known.
        """
        self._refuse_unread()
        return self._then

    def following(self) -> Chunk | None:
        """Return the first chunk that is not of this part; None at the end.

        Raises:
            RuntimeError: the findings were not read to their end, and would be lost.
        """
        self._refuse_unread()
        return self._following or next(self._rest, None)

    def _refuse_unread(self) -> None:
        if not self._read:
            raise RuntimeError(f"the findings of a part ({self.name}) were not read to their end")


def coalesced(chunks: Iterator[Chunk]) -> Iterator[PartInput]:
    """Yield chunks joined into inputs of parts.

    Raises:
        RuntimeError: the next is taken before the findings of the last were read to their end.
    """
    chunk = next(chunks, None)
    while chunk is not None:
        part_input = PartInput(chunk, chunks)
        yield part_input
        chunk = part_input.following()
