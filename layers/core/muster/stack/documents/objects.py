"""The JSON objects of the report bucket that are read back: what all of them have, and how they are read.

An object may be damaged by hand or by a copy that failed, or be of another version of Muster: it is no JSON, lacks a
key, or has another version. The error names the object, what is wrong, and the way out. Nothing of it is used.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from muster.errors import Damaged
from muster.stack.documents.fields import Malformed, only_field, plain_fields, record
from muster.storage.bucket import Bucket

START_AGAIN = "start a new scan; what this one found cannot be completed"


class Document:
    """What the frozen dataclass of a document inherits: to and from JSON, its name in errors, the way out of damage.

    `VERSION` is written first and checked when it is read; None where the document has none. The JSON of a `BARE`
    document is the value of its only field.
    """

    __slots__ = ()
    NAME: ClassVar[str]
    WAY_OUT: ClassVar[str]
    VERSION: ClassVar[int | None] = None
    BARE: ClassVar[bool] = False

    def to_json(self) -> Any:
        """Return the document as JSON."""
        content = plain_fields(self)
        if self.BARE:
            return next(iter(content.values()))
        return content if self.VERSION is None else {"version": self.VERSION, **content}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read a document.

        Raises:
            Malformed: it does not have the form of the document, or it has another version.
        """
        if cls.VERSION is not None and isinstance(value, Mapping):
            version = value.get("version", cls.VERSION)
            if version != cls.VERSION or isinstance(version, bool):
                raise Malformed(f"it has version {version!r}, and this version of Muster reads {cls.VERSION}")
        return (only_field(cls) if cls.BARE else record(cls))(value, "")


D = TypeVar("D", bound=Document)


def read(bucket: Bucket, key: str, kind: type[D]) -> tuple[D, str] | None:
    """Return a document and its ETag, or None when there is none.

    Raises:
        Damaged: it is not as Muster wrote it; the message names the object, what is wrong, and the way out.
    """
    try:
        found = bucket.get_versioned(key)
    except Damaged as error:
        raise Damaged(f"{error} ({kind.NAME}): {kind.WAY_OUT}", error.etag) from error
    if found is None:
        return None
    value, etag = found
    try:
        return kind.from_json(value), etag
    except Malformed as error:
        raise damaged(bucket, key, kind, error, etag) from error


def damaged(bucket: Bucket, key: str, kind: type[Document], wrong: object, etag: str = "") -> Damaged:
    """Return the error of an object that is not as Muster wrote it."""
    return Damaged(f"s3://{bucket.name}/{key} is damaged ({kind.NAME}): {wrong}: {kind.WAY_OUT}", etag)


def content(bucket: Bucket, key: str, kind: type[D]) -> D | None:
    """Return a document, or None when there is none.

    Raises:
        Damaged: it is not as Muster wrote it.
    """
    found = read(bucket, key, kind)
    return found[0] if found else None


def or_none(bucket: Bucket, key: str, kind: type[D], problems: list[str]) -> D | None:
    """Return a document, or None when there is none or it is damaged; what is wrong is added to `problems`."""
    try:
        return content(bucket, key, kind)
    except Damaged as error:
        problems.append(str(error))
        return None
