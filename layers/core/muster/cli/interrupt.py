"""^C and SIGTERM: what waits for AWS is interrupted, what writes is not, so that no line is cut in half."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_MESSAGE = b"\nmuster: interrupted; writing what was found so far (once more stops at once)\n"


class Interrupt(contextlib.AbstractContextManager["Interrupt"]):
    """Notes the first interruption; a second one stops everything, as if this were not here."""

    def __init__(self) -> None:
        """Prepare; signals are taken over when the context is entered."""
        self.asked = False
        self._waiting = False
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

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Let an interruption end what is done here.

        Raises:
            KeyboardInterrupt: it came, here or before.
        """
        self._waiting = True
        try:
            if self.asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._waiting = False

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        # Not through sys.stderr: it may be in the middle of writing.
        with contextlib.suppress(OSError):
            os.write(2, _MESSAGE)
        if self._waiting:
            raise KeyboardInterrupt
