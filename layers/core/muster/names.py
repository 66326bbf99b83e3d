"""Names that users write: what to say of one that nobody knows."""

import difflib
from collections.abc import Iterable


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
    return f"{name} is not {kind}"


FEW = 12
"""How many known names a message lists when none is close; more would bury the sentence."""
