"""Alerts that waited: those that quiet hours held back, and those that are parked in the queue."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from muster.alerts.delivery.deliver import Delivery, Outcome
from muster.alerts.delivery.parked import NotParked
from muster.errors import Transient
from muster.model.text import shortened
from muster.sdk.errors import READ_ERRORS, code_of
from muster.stack.alerting.office import Office
from muster.storage import keys

_HIDDEN = 300
"""Seconds for which a message that is being sent is hidden from others."""
_SECONDS, _ENOUGH = 21.0, 9.0
"""Seconds for which one call sends, since its caller waits, and those that must be left to take another message."""


@dataclass(slots=True)
class Resumed:
    """The answer to `{"parked": true}`: how many parked alerts were sent, and which stay in the queue and why.

    `more` says that time ran out before all messages were tried.
    """

    sent: int = 0
    kept: list[dict[str, str]] = field(default_factory=list)
    more: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        return {"sent": self.sent, "kept": self.kept, "more": self.more}


def release_held(office: Office, at: datetime | None = None) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Send what quiet hours held back where they are over, and return the outcomes and what is wrong with objects.

    What goes to the stack's topic stays while the topic has no confirmed subscription.

    Raises:
        Transient: a destination took nothing and it cannot be parked.
    """
    problems: list[str] = []
    if not any(size for _, size in office.bucket.keys(keys.HELD_ALERTS)):
        return (), ()
    delivery = office.delivery(office.current(problems)[1])
    subscribed = office.has_subscriber()
    return tuple(delivery.release(at or datetime.now(UTC), problems, subscribed=subscribed)), tuple(problems)


def resume_parked(office: Office, skip: Collection[str] = ()) -> Resumed:
    """Send what is parked for some seconds, each message once, and delete those that were sent.

    A message that a destination still does not take, or that Muster did not park, stays and is named. `skip` are the
    messages that an earlier call has named: they stay, and are not named again.

    Raises:
        Transient: the queue cannot be read.
    """
    resumed = Resumed()
    office = office.within(_SECONDS)
    delivery = office.delivery(office.current([])[1])
    seen: set[str] = set()
    left: list[str] = []
    try:
        for message in _messages(office, delivery, seen, resumed):
            if message["MessageId"] in skip:
                left.append(str(message["ReceiptHandle"]))
                continue
            why, whole = _resend(delivery, str(message["Body"]))
            if why is None:
                delivery.queue.sqs.delete_message(QueueUrl=delivery.queue.url, ReceiptHandle=message["ReceiptHandle"])
                resumed.sent += whole
            else:
                resumed.kept.append({"message": str(message["MessageId"]), **why})
                left.append(str(message["ReceiptHandle"]))
        for handle in left:
            delivery.queue.sqs.change_message_visibility(
                QueueUrl=delivery.queue.url, ReceiptHandle=handle, VisibilityTimeout=0
            )
    except READ_ERRORS as error:
        raise Transient(f"cannot use the queue {delivery.queue.url} ({code_of(error)})") from error
    return resumed


def _messages(office: Office, delivery: Delivery, seen: set[str], resumed: Resumed) -> Iterator[dict[str, Any]]:
    """Yield the messages of the queue, each once, as long as there is time."""
    while True:
        if office.left() < _ENOUGH:
            resumed.more = True
            return
        found = delivery.queue.sqs.receive_message(
            QueueUrl=delivery.queue.url, MaxNumberOfMessages=1, VisibilityTimeout=_HIDDEN, WaitTimeSeconds=1
        ).get("Messages", ())
        fresh = [message for message in found if message["MessageId"] not in seen]
        seen.update(message["MessageId"] for message in fresh)
        yield from fresh
        if not fresh:
            return


def _resend(delivery: Delivery, body: str) -> tuple[dict[str, str] | None, bool]:
    """Send a parked alert, and return what to say of one that stays, and whether it was sent to its end."""
    try:
        parked = delivery.queue.read(body)
    except NotParked as error:
        return {"destination": "", "why": str(error), "body": shortened(body, 200)}, False
    resent = delivery.resend(parked.parcel)
    if resent.why:
        return {"destination": parked.parcel.destination.name, "route": parked.parcel.route, "why": resent.why}, False
    return None, not resent.rest
