"""Retries of calls that failed for a moment, beyond botocore's own three attempts.

Botocore gives up on a call after seconds; a throttled API may need a minute. An API that has not answered in all its
attempts is not waited for again until it does, so that an API that is down costs the wait once, not once a resource.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

import tenacity

from muster.sdk.errors import READ_ERRORS, transient

ATTEMPTS = 6
LONGEST = 20.0
"""Seconds between two attempts at most."""

T = TypeVar("T")


@dataclass(slots=True)
class Retrier:
    """Makes calls, and makes them again when that may help; safe to use from many threads."""

    sleep: Callable[[float], None] = time.sleep
    _open: set[Hashable] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, key: Hashable, call: Callable[[], T]) -> T:
        """Return what the call returns; `key` names the API that it asks.

        Raises:
            Exception: the call's own error, when it is not of the moment or the attempts are over.
        """
        try:
            value = call()
        except READ_ERRORS as error:
            if not transient(error) or key in self._open:
                raise
            return self._again(key, call)
        if self._open:
            with self._lock:
                self._open.discard(key)
        return value

    def is_open(self, key: Hashable) -> bool:
        """Whether the circuit of an API is open: it failed in all attempts, and has not answered since."""
        with self._lock:
            return key in self._open

    def _again(self, key: Hashable, call: Callable[[], T]) -> T:
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(transient),
            wait=tenacity.wait_random_exponential(multiplier=0.25, max=LONGEST),
            stop=lambda state: state.attempt_number >= ATTEMPTS - 1 or self.is_open(key),
            sleep=self.sleep,
            reraise=True,
        )
        self.sleep(0.1)
        try:
            return attempts(call)
        except READ_ERRORS as error:
            if transient(error):
                with self._lock:
                    self._open.add(key)
            raise
