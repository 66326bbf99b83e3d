"""Answers of plain HTTP/1.1, read from a connection.

https://www.rfc-editor.org/rfc/rfc9112
"""

import io
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from muster.errors import Signal

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})[ \r\n]")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*[;\r\n]")
LINE, _HEADERS = 1 << 16, 100
"""The longest line and the most headers that are read, as `http.client` does."""


class Reply(NamedTuple):
    """An answer of HTTP: the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotPlain(Signal):
    """The answer is none that is read here, and nothing is wrong with it."""


class Truncated(Signal):
    """The connection ended in the midst of an answer."""


def answer(line: bytes, file: Any) -> Reply:
    """Read an answer whose first line is read.

    Raises:
        NotPlain, Truncated, OSError: it is none that is read here, or is cut.
    """
    status = _STATUS.match(line)
    if status is None or line.startswith(b"HTTP/1.1 1"):
        raise NotPlain
    headers = _headers(file)
    return Reply(int(status[1]), headers, _body(int(status[1]), headers, file))


def _headers(file: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_HEADERS):
        line = file.readline(LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not line.endswith(b"\n"):
            raise Truncated("the headers are cut")
        if not colon or name != name.strip():
            break
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    raise NotPlain


def _body(status: int, headers: Mapping[str, str], file: Any) -> bytes:
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise NotPlain
        return _chunked(file)
    if length is None:
        if status in (204, 304):
            return b""
        raise NotPlain
    if not (length.isascii() and length.isdigit()):
        raise NotPlain
    return _exactly(file, int(length))


def _chunked(file: Any) -> bytes:
    whole = io.BytesIO()  # gives its bytes away without a copy
    while True:
        line = file.readline(LINE)
        stated = _SIZE.match(line)
        if stated is None:
            raise Truncated(f"a chunk begins with {line[:40]!r}")
        size = int(stated[1], 16)
        if size == 0:
            break
        whole.write(_exactly(file, size))
        _exactly(file, len(b"\r\n"))
    while file.readline(LINE).strip():
        pass
    return whole.getvalue()


def _exactly(file: Any, size: int) -> bytes:
    data: bytes = file.read(size)
    if len(data) < size:
        raise Truncated(f"{len(data)} of {size} bytes came")
    return data
