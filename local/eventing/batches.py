"""How Lambda goes on after each delivery of a part of a stream: pure, without threads, clocks or moto.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from local.eventing.mapping import FOREVER, Settings, failed_items

EXHAUSTED, TOO_OLD = "RetryAttemptsExhausted", "RecordAgeExceeded"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a stream: its number, when it was made (seconds since 1970), and what a function gets."""

    number: str
    made: float
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Records that are delivered together, and how often they failed without any progress."""

    records: tuple[Record, ...]
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an invocation; `throttled` is no failure and uses up no retry."""

    payload: str = ""
    errored: bool = False
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """Records that are given up, and why; `answer` is the last one, None if there was none."""

    part: Part
    condition: str
    answer: Answer | None = None


class Batches:
    """The parts of a batch that are still to be delivered, first things first."""

    def __init__(self, records: Sequence[Record]) -> None:
        """Begin with the whole batch."""
        self._work = deque([Part(tuple(records))] if records else [])

    @property
    def next(self) -> Part | None:
        """The part that is delivered next, None when all is done."""
        return self._work[0] if self._work else None

    def age(self, now: float, settings: Settings) -> Lost | None:
        """Give up the records of the next part that are too old."""
        part = self._work[0]
        fresh = tuple(each for each in part.records if now - each.made <= settings.max_age)
        if settings.max_age == FOREVER or len(fresh) == len(part.records):
            return None
        self._work.popleft()
        if fresh:
            self._work.appendleft(replace(part, records=fresh))
        old = tuple(each for each in part.records if each not in fresh)
        return Lost(replace(part, records=old), TOO_OLD)

    def take(self, answer: Answer, settings: Settings) -> Lost | None:
        """Go on after an answer to the next part: it is done, cut, halved, delivered again, or given up."""
        part = self._work[0]
        if answer.throttled:
            return None
        self._work.popleft()
        at = _first_failure(answer, part, settings)
        if at is None:
            return None
        if at > 0:
            self._work.appendleft(Part(part.records[at:]))
            return None
        if settings.bisect and len(part.records) > 1:
            middle = len(part.records) // 2
            halves = (part.records[:middle], part.records[middle:])
            self._work.extendleft(replace(part, records=half) for half in reversed(halves))
            return None
        failed = replace(part, failures=part.failures + 1)
        if settings.retries != FOREVER and failed.failures > settings.retries:
            return Lost(failed, EXHAUSTED, answer)
        self._work.appendleft(failed)
        return None


def _first_failure(answer: Answer, part: Part, settings: Settings) -> int | None:
    """Return from which record on a part is delivered again; None when it is done."""
    if answer.errored:
        return 0
    if not settings.partial:
        return None
    numbers = [each.number for each in part.records]
    failed = failed_items(answer.payload, numbers)
    if failed is None:
        return 0
    return min((numbers.index(each) for each in failed), default=None)
