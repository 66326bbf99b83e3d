"""What all destinations share: the place to send from, the answer that something was not sent, and retries."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import botocore.exceptions
import tenacity

from muster.errors import Signal
from muster.sdk.errors import READ_ERRORS, Meaning, code_of, meaning_of, message_of, transient
from muster.sdk.redaction import safe
from muster.sdk.session import Clients

T = TypeVar("T")
_ATTEMPTS = 6
_LONGEST = 20.0
"""Seconds between two attempts at most, where the destination names no other."""
_RESERVE = 15.0
"""Seconds that must be left after a wait: one call, and what is not sent has to be parked."""


class Unsent(Signal):
    """A destination did not take an alert; the message says why, without the URL of a webhook.

    `again` says that it may take it later, `after` is how many seconds it asks to wait.
    """

    def __init__(self, reason: str, *, again: bool = False, after: float = 0.0) -> None:
        """Remember whether it is worth another try."""
        super().__init__(reason)
        self.again = again
        self.after = after


def _forever() -> float:
    return float("inf")


@dataclass(frozen=True, slots=True)
class Place:
    """The place to send from: a stack in a region of an account.

    `left` returns the seconds that are left for sending, `reserve` of them are for parking the rest of many events.
    `sleep` waits.
    """

    clients: Clients
    region: str
    account_id: str
    partition: str
    topic_arn: str
    stack: str = ""
    left: Callable[[], float] = _forever
    sleep: Callable[[float], None] = time.sleep
    reserve: float = 60.0


def require_time(place: Place) -> None:
    """Refuse to send more of many events when the time is nearly over.

    Raises:
        Unsent: it is.
    """
    if place.left() < place.reserve:
        raise Unsent("there was no time to send all events", again=True)


def persistently(call: Callable[[], T], place: Place) -> T:
    """Return what a call returns; one that fails for now is made again, with growing waits, while time is left.

    Raises:
        Unsent: it fails for good, or too often, or the destination asks for a longer wait than there is time for.
    """
    wait = tenacity.wait_random_exponential(multiplier=0.5, max=_LONGEST)

    def seconds(state: tenacity.RetryCallState) -> float:
        return max(_after(state), float(wait(state)))

    def over(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= _ATTEMPTS or place.left() - max(_after(state), 1.0) < _RESERVE

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: isinstance(error, Unsent) and error.again),
        wait=seconds,
        stop=over,
        sleep=place.sleep,
        reraise=True,
    )(call)


def asking(what: str, call: Callable[[], T]) -> T:
    """Return what a call of AWS returns; `what` says what is not done where it fails.

    A resource that is not found may be one that was just made: it is worth another try, like throttling and faults of
    AWS. Throttling by KMS has a code of its own.

    Raises:
        Unsent: AWS or the network refuses the call.
    """
    try:
        return call()
    except READ_ERRORS as error:
        code = code_of(error)
        expired = meaning_of(code) in (Meaning.EXPIRED, Meaning.GONE)
        again = not isinstance(error, botocore.exceptions.ClientError) or transient(error)
        reason = f"{what} ({code}): {safe(message_of(error))}"
        raise Unsent(reason, again=again or expired or "Throttling" in code) from error


def _after(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return error.after if isinstance(error, Unsent) else 0.0
