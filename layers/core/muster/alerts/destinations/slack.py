"""Slack: an incoming webhook gets blocks.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from muster.alerts.destinations import webhook
from muster.alerts.destinations.sending import Place, Unsent
from muster.alerts.digest import Digest
from muster.configuration.alerts import Destination
from muster.model.text import shortened

BLOCKS, HEADER, SECTION = 50, 150, 3_000
"""Blocks of a message, characters of a header and of a section at most.

https://docs.slack.dev/reference/block-kit/blocks
"""
_HEADLINE = 500
_TEXT = 2_000
"""Characters of the text that notifications show."""
_COMMAND = re.compile(r" +(aws|for|muster) ")
_ADDRESS = re.compile(r"https://[^\s<>]+")


def send(digest: Digest, destination: Destination, place: Place) -> None:
    """Post a digest to a webhook of Slack, which answers `ok`.

    Raises:
        Unsent: it did not take the message.
    """
    answer = webhook.post(webhook.url_of(destination.target, place), message(digest))
    if answer.text.strip() != "ok":
        raise Unsent(
            f"Slack answers ok; this was HTTP {answer.status}{f' with {answer.excerpt}' if answer.excerpt else ''}"
        )


def message(digest: Digest) -> dict[str, Any]:
    """Return the message: a header, the digest's sections, and its id."""
    header = {
        "type": "header",
        "text": {"type": "plain_text", "text": shortened(digest.subject, HEADER) or "Muster", "emoji": False},
    }
    sections = [escaped(shortened(digest.headline, _HEADLINE))]
    sections += [text for section in digest.sections for text in _texts(section.title, section.lines)]
    sections += [f"<{escaped(digest.report)}|Report>"] if digest.report else []
    most = BLOCKS - 2
    if len(sections) > most:
        sections = [*sections[: most - 1], "… the rest is in the report"]
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
        for text in sections
        if text.strip()
    ]
    foot = {"type": "context", "elements": [{"type": "plain_text", "text": f"Muster {digest.id}", "emoji": False}]}
    return {"text": escaped(shortened(digest.short, _TEXT)) or "Muster", "blocks": [header, *blocks, foot]}


def escaped(text: str) -> str:
    """Return a text in which Slack sees no link, mention or channel.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _texts(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield a section as texts of at most SECTION characters."""
    text = f"*{escaped(title)}*" if title else ""
    for line in lines:
        piece = _line(line)
        if len(text) + len(piece) + 1 > SECTION:
            yield text
            text = ""
        text = f"{text}\n{piece}" if text else piece
    if text:
        yield text


def _line(line: str) -> str:
    """Return a line with its addresses as links; a command is code, so that Slack leaves its characters alone.

    A line that is too long is cut, and its addresses are text.
    """
    command = line.strip()
    if _COMMAND.match(line) and "`" not in line and len(escaped(command)) < SECTION - 2:
        return f"`{escaped(command)}`"
    linked, end = [], 0
    for found in _ADDRESS.finditer(line):
        linked += [escaped(line[end : found.start()]), f"<{escaped(found.group())}>"]
        end = found.end()
    text = "".join([*linked, escaped(line[end:])])
    if len(text) < SECTION:
        return text
    # An escape has five characters at most.
    return escaped(shortened(line, SECTION // 5 - 1))
