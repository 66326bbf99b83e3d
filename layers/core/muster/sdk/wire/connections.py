"""Small requests over connections that botocore's HTTP session has opened.

Urllib3 and `http.client` spend ten times as long on a small answer as reading it takes: on URLs that are taken apart
again, on pools, on headers that are parsed as those of a mail. Botocore's session opens every connection, with its
proxies, certificates and timeouts; once a request has gone that way, the connection is kept here for the next ones.
What is not plain HTTP/1.1 goes botocore's way again.

https://www.rfc-editor.org/rfc/rfc9112
"""

import contextlib
import queue
import re
import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import botocore.exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from muster.errors import Signal

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})[ \r\n]")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*[;\r\n]")
_LINE, _HEADERS = 1 << 16, 100
"""The longest line and the most headers that are read, as `http.client` does."""
_ORIGINS = 64
"""Of how many hosts connections are kept: each bucket may have one of its own, and is not asked again."""


class Reply(NamedTuple):
    """An answer of HTTP: the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def reply_of(response: AWSResponse) -> Reply:
    """Return a response of botocore's session as an answer of this module."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.content)


class _NotPlain(Signal):
    """The answer is none that is read here, and nothing is wrong with it."""


class _Truncated(Signal):
    """The connection ended in the midst of an answer."""


class KeptConnections:
    """Sends GETs of an HTTP session of botocore; safe to use from many threads."""

    def __init__(self, session: Any) -> None:
        """Open connections by a session; none is opened before the first request."""
        self._session = session
        self._idle: OrderedDict[str, list[_Connection]] = OrderedDict()
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._idle)

    def send(self, request: AWSPreparedRequest, origin: str, host: str, target: str) -> Reply:
        """Send a GET and return its answer.

        `origin` is the URL up to the path, `target` the rest, `host` the header of that name. Where AWS closed a kept
        connection in the meantime, the request is sent over another: a GET may be sent twice.

        Raises:
            botocore.exceptions.HTTPClientError: as botocore's session raises them.
        """
        while (connection := self._taken(origin)) is not None:
            head = _head(request, host, target)
            reply = connection.ask(head, request) if head else None
            if reply is not None:
                if connection.open:
                    self._keep(origin, connection)
                return reply
            connection.close()
        reply = reply_of(self._session.send(request))
        self._keep_used(request.url, origin)
        return reply

    def _taken(self, origin: str) -> "_Connection | None":
        with self._lock:
            idle = self._idle.get(origin)
            if not idle:
                return None
            connection = idle.pop()
            if not idle:
                del self._idle[origin]
            return connection

    def _keep(self, origin: str, connection: "_Connection") -> None:
        dropped: list[_Connection] = []
        with self._lock:
            self._idle.setdefault(origin, []).append(connection)
            self._idle.move_to_end(origin)
            if len(self._idle) > _ORIGINS:
                dropped = self._idle.popitem(last=False)[1]
        for each in dropped:
            each.close()

    def _keep_used(self, url: str, origin: str) -> None:
        """Keep the connection that the session has just used; one to a proxy stays in its pool."""
        if self._session._proxy_config.proxy_url_for(url):  # noqa: SLF001 - a test guards the names
            return
        pool = self._session._manager.connection_from_url(origin).pool  # noqa: SLF001
        with contextlib.suppress(queue.Empty):
            opened = pool.get_nowait()
            if getattr(opened, "sock", None) is None:
                pool.put_nowait(opened)
            else:
                self._keep(origin, _Connection(opened))


class _Connection:
    """An open connection of urllib3, and what is read from it."""

    def __init__(self, opened: Any) -> None:
        self._opened, self._socket, self._file = opened, opened.sock, opened.sock.makefile("rb")
        self.open = True

    def close(self) -> None:
        self._file.close()
        self._opened.close()

    def ask(self, head: bytes, request: AWSPreparedRequest) -> Reply | None:
        """Send a request and return its answer, None where it must go another way."""
        url = request.url
        try:
            line = self._begun(head)
            reply = _answer(line, self._file) if line else None
        except _NotPlain:
            reply = None
        except TimeoutError as error:
            self.close()
            raise botocore.exceptions.ReadTimeoutError(endpoint_url=url, error=error) from error
        except (OSError, _Truncated) as error:
            self.close()
            raise botocore.exceptions.ConnectionClosedError(error=error, request=request, endpoint_url=url) from error
        self.open = reply is not None and "close" not in reply.headers.get("connection", "").lower()
        if not self.open:
            self.close()
        return reply

    def _begun(self, head: bytes) -> bytes:
        """Send a request and return the first line of its answer, nothing where the connection was closed before."""
        try:
            self._socket.sendall(head)
            return bytes(self._file.readline(_LINE))
        except TimeoutError:
            raise
        except OSError:
            return b""


def _close_all(idle: Mapping[str, "list[_Connection]"]) -> None:
    for connections in idle.values():
        for connection in connections:
            connection.close()


def _head(request: AWSPreparedRequest, host: str, target: str) -> bytes:
    """Return a request as it is sent; nothing where a value would end its line."""
    lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Accept-Encoding: identity"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    text = "\r\n".join((*lines, "", ""))
    ends = len(lines) + 1
    return text.encode("latin-1") if text.count("\n") == ends == text.count("\r") else b""


def _answer(line: bytes, file: Any) -> Reply:
    """Read an answer whose first line is read.

    Raises:
        _NotPlain, _Truncated, OSError: it is none that is read here, or is cut.
    """
    status = _STATUS.match(line)
    if status is None or line.startswith(b"HTTP/1.1 1"):
        raise _NotPlain
    headers = _headers(file)
    return Reply(int(status[1]), headers, _body(int(status[1]), headers, file))


def _headers(file: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_HEADERS):
        line = file.readline(_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not line.endswith(b"\n"):
            raise _Truncated("the headers are cut")
        if not colon or name != name.strip():
            break
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    raise _NotPlain


def _body(status: int, headers: Mapping[str, str], file: Any) -> bytes:
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise _NotPlain
        return _chunked(file)
    if length is None:
        if status in (204, 304):
            return b""
        raise _NotPlain
    if not (length.isascii() and length.isdigit()):
        raise _NotPlain
    return _exactly(file, int(length))


def _chunked(file: Any) -> bytes:
    chunks: list[bytes] = []
    while True:
        line = file.readline(_LINE)
        stated = _SIZE.match(line)
        if stated is None:
            raise _Truncated(f"a chunk begins with {line[:40]!r}")
        size = int(stated[1], 16)
        if size == 0:
            break
        chunks.append(_exactly(file, size))
        _exactly(file, len(b"\r\n"))
    while file.readline(_LINE).strip():
        pass
    return b"".join(chunks)


def _exactly(file: Any, size: int) -> bytes:
    data = bytes(file.read(size))
    if len(data) < size:
        raise _Truncated(f"{len(data)} of {size} bytes came")
    return data
