"""Files of results appear when they are whole, or not at all."""

import io
import os
import threading
from pathlib import Path
from typing import TextIO

import pytest

from muster.cli.output import STANDARD, results
from muster.errors import ConfigurationError


def test_a_file_is_the_old_one_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with results(path) as stream:
        stream.write("new")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def interrupted(stream: TextIO) -> None:
        stream.write("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), results(path) as stream:
        interrupted(stream)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"report.json": "old"}


def test_a_new_file_has_the_mode_that_files_have(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with results(tmp_path / "report.json") as stream:
        stream.write("new")
    assert (tmp_path / "report.json").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.touch(mode=0o600)
    with results(path) as stream:
        stream.write("new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "report.json"
    link.symlink_to(tmp_path / "there" / "report.json")
    with results(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert (tmp_path / "there" / "report.json").read_text() == "new"


def test_a_named_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    with results(pipe) as stream:
        stream.write("new")
    reader.join(5)
    assert read == ["new"]
    assert pipe.is_fifo()


@pytest.mark.parametrize(("name", "message"), [("none/report.json", "there is no directory"), (".", "is a directory")])
def test_what_cannot_be_written_is_said_before_anything_else(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message), results(tmp_path / name):
        pytest.fail("it began")


@pytest.mark.parametrize("path", [None, STANDARD])
def test_without_a_file_it_is_standard_output(path: Path | None, capsys: pytest.CaptureFixture[str]) -> None:
    with results(path) as stream:
        stream.write("new")
    assert capsys.readouterr().out == "new"


class Stream(io.TextIOWrapper):
    """Standard output as an old locale makes it: on a terminal, or not."""

    def __init__(self, *, terminal: bool) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding="ascii", errors="strict")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "written"),
    [
        pytest.param(False, "naïve → ok".encode(), id="a file or a pipe gets UTF-8, which the formats are in"),
        pytest.param(True, b"na\\xefve \\u2192 ok", id="a terminal keeps its encoding and gets escapes"),
    ],
)
@pytest.mark.parametrize("path", [None, STANDARD])
def test_standard_output_takes_every_character(
    monkeypatch: pytest.MonkeyPatch, path: Path | None, terminal: bool, written: bytes
) -> None:
    stream = Stream(terminal=terminal)
    monkeypatch.setattr("sys.stdout", stream)
    with results(path) as out:
        out.write("naïve → ok")
    assert stream.bytes.getvalue() == written


def test_a_stream_that_takes_text_as_it_is_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    with results(None) as out:
        out.write("naïve")
    assert stream.getvalue() == "naïve"
