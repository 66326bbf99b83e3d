"""The state between scans, in the bucket: one object a shard, replaced only by who read what is replaced."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import tenacity

from muster.lifecycle.state_document import ForeignVersion, Histories, decode, encode
from muster.storage.bucket import Bucket, Conflict


@dataclass(frozen=True, slots=True)
class StoredState:
    """The histories of a shard, and the ETag of their object (None when there is none).

    `damage` says why the object cannot be read; there are no histories then. `foreign` says that another version of
    Muster wrote it, so that it must not be replaced. `lost_in` is the scan that replaced a damaged object.
    """

    histories: Histories = field(default_factory=dict)
    etag: str | None = None
    damage: str = ""
    foreign: bool = False
    lost_in: str = ""


_BROKEN = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a damaged object raises: it is no gzip, it is cut, it is no JSON, or it has other keys or values."""


def read(bucket: Bucket, key: str) -> StoredState:
    """Return the state of a shard; of an object that cannot be read, nothing and why."""
    stored = bucket.get_bytes(key)
    if stored is None:
        return StoredState()
    body, etag = stored
    location = f"s3://{bucket.name}/{key}"
    try:
        histories, lost_in = decode(body)
    except ForeignVersion as error:
        why = (
            f"{location} was written by another version of Muster ({error}): deploy that version, or delete the object"
        )
        return StoredState(etag=etag, damage=why, foreign=True)
    except _BROKEN as error:
        why = "it is empty" if not body else str(error) or type(error).__name__
        return StoredState(etag=etag, damage=f"{location} is damaged ({why})")
    return StoredState(histories, etag, lost_in=lost_in)


def update(bucket: Bucket, key: str, reconcile: Callable[[Histories], Histories], scan_id: str = "") -> StoredState:
    """Read, reconcile and write back; when somebody else wrote meanwhile, begin again from what they wrote.

    An object that cannot be read is replaced, and keeps the name of the scan that did so; one of another version of
    Muster is left alone. Returns the state before.

    Raises:
        Conflict: the write was lost ten times.
    """

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Conflict),
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=2),
        stop=tenacity.stop_after_attempt(10),
        reraise=True,
    )
    def attempt() -> StoredState:
        before = read(bucket, key)
        after = reconcile(before.histories)
        if not before.foreign:
            lost_in = scan_id if before.damage else before.lost_in
            bucket.put_bytes(key, encode(after, lost_in), etag=before.etag)
        return before

    return attempt()
