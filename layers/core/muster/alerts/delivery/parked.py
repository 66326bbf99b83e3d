"""Parked alerts: messages in the dead-letter queue of alerts with all that sending them later takes.

A message has the reference of its destination, never the URL of a webhook. Its contents stand in it, or where they are
large in an object of the bucket that it names.
"""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from muster.alerts.destinations.leftover import unpacked
from muster.alerts.destinations.parcel import Parcel
from muster.alerts.digest import Digest
from muster.alerts.layout import Section
from muster.configuration.alerts import Destination
from muster.errors import Signal, Transient
from muster.lifecycle.events import FindingEvent
from muster.model.text import shortened
from muster.sdk.errors import READ_ERRORS, code_of
from muster.storage import keys
from muster.storage.bucket import Bucket

KIND = "muster alert"
VERSION = 1
INLINE = 150_000
"""Characters of contents that stand in the message itself. SQS takes 262,144 bytes by default."""
_REASON = 500


class NotParked(Signal):
    """A message of the queue is none that Muster parked, or is damaged."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked parcel: why and when, and the object with its contents, empty where the message has them."""

    parcel: Parcel
    reason: str
    at: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """The dead-letter queue of alerts, with the bucket for large contents."""

    url: str
    sqs: Any
    bucket: Bucket

    def park(self, parcel: Parcel, reason: str, events: bytes = b"") -> None:
        """Park a parcel; `events` are those that were not sent, as gzipped lines of JSON.

        Raises:
            Transient: the queue or the bucket does not take it.
        """
        kind, content = ("digest", _digest_text(parcel.digest)) if parcel.digest else ("events", _text(events))
        placed: dict[str, str] = {kind: content}
        if len(content) > INLINE:
            key = keys.parked_alert(parcel.route, parcel.id, parcel.destination.name)
            self.bucket.put_bytes(key, events if kind == "events" else gzip.compress(content.encode(), mtime=0))
            placed = {f"{kind}_at": key}
        message = {
            "kind": KIND,
            "version": VERSION,
            "news": parcel.id,
            "route": parcel.route,
            "destination": parcel.destination.to_json(),
            "subject": parcel.digest.subject if parcel.digest else "",
            "reason": shortened(reason, _REASON),
            "parked_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **placed,
        }
        if not self.url:
            raise Transient(f"the stack has no queue to park an alert in: {reason}")
        try:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(message, ensure_ascii=False))
        except READ_ERRORS as error:
            raise Transient(f"cannot park an alert in {self.url} ({code_of(error)}): {reason}") from error

    def read(self, body: str) -> Parked:
        """Read the body of a message.

        Raises:
            NotParked: it is none of Muster's, or it is damaged.
        """
        try:
            message = json.loads(body)
        except ValueError as error:
            raise NotParked("it is no JSON") from error
        if not isinstance(message, Mapping) or message.get("kind") != KIND:
            raise NotParked("Muster did not park it")
        if message.get("version") != VERSION:
            raise NotParked(f"another version of Muster parked it ({message.get('version')!r})")
        try:
            return self._parked(message)
        except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:
            raise NotParked(f"it is damaged ({type(error).__name__}: {error})") from error

    def _parked(self, message: Mapping[str, Any]) -> Parked:
        key = str(message.get("digest_at") or message.get("events_at") or "")
        digest, events = message.get("digest"), message.get("events")
        content = self._content(key) if key else b""
        if message.get("digest_at"):
            digest = gzip.decompress(content).decode()
        packed = base64.b64decode(events) if isinstance(events, str) else content
        if digest is None:
            # An event that cannot be read is found here, not in the middle of sending.
            for _ in unpacked(packed):
                pass

        def again() -> Iterator[FindingEvent]:
            return unpacked(packed)

        parcel = Parcel(
            id=str(message["news"]),
            route=str(message["route"]),
            destination=Destination.from_json(message["destination"]),
            digest=None if digest is None else _digest(json.loads(digest)),
            **({"events": again} if digest is None else {}),
        )
        return Parked(parcel, str(message["reason"]), str(message["parked_at"]), key)

    def _content(self, key: str) -> bytes:
        found = self.bucket.get_bytes(key)
        if found is None:
            raise ValueError(f"s3://{self.bucket.name}/{key} does not exist")
        return found[0]


def _text(events: bytes) -> str:
    return base64.b64encode(events).decode()


def _digest_text(digest: Digest) -> str:
    sections = [{"title": each.title, "lines": each.lines, "more": each.more} for each in digest.sections]
    document = {name: getattr(digest, name) for name in _TEXTS}
    return json.dumps({**document, "sections": sections}, ensure_ascii=False)


_TEXTS = ("id", "subject", "text", "short", "headline", "report")


def _digest(document: Mapping[str, Any]) -> Digest:
    sections = (Section(str(each["title"]), tuple(each["lines"]), int(each["more"])) for each in document["sections"])
    return Digest(html="", sections=tuple(sections), **{name: str(document[name]) for name in _TEXTS})
