"""The outputs of a scan: where each goes and in which format. All of them are written in one run."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.cli.formats import FORMATS, format_of, require_fit
from muster.cli.output import STANDARD, forget_standard_output, results
from muster.errors import ConfigurationError
from muster.model.finding import Finding
from muster.reports.formats import Writer
from muster.reports.overview import Overview
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.reports.wording import status_name

TABLE = "table"


@dataclass(frozen=True, slots=True)
class Output:
    """One output; `path` is STANDARD for standard output."""

    path: Path
    form: str

    @property
    def to_stdout(self) -> bool:
        """Whether it goes to standard output."""
        return self.path == STANDARD


def outputs_of(paths: Sequence[Path], form: str | None, *, quiet: bool = False) -> tuple[Output, ...]:
    """Return the outputs of a run; with files only, the table goes to standard output too, unless it should be quiet.

    `form` is what --format names. It is the format of standard output, or of the only file.

    Raises:
        ConfigurationError: two outputs are the same, or a format and an extension do not match.
    """
    files = [path for path in paths if path != STANDARD]
    _refuse_twice(paths)
    if form and len(files) > 1 and STANDARD not in paths:
        raise ConfigurationError(
            f"--format {form} does not say which of the {len(files)} outputs it is for\n"
            f"  leave --format out: the extensions decide\n  {form} on standard output: add --output -"
        )
    to_file = form if STANDARD not in paths else None
    found = [Output(path, _form(path, to_file)) for path in files]
    if STANDARD in paths or not files:
        return (Output(STANDARD, form or TABLE), *found)
    return tuple(found) if quiet else (Output(STANDARD, TABLE), *found)


def _refuse_twice(paths: Sequence[Path]) -> None:
    names: dict[Path, Path] = {}
    for path in paths:
        # Two names of one file would replace each other.
        key = path if path == STANDARD else path.absolute().resolve()
        if key in names:
            raise ConfigurationError(f"--output {names[key]} and --output {path} are the same")
        names[key] = path


def _form(path: Path, form: str | None) -> str:
    """Return the format of a file: the one that was named, or the one of its extension.

    Raises:
        ConfigurationError: the two do not match, or there is neither.
    """
    if form is None and not path.suffix:
        return TABLE
    try:
        if form is None:
            return format_of(path)
        require_fit(form, path)
    except ValueError:
        if form is None:
            known = ", ".join(extension for each in FORMATS.values() for extension in each.extensions)
            raise ConfigurationError(
                f"--output {path}: no format has this extension\n  there are: {known}\n  or name the format: --format"
            ) from None
        raise ConfigurationError(
            f"--output {path} and --format {form} do not match\n  leave --format out: the extension decides"
        ) from None
    return form


@contextmanager
def opened(outputs: Sequence[Output]) -> Iterator[dict[Output, Any]]:
    """Open all outputs; files appear when the context ends without an exception, standard output ends last.

    Raises:
        ConfigurationError: one of them cannot be written.
    """
    ordered = sorted(outputs, key=lambda each: not each.to_stdout)
    with ExitStack() as stack:
        yield {each: stack.enter_context(results(each.path, binary=FORMATS[each.form].binary)) for each in ordered}


class Writers:
    """Writes each finding to several writers; standard output is last, and its reader may leave."""

    def __init__(self, made: Mapping[Output, Writer]) -> None:
        """Take a writer of each output."""
        self._writers = dict(sorted(made.items(), key=lambda item: item[0].to_stdout))

    def add(self, finding: Finding) -> None:
        """Write one finding."""
        for output, writer in list(self._writers.items()):
            with self._left(output):
                writer.add(finding)

    def close(self, tally: ReportTally, scan: ScanReport, overview: Overview) -> None:
        """Write the end of each."""
        for output, writer in list(self._writers.items()):
            with self._left(output):
                writer.close(tally, scan, overview)

    @contextmanager
    def _left(self, output: Output) -> Iterator[None]:
        """Go on with the files when the reader of standard output stopped reading."""
        try:
            yield
        except BrokenPipeError:
            if not output.to_stdout or len(self._writers) == 1:
                raise
            forget_standard_output()
            del self._writers[output]


class _Chosen:
    """Hands only findings of some statuses to a writer."""

    def __init__(self, writer: Writer, statuses: frozenset[str]) -> None:
        self._writer, self._statuses = writer, statuses
        self.close = writer.close

    def add(self, finding: Finding) -> None:
        if status_name(finding) in self._statuses:
            self._writer.add(finding)


def chosen(writer: Writer, statuses: frozenset[str]) -> Writer:
    """Return a writer of the findings of some statuses; of all where none is named."""
    return _Chosen(writer, statuses) if statuses else writer
