"""Globs: `*` is any run of characters, and all else itself. Matched by RE2, in time linear in pattern and text.

IAM's own patterns are not here: `policy_access` has them.
"""

import functools
import re
from collections.abc import Callable

from muster.analysis.patterns.regex import engine, well_formed

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:/ ")


def matches(pattern: str, text: str) -> bool:
    """Return whether a glob matches the whole text: `*` is any run of characters, `?` any one, all else itself."""
    return _glob(pattern, single=True)(well_formed(text)) is not None


def starred(pattern: str, text: str) -> bool:
    """Return whether a glob in which only `*` is special matches the whole text: `?` is a question mark.

    Values of tags are written so, as in tag policies:
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html
    """
    if "*" not in pattern:
        return pattern == text
    return _glob(pattern, single=False)(well_formed(text)) is not None


@functools.lru_cache(maxsize=4096)
def _glob(pattern: str, *, single: bool) -> Callable[[str], object]:
    # Runs of stars are one star: they mean the same, and make a smaller automaton.
    pieces = ["" if piece == "" else _literal(piece, single=single) for piece in re.split(r"\*+", well_formed(pattern))]
    return engine(f"(?s){'.*'.join(pieces)}")


def _literal(piece: str, *, single: bool) -> str:
    spelled = (
        character if character in _PLAIN else "." if single and character == "?" else f"\\x{{{ord(character):x}}}"
        for character in piece
    )
    return "".join(spelled)
