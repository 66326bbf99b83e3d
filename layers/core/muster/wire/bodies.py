"""Whether what came is an answer of AWS at all, or an error.

Botocore takes a page in which a proxy asks people to sign in, half a JSON document, or nothing, for an answer that
holds nothing: of a listing, that there is nothing left. Of an error it makes one whose code is the status.
"""

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import botocore.parsers
from botocore.model import OperationModel

from muster.wire.parsers import BROKEN
from muster.wire.projection import root_of

Holds = Callable[[OperationModel, bytes], str]
"""Says what is wrong with a body, or nothing."""
_BAD = 300
"""The first status that is no success; of those botocore makes errors, whatever the body."""
_ASKED_WRONG = 4
"""The hundreds of what AWS does not do as it was asked; its own failures botocore tries again by their status."""
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_HEAD = 1024
"""Bytes within which the root element of an answer begins."""


def held(operation_model: OperationModel, response_dict: Mapping[str, Any], **_: object) -> None:
    """Hold the body of an answer against its protocol, before botocore parses it.

    Raises:
        botocore.parsers.ResponseParserError: it is no answer to this operation.
    """
    status = response_dict["status_code"]
    if status >= _BAD:
        _refused(operation_model, status, response_dict)
        return
    wrong = _holding(operation_model)
    if wrong is None:
        return
    try:
        said = wrong(operation_model, response_dict["body"])
    except BROKEN as error:
        said = str(error)
    if said:
        raise botocore.parsers.ResponseParserError(f"unable to parse the response: {said}")


def _refused(operation: OperationModel, status: int, response: Mapping[str, Any]) -> None:
    """Refuse an error whose code was lost on the way: it may have said that something is not there, or anything."""
    if status // 100 != _ASKED_WRONG or operation.http.get("method") == "HEAD":
        return
    parser = botocore.parsers.create_parser(operation.service_model.resolved_protocol)
    shape: Any = operation.output_shape
    parsed = parser.parse(response, shape)
    code = (parsed.get("Error") or {}).get("Code")
    # Botocore says the status, or nothing, where the body names no code.
    if not code or str(code) == str(status):
        raise botocore.parsers.ResponseParserError(f"unable to parse an error of status {status}")


def page(tag: str) -> bool:
    """Whether a root element is that of a web page, which no service of AWS answers with."""
    return tag.rpartition("}")[2].lower() == "html"


def _holding(operation: OperationModel) -> Holds | None:
    """Return what holds the body of an answer, where there is one: no stream, and not all is said in headers."""
    shape: Any = operation.output_shape
    if shape is None or operation.has_streaming_output or operation.has_event_stream_output:
        return None
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name == "string":
        return _text
    if all(member.serialization.get("location") for member in shape.members.values()):
        return None
    return _WRONG.get(str(operation.service_model.resolved_protocol))


def _text(_operation: OperationModel, body: bytes) -> str:
    return "" if body else "it is empty"


def _object(_operation: OperationModel, body: bytes) -> str:
    return "" if isinstance(json.loads(body), dict) else "it is no JSON object"


def _response(operation: OperationModel, body: bytes) -> str:
    # The root alone: what is behind it may be large, and is parsed once, where it is read.
    root = _ROOT.search(body, 0, _HEAD)
    name = f"{operation.name}Response"
    return "" if root and root[1].decode() == name else f"it is no {name}"


def _document(_operation: OperationModel, body: bytes) -> str:
    return "it is a web page" if page(root_of(body).tag) else ""


_WRONG: Mapping[str, Holds] = MappingProxyType(
    {"json": _object, "rest-json": _object, "ec2": _response, "query": _response, "rest-xml": _document}
)
"""What is wrong with a body, by the protocol of its service; nothing where it may be an answer."""
