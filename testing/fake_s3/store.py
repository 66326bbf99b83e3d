"""The objects of buckets, in the order of their keys, and uploads that come in parts."""

import bisect
import hashlib
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: its bytes, its quoted ETag, and when it was written, in seconds since 1970."""

    body: bytes
    etag: str
    kind: str = "binary/octet-stream"
    written: float = 0.0


@dataclass(slots=True)
class Upload:
    """An upload in parts that is not complete yet."""

    key: str
    kind: str
    parts: dict[int, StoredObject] = field(default_factory=dict)


@dataclass(slots=True)
class StoredBucket:
    """A bucket: objects by key, the keys in the order of their UTF-8 bytes, and the uploads that are open."""

    objects: dict[str, StoredObject] = field(default_factory=dict)
    order: list[bytes] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def put(self, key: str, body: bytes, kind: str = "binary/octet-stream", etag: str = "") -> StoredObject:
        """Write an object and return it."""
        if key not in self.objects:
            bisect.insort(self.order, key.encode())
        made = StoredObject(body, etag or etag_of(body), kind, time.time())
        self.objects[key] = made
        return made

    def delete(self, key: str) -> None:
        """Delete an object where there is one."""
        if self.objects.pop(key, None) is not None:
            name = key.encode()
            del self.order[bisect.bisect_left(self.order, name)]

    def page(self, prefix: str, after: str, size: int) -> tuple[list[str], bool]:
        """Return at most `size` keys with a prefix that follow a key, and whether there are more."""
        first = prefix.encode()
        start = bisect.bisect_left(self.order, first)
        if after:
            start = max(start, bisect.bisect_right(self.order, after.encode()))
        found: list[str] = []
        for name in self.order[start : start + size + 1]:
            if not name.startswith(first):
                break
            found.append(name.decode())
        return found[:size], len(found) > size

    def assembled(self, upload: Upload, numbers: list[int]) -> StoredObject:
        """Make one object of the parts of an upload, in the order of their numbers."""
        parts = [upload.parts[number] for number in numbers]
        digests = b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts)
        etag = f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"'
        return self.put(upload.key, b"".join(part.body for part in parts), upload.kind, etag)


def etag_of(body: bytes) -> str:
    """Return the quoted ETag of an object that was written in one go."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
