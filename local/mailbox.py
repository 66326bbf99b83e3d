"""Keeps what topics publish as files that a person can read: the embedded AWS sends no mail."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from local.server import ACCOUNT
from local.workflow import for_email

_POLL_SECONDS = 0.5
_PERSONS = ("email", "email-json", "sms")


@dataclass(frozen=True, slots=True)
class Mail:
    """One publication as a subscriber reads it, and who is subscribed."""

    topic: str
    subject: str
    text: str
    to: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as a mail."""
        to = ", ".join(self.to) or "(no subscriber)"
        return f"To: {to}\nTopic: {self.topic}\nSubject: {self.subject}\n\n{self.text}\n"


class Mailbox:
    """Writes each publication of a region to a file of its own, from `with` to the end of the block."""

    def __init__(self, folder: Path, region: str, came: Callable[[Mail, Path], None]) -> None:
        """Make ready; `came` is called with each mail and its file."""
        self._folder, self._region, self._came = folder, region, came
        self._seen: dict[str, int] = {}
        self._written = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="mailbox")

    def __enter__(self) -> Self:
        """Begin to watch, with an empty folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in self._folder.glob("*.txt"):
            old.unlink()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Write what came last, and stop."""
        self._ended.set()
        self._thread.join()

    def collect(self) -> None:
        """Write what came since the last time."""
        for mail in self._new():
            self._written += 1
            path = self._folder / f"{self._written:03d}.txt"
            path.write_text(str(mail), encoding="utf-8")
            self._came(mail, path)

    def _new(self) -> Iterator[Mail]:
        for arn, topic in list(_topics(self._region).items()):
            sent = topic.sent_notifications[self._seen.get(arn, 0) :]
            self._seen[arn] = self._seen.get(arn, 0) + len(sent)
            for note in sent:
                yield Mail(arn.rpartition(":")[2], str(note[2] or ""), for_email(str(note[1])), _subscribed(topic))

    def _watch(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            self.collect()
        self.collect()


def _topics(region: str) -> dict[str, Any]:
    from moto.sns.models import sns_backends  # noqa: PLC0415 - moto takes seconds to import

    topics: dict[str, Any] = sns_backends[ACCOUNT][region].topics
    return topics


def _subscribed(topic: Any) -> tuple[str, ...]:
    from moto.sns.models import sns_backends  # noqa: PLC0415 - the same

    every = sns_backends[ACCOUNT][topic.arn.split(":")[3]].subscriptions.values()
    return tuple(each.endpoint for each in every if each.topic_arn == topic.arn and each.protocol in _PERSONS)
