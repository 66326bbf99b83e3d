"""^C and SIGTERM: what waits for AWS is interrupted, what writes is not, so that no line is cut in half.

A handler that raises does so wherever Python is, a finalizer too, where the exception is lost and only printed.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SOON = 0.02
"""Seconds after which a finalizer is over."""
_MESSAGE = b"\nnote: interrupted; writing what was found so far (press Ctrl-C again to stop at once)\n"


class Interrupt(contextlib.AbstractContextManager["Interrupt"]):
    """Notes the first interruption; a second one stops everything, as if this were not here."""

    def __init__(self) -> None:
        """Prepare; signals are taken over when the context is entered."""
        self.noted = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Take the signals over; only a main thread may."""
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._handle) for each in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        """Hand the signals back."""
        for each, before in self._before.items():
            signal.signal(each, before)

    def check(self) -> None:
        """Let an interruption that was noted end what is done now.

        Raises:
            KeyboardInterrupt: there was one.
        """
        if self.noted:
            raise KeyboardInterrupt

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.noted:
            raise KeyboardInterrupt
        self.noted = True
        # Not through sys.stderr: it may be in the middle of writing.
        with contextlib.suppress(OSError):
            os.write(2, _MESSAGE)


def raised_again() -> None:
    """Raise an interruption that a finalizer lost again, at the next step, instead of printing it."""
    before = sys.unraisablehook

    def hook(lost: "sys.UnraisableHookArgs") -> None:
        if lost.exc_type is not KeyboardInterrupt:
            before(lost)
            return
        # Raised here at once, it would be lost in this hook; so would one that comes before the hook is over.
        started = False
        while not started:
            with contextlib.suppress(KeyboardInterrupt):
                _interrupt_soon()
                started = True

    sys.unraisablehook = hook


def _interrupt_soon() -> None:
    """Interrupt the main thread once this function is over, however long its start takes on a busy machine."""
    over, main = threading.Event(), threading.main_thread().ident or 0

    def interrupt() -> None:
        over.wait()
        time.sleep(_SOON)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True, name="interrupt").start()
    over.set()
