"""The parameters of a request, read with moto's parsers of AWS's protocols into the SDK's names and types."""

from collections.abc import Mapping
from typing import Any

from botocore.parsers import RpcV2CBORParser
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import EnvironHeaders
from werkzeug.datastructures import MultiDict

from local.inference.wire import Wire

_BROKEN = (ValueError, TypeError, AttributeError, KeyError, IndexError, RequestParserError)
"""What the parsers raise about a body that is not what the protocol says; the service answers such a request."""


def parse(operation: Any, wire: Wire, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a request of a known operation; none of a request that cannot be read."""
    try:
        found = _parsed(operation, wire, labels)
    except _BROKEN:
        return dict(labels)
    return {name: value for name, value in found.items() if value is not None and value not in ([], {})}


def _parsed(operation: Any, wire: Wire, labels: Mapping[str, str]) -> dict[str, Any]:
    protocol = protocol_of(operation, wire)
    if protocol == "cbor":
        parser = RpcV2CBORParser()
        return dict(parser.parse_data_item(parser.get_peekable_stream_from_bytes(wire.body))) if wire.body else {}
    request = {
        "method": wire.method,
        "values": MultiDict(wire.query if protocol.startswith("rest") else wire.form),
        "headers": EnvironHeaders(wire.environ),
        "body": b"" if _is_blob(operation) else wire.body,
        "url_path": wire.path,
        "url_params": labels,
    }
    return dict(PROTOCOL_PARSERS[protocol](operation).parse(request))


def protocol_of(operation: Any, wire: Wire) -> str:
    """Return the protocol of this request: some services take more than one."""
    if wire.header("smithy-protocol") == "rpc-v2-cbor":
        return "cbor"
    if wire.target:
        return "json"
    protocol = str(operation.service_model.protocol)
    return "query" if wire.action and protocol != "ec2" else protocol


def _is_blob(operation: Any) -> bool:
    """Whether the body is bytes of the caller's and no document."""
    shape = operation.input_shape
    payload = shape.serialization.get("payload") if shape else None
    return payload is not None and shape.members[payload].type_name == "blob"
