"""A scan from the command line: the options of a scan, and those of its output."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from muster.cli.output import STANDARD
from muster.library import job
from muster.library.options import ScanOptions
from muster.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Options(ScanOptions):
    """The options of `muster scan`, one field each."""

    config: Path | None = None
    form: str = "table"
    output: Path | None = None
    fail_on: Severity | None = Severity.HIGH
    strict: bool = False
    quiet: bool = False
    verbose: bool = False
    apply_tags: bool = False

    @property
    def to_stdout(self) -> bool:
        """Whether results go to standard output."""
        return self.output in (None, STANDARD)


Job: TypeAlias = job.Job[Options]
"""A scan from the command line that is prepared."""
