"""A scan from the command line: the options of a scan, and those of its output."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from muster.cli.outputs import Output
from muster.library import job
from muster.library.options import ScanOptions
from muster.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Options(ScanOptions):
    """The options of `muster scan`, one field each."""

    config: Path | None = None
    form: str = "table"
    output: Path | None = None
    outputs: Sequence[Output] = ()
    statuses: frozenset[str] = frozenset()
    top: int | None = None
    baseline: str | None = None
    stack: str = ""
    stack_region: str = ""
    fail_on: Severity | None = Severity.HIGH
    strict: bool = False
    quiet: bool = False
    verbose: bool = False
    apply_tags: bool = False

    @property
    def on_stdout(self) -> str:
        """The format of standard output; empty where it gets nothing."""
        return next((each.form for each in self.outputs if each.to_stdout), "")


Job: TypeAlias = job.Job[Options]
"""A scan from the command line that is prepared."""
