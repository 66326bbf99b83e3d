"""HTTP/1.1 on asyncio: as little as an SDK needs of a server, kept alive, chunked, without pipelining."""

import asyncio
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_HOST = re.compile(rb"\r\nhost:[ \t]*([^\r\n]+)", re.IGNORECASE)
_SCOPE = re.compile(rb"Credential=([^/\s]+)/\d+/([^/]*)/([^/]*)/aws4_request")
CHUNK = 16_384
"""How many bytes a chunk holds, but the last: what fits into one record of TLS."""
_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Request:
    """A request: what was asked of whom; key, region and service are those of the signature's scope."""

    method: str
    path: str
    query: Mapping[str, str]
    host: str
    key: str
    region: str
    service: str
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as form fields."""
        return dict(urllib.parse.parse_qsl(self.body.decode("latin-1")))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: sent after so many seconds; `share` is how much of it goes out before the connection breaks."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    seconds: float = 0
    share: float = 1


Answering = Callable[[Request], Reply]
"""Answers a request; it is called when the request is whole."""


class Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next."""

    def __init__(self, answering: Answering, done: Callable[[], None]) -> None:
        """Answer by a function; `done` is told when an answer that it gave has left, or never will."""
        self._answering, self._done = answering, done
        self._buffer = b""
        self._waiting: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """Forget an answer that nobody waits for any more."""
        self._transport = None
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
            self._done()

    def data_received(self, data: bytes) -> None:
        """Answer the request when it is whole."""
        self._buffer = self._buffer + data if self._buffer else data
        if self._waiting is None:
            self._next()

    def _next(self) -> None:
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        found = _LENGTH.search(head)
        length = int(found.group(1)) if found else 0
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        reply = self._answering(_parsed(head, rest[:length]))
        self._waiting = asyncio.get_running_loop().call_later(reply.seconds, self._send, reply)

    def _send(self, reply: Reply) -> None:
        self._waiting = None
        self._done()
        if self._transport is None:
            return
        if reply.share < 1:
            data = _bytes(reply)
            self._transport.write(data[: int(len(data) * reply.share)])
            self._transport.abort()
            return
        self._transport.write(_bytes(reply))
        if self._buffer:
            self._next()


def _parsed(head: bytes, body: bytes) -> Request:
    line, _, _ = head.partition(b"\r\n")
    method, _, target = line.decode("latin-1").partition(" ")
    path, _, query = target.partition(" ")[0].partition("?")
    host, scope = _HOST.search(head), _SCOPE.search(head)
    key, region, service = (part.decode("latin-1") for part in scope.groups()) if scope else ("", "", "")
    return Request(
        method=method,
        path=urllib.parse.unquote(path) if "%" in path else path,
        query=dict(urllib.parse.parse_qsl(query, keep_blank_values=True)),
        host=host.group(1).decode("latin-1").partition(":")[0] if host else "",
        key=key,
        region=region,
        service=service,
        body=body,
    )


def _bytes(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}", "Transfer-Encoding: chunked"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    parts = ["\r\n".join((*lines, "", "")).encode("latin-1")]
    body = reply.body
    for start in range(0, len(body), CHUNK):
        piece = body[start : start + CHUNK]
        parts += (b"%x\r\n" % len(piece), piece, b"\r\n")
    return b"".join((*parts, b"0\r\n\r\n"))
