"""Microsoft Teams: a webhook of a workflow gets an Adaptive Card.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
A workflow answers 202 before the card is posted: a card that Teams refuses fails later, without an error here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from muster.alerts.destinations import webhook
from muster.alerts.destinations.sending import Place, Unsent
from muster.alerts.digest import Digest
from muster.configuration.alerts import Destination
from muster.model.text import shortened

LIMIT = 28_000
"""Bytes of a message at most. The same page says 28 KB."""
_RETIRED = (".webhook.office.com", "outlook.office.com", "outlook.office365.com")
_LINE = 2_000
_ADDRESS = re.compile(r"(https://\S+)")
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def send(digest: Digest, destination: Destination, place: Place) -> None:
    """Post a digest to a workflow of Teams.

    Raises:
        Unsent: it did not take the message, or the URL is that of a connector, which Microsoft has retired.
    """
    url = webhook.url_of(destination.target, place)
    if f".{webhook.host_of(url)}".endswith(_RETIRED):
        raise Unsent(
            f"{destination.target} holds the URL of an Office 365 connector, which Microsoft has retired; make a "
            "workflow in Teams ('Post to a channel when a webhook request is received') and store its URL instead"
        )
    answer = webhook.post(url, message(digest))
    if answer.text.lstrip().startswith(("<", "Webhook message delivery failed")):
        raise Unsent(f"the answer is not a workflow's{f': {answer.excerpt}' if answer.excerpt else ''}")


def message(digest: Digest) -> dict[str, Any]:
    """Return the message: a card with the digest's lines, those at the end left out where it would be too large."""
    foot = _text(f"Muster {digest.id}", isSubtle=True, size="Small")
    rest = _text("… the rest is in the report", isSubtle=True)
    size = _size(_card([foot, rest]))
    kept: list[dict[str, Any]] = []
    for line in _blocks(digest):
        # A comma and a blank stand between two.
        size += _size(line) + 2
        if size > LIMIT:
            return _card([*kept, rest, foot])
        kept.append(line)
    return _card([*kept, foot])


def _blocks(digest: Digest) -> Iterator[dict[str, Any]]:
    yield _text(shortened(digest.subject, 200), size="Large", weight="Bolder")
    yield _text(digest.headline)
    for section in digest.sections:
        if section.title:
            yield _text(section.title, weight="Bolder", spacing="Medium")
        for line in section.lines:
            yield _text(line, spacing="None")
    if digest.report:
        yield _text("Report: ", address=digest.report, spacing="Medium")


def _text(text: str, address: str = "", **style: Any) -> dict[str, Any]:
    """Return a block of text, with an address behind it that is not escaped.

    Indentation is kept: Teams drops blanks at the beginning of a line. Addresses in the text are not escaped either.
    """
    text = shortened(text, _LINE)
    stripped = text.lstrip(" ")
    pieces = _ADDRESS.split(stripped)
    shown = "".join(piece if place % 2 else plain(piece) for place, piece in enumerate(pieces))
    indented = "\u00a0" * (len(text) - len(stripped)) + shown
    return {"type": "TextBlock", "text": f"{indented}{address}", "wrap": True, **style}


def plain(text: str) -> str:
    r"""Return a text in which Teams sees no emphasis, list or link: `\` stands before Markdown's characters.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
    """
    return "".join(f"\\{each}" if each in "\\*_[]`#" else each for each in text)


def _card(body: list[dict[str, Any]]) -> dict[str, Any]:
    card = {"type": "AdaptiveCard", "$schema": _SCHEMA, "version": "1.4", "body": body, "msteams": {"width": "Full"}}
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "content": card}]}


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
