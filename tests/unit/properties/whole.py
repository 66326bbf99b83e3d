"""Answers of AWS with every member that botocore's model knows, and each of them changed in turn."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape

from muster.model.finding import Resource
from muster.properties.conversion import Conversion, convert
from muster.snapshots.snapshot import Snapshot

GONE = object()
"""Stands for a member that is left out."""
_SESSION = botocore.session.get_session()
_SCALARS: Mapping[str, tuple[Any, Any]] = {
    "boolean": (True, False),
    "integer": (1, 2),
    "long": (1, 2),
    "double": (1.0, 2.0),
    "float": (1.0, 2.0),
    "timestamp": (datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)),
    "blob": (b"1", b"2"),
}


def model(service: str, operation: str) -> Any:
    """Return the shape of an operation's answer."""
    return _SESSION.get_service_model(service).operation_model(operation).output_shape


def whole(shape: Shape, path: str, seen: tuple[str, ...] = ()) -> Any:
    """Return a value of a shape that has every member, once where it holds itself."""
    if isinstance(shape, StructureShape):
        members = shape.members.items() if shape.name not in seen else ()
        return {name: whole(member, f"{path}.{name}", (*seen, shape.name)) for name, member in members}
    if isinstance(shape, ListShape):
        return [whole(shape.member, f"{path}[0]", seen)]
    if isinstance(shape, MapShape):
        return {"key": whole(shape.value, f"{path}.key", seen)}
    return _scalar(shape, path)[0]


def changes(shape: Shape, path: str, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the path of every member that can differ, with another value, or `GONE` where it has but one."""
    if isinstance(shape, StructureShape):
        if not shape.members:
            yield path, GONE
        for name, member in shape.members.items() if shape.name not in seen else ():
            yield from changes(member, f"{path}.{name}", (*seen, shape.name))
    elif isinstance(shape, ListShape):
        yield from changes(shape.member, f"{path}[0]", seen)
    elif isinstance(shape, MapShape):
        yield from changes(shape.value, f"{path}.key", seen)
    else:
        yield path, _scalar(shape, path)[1]


def changed(sections: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return sections with the member at a path changed."""
    copy = deepcopy(dict(sections))
    *way, last = path.replace("[0]", ".0").split(".")
    place: Any = copy
    for step in way:
        place = place[0] if step == "0" else place[step]
    if value is GONE:
        place.pop(0) if last == "0" else place.pop(last)
    else:
        place[0 if last == "0" else last] = value
    return copy


def lost(resource: Resource, sections: Mapping[str, Any], path: str, value: Any) -> bool:
    """Whether a change of a member neither shows in the conversion nor lies under an obstacle."""
    before = convert(Snapshot(resource, sections))
    after = convert(Snapshot(resource, changed(sections, path, value)))
    return before == after and not _covered(before, path)


def _covered(conversion: Conversion, path: str) -> bool:
    settings = (each.setting for each in conversion.obstacles)
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in settings)


def _scalar(shape: Any, path: str) -> tuple[Any, Any]:
    if getattr(shape, "enum", None):
        words = shape.enum
        return words[0], words[1] if len(words) > 1 else GONE
    return _SCALARS.get(shape.type_name, (f"{path}-1", f"{path}-2"))
