"""Several outputs of one scan: where each goes, its format, and what is refused before anything is scanned."""

from pathlib import Path
from typing import Any

import pytest

from muster.cli.output import STANDARD
from muster.cli.outputs import TABLE, Output, Writers, outputs_of
from muster.errors import ConfigurationError
from muster.reports.overview import Overview
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally

JSON, CSV, LINES = Path("a.json"), Path("b.csv"), Path("c.jsonl")


@pytest.mark.parametrize(
    ("paths", "form", "found"),
    [
        pytest.param([], None, [(STANDARD, TABLE)], id="a table, unless something else is asked for"),
        pytest.param([], "json", [(STANDARD, "json")], id="a format of standard output"),
        pytest.param([STANDARD], "csv", [(STANDARD, "csv")], id="standard output by name"),
        pytest.param([JSON], None, [(STANDARD, TABLE), (JSON, "json")], id="a file and the table"),
        pytest.param([Path("x.JSON")], None, [(STANDARD, TABLE), (Path("x.JSON"), "json")], id="in any case"),
        pytest.param([JSON], "ndjson", [(STANDARD, TABLE), (JSON, "ndjson")], id="lines of JSON are JSON too"),
        pytest.param([Path("x.dat")], "csv", [(STANDARD, TABLE), (Path("x.dat"), "csv")], id="an unknown extension"),
        pytest.param([Path("pipe")], None, [(STANDARD, TABLE), (Path("pipe"), TABLE)], id="no extension"),
        pytest.param(
            [JSON, CSV, LINES],
            None,
            [(STANDARD, TABLE), (JSON, "json"), (CSV, "csv"), (LINES, "ndjson")],
            id="several files",
        ),
        pytest.param([JSON, STANDARD], "csv", [(STANDARD, "csv"), (JSON, "json")], id="the format is for the terminal"),
    ],
)
def test_each_output_has_its_format(paths: list[Path], form: str | None, found: list[tuple[Path, str]]) -> None:
    assert outputs_of(paths, form) == tuple(Output(*each) for each in found)


def test_quiet_writes_the_files_only() -> None:
    assert outputs_of([JSON], None, quiet=True) == (Output(JSON, "json"),)
    assert outputs_of([], None, quiet=True) == (Output(STANDARD, TABLE),)


@pytest.mark.parametrize(
    ("paths", "form", "said"),
    [
        ([CSV], "json", "--output b.csv and --format json do not match\n  leave --format out: the extension decides"),
        ([JSON, CSV], "csv", "--format csv does not say which of the 2 outputs it is for"),
        ([Path("a.xlsx")], None, "--output a.xlsx: no format has this extension\n  there are: .txt, .log, .json"),
        ([JSON, JSON], None, "--output a.json and --output a.json are the same"),
        ([JSON, Path("./x/../a.json")], None, "--output a.json and --output x/../a.json are the same"),
        ([STANDARD, STANDARD], None, "--output - and --output - are the same"),
    ],
)
def test_what_contradicts_itself_is_refused(paths: list[Path], form: str | None, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        outputs_of(paths, form)
    assert str(refused.value).startswith(said)


class _Noting:
    def __init__(self, notes: list[str], name: str, *, left: bool = False) -> None:
        self._notes, self._name, self._left = notes, name, left

    def add(self, finding: Any) -> None:
        if self._left:
            raise BrokenPipeError
        self._notes.append(f"{self._name} {finding}")

    def close(self, _tally: ReportTally, _scan: ScanReport, _overview: Overview) -> None:
        self._notes.append(f"{self._name} ends")


TALLY: Any = None


def test_standard_output_ends_last() -> None:
    notes: list[str] = []
    made = {Output(STANDARD, TABLE): _Noting(notes, "screen"), Output(JSON, "json"): _Noting(notes, "file")}
    writers = Writers(made)
    writers.add(1)  # type: ignore[arg-type]
    writers.close(TALLY, TALLY, TALLY)
    assert notes == ["file 1", "screen 1", "file ends", "screen ends"]


def test_a_reader_who_leaves_does_not_take_the_files_along(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[bool] = []
    monkeypatch.setattr("muster.cli.outputs.forget_standard_output", lambda: forgotten.append(True))
    notes: list[str] = []
    made = {Output(STANDARD, "csv"): _Noting(notes, "screen", left=True), Output(JSON, "json"): _Noting(notes, "file")}
    writers = Writers(made)
    for number in (1, 2):
        writers.add(number)  # type: ignore[arg-type]
    writers.close(TALLY, TALLY, TALLY)
    assert (notes, forgotten) == (["file 1", "file 2", "file ends"], [True])


def test_a_reader_who_leaves_ends_a_scan_that_writes_nothing_else() -> None:
    writers = Writers({Output(STANDARD, "csv"): _Noting([], "screen", left=True)})
    with pytest.raises(BrokenPipeError):
        writers.add(1)  # type: ignore[arg-type]
