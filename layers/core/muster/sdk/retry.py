"""Trying again what failed for a moment, beyond botocore's own three attempts.

Botocore gives up on a call after seconds; a throttled API may need a minute. An API that has not answered in all its
rounds is not waited for again until it does, so that one that is down costs its patience once, not once a resource.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

import tenacity

from muster.sdk.errors import READ_ERRORS, transient

ROUNDS = 6
LONGEST = 20.0
"""Seconds between two rounds at most."""

T = TypeVar("T")


@dataclass(slots=True)
class Retrier:
    """Makes calls, and makes them again when that may help; safe to use from many threads."""

    sleep: Callable[[float], None] = time.sleep
    _hopeless: set[Hashable] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, key: Hashable, call: Callable[[], T]) -> T:
        """Return what the call returns; `key` names the API that it asks.

        Raises:
            Exception: the call's own error, when it is not of the moment or the rounds are over.
        """
        try:
            value = call()
        except READ_ERRORS as error:
            if not transient(error) or key in self._hopeless:
                raise
            return self._again(key, call)
        if self._hopeless:
            with self._lock:
                self._hopeless.discard(key)
        return value

    def spent(self, key: Hashable) -> bool:
        """Whether an API did not answer in all rounds, and has not answered since."""
        with self._lock:
            return key in self._hopeless

    def _again(self, key: Hashable, call: Callable[[], T]) -> T:
        rounds = tenacity.Retrying(
            retry=tenacity.retry_if_exception(transient),
            wait=tenacity.wait_random_exponential(multiplier=0.25, max=LONGEST),
            stop=lambda state: state.attempt_number >= ROUNDS - 1 or self.spent(key),
            sleep=self.sleep,
            reraise=True,
        )
        self.sleep(0.1)
        try:
            return rounds(call)
        except READ_ERRORS as error:
            if transient(error):
                with self._lock:
                    self._hopeless.add(key)
            raise
