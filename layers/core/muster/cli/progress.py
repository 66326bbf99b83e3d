"""The progress bar: on a terminal, on standard error, and never between findings."""

import contextlib
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from muster.library.job import Step


@contextlib.contextmanager
def progress(total: int, *, shown: bool, noun: str = "findings") -> Iterator[Step]:
    """Show how many shards are done, if anybody watches; `noun` is what the last number counts."""
    if not shown or not sys.stderr.isatty():
        yield lambda _what, _done, _findings: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{{task.fields[findings]}} {noun}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=total, findings=0)

        def step(what: str, done: int, findings: int) -> None:
            bar.update(task, description=what, completed=done, findings=findings)

        yield step
