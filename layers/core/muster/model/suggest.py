"""The message about a name that does not exist, with the names that the user may have meant."""

import difflib
from collections.abc import Iterable, Sequence
from types import MappingProxyType

from muster.model.text import shortened


def unknown(name: str, kind: str, known: Iterable[str]) -> str:
    """Say that a name is not one of a kind, and which were probably meant: those that begin so, else the nearest."""
    names = sorted(known)
    near = _near(name, names)
    name = shortened(name, LONGEST) or "''"
    if near:
        return f"{name} is not {kind}; did you mean {' or '.join(filter(None, (', '.join(near[:-1]), near[-1])))}?"
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
LONGEST = 100
"""Characters of a name that a message repeats; a longer one is like none that there is."""
_LEAST = 4
"""A name of at least this many characters is matched as a beginning; a shorter one only as a whole first word."""
_BEGINNINGS = 4
"""How many names that begin so a message lists at most: the nearest where there are more."""
FEW = 12
"""How many known names a message lists when none is close; more would bury the sentence."""


def _near(name: str, names: Sequence[str]) -> Sequence[str]:
    if len(name) > LONGEST:
        return ()
    start = name.lower() if len(name) >= _LEAST else f"{name.lower()}-"
    beginning = [each for each in names if each.lower().startswith(start)]
    if 0 < len(beginning) <= _BEGINNINGS:
        return beginning
    if beginning:
        return difflib.get_close_matches(name, beginning, _BEGINNINGS, cutoff=0)
    return difflib.get_close_matches(name, names, 1) or difflib.get_close_matches(name.lower(), names, 1)
