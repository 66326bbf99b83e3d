"""The S3 in memory for the sessions of this process: requests are signed and answers parsed, and nothing is sent."""

import io
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore import handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from testing.fake_s3.http import Reply, Request
from testing.fake_s3.neighbours import Neighbours
from testing.fake_s3.server import Server

_SENDING = "before-send"
_SENDING_S3 = "before-send.s3."


@contextmanager
def s3_in_memory() -> Iterator[None]:
    """Answer S3 for every session that is made in the `with` block; every other service goes where it went.

    An operation that this S3 does not know answers 501 NotImplemented, as in `testing.fake_s3.server`.
    """
    before = handlers.BUILTIN_HANDLERS[:]
    # botocore calls every handler of the event, whatever the first one answers: moto's leaves S3 alone.
    others = [(name, _but_s3(rest[0])) if name == _SENDING else (name, *rest) for name, *rest in before]
    handlers.BUILTIN_HANDLERS[:] = [*others, (_SENDING_S3.rstrip("."), _Answering(Server(Neighbours(1, ()))))]
    try:
        yield
    finally:
        handlers.BUILTIN_HANDLERS[:] = before


def _but_s3(handler: Callable[..., Any]) -> Callable[..., Any]:
    def handle(event_name: str, **named: Any) -> Any:
        return None if event_name.startswith(_SENDING_S3) else handler(event_name=event_name, **named)

    return handle


class _Answering:
    """A handler of botocore that answers instead of sending."""

    def __init__(self, server: Server) -> None:
        self._server, self._lock = server, threading.Lock()

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        received = _request(request)
        with self._lock:
            reply = self._server.answer(received)
        return AWSResponse(request.url, reply.status, _headers(reply), _Body(bytes(reply.body)))


class _Body(io.BytesIO):
    """A body as urllib3 hands it out."""

    def stream(self, _amount: int = 0, **_: Any) -> Iterator[bytes]:
        """Yield what is left."""
        yield self.read()


def _headers(reply: Reply) -> HTTPHeaders:
    headers = HTTPHeaders()
    for name, value in (reply.headers or {}).items():
        headers[name] = value
    headers["Content-Length"] = str(len(reply.body) if reply.length is None else reply.length)
    return headers


def _request(request: AWSPreparedRequest) -> Request:
    """Return the request with its bucket in the path, which the SDK puts into the host where it can."""
    url = urllib.parse.urlsplit(request.url)
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = _read(request.body)
    if headers.pop("x-amz-decoded-content-length", None) is not None:
        body = _decoded(body)
    bucket, dot, _ = (url.hostname or "").rpartition(".s3.")
    path = urllib.parse.unquote(url.path)
    return Request(
        method=request.method,
        path=f"/{bucket}{path}" if dot else path,
        query=dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True)),
        headers=headers,
        key="",
        region="",
        service="s3",
        body=body,
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _read(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())


def _decoded(body: bytes) -> bytes:
    """Return the content of an `aws-chunked` body, whose checksum comes at its end.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    """
    pieces: list[bytes] = []
    rest = body
    while True:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            return b"".join(pieces)
        pieces.append(rest[:size])
        rest = rest[size + 2 :]
