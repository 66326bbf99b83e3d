"""The report bucket: JSON and files in and out, conditional writes included."""

import gzip
import json
import math
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.exceptions

from muster.errors import Damaged, MusterError, Throttled, Transient
from muster.model.text import shown
from muster.sdk.errors import Meaning, code_of, meaning_of
from muster.sdk.session import Clients
from muster.storage.limits import ONE_GO, PIECE
from muster.storage.traffic import Traffic


class Conflict(MusterError):  # noqa: N818 - it is an answer as much as an error
    """Somebody else wrote the object meanwhile."""


_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
_CONFLICT = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


class Bucket:
    """Reads and writes one bucket; AWS's refusals become Muster's errors, named so that a retry can be decided."""

    def __init__(self, name: str, clients: Clients, region: str, traffic: Traffic | None = None) -> None:
        """Use a bucket through the clients of a session; `traffic` counts its calls, a new one by default."""
        self.name = name
        self.traffic = traffic or Traffic()
        self._s3 = clients.get("s3", region)

    def get_json(self, key: str) -> Any | None:
        """Return an object parsed as JSON (gunzipped where its key says so), or None when there is none.

        Raises:
            Damaged: it is no JSON.
        """
        found = self.get_versioned(key)
        return found[0] if found else None

    def get_versioned(self, key: str) -> tuple[Any, str] | None:
        """Return an object parsed as JSON and its ETag, or None when there is none.

        Raises:
            Damaged: it is no JSON.
        """
        raw = self.get_bytes(key)
        if raw is None:
            return None
        body, etag = raw
        try:
            return json.loads(gzip.decompress(body) if key.endswith(".gz") else body), etag
        except (ValueError, EOFError, OSError, zlib.error, RecursionError) as error:
            reason = str(error) if body else "it is empty"
            raise Damaged(f"s3://{self.name}/{key} is damaged: {reason}", etag) from error

    def get_bytes(self, key: str) -> tuple[bytes, str] | None:
        """Return an object's body and ETag, or None when there is none."""
        try:
            with self.traffic.call():
                answer = self._s3.get_object(Bucket=self.name, Key=key)
                return answer["Body"].read(), answer["ETag"]
        except botocore.exceptions.ClientError as error:
            if code_of(error) in _MISSING:
                return None
            raise _named(error, f"read s3://{self.name}/{key}") from error
        except (botocore.exceptions.BotoCoreError, OSError) as error:
            raise _named(error, f"read s3://{self.name}/{key}") from error

    def put_json(self, key: str, value: object, *, etag: str | None = "*") -> str:
        """Write an object as JSON and return its ETag.

        `etag` is the version that may be replaced, None when there must be none yet; `*` replaces whatever is there.

        Raises:
            Conflict: another process wrote the object meanwhile.
        """
        text = shown(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode()
        return self.put_bytes(key, gzip.compress(text, mtime=0) if key.endswith(".gz") else text, etag=etag)

    def put_bytes(self, key: str, body: bytes, *, etag: str | None = "*", kind: str = "application/json") -> str:
        """Write an object that is encoded already, gzipped where its key says so, as `put_json` does."""
        try:
            with self.traffic.call():
                answer = self._s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType=kind, **_condition(etag))
            return str(answer["ETag"])
        except botocore.exceptions.ClientError as error:
            if code_of(error) in _CONFLICT:
                raise Conflict(f"s3://{self.name}/{key} was written by another process meanwhile") from error
            raise _named(error, f"write s3://{self.name}/{key}") from error
        except (botocore.exceptions.BotoCoreError, OSError) as error:
            raise _named(error, f"write s3://{self.name}/{key}") from error

    def upload(self, path: Path, key: str, *, etag: str | None = "*") -> None:
        """Write a file to an object, in parts when it is large; `etag` is what may be replaced, as in `put_json`.

        Raises:
            Conflict: another process wrote the object meanwhile.
        """
        try:
            size = path.stat().st_size
            if etag == "*" and size > ONE_GO:
                # One request begins the upload and one completes it.
                with self.traffic.call(2 + math.ceil(size / PIECE)):
                    self._s3.upload_file(str(path), self.name, key)
            else:
                with path.open("rb") as body, self.traffic.call():
                    self._s3.put_object(Bucket=self.name, Key=key, Body=body, **_condition(etag))
        except Exception as error:  # boto3 wraps ClientError in S3UploadFailedError
            cause = error.__cause__ or error
            if code_of(cause) in _CONFLICT:
                raise Conflict(f"s3://{self.name}/{key} was written by another process meanwhile") from error
            raise _named(cause, f"write s3://{self.name}/{key}") from error

    def download(self, key: str, path: Path) -> None:
        """Read an object into a file.

        Raises:
            Transient: there is none, or it could not be read now.
        """
        if self.fetch(key, path) is None:
            raise Transient(f"cannot read s3://{self.name}/{key}: there is no such object")

    def fetch(self, key: str, path: Path) -> str | None:
        """Read an object into a file and return its ETag, or None when there is none."""
        try:
            with self.traffic.call():
                answer = self._s3.get_object(Bucket=self.name, Key=key)
                with path.open("wb") as file:
                    for piece in answer["Body"].iter_chunks(1 << 20):
                        file.write(piece)
            return str(answer["ETag"])
        except botocore.exceptions.ClientError as error:
            if code_of(error) in _MISSING:
                return None
            raise _named(error, f"read s3://{self.name}/{key}") from error
        except (botocore.exceptions.BotoCoreError, OSError) as error:
            raise _named(error, f"read s3://{self.name}/{key}") from error

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the keys under a prefix and their sizes in bytes, in order."""
        try:
            pages = iter(self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix))
            more = True
            while more:
                with self.traffic.call():
                    page: Mapping[str, Any] = next(pages, {})
                yield from ((found["Key"], found["Size"]) for found in page.get("Contents", ()))
                more = page.get("IsTruncated", False)
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError, OSError) as error:
            raise _named(error, f"list s3://{self.name}/{prefix}") from error

    def delete(self, key: str) -> None:
        """Delete an object; one that is not there is no error."""
        try:
            with self.traffic.call():
                self._s3.delete_object(Bucket=self.name, Key=key)
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError, OSError) as error:
            raise _named(error, f"delete s3://{self.name}/{key}") from error


def scratch() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder that is deleted when the `with` block ends."""
    return tempfile.TemporaryDirectory(prefix="muster-")


def _condition(etag: str | None) -> dict[str, str]:
    return {} if etag == "*" else {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}


def _named(error: BaseException, what: str) -> MusterError:
    code = code_of(error)
    meaning = meaning_of(code)
    if meaning is Meaning.THROTTLED:
        return Throttled(f"cannot {what}: throttled ({code})")
    if meaning in (Meaning.DENIED, Meaning.EXPIRED):
        return MusterError(f"cannot {what}: {code}; the credentials in use must allow it")
    return Transient(f"cannot {what}: {error}")
