"""A request as a correction sees it."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.serialize import get_serializer_class

from local.clients import CLIENTS
from local.front import HEADERS, Answer, Front, error_body
from local.inference.parameters import protocol_of
from local.inference.services import model_of
from local.inference.wire import Environ, Wire

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `parameters` are the SDK's own; `query` is the query string."""

    front: Front
    environ: Environ
    operation: str
    parameters: Mapping[str, Any]
    query: dict[str, str]
    _read: list[bytes] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        """The bucket that it is about, if any."""
        return str(self.parameters.get("Bucket", ""))

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer beside those that every answer has, to be added to."""
        found: dict[str, str] = self.environ.setdefault(HEADERS, {})
        return found

    @property
    def raw(self) -> bytes:
        """The body, however often it is asked for."""
        if not self._read:
            self._read.append(_body(self.environ))
        return self._read[0]

    @property
    def body(self) -> str:
        """The body as a text."""
        return self.raw.decode()

    @property
    def was_read(self) -> bool:
        """Whether the body was read, so that moto must be handed it anew."""
        return bool(self._read)

    def ask(self, body: bytes | None = None, environ: Environ | None = None) -> Answer:
        """Ask moto the same, or with another body or other headers."""
        sent = self.raw if body is None else body
        kept = {
            "wsgi.input": io.BytesIO(sent),
            "CONTENT_LENGTH": str(len(sent)),
            "HTTP_CONTENT_ENCODING": "",
            "wsgi.input_terminated": True,
        }
        return self.front.ask({**self.environ, **kept, **(environ or {})})

    def client(self, service: str, *, as_service: bool = False) -> Any:
        """Return a client in the request's region; it calls for the request's caller, or as the service itself."""
        found = _CREDENTIAL.search(self.environ.get("HTTP_AUTHORIZATION", ""))
        key, region = found.groups() if found else ("embedded", "us-east-1")
        key = "embedded" if as_service else key
        return CLIENTS.client(service, f"http://127.0.0.1:{self.environ['SERVER_PORT']}", region, key)

    def answer(self, result: Mapping[str, Any]) -> Answer:
        """Spell a result, with the SDK's names, in the protocol that the client speaks."""
        service, _, name = self.operation.partition(":")
        operation = model_of(service).operation_model(name)
        protocol = protocol_of(operation, Wire(self.environ))
        spelled = get_serializer_class(service, protocol)(operation).serialize(result)
        body = spelled["body"]
        return int(spelled["status_code"]), body if isinstance(body, str) else body.decode()

    def refuse(self, code: str, message: str, status: int = 400) -> Answer:
        """Spell an error of the service."""
        return status, error_body(self.operation.partition(":")[0], code, message)


Correction = Callable[[Request], Answer | None]
"""Answers a request, or leaves it to moto with None."""


def _body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    raw: bytes = environ["wsgi.input"].read(length)
    if "aws-chunked" in environ.get("HTTP_CONTENT_ENCODING", ""):
        raw = re.sub(
            rb"^[0-9a-f]+(?:;[^\r\n]*)?\r\n|\r\n[0-9a-f]+(?:;[^\r\n]*)?\r\n(?:x-amz-[^\r\n]*\r\n)*\r?\n?$", b"", raw
        )
    return raw
