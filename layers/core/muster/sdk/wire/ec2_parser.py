"""A factory of response parsers for botocore: listings of which only some members are read are parsed for those."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import botocore.parsers
from botocore.model import Shape, StructureShape
from lxml import etree

from muster.sdk.wire.projection import OPTIONS, Element, Paths, Read, compiled, timestamp, tree

Projections = Mapping[str, tuple[str, ...]]
"""The members to read of an answer, as dotted paths, by the name of its shape."""

_TOKEN = re.compile(rb"<nextToken(?:\s[^>]*)?>.*?</nextToken>", re.DOTALL)
_NAMESPACE = re.compile(rb"<[A-Za-z]+Response[^>]*?\sxmlns\s*=\s*[\"']([^\"']+)[\"']")
_ROOT = re.compile(rb"<([A-Za-z][^\s/>]*)")
_NO_TAG = re.compile(rb"<!|<\?(?!xml\s)")
_SLICE = 1 << 17
"""Bytes that are parsed at a time, at least: few enough that their tree takes no memory from the system."""
BROKEN = (etree.XMLSyntaxError, ET.ParseError, ValueError)
"""The errors that reading a malformed body raises."""


class Factory(botocore.parsers.ResponseParserFactory):
    """Makes botocore's parsers, and the projecting one for EC2's protocol."""

    def __init__(self, projections: Projections) -> None:
        """Project the answers that are named."""
        super().__init__()
        self.set_parser_defaults(timestamp_parser=timestamp)
        self._projecting = _ProjectingParser(projections)

    def create_parser(self, protocol_name: str) -> Any:
        """Return the parser of a protocol; it keeps nothing of an answer, so one serves all threads."""
        return self._projecting if protocol_name == "ec2" else super().create_parser(protocol_name)


@dataclass(frozen=True, slots=True)
class _Nested:
    """A list of lists in an answer, and what is read of the inner one's items: as reservations hold instances.

    `tags` are those of the two lists. `first` matches the opening tag of an inner list that holds something, and as its
    group how an item begins; `closing` are the tags that close what is open between two such items, but for the root's.
    """

    outer: str
    inner: str
    tags: tuple[str, str]
    shape: Shape
    paths: Paths
    first: re.Pattern[bytes]
    closing: bytes


class Lazy:
    """A list of an answer that is read out of the body when it is iterated over: once, for the body is let go then."""

    def __init__(self, body: bytes, nested: _Nested, plan: Read, namespace: str) -> None:
        """Keep the body until then."""
        self._body, self._nested, self._plan, self._namespace = body, nested, plan, namespace

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Read the list piece by piece, and yield its items; what was read is let go before the next piece.

        An item of which two pieces hold a part is yielded in parts.

        Raises:
            botocore.parsers.ResponseParserError: the body is no proper answer.
        """
        body, self._body = self._body, b""
        try:
            for piece in _pieces(body, self._nested):
                yield from self._read(piece)
        except BROKEN as error:
            raise botocore.parsers.ResponseParserError(f"unable to parse the response: {error}") from error

    def _read(self, piece: Element) -> Iterator[Mapping[str, Any]]:
        outer, inner = (self._namespace + tag for tag in self._nested.tags)
        for each in piece.iterchildren(outer):
            for item in each:
                for element in item.iterchildren(inner):
                    yield {self._nested.inner: self._plan(element)}


def _pieces(body: bytes, nested: _Nested) -> Iterator[Element]:
    """Yield a body as documents that are parsed one after the other: a tree of the whole would take much memory.

    It is cut where an item of an inner list begins as the first one does; what is open there is closed in the one
    document and opened again in the next. That a cut lies between two items, and not in a comment, is what the parser
    says: it takes no other tags to be closed than those that are open. Where it does not, the rest is one document.

    Raises:
        lxml.etree.XMLSyntaxError: it is no XML.
    """
    parser = etree.XMLParser(**OPTIONS)
    first, root = nested.first.search(body), _ROOT.search(body)
    # Only tags are opened again: of a comment that was taken for a tag, the parser might find the end of another one.
    if first is None or root is None or _NO_TAG.search(body, 0, first.start(1)):
        yield etree.XML(body, parser)
        return
    opened, closed = body[: first.start(1)], b"%b</%b>" % (nested.closing, root[1])
    head, start = b"", 0
    while (cut := body.find(first[1], start + _SLICE)) > 0:
        try:
            piece = etree.XML(head + body[start:cut] + closed, parser)
        except etree.XMLSyntaxError:
            break
        head, start = opened, cut
        yield piece
    yield etree.XML(head + body[start:], parser)


class _ProjectingParser(botocore.parsers.EC2QueryParser):
    def __init__(self, projections: Projections) -> None:
        super().__init__(timestamp_parser=timestamp)
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
        if body.find(b"<" + nested.tags[0].encode()) < 0:
            raise botocore.parsers.ResponseParserError(f"unable to parse the response: it has no {nested.tags[0]}")
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
    tags = _named(item, outer), _named(list_shape, inner)
    first = rf"<{tags[1]}(?:\s[^>]*)?>(\s*<{_named(list_shape.member, 'item')}>\s*<\w+>)"
    closing = f"</{tags[1]}></{_named(item.member, 'item')}></{tags[0]}>"
    return _Nested(outer, inner, tags, list_shape, members, re.compile(first.encode()), closing.encode())


def _named(shape: Shape, name: str) -> str:
    return str(shape.serialization.get("name", name))
