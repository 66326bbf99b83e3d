"""SNS topics: a text for each protocol.

E-mail gets the whole digest as text. `https` carries the custom notification of Amazon Q Developer in chat
applications, which takes nothing else and subscribes by https. SMS and all other protocols get the short text.
"""

import json
from typing import Any

from muster.alerts.destinations.sending import Place, asking
from muster.alerts.digest import Digest
from muster.configuration.alerts import Destination
from muster.model.arn import Arn
from muster.model.text import printable, shortened

LIMIT = 262_144
"""Bytes of UTF-8 that a message may have, with all protocols' texts and the JSON around them.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""
SMS = 1_600
"""Characters that SNS sends by SMS at most. The same page says so."""
SUBJECT = 99
"""Characters of a subject at most: ASCII, under 100, on one line."""
_CHAT = 10_000
"""Characters of a chat message: Amazon Q Developer documents no limit, Slack cuts a message's text far above it."""


def send(digest: Digest, destination: Destination, place: Place) -> None:
    """Publish a digest to a topic, the stack's own where the destination names none.

    Raises:
        Unsent: SNS refuses the call.
    """
    topic = destination.target or place.topic_arn
    client = place.clients.get("sns", Arn.of(topic).region or place.region)
    asking(
        f"the topic {topic} did not take the alert",
        lambda: client.publish(
            TopicArn=topic, Subject=subject(digest), Message=message(digest), MessageStructure="json"
        ),
    )


def subject(digest: Digest) -> str:
    """Return the subject as SNS takes it."""
    plain = printable(digest.subject).encode("ascii", "replace").decode()
    return shortened(" ".join(plain.split()), SUBJECT, "...") or "Muster"


def message(digest: Digest) -> str:
    """Return the texts by protocol as JSON; as UTF-8, it has at most LIMIT bytes."""
    # SNS refuses an empty text.
    short = shortened(digest.short, SMS) or subject(digest)
    chat = json.dumps(_chat_message(digest), ensure_ascii=False)
    texts = {"default": short, "sms": short, "email": digest.text or f"{short}\n", "https": chat}
    whole = json.dumps(texts, ensure_ascii=False)
    if len(whole.encode()) <= LIMIT:
        return whole
    brief = json.dumps(_chat_message(digest, brief=True), ensure_ascii=False)
    return json.dumps({**texts, "email": f"{short}\n", "https": brief}, ensure_ascii=False)


def _chat_message(digest: Digest, *, brief: bool = False) -> dict[str, Any]:
    """Return the custom notification of Amazon Q Developer in chat applications; all values are strings.

    https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    """
    lines = [] if brief else [line for section in digest.sections for line in (f"*{section.title}*", *section.lines)]
    description = shortened(digest.headline, SMS)
    for line in lines:
        if len(description) + len(line) >= _CHAT:
            break
        description += f"\n{line}"
    description += f"\n{digest.report}" if digest.report else ""
    return {
        "version": "1.0",
        "source": "custom",
        "id": digest.id,
        "content": {"textType": "client-markdown", "title": subject(digest), "description": description},
        "metadata": {"threadId": digest.id, "summary": shortened(digest.short, SMS), "eventType": "muster"},
    }
