"""The fast path for the calls that every bucket costs: own request and signature, kept connections, our parsing.

Botocore spends most of a small call on things that do not change from one to the next: endpoint rules, parameter
validation, building and copying of requests, two dozen events. Here botocore resolves an endpoint once for all buckets
with an ordinary name; what AWS answers is read by a compiled plan. Redirects, regions that do not match and whatever
else is not plain go through the ordinary client, which knows about them.
"""

import functools
import random
import re
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import botocore.awsrequest
import botocore.exceptions
import botocore.parsers
import tenacity
from botocore.model import OperationModel

from muster.sdk.call_events import Count
from muster.sdk.errors import READ_ERRORS, Meaning, code_of, meaning_of, throttled, transient
from muster.sdk.limiter import CallGate
from muster.sdk.wire.absence import NOT_FOUND, absence
from muster.sdk.wire.connections import KeptConnections, host_of, kept_connections, reply_of
from muster.sdk.wire.contents import Contents, contents
from muster.sdk.wire.ec2_parser import BROKEN
from muster.sdk.wire.projection import Element, Read, compiled, namespace_of, root_of
from muster.sdk.wire.signing import TIME, signed
from muster.sdk.wire.validation import refuse

ATTEMPTS = 3
"""As botocore's standard mode: the first attempt and two more."""
_FIRST, _LONGEST = 0.5, 20.0
"""Seconds before the first and the last retry, at most."""

_TAKEN = frozenset({"Bucket", "ExpectedBucketOwner", "ContinuationToken"})
"""The parameters of a small call: the bucket, and where its answer goes on."""
_READ_OTHERWISE = frozenset({"GetBucketLocation"})
"""Operations whose answer botocore's model does not describe: the location is the text of the root element."""
_ORDINARY = re.compile(r"(?=.{3,63}\Z)[a-z0-9]+(-[a-z0-9]+)*\Z")
"""Names of buckets that differ in nothing but themselves: without dots, and without the suffixes that S3 reserves.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""
_ANY = "any-bucket-with-an-ordinary-name"
_QUERY = MappingProxyType({"ContinuationToken": "continuation-token"})
_TO_FALLBACK = frozenset({301, 302, 307, 308})
_OTHER_REGION = frozenset({"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"})

Renewed = Callable[[float], bool]
"""Says whether credentials that AWS refuses are other ones by now than when a call began (`time.monotonic`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a bucket, and the region to sign for; not plain where only the fallback reaches it.

    `origin` is the URL up to the path, `host` what the header of that name says.
    """

    origin: str
    host: str
    path: str
    region: str
    plain: bool

    def of(self, bucket: str) -> "Place":
        """Return the place of a bucket with an ordinary name, from that of the bucket that stands for all of them."""
        origin, host, path = (part.replace(_ANY, bucket) for part in (self.origin, self.host, self.path))
        return Place(origin, host, path, self.region, self.plain)


def is_small(operation: OperationModel) -> bool:
    """Whether an operation of S3 reads one piece of a bucket's configuration and takes nothing but the bucket."""
    shape: Any = operation.input_shape
    path = operation.http["requestUri"].removeprefix("/{Bucket}")  # botocore removes it at the first call
    return (
        operation.http["method"] == "GET"
        and path.startswith("?")
        and shape.members.keys() <= _TAKEN
        and operation.name not in _READ_OTHERWISE
        and not operation.deprecated
    )


class S3FastClient:
    """An S3 client whose calls for a bucket's configuration take the fast path; all others are botocore's."""

    def __init__(
        self, client: Any, credentials: Any, gate: CallGate, count: Count, renewed: Renewed = lambda _since: False
    ) -> None:
        """Go beside a client, with its session's credentials; every call passes the gate and is counted.

        A call that is refused as expired is made once more where `renewed` says so.
        """
        self._client, self._credentials, self._gate, self._count = client, credentials, gate, count
        self._renewed, self._models = renewed, dict[str, OperationModel]()
        self._plans: dict[tuple[str, str], Read] = {}
        self._contents: dict[str, Contents] = {}
        self._places: dict[str, Place] = {}
        self._any: Place | None = None
        self._lock = threading.Lock()
        self._parser = botocore.parsers.create_parser("rest-xml")

    def __getattr__(self, name: str) -> Any:
        """Return the fast path of an operation, or whatever the client has under the name."""
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None or not is_small(self._model(operation)):
            return getattr(self._client, name)
        fast = functools.partial(self._call, name, operation)
        setattr(self, name, fast)
        return fast

    @functools.cached_property
    def _connections(self) -> KeptConnections:
        return kept_connections(self._client)

    def _call(self, name: str, operation: str, *, Bucket: str, **query: str) -> Any:  # noqa: N803 - S3's own name
        place = self._places.get(Bucket) or self._place(Bucket, operation)
        if not place.plain or query.keys() - _QUERY.keys():
            return getattr(self._client, name)(Bucket=Bucket, **query)
        self._gate.acquire(operation)
        began, code, attempts = time.monotonic(), "", [0]

        def once() -> Any | None:
            attempts[0] += 1
            return self._once(operation, place, query)

        try:
            answer = self._tried(operation, functools.partial(self._unexpired, once, began))
        except READ_ERRORS as error:
            code = code_of(error)
            raise
        finally:
            self._gate.release(operation, taken=meaning_of(code) is not Meaning.THROTTLED)
            self._count(operation, attempts[0] - 1, code, time.monotonic() - began)
        return getattr(self._client, name)(Bucket=Bucket, **query) if answer is None else answer

    def _tried(self, operation: str, once: Callable[[], Any | None]) -> Any | None:
        try:
            return once()
        except READ_ERRORS as error:
            if not self._worth(operation, error):
                raise
        return self._again(operation, once)

    def _unexpired(self, once: Callable[[], Any | None], began: float) -> Any | None:
        try:
            return once()
        except READ_ERRORS as error:
            if meaning_of(code_of(error)) is not Meaning.EXPIRED or not self._renewed(began):
                raise
        return once()

    def _worth(self, operation: str, error: BaseException) -> bool:
        if throttled(error):
            self._gate.throttled(operation)
        return transient(error)

    def _again(self, operation: str, once: Callable[[], Any | None]) -> Any | None:
        # What was refused may be refused to all: the gate knows, and lets nobody through for a moment.
        self._gate.release(operation, taken=False)
        time.sleep(random.uniform(0, _FIRST))  # noqa: S311 - jitter is no secret
        self._gate.acquire(operation)
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: self._worth(operation, error)),
            wait=tenacity.wait_random_exponential(multiplier=1, max=_LONGEST),
            stop=tenacity.stop_after_attempt(ATTEMPTS - 1),
            reraise=True,
        )
        return attempts(once)

    def _once(self, operation: str, place: Place, query: Mapping[str, str]) -> Any | None:
        """Make one request and return its answer, or None when it must take the fallback."""
        model = self._model(operation)
        request = self._request(model, place, query)
        events = self._client.meta.events
        answered = events.emit_until_response(f"before-send.s3.{operation}", request=request)[1]
        if answered is None:
            target = request.url.removeprefix(place.origin)
            status, headers, body = self._connections.ask(request, place.origin, place.host, target)
        else:
            status, headers, body = reply_of(answered)
        if status == 200:  # noqa: PLR2004 - OK
            return self._read(model, headers, body)
        self._refuse(model, status, headers, body)
        return None

    def _read(self, model: OperationModel, headers: Mapping[str, str], body: bytes) -> Any:
        shape: Any = model.output_shape
        payload = shape.serialization.get("payload")
        if payload and shape.members[payload].type_name == "string":
            if not body:
                # There is a code of its own for that there is none.
                refuse("it is empty")
            return {payload: body.decode()}
        try:
            root = root_of(body)
        except BROKEN as error:
            raise botocore.parsers.ResponseParserError(f"unable to parse the response: {error}") from error
        if root.tag.rpartition("}")[2] == "Error":
            # S3 may say 200 and in the body that it failed; botocore takes it for a 500 too.
            self._refuse(model, 500, headers, body)
            return None
        wanted = self._contents.get(model.name)
        if wanted is None:
            wanted = self._contents[model.name] = contents(model)
        refuse(wanted.refuses(root.tag.rpartition("}")[2]))
        answer = self._planned(model, headers, root)
        refuse(wanted.lacks(answer))
        return answer

    def _planned(self, model: OperationModel, headers: Mapping[str, str], root: Element) -> dict[str, Any]:
        shape: Any = model.output_shape
        payload = shape.serialization.get("payload")
        namespace = namespace_of(root)
        plan = self._plans.get((model.name, namespace))
        if plan is None:
            plan = compiled(shape.members[payload] if payload else shape, namespace)
            self._plans[model.name, namespace] = plan
        try:
            found = plan(root)
        except BROKEN as error:
            raise botocore.parsers.ResponseParserError(f"unable to parse the response: {error}") from error
        answer = {payload: found} if payload else found
        for name, member in shape.members.items():
            if member.serialization.get("location") == "header" and (
                value := headers.get(member.serialization["name"].lower())
            ):
                answer[name] = value
        return answer

    def _refuse(self, model: OperationModel, status: int, headers: Mapping[str, str], body: bytes) -> None:
        if status in _TO_FALLBACK:
            return
        parsed: Any = absence(headers, body) if status == NOT_FOUND else None
        if parsed is None:
            shape: Any = model.output_shape
            parsed = self._parser.parse({"status_code": status, "headers": headers, "body": body}, shape)
        code = str(parsed.get("Error", {}).get("Code"))
        if code in _OTHER_REGION:
            return
        if code == str(status):
            # Botocore says the status where the body names no code: the code was lost on the way.
            raise botocore.parsers.ResponseParserError(f"unable to parse an error of status {status}")
        raise botocore.exceptions.ClientError(parsed, model.name)

    def _place(self, bucket: str, operation: str) -> Place:
        """Return where a bucket answers: botocore says it once for all ordinary names, and once for each other."""
        if not _ORDINARY.match(bucket):
            place = self._resolved(bucket, operation)
        else:
            self._any = self._any or self._resolved(_ANY, operation)
            place = self._any.of(bucket)
        with self._lock:
            self._places = {**self._places, bucket: place} if len(self._places) < _PLACES else {bucket: place}
        return place

    def _resolved(self, bucket: str, operation: str) -> Place:
        client, model = self._client, self._model(operation)
        context: dict[str, Any] = {"client_region": client.meta.region_name, "client_config": client.meta.config}
        context |= {"has_streaming_input": False, "auth_type": model.auth_type, "unsigned_payload": None, "signing": {}}
        resolve = client._resolve_endpoint_ruleset  # noqa: SLF001 - a test guards the name
        url, headers, _ = resolve(model, {"Bucket": bucket}, context)
        region = context["signing"].get("region") or client.meta.region_name
        ours = context["signing"].get("signing_name", "s3") == "s3" and context.get("auth_type") in (None, "v4", "s3v4")
        plain = ours and not headers and self._credentials is not None
        parts = urllib.parse.urlsplit(url)
        return Place(f"{parts.scheme}://{parts.netloc}", host_of(parts), parts.path.rstrip("/") or "/", region, plain)

    def _model(self, operation: str) -> OperationModel:
        model = self._models.get(operation)
        if model is None:
            model = self._models[operation] = self._client.meta.service_model.operation_model(operation)
        return model

    def _request(self, model: OperationModel, place: Place, query: Mapping[str, str]) -> Any:
        _, _, name = model.http["requestUri"].partition("?")
        more = sorted(f"{_QUERY[key]}={urllib.parse.quote(value, safe='')}" for key, value in query.items())
        headers: Any = {"User-Agent": self._client.meta.config.user_agent or ""}
        headers |= signed(
            self._credentials.get_frozen_credentials(),
            place.region,
            time.strftime(TIME, time.gmtime()),
            host=place.host,
            path=place.path,
            query="&".join(sorted((f"{name}=", *more))),
        )
        url = f"{place.origin}{place.path}?{'&'.join((name, *more))}"
        return botocore.awsrequest.AWSPreparedRequest("GET", url, headers, None, stream_output=False)


_PLACES = 4096
"""The endpoints that are kept: those of more buckets than are described between two pages."""
