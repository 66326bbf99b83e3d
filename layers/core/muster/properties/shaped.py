"""Structures that CloudFormation spells as the API does, copied member by member. Pure."""

from collections.abc import Mapping
from typing import Any

from muster.properties.consuming import Part

Shape = Mapping[str, Any]
"""The members of a structure: None for one that is copied whole, or the members of a structure or of a list's items."""


def shaped(part: Part, shape: Shape) -> dict[str, Any]:
    """Return the members of a part that a shape names; what it does not name stays and becomes an obstacle."""
    found: dict[str, Any] = {}
    for name, inner in shape.items():
        value = part.members.get(name)
        if value is None or inner is None:
            found |= part.copy(name)
        elif isinstance(value, Mapping):
            found[name] = shaped(part.part(name), inner)
        else:
            found[name] = [shaped(each, inner) for each in part.parts(name)]
    return found


def whole(*names: str) -> Shape:
    """Return the shape of a structure without structures of its own."""
    return dict.fromkeys(names)
