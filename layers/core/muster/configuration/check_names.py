"""Names of checks with `*` and `?`, as the command and muster.yaml take them. Pure."""

import difflib
from collections.abc import Collection, Iterable

from muster.analysis.patterns.globs import matches
from muster.errors import ConfigurationError
from muster.model.text import shortened

_WILD = ("*", "?")


def is_pattern(name: str) -> bool:
    """Return whether a name stands for all checks that it matches."""
    return any(mark in name for mark in _WILD)


def expanded(names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return names, each pattern replaced by the checks that it matches; a name without a pattern stays as it is.

    Raises:
        ConfigurationError: a pattern matches no check.
    """
    found: dict[str, None] = {}
    for name in names:
        found.update(dict.fromkeys(matching(name, known) if is_pattern(name) else (name,)))
    return tuple(found)


def matching(pattern: str, known: Collection[str]) -> list[str]:
    """Return the checks that a pattern matches, sorted.

    Raises:
        ConfigurationError: there is none.
    """
    found = sorted(name for name in known if matches(pattern, name))
    if not found:
        raise ConfigurationError(unmatched(pattern, known))
    return found


def unmatched(pattern: str, known: Collection[str]) -> str:
    """Return the sentence about a pattern that matches no check, with the names that it is near to."""
    plain = pattern.strip("*?").replace("*", "").replace("?", "")
    near = difflib.get_close_matches(plain, known, 1, cutoff=0.5)
    hint = f"did you mean: {', '.join(near)}" if near else "all checks: muster list checks"
    return f'no check matches "{shortened(pattern, 100)}"\n  {hint}'
