"""A factory of response parsers for botocore: listings of which only some members are read are parsed for those."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import botocore.parsers
from botocore.model import Shape, StructureShape
from lxml import etree

from muster.wire.projection import OPTIONS, Paths, Read, compiled, tree

Projections = Mapping[str, tuple[str, ...]]
"""What is read of an answer, as dotted paths, by the name of its shape."""

_TOKEN = re.compile(rb"<nextToken(?:\s[^>]*)?>.*?</nextToken>", re.DOTALL)
_NAMESPACE = re.compile(rb"<[A-Za-z]+Response[^>]*?\sxmlns\s*=\s*[\"']([^\"']+)[\"']")
_SLICE = 1 << 20
BROKEN = (etree.XMLSyntaxError, ET.ParseError, ValueError)
"""What a body that is no proper answer raises when it is read."""


class Factory(botocore.parsers.ResponseParserFactory):
    """Makes botocore's parsers, and the projecting one for EC2's protocol."""

    def __init__(self, projections: Projections) -> None:
        """Project the answers that are named."""
        super().__init__()
        self._projecting = _ProjectingParser(projections)

    def create_parser(self, protocol_name: str) -> Any:
        """Return the parser of a protocol; it keeps nothing of an answer, so one serves all threads."""
        return self._projecting if protocol_name == "ec2" else super().create_parser(protocol_name)


@dataclass(frozen=True, slots=True)
class _Nested:
    """A list of lists in an answer, and what is read of the inner one's items: as reservations hold instances."""

    outer: str
    inner: str
    tag: str
    shape: Shape
    paths: Paths


class Lazy:
    """A list of an answer that is read out of the body when it is iterated over: once, for the body is let go then."""

    def __init__(self, body: bytes, nested: _Nested, plan: Read, namespace: str) -> None:
        """Keep the body until then."""
        self._body, self._nested, self._plan, self._namespace = body, nested, plan, namespace

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Read the list piece by piece, and yield its items; what was read is let go before the next piece.

        Raises:
            botocore.parsers.ResponseParserError: the body is no proper answer.
        """
        body, self._body = self._body, b""
        parser = etree.XMLPullParser(("end",), tag=self._namespace + self._nested.tag, **OPTIONS)
        start = 0
        try:
            while start < len(body):
                # Cut behind a tag: libxml2 drops a blank text as indentation where it cannot see its element end.
                end = body.find(b">", start + _SLICE) + 1 or len(body)
                parser.feed(body[start:end])
                yield from self._taken(parser)
                start = end
            parser.close()
        except BROKEN as error:
            raise botocore.parsers.ResponseParserError(f"unable to parse the response: {error}") from error

    def _taken(self, parser: Any) -> Iterator[Mapping[str, Any]]:
        for _, element in parser.read_events():
            yield {self._nested.inner: self._plan(element)}
            item = element.getparent()
            element.clear()
            while item is not None and item.getprevious() is not None:
                del item.getparent()[0]


class _ProjectingParser(botocore.parsers.EC2QueryParser):
    def __init__(self, projections: Projections) -> None:
        super().__init__()
        self._projections = projections
        self._nested: dict[str, _Nested] = {}
        self._plans: dict[tuple[str, str], Read] = {}

    def _do_parse(self, response: Mapping[str, Any], shape: Shape | None) -> Any:
        """Say at once where the next page is, and leave the list of the answer to whoever reads it.

        So the next page can be on its way while this one is read, in another thread.
        """
        if not isinstance(shape, StructureShape) or shape.name not in self._projections:
            return super()._do_parse(response, shape)  # type: ignore[misc]  # the stubs leave it out
        body: bytes = response["body"]
        if shape.name not in self._nested:
            self._nested[shape.name] = _nested(shape, self._projections[shape.name])
        nested = self._nested[shape.name]
        named = _NAMESPACE.search(body, 0, 1024)
        namespace = f"{{{named.group(1).decode()}}}" if named else ""
        plan = self._plans.get((shape.name, namespace))
        if plan is None:
            plan = self._plans[shape.name, namespace] = compiled(nested.shape, namespace, nested.paths)
        answer: dict[str, Any] = {nested.outer: Lazy(body, nested, plan, namespace), "ResponseMetadata": {}}
        token = _TOKEN.search(body, max(0, body.rfind(b"<nextToken")))
        if token and (name := _text(token.group())):
            answer["NextToken"] = name
        return answer


def _text(element: bytes) -> str:
    try:
        return ET.fromstring(element).text or ""  # noqa: S314 - what AWS answers over TLS
    except BROKEN as error:
        raise botocore.parsers.ResponseParserError(f"unable to parse the response: {error}") from error


def _nested(shape: StructureShape, paths: Iterable[str]) -> _Nested:
    """Find the two lists that all paths pass through.

    Raises:
        ValueError: they do not.
    """
    chosen: Any = tree(paths)
    if len(chosen) != 1 or len(next(iter(chosen.values()))) != 1:
        raise ValueError(f"{shape.name}: what is read must lie in one list within one list")
    ((outer, within),) = chosen.items()
    ((inner, members),) = within.items()
    item: Any = shape.members[outer]
    list_shape = item.member.members[inner]
    return _Nested(outer, inner, str(list_shape.serialization.get("name", inner)), list_shape, members)
