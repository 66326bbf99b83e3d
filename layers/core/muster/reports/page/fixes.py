"""The fix of a finding as the page shows it. Pure."""

import functools
import re
from collections.abc import Sequence

from muster.reports.remedy import Step

_WORDS = re.compile(r"(?<![A-Za-z0-9_])(?<![A-Z]-)([A-Z]+(?:-[A-Z]+)*)(?![A-Za-z0-9_-])")
_OWN = frozenset({"NAME", "ID", "ARN", "ACCOUNT", "PARTITION", "REGION", "CLUSTER", "URL"})
"""The words that the names of the resource fill in."""


def script(steps: Sequence[Step]) -> str:
    """Return steps as one script: a sentence becomes a comment."""
    return "\n".join(step.text if step.command else f"# {' '.join(step.text.split())}" for step in steps)


@functools.lru_cache(maxsize=4096)
def left(template: str, commands: tuple[str, ...]) -> tuple[str, str]:
    """Return the words in capitals of a fix that its filled commands still have, as lists for a sentence.

    First come those that the resource has no safe value for, then those for the reader to fill in.
    """
    in_fix = set(_WORDS.findall(" ".join(template.split("`")[1::2]) or template))
    found = dict.fromkeys(word for command in commands for word in _WORDS.findall(command) if word in in_fix)
    return ", ".join(each for each in found if each in _OWN), ", ".join(each for each in found if each not in _OWN)
