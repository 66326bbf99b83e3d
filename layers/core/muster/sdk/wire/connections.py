"""The connections of clients that read: opened by botocore's HTTP session, and used here for what comes after.

Urllib3 and `http.client` spend ten times as long on a small answer as reading it takes: on URLs that are taken apart
again, on pools, on headers that are parsed as those of a mail. A large answer they hold twice. Botocore's session opens
every connection, with its proxies, certificates and timeouts; once a request has gone that way, the connection is kept
here for the next ones. What is not plain HTTP/1.1 goes botocore's way again.

https://www.rfc-editor.org/rfc/rfc9112
"""

import contextlib
import queue
import threading
import urllib.parse
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import botocore.exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict

from muster.sdk.wire.http1 import LINE, NotPlain, Reply, Truncated, answer

_BUFFER = 1 << 13
_ORIGINS = 64
"""Of how many hosts connections are kept: each bucket may have one of its own, and is not asked again."""


def kept_connections(client: Any) -> "KeptConnections":
    """Let a client of botocore keep its connections here, and return them."""
    endpoint = client._endpoint  # noqa: SLF001 - a test guards the name
    if not isinstance(endpoint.http_session, KeptConnections):
        endpoint.http_session = KeptConnections(endpoint.http_session)
    return endpoint.http_session


def reply_of(response: AWSResponse) -> Reply:
    """Return a response of botocore's session as an answer of this module."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.content)


def host_of(parts: urllib.parse.SplitResult) -> str:
    """Return the header `Host` for a URL: with a port only where it is not the scheme's own."""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return name if parts.port in (None, usual) else f"{name}:{parts.port}"


class _Body(NamedTuple):
    """A body that is read, as botocore's response wants it."""

    whole: bytes

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.whole


class KeptConnections:
    """An HTTP session for a client of botocore that only reads; safe to use from many threads."""

    def __init__(self, session: Any) -> None:
        """Open connections by botocore's session; none is opened before the first request."""
        self._session = session
        self._idle: OrderedDict[str, list[_Connection]] = OrderedDict()
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._idle)

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send a request as botocore's session does, and return its response.

        Raises:
            botocore.exceptions.HTTPClientError: as botocore's session raises them.
        """
        plain = isinstance(request.body, bytes | str | None) and not request.stream_output
        # An answer to HEAD states the length of a body that does not come: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
        if (
            not plain
            or request.method == "HEAD"
            or (getattr(request, "context", None) or {}).get("read_timeout") is not None
        ):
            response: AWSResponse = self._session.send(request)
            return response
        parts = urllib.parse.urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        reply = self.ask(request, origin, host_of(parts), request.url.removeprefix(origin) or "/")
        headers: Any = HeadersDict(reply.headers)
        return AWSResponse(request.url, reply.status, headers, _Body(reply.body))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            _close_all(self._idle)
            self._idle.clear()
        self._session.close()

    def ask(self, request: AWSPreparedRequest, origin: str, host: str, target: str) -> Reply:
        """Send a request and return its answer.

        `origin` is the URL up to the path, `target` the rest, `host` the header of that name. Where AWS closed a kept
        connection in the meantime, the request is sent over another: it may be sent twice.

        Raises:
            botocore.exceptions.HTTPClientError: as botocore's session raises them.
        """
        while (connection := self._taken(origin)) is not None:
            sent = _sent(request, host, target)
            reply = connection.ask(sent, request) if sent else None
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
        self._opened, self._socket, self._file = opened, opened.sock, opened.sock.makefile("rb", _BUFFER)
        self.open = True

    def close(self) -> None:
        self._file.close()
        self._opened.close()

    def ask(self, sent: bytes, request: AWSPreparedRequest) -> Reply | None:
        """Send a request and return its answer, None where it must go another way."""
        url = request.url
        try:
            line = self._begun(sent)
            reply = answer(line, self._file) if line else None
        except NotPlain:
            reply = None
        except TimeoutError as error:
            self.close()
            raise botocore.exceptions.ReadTimeoutError(endpoint_url=url, error=error) from error
        except (OSError, Truncated) as error:
            self.close()
            raise botocore.exceptions.ConnectionClosedError(error=error, request=request, endpoint_url=url) from error
        self.open = reply is not None and "close" not in reply.headers.get("connection", "").lower()
        if not self.open:
            self.close()
        return reply

    def _begun(self, sent: bytes) -> bytes:
        """Send a request and return the first line of its answer, nothing where the connection was closed before."""
        try:
            self._socket.sendall(sent)
            return bytes(self._file.readline(LINE))
        except TimeoutError:
            raise
        except OSError:
            return b""


def _close_all(idle: Mapping[str, "list[_Connection]"]) -> None:
    for connections in idle.values():
        for connection in connections:
            connection.close()


def _sent(request: AWSPreparedRequest, host: str, target: str) -> bytes:
    """Return a request as it is sent; nothing where a value would end its line."""
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {host}", "Accept-Encoding: identity"]
    for name, value in request.headers.items():
        lines.append(f"{name}: {value.decode('latin-1') if isinstance(value, bytes) else value}")
    text = "\r\n".join((*lines, "", ""))
    ends = len(lines) + 1
    if text.count("\n") != ends or text.count("\r") != ends:
        return b""
    try:
        return text.encode("latin-1") + _body_of(request)
    except UnicodeEncodeError:
        return b""


def _body_of(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)
