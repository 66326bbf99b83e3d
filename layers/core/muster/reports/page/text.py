"""Texts of strangers on the page: what would not show, or would turn the text around, shows its code point. Pure."""

import re

_HIDDEN = re.compile(
    "(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])|"
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\udfff\ue000-\uf8ff\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
)
"""Control, direction and invisible characters, private ones and lone surrogates; 1-elements.js has the same set.

Joiners between letters of other scripts, and in emoji, stay.
"""


def visible(text: str) -> str:
    """Return a text with `⟨U+202E⟩` for each control, direction and invisible character but the end of a line."""
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)
