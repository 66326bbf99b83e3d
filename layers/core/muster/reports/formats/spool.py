"""Texts that are written in another order than they come in, beyond a little memory in temporary files."""

import tempfile
from collections.abc import Iterator
from typing import TextIO, cast

_IN_MEMORY = 1 << 18
"""Bytes of a rank that stay in memory."""
_PIECE = 1 << 16
"""Characters that are copied at a time."""


class Spool:
    """Texts by rank: they come back rank by rank, the lowest first, and in order of arrival within a rank."""

    def __init__(self) -> None:
        """Start from nothing."""
        self._files: dict[int, TextIO] = {}

    def of(self, rank: int) -> TextIO:
        """Return the stream that takes the texts of a rank."""
        file = self._files.get(rank)
        if file is None:
            made = tempfile.SpooledTemporaryFile(_IN_MEMORY, mode="w+", encoding="utf-8", newline="")  # noqa: SIM115 - closed when it is read
            file = self._files[rank] = cast("TextIO", made)
        return file

    def pieces(self) -> Iterator[str]:
        """Yield all texts in pieces, and forget them."""
        for file in self._in_order():
            while piece := file.read(_PIECE):
                yield piece

    def lines(self) -> Iterator[str]:
        """Yield all texts line by line, each with the line feed at its end, and forget them."""
        for file in self._in_order():
            yield from file

    def _in_order(self) -> Iterator[TextIO]:
        for rank in sorted(self._files):
            with self._files.pop(rank) as file:
                file.seek(0)
                yield file
