"""The state between scans, in the bucket: one object an account, replaced only by a function that read it before."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muster.lifecycle import state_document
from muster.lifecycle.state_document import ForeignVersion, Head
from muster.lifecycle.transitions import TrackedFinding
from muster.storage.bucket import Bucket

Findings = Iterator[tuple[str, TrackedFinding]]


@dataclass(frozen=True, slots=True)
class StoredState:
    """The state of an account, as a file, and the ETag of its object (None when there is none).

    `damage` says why the object cannot be read; it counts as empty then. `foreign` says that another version of Muster
    wrote it, so that it must not be replaced.
    """

    path: Path
    etag: str | None = None
    head: Head = field(default_factory=Head)
    damage: str = ""
    foreign: bool = False

    def findings(self) -> Findings:
        """Yield the tracked findings with their ids, sorted."""
        return state_document.findings_of(self.path) if self.etag is not None and not self.damage else iter(())


BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""What reading a damaged object raises: it is no gzip, it is cut, it is no JSON, or it has other keys or values."""


def fetch(bucket: Bucket, key: str, path: Path, examine: Callable[[Findings], None]) -> StoredState:
    """Return the state of an account, read into a file; of an object that cannot be read, nothing and why.

    `examine` takes all tracked findings; where the object is damaged, it has taken some of them before that is known.
    """
    etag = bucket.fetch(key, path)
    if etag is None:
        return StoredState(path)
    location = f"s3://{bucket.name}/{key}"
    try:
        head = state_document.head_of(path)
        examine(state_document.findings_of(path))
    except ForeignVersion as error:
        why = (
            f"{location} was written by another version of Muster ({error}): deploy that version, or delete the object"
        )
        return StoredState(path, etag, damage=why, foreign=True)
    except BROKEN as error:
        why = "it is empty" if not path.stat().st_size else str(error) or type(error).__name__
        return StoredState(path, etag, damage=f"{location} is damaged ({why})")
    return StoredState(path, etag, head)


def replace(
    bucket: Bucket,
    key: str,
    before: StoredState,
    findings: Iterable[tuple[str, TrackedFinding]],
    head: Callable[[], Head],
) -> None:
    """Write the state of an account in place of the one that was read; one of another version is left alone.

    `head` is called when all findings were taken, and before anything is written to the bucket.

    Raises:
        Conflict: another function wrote it meanwhile.
    """
    if before.foreign:
        return
    written = before.path.with_suffix(".new")
    state_document.write(written, findings, head)
    bucket.upload(written, key, etag=before.etag)
    written.unlink()
