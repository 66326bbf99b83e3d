"""HTTP/1.1 on asyncio for large bodies: a request is collected without copying it again for each packet."""

import asyncio
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

_SCOPE = re.compile(r"Credential=([^/\s]+)/\d+/([^/]*)/([^/]*)/aws4_request")
_END = b"\r\n\r\n"
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
"""Answers without a body and without its length: https://www.rfc-editor.org/rfc/rfc9110#section-8.6."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `headers` have names in lower case, `key`, `region` and `service` are those of the signature."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
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
    """An answer; `length` is that of a body which HEAD leaves out, `seconds` how long the client waits for it."""

    status: int
    body: bytes | memoryview = b""
    headers: Mapping[str, str] | None = None
    length: int | None = None
    seconds: float = 0


class Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next."""

    def __init__(self, answering: Callable[[Request], Reply]) -> None:
        """Answer each whole request by a function."""
        self._answering = answering
        self._buffer = bytearray()
        self._head: tuple[str, str, dict[str, str]] | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """Drop the answer that is not sent yet."""
        self._transport = None
        if self._waiting is not None:
            self._waiting.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer the request when it is whole."""
        self._buffer += data
        if self._waiting is None:
            self._next()

    def _next(self) -> None:
        if self._head is None:
            end = self._buffer.find(_END)
            if end < 0:
                return
            self._head = _head(bytes(self._buffer[:end]))
            del self._buffer[: end + len(_END)]
            if self._head[2].get("expect") == "100-continue" and self._transport is not None:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        method, target, headers = self._head
        length = int(headers.get("content-length", 0))
        if len(self._buffer) < length:
            return
        body = bytes(memoryview(self._buffer)[:length])
        del self._buffer[:length]
        self._head = None
        reply = self._answering(_request(method, target, headers, body))
        if reply.seconds > 0:
            self._waiting = asyncio.get_running_loop().call_later(reply.seconds, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self._waiting = None
        if self._transport is None:
            return
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in (reply.headers or {}).items()]
        if reply.status not in _BODILESS:
            lines.append(f"Content-Length: {len(reply.body) if reply.length is None else reply.length}")
        self._transport.write("\r\n".join((*lines, "", "")).encode("latin-1"))
        if reply.body:
            self._transport.write(reply.body)
        if self._buffer:
            self._next()


def _head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    return method, target, {name.lower(): value.strip() for name, _, value in pairs}


def _request(method: str, target: str, headers: dict[str, str], body: bytes) -> Request:
    path, _, query = target.partition("?")
    found = _SCOPE.search(headers.get("authorization", ""))
    key, region, service = found.groups() if found else ("", "", "")
    return Request(
        method=method,
        path=urllib.parse.unquote(path),
        query=dict(urllib.parse.parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        key=key,
        region=region,
        service=service,
        body=body,
    )
