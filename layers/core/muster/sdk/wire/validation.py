"""The check that a response is an answer of AWS, and no web page and no half document.

Botocore takes a page in which a proxy asks people to sign in, half a JSON document, or nothing, for an answer that
holds nothing: of a listing, that there is nothing left. Of an error it makes one whose code is the status.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import botocore.parsers
from botocore.model import OperationModel, ServiceModel

from muster.model.json_values import loads
from muster.sdk.wire.contents import Contents, contents
from muster.sdk.wire.ec2_parser import BROKEN
from muster.sdk.wire.projection import root_of

Holds = Callable[[OperationModel, bytes, Contents], str]
"""Returns what is wrong with a body, or nothing."""
_BAD = 300
"""The first status that is no success; of those botocore makes errors, whatever the body."""
_LISTINGS = frozenset({"DescribeRegions"})
"""Operations beside List… that decide where a scan goes."""
_CLIENT_ERROR = 4
"""The hundreds of the status of a request that AWS refuses; botocore repeats what failed at AWS by its status."""
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_HEAD = 1024
"""Bytes within which the root element of an answer begins."""


class Bodies:
    """Examines the answers to one client's calls: the bodies before botocore parses them, and what it read of them."""

    def __init__(self, service: ServiceModel, *, reads: bool = True) -> None:
        """Examine the answers of a service.

        Without `reads`, for calls other than a scan's, only lists must hold what they document: which members other
        operations may leave out is known of what a scan reads alone.
        """
        self._service = service
        self._reads = reads
        self._contents: dict[str, Contents] = {}

    def held(self, operation_model: OperationModel, response_dict: Mapping[str, Any], **_: object) -> None:
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
            reason = wrong(operation_model, response_dict["body"], self._of(operation_model))
        except BROKEN as error:
            reason = str(error)
        refuse(reason)

    def examined(
        self, event_name: str, parsed_response: Mapping[str, Any] | None, response_dict: Mapping[str, Any] | None,
        **_: object,
    ) -> None:  # fmt: skip
        """Refuse an answer that lacks what its operation documents: an empty list says "none", no list says nothing.

        Raises:
            botocore.parsers.ResponseParserError: it lacks it.
        """
        if parsed_response is None or response_dict is None or response_dict["status_code"] >= _BAD:
            return
        if "Error" not in parsed_response:
            operation = self._service.operation_model(event_name.rpartition(".")[2])
            refuse(self._of(operation).lacks(parsed_response))

    def _of(self, operation: OperationModel) -> Contents:
        found = self._contents.get(operation.name)
        if found is None:
            listing = operation.name.startswith("List") or operation.name in _LISTINGS
            known = contents(operation) if self._reads or listing else Contents(operation.name)
            found = self._contents[operation.name] = known
        return found


def refuse(wrong: str) -> None:
    """Raise what botocore raises for a body that it cannot parse, where something is wrong."""
    if wrong:
        raise botocore.parsers.ResponseParserError(f"unable to parse the response: {wrong}")


def _refused(operation: OperationModel, status: int, response: Mapping[str, Any]) -> None:
    """Refuse an error whose code was lost on the way: it may have said that something is not there, or anything."""
    if status // 100 != _CLIENT_ERROR or operation.http.get("method") == "HEAD":
        return
    parser = botocore.parsers.create_parser(operation.service_model.resolved_protocol)
    shape: Any = operation.output_shape
    parsed = parser.parse(response, shape)
    code = (parsed.get("Error") or {}).get("Code")
    # Botocore says the status, or nothing, where the body names no code.
    if not code or str(code) == str(status):
        raise botocore.parsers.ResponseParserError(f"unable to parse an error of status {status}")


def _is_web_page(tag: str) -> bool:
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


def _text(_operation: OperationModel, body: bytes, _contents: Contents) -> str:
    return "" if body else "it is empty"


def _object(_operation: OperationModel, body: bytes, contents: Contents) -> str:
    # What must hold something is parsed once, by botocore: of a body that is no JSON it reads nothing.
    wrong = body.lstrip()[:1] != b"{" or (contents.anything and not isinstance(loads(body), dict))
    return "it is no JSON object" if wrong else ""


def _response(operation: OperationModel, body: bytes, _contents: Contents) -> str:
    # The root alone: what is behind it may be large, and is parsed once, where it is read.
    return "" if _root_name(body) == f"{operation.name}Response" else f"it is no {operation.name}Response"


def _document(_operation: OperationModel, body: bytes, contents: Contents) -> str:
    name = _root_name(body)
    if not contents.root or name == "Error":
        return "it is a web page" if _is_web_page(root_of(body).tag) else ""
    wrong = contents.refuses(name)
    if not wrong and contents.anything:
        root_of(body)
    return wrong


def _root_name(body: bytes) -> str:
    """Return the name of the root element as it stands at the beginning of a body, nothing where there is none."""
    root = _ROOT.search(body, 0, _HEAD)
    return root[1].decode() if root else ""


_WRONG: Mapping[str, Holds] = MappingProxyType(
    {"json": _object, "rest-json": _object, "ec2": _response, "query": _response, "rest-xml": _document}
)
"""The checks of a body by the protocol of its service; each returns what is wrong, or nothing."""
