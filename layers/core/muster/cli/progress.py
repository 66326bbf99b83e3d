"""Progress: one line on standard error on a terminal, never between findings, and gone at the end."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import click

from muster.cli.output import coloured
from muster.cli.pace import Pace
from muster.estimate.forecast import calls_of_shards
from muster.library.job import Job, Step, Watcher
from muster.model.shard import Shard
from muster.model.text import counted, printable
from muster.scanning.parallel import SIDE_BY_SIDE

_EVERY = 1 / 8
"""Seconds between two redraws at least."""
_BAR, _LEAST = 45, 10
"""Columns of the bar at most and at least."""
_ROUND = ((90, 5, "s"), (5_400, 60, "min"), (float("inf"), 3_600, "h"))
"""Up to which number of seconds the time left is rounded to what, and its unit."""


@contextlib.contextmanager
def progress(total: int, *, shown: bool, noun: str = "findings") -> Iterator[Step]:
    """Show how many of some parts are done; `noun` is what the last number counts."""
    line = Line(shown=shown)

    def step(what: str, done: int, findings: int) -> None:
        share = done / total if total else 1.0
        line.draw(share, [f"{done:,} of {total:,}", f"{findings:,} {noun}", printable(what)])

    with line:
        yield step


class ScanProgress(Watcher):
    """The line of a scan: percent, parts, calls, failures and the time left."""

    def __init__(self, job: Job[Any], *, shown: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is computed or written where it is not shown."""
        self._job, self._clock = job, clock
        self._line = Line(shown=shown)
        shards = job.scan.shards if self._line.shown else ()
        expected = calls_of_shards(job.scan.reads, shards, job.report.regions)
        self._pace = Pace(expected, {shard.id: shard.service for shard in shards}, SIDE_BY_SIDE)

    def __enter__(self) -> Self:
        """Show the line."""
        self.moved()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        self._line.clear()

    def begun(self, shard: Shard) -> None:
        """Note that a part begins."""
        self._pace.begin(shard.id, self._clock())
        self.moved()

    def ended(self, shard: Shard) -> None:
        """Note that a part has ended."""
        self._pace.end(shard.id, self._clock())
        self.moved()

    def closed(self, account_id: str, reason: str) -> None:
        """Keep a line about an account that cannot be entered."""
        name = self._job.scan.configuration.account_names.get(account_id, "")
        self._line.keep(f"{printable(name) or account_id}: {printable(reason)}; skipped")

    def moved(self) -> None:
        """Draw the line again, unless it was drawn a moment ago."""
        if not self._line.due():
            return
        now, job = self._clock(), self._job
        failures = sum(job.tally.failing.values())
        parts = [
            f"{self._pace.ended:,} of {counted(len(job.scan.shards), 'part')}",
            counted(job.calls, "call"),
            counted(failures, "failure"),
            time_left(self._pace.left(now)),
        ]
        self._line.draw(self._pace.share(now), [part for part in parts if part])


def time_left(seconds: float | None) -> str:
    """Return a time left in words, rounded as it is not exact; empty where it is not known."""
    if seconds is None:
        return ""
    unit, step, name = next(each for each in _ROUND if seconds < each[0])
    if unit == _ROUND[0][0]:
        number = max(1, round(seconds / step)) * step
        return f"about {number} {name} left"
    return f"about {max(1, round(seconds / step))} {name} left"


class Line(contextlib.AbstractContextManager["Line"]):
    """One line of a terminal that is drawn again and again; other output should come after `clear`."""

    def __init__(self, *, shown: bool) -> None:
        """Find out whether it can be shown: standard error is a terminal that can go back in a line."""
        self.shown = shown and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last = 0.0
        encoding = (getattr(sys.stderr, "encoding", None) or "").lower()
        self._marks = ("━", "╸", "━") if encoding.startswith("utf") else ("=", ">", "-")

    def due(self) -> bool:
        """Whether the line may be drawn again by now."""
        return self.shown and time.monotonic() - self._last >= _EVERY

    def draw(self, share: float, parts: Sequence[str]) -> None:
        """Draw the line: a bar, the percent and the parts that fit; nothing if it was drawn a moment ago."""
        if not self.due():
            return
        self._last = time.monotonic()
        columns = shutil.get_terminal_size().columns - 1
        text = line_of(share, parts, columns, self._marks)
        self._write(f"\r\x1b[K{self._coloured(*text)}")

    def keep(self, text: str) -> None:
        """Write a line that stays."""
        if self.shown:
            self._write(f"\r\x1b[K{text}\n")
            self._last = 0.0

    def clear(self) -> None:
        """Take the line away."""
        if self.shown and self._last:
            self._write("\r\x1b[K")

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        self.clear()

    @staticmethod
    def _coloured(full: str, empty: str, rest: str) -> str:
        if not coloured(sys.stderr):
            return f"{full}{empty}{rest}"
        return click.style(full, fg="cyan") + click.style(empty, dim=True) + rest

    @staticmethod
    def _write(text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def line_of(share: float, parts: Sequence[str], columns: int, marks: Sequence[str]) -> tuple[str, str, str]:
    """Return the full and the empty part of the bar, and the text after it, in at most so many columns.

    Parts are left out from the first where the line is too narrow.
    """
    texts = [f"{share * 100:3.0f} %", *parts]
    while len(texts) > 1 and columns - _width(texts) < _LEAST:
        del texts[1]
    bar = max(0, min(_BAR, columns - _width(texts)))
    full = min(bar, int(share * bar))
    head = marks[1] if 0 < full < bar else ""
    done = marks[0] * (full - len(head)) + head
    return done, marks[2] * (bar - full), "".join(f"  {text}" for text in texts)


def _width(texts: Sequence[str]) -> int:
    return sum(len(text) + 2 for text in texts)
