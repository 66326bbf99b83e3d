"""Names that users write: what to say of one that nobody knows."""

import difflib
from collections.abc import Iterable
from types import MappingProxyType


def unknown(name: str, kind: str, known: Iterable[str]) -> str:
    """Say that a name is not one of a kind, and which was probably meant."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1) or difflib.get_close_matches(name.lower(), names, 1)
    if near:
        return f"{name} is not {kind}; did you mean {near[0]}?"
    if not names:
        return f"{name} is not {kind}; there is none here"
    if len(names) <= FEW:
        return f"{name} is not {kind}; known are {', '.join(names)}"
    where = f"; '{_LISTED[kind]}' has the names" if kind in _LISTED else ""
    return f"{name} is not {kind}{where}"


_LISTED = MappingProxyType(
    {
        "a check": "muster list checks",
        "a facet of this resource type": "muster list facets TYPE",
        "a resource type": "muster list resources",
        "a resource type that is listed": "muster list resources",
        "a service with checks": "muster list resources",
    }
)
"""The commands that list the names of a kind, where they are too many for a message."""
FEW = 12
"""How many known names a message lists when none is close; more would bury the sentence."""
