"""What a terminal gets and a pipe does not: a progress bar, colours, folded lines, headers."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

# ruff: noqa: S603 - the command is ours

MUSTER = (sys.executable, "-c", "import sys; from muster.cli import main; sys.exit(main())")
CHECK = "ec2-ebs-encryption-by-default"
ESCAPE = "\x1b["


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def environment(endpoint: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "COLUMNS": "100",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class Terminal:
    """One end of a pseudo-terminal; `text` is what was written to the other by the time it is closed."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.openpty()
        self._pieces: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while piece := os.read(self._ours, 4096):
                self._pieces.append(piece)
        except OSError:
            return  # Linux says so when nobody holds the other end any more

    @property
    def text(self) -> str:
        os.close(self.theirs)
        self._reader.join(10)
        os.close(self._ours)
        return b"".join(self._pieces).decode()


def _run(environment: dict[str, str], folder: Path, *arguments: str, out: bool, err: bool) -> tuple[int, str, str]:
    """Run the command with a terminal as either stream, and return the exit status and both texts."""
    terminals = {name: Terminal() for name, wanted in (("stdout", out), ("stderr", err)) if wanted}
    streams = {name: terminals[name].theirs if name in terminals else subprocess.PIPE for name in ("stdout", "stderr")}
    with subprocess.Popen([*MUSTER, *arguments], env=environment, cwd=folder, text=True, **streams) as process:
        piped = process.communicate(timeout=60)
    texts = [
        terminals[name].text if name in terminals else text
        for name, text in zip(("stdout", "stderr"), piped, strict=True)
    ]
    return process.returncode, texts[0], texts[1]


def test_the_bar_is_on_standard_error_and_the_pipe_is_clean(environment: dict[str, str], tmp_path: Path) -> None:
    status, out, err = _run(environment, tmp_path, "scan", "--check", CHECK, out=False, err=True)
    assert status == 1
    assert "  0 %  0 of 1 part  0 calls  0 failures" in err
    assert err.endswith("\r\x1b[K")
    assert ESCAPE not in out
    assert CHECK in out


@pytest.mark.parametrize("arguments", [["--quiet"], ["--quiet", "--format", "ndjson"]])
def test_quiet_draws_no_bar(environment: dict[str, str], tmp_path: Path, arguments: list[str]) -> None:
    status, _, err = _run(environment, tmp_path, "scan", "--check", CHECK, *arguments, out=False, err=True)
    assert (status, err) == (1, "")


def test_the_bar_does_not_run_through_findings(environment: dict[str, str], tmp_path: Path) -> None:
    _, out, err = _run(environment, tmp_path, "scan", "--check", CHECK, "--format", "ndjson", out=True, err=True)
    assert out.startswith("{")
    assert " %  " not in err


def test_a_terminal_has_colours_unless_it_asks_for_none(environment: dict[str, str], tmp_path: Path) -> None:
    red = "\x1b[31mHIGH"
    _, out, _ = _run(environment, tmp_path, "scan", "--check", CHECK, out=True, err=False)
    assert red in out
    _, out, _ = _run({**environment, "NO_COLOR": "1"}, tmp_path, "scan", "--check", CHECK, out=True, err=False)
    assert "HIGH" in out
    assert red not in out


@pytest.mark.parametrize(
    ("arguments", "laid_out", "piped"),
    [
        pytest.param(["list", "checks"], "Several services", "required-tags", id="a list has headings"),
        pytest.param(["explain", "required-tags"], "Permissions", "## Permissions", id="a page is laid out"),
    ],
)
def test_what_is_read_by_people_is_laid_out(
    environment: dict[str, str], tmp_path: Path, arguments: list[str], laid_out: str, piped: str
) -> None:
    _, out, _ = _run(environment, tmp_path, *arguments, out=True, err=False)
    assert laid_out in out
    assert ESCAPE in out
    _, out, _ = _run(environment, tmp_path, *arguments, out=False, err=False)
    assert piped in out
    assert ESCAPE not in out


def test_a_narrow_terminal_shows_a_page_whole(environment: dict[str, str], tmp_path: Path) -> None:
    _, out, _ = _run({**environment, "COLUMNS": "60"}, tmp_path, "explain", "ec2-volume-backed-up", out=True, err=False)
    assert "…" not in out
    assert "edResources" in out, "what does not fit goes on in the next line"
