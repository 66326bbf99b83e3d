"""How far a shard has come: the parts it wrote, what they count, and where it goes on.

Written after each page, so that whoever dies loses one page at most; a shard that is done in one go writes none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from muster.errors import Damaged, MusterError
from muster.model.coverage import Coverage
from muster.model.finding import Unavailable
from muster.reports.tally import Tally
from muster.scanning.shard_scan import Cursor
from muster.stack.documents import objects
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict

Json = dict[str, Any]
_COVERAGE = tuple(Coverage.__dataclass_fields__)


class Overtaken(MusterError):  # noqa: N818 - it is an answer as much as an error
    """Somebody else got further with the same shard meanwhile: whoever goes on begins where they stand."""


@dataclass(slots=True)
class Done:
    """What is done of one resource type."""

    parts: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Progress:
    """The progress of one shard of one scan; `number` is that of its next part."""

    key: str
    cursor: Cursor | None = None
    number: int = 0
    types: dict[str, Done] = field(default_factory=dict)
    coverage: tuple[Coverage, ...] = ()
    gaps: dict[str, Unavailable] = field(default_factory=dict)
    _etag: str | None = None

    @classmethod
    def read(cls, bucket: Bucket, scan_id: str, shard_id: str, replaces: str = "") -> Self:
        """Return how far a shard has come; one that has not begun has come nowhere.

        `replaces` names the commit that is to be replaced: who looks again at what was not seen whole begins anew.
        One that is damaged has come nowhere either: the shard is scanned from its beginning, and the object replaced.
        """
        key = keys.progress(scan_id, shard_id, replaces)
        try:
            found = objects.read(bucket, key, objects.PROGRESS)
        except Damaged as error:
            return cls(key, _etag=error.etag or None)
        if found is None:
            return cls(key)
        document, etag = found
        return cls(
            key,
            Cursor(document["cursor"]["resource_type"], document["cursor"]["token"]),
            document["number"],
            {
                kind: Done(list(done["parts"]), Tally.from_json(done["tally"]))
                for kind, done in document["types"].items()
            },
            tuple(Coverage(**{name: row[name] for name in _COVERAGE}) for row in document["coverage"]),
            {kind: Unavailable(gap["permission"], gap["reason"]) for kind, gap in document["gaps"].items()},
            etag,
        )

    def save(
        self, bucket: Bucket, cursor: Cursor, coverage: Iterable[Coverage], gaps: Mapping[str, Unavailable]
    ) -> None:
        """Write where the shard goes on.

        Raises:
            Overtaken: somebody else wrote it meanwhile.
        """
        self.cursor, self.coverage, self.gaps = cursor, tuple(coverage), dict(gaps)
        document = {
            "version": 1,
            "cursor": asdict(cursor),
            "number": self.number,
            "types": {kind: {"parts": done.parts, "tally": done.tally.to_json()} for kind, done in self.types.items()},
            "coverage": [asdict(row) for row in self.coverage],
            "gaps": {kind: asdict(gap) for kind, gap in self.gaps.items()},
        }
        try:
            self._etag = bucket.put_json(self.key, document, etag=self._etag)
        except Conflict as error:
            raise Overtaken(f"somebody else works on the same shard: {error}") from error

    def add(self, resource_type: str, part: str | None, tally: Tally) -> None:
        """Count one page of a resource type; a page without findings has no part."""
        done = self.types.setdefault(resource_type, Done())
        done.parts.extend([part] if part else ())
        done.tally.merge(tally)
        self.number += part is not None

    def forget(self, resource_type: str) -> None:
        """Drop what is done of a type whose listing begins again; its parts are named by nobody then."""
        self.types.pop(resource_type, None)

    @property
    def parts(self) -> list[str]:
        """The parts of all types."""
        return [part for done in self.types.values() for part in done.parts]

    def tally(self) -> Tally:
        """Return the counts of all types."""
        total = Tally()
        for done in self.types.values():
            total.merge(done.tally)
        return total

    def rows(self) -> Iterator[Coverage]:
        """Yield the coverage as it was saved last."""
        yield from self.coverage
