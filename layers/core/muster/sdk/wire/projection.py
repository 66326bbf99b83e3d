"""Reads chosen members out of XML: a plan is compiled from botocore's shape once, then walked over each answer.

What a plan returns is what botocore's own parser returns, less the members that nobody reads.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from botocore.model import ListShape, Shape, StructureShape
from botocore.utils import parse_timestamp
from lxml import etree

from muster.errors import Signal

Element = Any
Read = Callable[[Element], Any]
Paths = Mapping[str, "Paths | None"]
"""Members to read, by name; None reads all of a member."""

BESIDE = "?"
"""The mark at the end of a path to a member of a list that is read only for what stands beside it.

A list of which no other member is read stays empty: most instances are judged without their network interfaces.
"""
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
OPTIONS: Mapping[str, Any] = {
    "remove_blank_text": True,
    "remove_comments": True,
    "remove_pis": True,
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": True,
    "collect_ids": False,
}


_LXML = etree._Element  # noqa: SLF001 - lxml has no other name for the type of its elements


class UnsupportedShape(Signal):
    """The shape holds something that a plan cannot read."""


SMALL = 64 * 1024
"""Bytes up to which a body is read by the standard library: lxml lets go of the interpreter to parse, and among many
threads waits longer to get it back than a small body takes."""


def root_of(body: bytes) -> Element:
    """Return the root element of an answer: lxml's, or of a small one the standard library's.

    Raises:
        lxml.etree.XMLSyntaxError, xml.etree.ElementTree.ParseError: it is no XML.
    """
    if len(body) <= SMALL:
        return ET.fromstring(body)  # noqa: S314 - what AWS answers over TLS; expat resolves no external entity
    return etree.fromstring(body, etree.XMLParser(**OPTIONS))


def namespace_of(root: Element) -> str:
    """Return the namespace of an element as it stands before its name: `{…}` or nothing."""
    return str(root.tag).rpartition("}")[0] + "}" if root.tag.startswith("{") else ""


def tree(paths: Iterable[str]) -> Paths:
    """Return dotted paths as a tree of members; lists are passed through without a name of their own."""
    found: dict[str, Any] = {}
    for path in paths:
        branch = found
        *above, last = path.split(".")
        for name in above:
            branch = branch.setdefault(name, {})
        branch[last] = None
    return found


def compiled(shape: Shape, namespace: str, paths: Paths | None = None) -> Read:
    """Return a function from an element to its value; `paths` are the members to read, None is all of them.

    Raises:
        UnsupportedShape: the shape holds maps, blobs or other things no hot path answers with.
    """
    if isinstance(shape, StructureShape):
        return _structure(shape, namespace, paths)
    if isinstance(shape, ListShape):
        return _list(shape, namespace, paths)
    read = _LEAVES.get(shape.type_name)
    if read is None:
        raise UnsupportedShape(f"{shape.name} is a {shape.type_name}")
    return read


def _structure(shape: StructureShape, namespace: str, marked: Paths | None) -> Read:
    if shape.is_tagged_union:
        raise UnsupportedShape(f"{shape.name} is a union")
    paths = None if marked is None else {name.removesuffix(BESIDE): within for name, within in marked.items()}
    members = {name: member for name, member in shape.members.items() if _is_read(name, member, paths)}
    elements: list[tuple[str, str, Read]] = []
    flattened: list[tuple[str, str, Read]] = []
    for name, member in members.items():
        if member.serialization.get("xmlAttribute"):
            continue
        within = paths[name] if paths is not None else None
        read = _unless_bare(compiled(member, namespace, within), member, namespace, within)
        kind = flattened if isinstance(member, ListShape) and member.serialization.get("flattened") else elements
        kind.append((name, namespace + _tag(member, name), read))
    attributes = [
        (name, member.serialization["name"].replace("xsi:", _XSI))
        for name, member in members.items()
        if member.serialization.get("xmlAttribute")
    ]
    return _reading(elements, flattened, attributes, len(shape.members))


def _unless_bare(read: Read, shape: Shape, namespace: str, paths: Paths | None) -> Read:
    """Return what reads a list only where it holds, at any depth, one of the leaves that it is read for."""
    leaves = list(_leaves(shape, namespace, paths)) if paths and isinstance(shape, ListShape) else []
    carriers = [tag for tag, beside in leaves if not beside]
    if len(carriers) == len(leaves):
        return read
    return lambda element: read(element) if next(element.iter(*carriers), None) is not None else []


def _leaves(shape: Shape, namespace: str, paths: Paths) -> Iterator[tuple[str, bool]]:
    """Yield the tag of each leaf that is read, and whether only for what stands beside it."""
    members: Any = shape
    while isinstance(members, ListShape):
        members = members.member
    for marked, within in paths.items():
        name = marked.removesuffix(BESIDE)
        member = members.members[name]
        if within is None:
            yield namespace + _tag(member, name), name != marked
        else:
            yield from _leaves(member, namespace, within)


def _is_read(name: str, member: Shape, paths: Paths | None) -> bool:
    """Whether anybody reads a member; one that stands in a header is for the caller to read."""
    form = member.serialization
    return (paths is None or name in paths) and not form.get("location") and not form.get("eventheader")


def _reading(
    elements: list[tuple[str, str, Read]],
    flattened: list[tuple[str, str, Read]],
    attributes: list[tuple[str, str]],
    members: int,
) -> Read:
    single = {tag: (name, read) for name, tag, read in elements}
    several = {tag: (name, read) for name, tag, read in flattened}
    tags = (*single, *several)
    # lxml can pick the children by their tags before Python sees any, which pays where most of them are never read.
    picky = bool(tags) and 2 * len(tags) <= members

    def plain(element: Element) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for child in element.iterchildren(*tags) if picky and isinstance(element, _LXML) else element:
            found = single.get(child.tag)
            if found is not None and found[0] not in value:
                value[found[0]] = found[1](child)
        return value

    def structure(element: Element) -> dict[str, Any]:
        value = plain(element)
        for tag, (name, read) in several.items():
            if children := element.findall(tag):
                value[name] = read(children)
        for name, key in attributes:
            if key in element.attrib:
                value[name] = element.attrib[key]
        return value

    return structure if several or attributes else plain


def _list(shape: ListShape, namespace: str, paths: Paths | None) -> Read:
    read = compiled(shape.member, namespace, paths)
    texts = _texts(shape.member, namespace, paths)
    if not texts:
        return lambda elements: [read(item) for item in elements]

    def pairs(elements: Iterable[Element]) -> list[dict[str, Any]]:
        """Read items that hold nothing but texts, each once: tags, of which a page has thousands."""
        found = []
        for item in elements:
            try:
                value = {texts[child.tag]: child.text or "" for child in item}
            except KeyError:
                value = read(item)
            found.append(value if len(value) == len(item) else read(item))
        return found

    return pairs


def _texts(shape: Shape, namespace: str, paths: Paths | None) -> dict[str, str]:
    """Return the names of a structure's members by tag where all of them are read and are texts, else nothing."""
    if not isinstance(shape, StructureShape) or shape.is_tagged_union or not shape.members:
        return {}
    plain = all(
        _LEAVES.get(member.type_name) is _text
        and _is_read(name, member, paths)
        and not member.serialization.get("xmlAttribute")
        for name, member in shape.members.items()
    )
    return {namespace + _tag(member, name): name for name, member in shape.members.items()} if plain else {}


def _tag(member: Shape, name: str) -> str:
    """Return what a member is called on the wire; a flattened list is called what its members are."""
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        inner = member.member.serialization.get("name")
        if inner is not None:
            return str(inner)
    return str(member.serialization.get("name", name))


def timestamp(value: Any) -> datetime:
    """Return a time as botocore reads it: the form that AWS writes costs botocore twenty times as much.

    Raises:
        ValueError: it is no time.
    """
    if isinstance(value, str) and _ISO.match(value):
        return datetime.fromisoformat(value)
    return parse_timestamp(value)


_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z\Z", re.ASCII)


def _text(element: Element) -> str:
    return element.text or ""


_LEAVES: Mapping[str, Read] = {
    "string": _text,
    "character": _text,
    "boolean": lambda element: element.text == "true",
    "integer": lambda element: int(element.text or ""),
    "long": lambda element: int(element.text or ""),
    "float": lambda element: float(element.text or ""),
    "double": lambda element: float(element.text or ""),
    "timestamp": lambda element: timestamp(element.text or ""),
}
