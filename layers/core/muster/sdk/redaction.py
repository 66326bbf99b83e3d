"""Text from elsewhere, made fit to show: on one line, of a bounded length, without control characters or secrets."""

import re

from muster.model.text import printable

_HIDDEN = "(hidden)"
_SECRETS = (
    re.compile(r"AWS4-[A-Z0-9]+-[A-Z0-9-]+.*", re.DOTALL),
    re.compile(r"(?i)(?<=authorization)\W+(?:basic|bearer|aws)\b.*", re.DOTALL),
    re.compile(r"(?i)(?<=signature=)[0-9a-z%/+]+"),
    re.compile(r"(?i)(?<=security-token)['\"]?[:=]\s*['\"]?[\w%/+=-]+"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{8,}\b"),
    re.compile(r"(?<=//)[^/\s@]*:[^/\s@]*(?=@)"),
)
"""A signed header and what follows it, other headers of that name, signatures, tokens, key ids, passwords in URLs."""


def one_line(text: str, longest: int | None = None) -> str:
    """Return a text on one line without control characters, shortened to a number of characters."""
    line = " ".join(printable(text).split())
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def safe(text: str, longest: int = 200) -> str:
    """Return what an exception says so that it can be shown: as `one_line`, with credentials and passwords hidden."""
    for secret in _SECRETS:
        text = secret.sub(_HIDDEN, text)
    return one_line(text, longest)
