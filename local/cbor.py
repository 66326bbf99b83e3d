"""Answers clients that speak Smithy RPC v2 with CBOR, which moto does not: they are answered out of the JSON protocol.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.parsers import create_parser
from botocore.serialize import RpcV2CBORSerializer, create_serializer

from local.inference.services import model_of
from local.inference.wire import Environ

App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_PROTOCOL = "rpc-v2-cbor"


def is_spoken(environ: Environ) -> bool:
    """Whether a request is in CBOR."""
    return environ.get("HTTP_SMITHY_PROTOCOL") == _PROTOCOL


def answered(
    app: App, operation: str, parameters: Mapping[str, Any], environ: Environ, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Let an application that knows JSON answer a request in CBOR."""
    service, _, name = operation.partition(":")
    model = model_of(service).operation_model(name)
    first: dict[str, Any] = {}

    def started(status: str, headers: Iterable[tuple[str, str]], _exc_info: Any = None) -> None:
        first["status"], first["headers"] = status, dict(headers)

    body = b"".join(app(_as_json(model, parameters, environ), started))
    code = int(first["status"].split(maxsplit=1)[0])
    answer = {"body": body, "headers": first["headers"], "status_code": code}
    found = create_parser("json").parse(answer, model.output_shape)
    spelled = _failure(found["Error"]) if "Error" in found else _encoded(found, model.output_shape)
    kinds = [("Content-Type", "application/cbor"), ("smithy-protocol", _PROTOCOL)]
    start_response(first["status"], [*kinds, ("Content-Length", str(len(spelled)))])
    return [spelled]


def _as_json(model: Any, parameters: Mapping[str, Any], environ: Environ) -> Environ:
    """Return the same request in the JSON protocol."""
    sent = create_serializer("json", include_validation=False).serialize_to_request(dict(parameters), model)
    body = sent["body"] if isinstance(sent["body"], bytes) else sent["body"].encode()
    plain = {key: value for key, value in environ.items() if key != "HTTP_SMITHY_PROTOCOL"}
    return {
        **plain,
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "REQUEST_URI": "/",
        "CONTENT_TYPE": sent["headers"]["Content-Type"],
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_AMZ_TARGET": sent["headers"]["X-Amz-Target"],
        "wsgi.input": io.BytesIO(body),
    }


def _encoded(found: Mapping[str, Any], shape: Any) -> bytes:
    if shape is None:
        return b"\xa0"  # an empty map
    buffer = bytearray()
    value = {key: each for key, each in found.items() if key in shape.members}
    serializer: Any = RpcV2CBORSerializer()
    serializer._serialize_data_item(buffer, value, shape)
    return bytes(buffer)


def _failure(error: Mapping[str, Any]) -> bytes:
    """Spell an error: its code under __type, and its message."""
    serializer: Any = RpcV2CBORSerializer()
    buffer = bytearray(b"\xa2")  # a map of two
    for key, value in (("__type", str(error["Code"])), ("message", str(error["Message"]))):
        serializer._serialize_type_string(buffer, key, None, None)
        serializer._serialize_type_string(buffer, value, None, None)
    return bytes(buffer)
