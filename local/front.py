"""What stands in front of moto: it records every call, refuses on demand, and lets corrections answer first."""

import fnmatch
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from xml.sax.saxutils import escape

from local import cbor
from local.inference import infer
from local.inference.services import model_of
from local.inference.wire import Environ

StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]
Answer = tuple[int, str]
HEADERS = "embedded.headers"
"""Under which name the environment of a request has the headers of a corrected answer."""
_MESSAGE = "Access Denied"

_DENIED = {"ec2": "UnauthorizedOperation", "s3": "AccessDenied", "s3control": "AccessDenied"}
_JSON_DENIED = "AccessDeniedException"
_KEY = re.compile(r"Credential=([^/,\s]+)/")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived: whose access key, which operation (`service:Operation`), with which parameters."""

    access_key: str
    operation: str
    parameters: Mapping[str, Any]
    status: int


@dataclass(slots=True)
class Refusal:
    """Answers an operation with an error; `bucket`, `key` (a glob) and `role` (an ARN) narrow it, `times` bounds it."""

    operation: str
    code: str = "AccessDenied"
    message: str = _MESSAGE
    status: int = 403
    bucket: str | None = None
    key: str = "*"
    role: str | None = None
    times: int | None = None


class Witness(Protocol):
    """Sees the calls that it wants, with their answers."""

    def wants(self, operation: str, parameters: Mapping[str, Any], environ: Environ) -> bool:
        """Whether it wants to see a call and its answer."""

    def take(
        self, operation: str, parameters: Mapping[str, Any], environ: Environ, status: int, body: Iterable[bytes]
    ) -> None:
        """See a call and its answer."""


class _Nobody:
    """Sees nothing."""

    def wants(self, *_: Any) -> bool:
        return False

    def take(self, *_: Any) -> None:
        return


@dataclass(slots=True)
class Front:
    """A WSGI application over another: records, refuses, corrects."""

    app: App
    correct: "Callable[[Front, str, Mapping[str, Any], Environ], Answer | None]"
    forbid: Callable[[str, Mapping[str, Any], str], str] = lambda *_: ""
    """Returns why the caller, known by the header Authorization, may not call an operation; nothing where it may."""
    lambda_concurrency: int = 1_000
    """How many functions may run at a time in the account; a new account may have 10.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    witness: Witness = field(default_factory=_Nobody)
    calls: list[Call] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        found = infer(environ)
        operation, parameters = found.operation, found.parameters
        if operation and cbor.is_spoken(environ):
            return cbor.answered(self, operation, parameters, environ, start_response)
        seen = {"status": 0}

        def started(status: str, headers: Any, exc_info: Any = None) -> Any:
            seen["status"] = int(status.split(maxsplit=1)[0])
            return start_response(status, headers, exc_info)

        try:
            answer = (
                self._refused(operation, parameters)
                or self._forbidden(operation, parameters, environ)
                or self.correct(self, operation, parameters, environ)
            )
            answered = self.app(environ, started) if answer is None else _send(answer, started, environ)
            if self.witness.wants(operation, parameters, environ):
                answered = list(answered)
                self.witness.take(operation, parameters, environ, seen["status"], answered)
            return answered
        finally:
            key = _KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
            if operation:
                with self.lock:
                    self.calls.append(Call(key.group(1) if key else "", operation, parameters, seen["status"]))

    def _refused(self, operation: str, parameters: Mapping[str, Any]) -> Answer | None:
        for refusal in self.refusals:
            if refusal.operation != operation or (refusal.bucket and parameters.get("Bucket") != refusal.bucket):
                continue
            if not fnmatch.fnmatchcase(parameters.get("Key", ""), refusal.key):
                continue
            if refusal.role and parameters.get("RoleArn") != refusal.role:
                continue
            with self.lock:
                if refusal.times == 0:
                    continue
                if refusal.times is not None:
                    refusal.times -= 1
            return refusal.status, error_body(operation.partition(":")[0], refusal.code, refusal.message)
        return None

    def _forbidden(self, operation: str, parameters: Mapping[str, Any], environ: Environ) -> Answer | None:
        message = self.forbid(operation, parameters, environ.get("HTTP_AUTHORIZATION", ""))
        if not message:
            return None
        service = operation.partition(":")[0]
        code = _DENIED.get(service) or ("AccessDenied" if model_of(service).protocol == "query" else _JSON_DENIED)
        status = HTTPStatus.BAD_REQUEST if model_of(service).protocol == "json" else HTTPStatus.FORBIDDEN
        return status, error_body(service, code, message)

    def ask(self, environ: Environ) -> Answer:
        """Let the application behind answer, and return its answer."""
        escaped: dict[str, Any] = {}

        def started(status: str, _headers: Any, _exc_info: Any = None) -> Any:
            escaped["status"] = int(status.split(maxsplit=1)[0])

        body = b"".join(self.app(environ, started))
        return escaped["status"], body.decode()


def error_body(service: str, code: str, message: str = _MESSAGE) -> str:
    """Spell an error as a service does: XML for S3, EC2, the query protocol and REST with XML, JSON for others."""
    escaped = escape(message)
    if service in ("s3", "s3control"):
        return f"<Error><Code>{code}</Code><Message>{escaped}</Message></Error>"
    if service == "ec2":
        inner = f"<Errors><Error><Code>{code}</Code><Message>{escaped}</Message></Error></Errors>"
        return f"<Response>{inner}<RequestID>embedded</RequestID></Response>"
    if model_of(service).protocol in ("query", "rest-xml"):
        inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escaped}</Message></Error>"
        return f"<ErrorResponse>{inner}<RequestId>embedded</RequestId></ErrorResponse>"
    return json.dumps({"__type": code, "message": message})


def _send(answer: Answer, start_response: StartResponse, environ: Environ) -> Iterable[bytes]:
    status, text = answer
    body = text.encode()
    kind = "application/x-amz-json-1.0" if text.startswith("{") else "application/xml"
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *environ.get(HEADERS, {}).items()]
    start_response(f"{status} Embedded", headers)
    return [body]
