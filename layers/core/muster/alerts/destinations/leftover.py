"""Events that a destination did not take, kept on disk: there may be as many as a scan has."""

import gzip
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from muster.lifecycle.events import FindingEvent


class Leftover:
    """Collects events with the first reason; use it in a `with` block, which deletes the file at its end."""

    def __init__(self) -> None:
        """Begin without an event."""
        self.count = 0
        self.reason = ""
        self._file: Any = tempfile.TemporaryFile(prefix="muster-")  # noqa: SIM115 - closed by __exit__
        self._packed: Any = gzip.GzipFile(fileobj=self._file, mode="wb", mtime=0)

    def __enter__(self) -> Self:
        """Begin the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the file."""
        self._packed.close()
        self._file.close()

    def add(self, event: FindingEvent, reason: str) -> None:
        """Add an event that was not taken."""
        self._packed.write(json.dumps(event.to_json(), ensure_ascii=False).encode() + b"\n")
        self.count += 1
        self.reason = self.reason or reason

    def rest(self, events: Iterable[FindingEvent], reason: str) -> None:
        """Add all that is left of some events."""
        self.reason = self.reason or reason
        for event in events:
            self.add(event, reason)

    def packed(self) -> bytes:
        """Return the events as gzipped lines of JSON."""
        self._packed.close()
        self._file.seek(0)
        content: bytes = self._file.read()
        return content


def unpacked(content: bytes) -> Iterator[FindingEvent]:
    """Yield the events of gzipped lines of JSON.

    Raises:
        ValueError: they are no events.
    """
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as lines:
        for line in lines:
            try:
                yield FindingEvent(**json.loads(line))
            except TypeError as error:
                raise ValueError(str(error)) from error
