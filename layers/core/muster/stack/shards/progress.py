"""The progress of a shard: the parts it wrote, what they count, and where it goes on.

Written after each page, so that whoever dies loses one page at most; a shard that is done in one go writes none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from muster.errors import Damaged, MusterError
from muster.model.coverage import Coverage
from muster.model.finding import Unavailable
from muster.reports.tally import Tally
from muster.scanning.shard_scan import Cursor
from muster.stack.documents import objects
from muster.stack.documents.progress import ProgressDocument, TypeProgress
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict


class Overtaken(MusterError):  # noqa: N818 - it is an answer as much as an error
    """Somebody else got further with the same shard meanwhile: whoever goes on begins where they stand."""


@dataclass(slots=True)
class Progress:
    """The progress of one shard of one scan; `number` is that of its next part."""

    key: str
    cursor: Cursor | None = None
    number: int = 0
    types: dict[str, TypeProgress] = field(default_factory=dict)
    coverage: tuple[Coverage, ...] = ()
    gaps: Mapping[str, Unavailable] = field(default_factory=dict)
    _etag: str | None = None

    @classmethod
    def read(cls, bucket: Bucket, scan_id: str, shard_id: str, replaces: str = "") -> Self:
        """Return how far a shard has come; one that has not begun has come nowhere.

        `replaces` names the commit that is to be replaced: who looks again at what was not seen whole begins anew.
        One that is damaged has come nowhere either: the shard is scanned from its beginning, and the object replaced.
        """
        key = keys.progress(scan_id, shard_id, replaces)
        try:
            found = objects.read(bucket, key, ProgressDocument)
        except Damaged as error:
            return cls(key, _etag=error.etag or None)
        if found is None:
            return cls(key)
        saved, etag = found
        return cls(key, saved.cursor, saved.number, saved.types, saved.coverage, saved.gaps, etag)

    def save(
        self, bucket: Bucket, cursor: Cursor, coverage: Iterable[Coverage], gaps: Mapping[str, Unavailable]
    ) -> None:
        """Write where the shard goes on.

        Raises:
            Overtaken: somebody else wrote it meanwhile.
        """
        self.cursor, self.coverage, self.gaps = cursor, tuple(coverage), dict(gaps)
        document = ProgressDocument(cursor, self.number, self.types, self.coverage, {**self.gaps})
        try:
            self._etag = bucket.put_json(self.key, document.to_json(), etag=self._etag)
        except Conflict as error:
            raise Overtaken(f"another function works on the same shard: {error}") from error

    def add(self, resource_type: str, part: str | None, tally: Tally) -> None:
        """Count one page of a resource type; a page without findings has no part."""
        done = self.types.get(resource_type) or TypeProgress((), Tally())
        done.tally.merge(tally)
        self.types[resource_type] = TypeProgress((*done.parts, part) if part else done.parts, done.tally)
        self.number += part is not None

    def forget(self, resource_type: str) -> None:
        """Drop what is done of a type whose listing begins again; its parts are named by nobody then."""
        self.types.pop(resource_type, None)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of all types."""
        return tuple(part for done in self.types.values() for part in done.parts)

    def tally(self) -> Tally:
        """Return the counts of all types."""
        total = Tally()
        for done in self.types.values():
            total.merge(done.tally)
        return total
