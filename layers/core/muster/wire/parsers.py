"""A factory of response parsers for botocore: listings of which only some members are read are parsed for those."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import botocore.parsers
from botocore.model import Shape
from lxml import etree

from muster.wire.projection import Read, compiled, namespace_of, root_of, tree

Projections = Mapping[str, tuple[str, ...]]
"""What is read of an answer, as dotted paths, by the name of its shape."""

_TOKEN = re.compile(rb"<nextToken>([^<]*)</nextToken>")
BROKEN = (etree.XMLSyntaxError, ElementTree.ParseError, ValueError)
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


class Lazy:
    """A list of an answer that is read out of the body when it is iterated over, each time anew."""

    def __init__(self, body: bytes, name: str, parser: "_ProjectingParser", shape: Shape) -> None:
        """Keep the body until then."""
        self._body, self._name, self._parser, self._shape = body, name, parser, shape

    def __iter__(self) -> Iterator[Any]:
        """Read the list and yield its items.

        Raises:
            botocore.parsers.ResponseParserError: the body is no proper answer.
        """
        try:
            found = self._parser.project(self._body, self._shape)
        except BROKEN as error:
            raise botocore.parsers.ResponseParserError(f"unable to parse the response: {error}") from error
        return iter(found.get(self._name, ()))


class _ProjectingParser(botocore.parsers.EC2QueryParser):
    def __init__(self, projections: Projections) -> None:
        super().__init__()
        self._projections = {name: tree(paths) for name, paths in projections.items()}
        self._plans: dict[tuple[str, str], Read] = {}

    def project(self, body: bytes, shape: Shape) -> Any:
        """Read the chosen members of a body."""
        root = root_of(body)
        namespace = namespace_of(root)
        plan = self._plans.get((shape.name, namespace))
        if plan is None:
            plan = compiled(shape, namespace, self._projections[shape.name])
            self._plans[shape.name, namespace] = plan
        return plan(root)

    def _do_parse(self, response: Mapping[str, Any], shape: Shape | None) -> Any:
        """Say at once where the next page is, and leave the one list of the answer to whoever reads it.

        So the next page can be on its way while this one is read, in another thread.
        """
        chosen = self._projections.get(shape.name) if shape is not None else None
        if shape is None or chosen is None:
            return super()._do_parse(response, shape)  # type: ignore[misc]  # the stubs leave it out
        body: bytes = response["body"]
        (name,) = chosen
        token = _TOKEN.search(body, max(0, body.rfind(b"<nextToken>")))
        answer: dict[str, Any] = {name: Lazy(body, name, self, shape), "ResponseMetadata": {}}
        if token and token.group(1):
            answer["NextToken"] = token.group(1).decode()
        return answer
