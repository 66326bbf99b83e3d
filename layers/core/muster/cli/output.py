"""The output of results: standard output, or a file that appears when it is complete."""

import contextlib
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from muster.errors import ConfigurationError
from muster.model.text import shortened

STANDARD = Path("-")
INCOMPLETE = 3
"""The exit status of a scan that did not see everything."""
LONGEST = 4_000
"""Characters of a line on standard error: it may repeat what was typed."""
DEBUG = "MUSTER_DEBUG"
"""The environment variable that shows the traceback of an error."""
_MEANT = re.compile(r"; did you mean (.+)\?$")


@contextlib.contextmanager
def results(path: Path | None, *, binary: bool = False) -> Iterator[Any]:
    """Open the output of results, for text or bytes; a file is replaced as a whole, and only if nothing is raised.

    Raises:
        ConfigurationError: it cannot be written; raised before anything is scanned.
    """
    if binary and path in (None, STANDARD):
        if sys.stdout.isatty():
            raise ConfigurationError("this format is binary, and a terminal cannot show it\n  write a file: --output")
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    if path is None or path == STANDARD:
        # Formats are UTF-8 wherever they go; what a terminal cannot show is escaped, not fatal.
        _as_utf8(sys.stdout)
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise ConfigurationError(f"--output {path}: there is no directory {path.parent}")
    if path.is_dir():
        raise ConfigurationError(f"--output {path} is a directory\n  add the name of a file")
    try:
        plain = not path.exists() or path.is_file()
        how: dict[str, Any] = {"mode": "wb"} if binary else {"mode": "w", "encoding": "utf-8", "newline": ""}
        stream = _temporary(path, how) if plain else path.open(**how)
    except OSError as error:
        raise ConfigurationError(f"--output {path}: {error.strerror or error}") from error
    try:
        with stream:
            yield stream
        if plain:
            Path(stream.name).replace(path)
    except BaseException:
        if plain:
            Path(stream.name).unlink(missing_ok=True)
        raise


def say(message: str) -> None:
    """Print a note on standard error; an indented line goes on with the note before it."""
    _print("" if message.startswith("  ") else "note: ", message, fg="cyan")


def warn(message: str) -> None:
    """Print on standard error what the user should act on."""
    _print("warning: ", message, fg="yellow", bold=True)


def fail(message: str) -> None:
    """Print an error on standard error: each line is one, and indented lines are hints for the one before."""
    for line in message.split("\n"):
        if line.startswith("  "):
            _print("", line, dim=True)
            continue
        meant = _MEANT.search(line)
        _print("error: ", line[: meant.start()] if meant else line, fg="red", bold=True)
        if meant:
            _print("", f"  did you mean: {meant[1]}", dim=True)


def coloured(stream: Any) -> bool:
    """Whether a stream shows colours: a terminal does, unless NO_COLOR or TERM=dumb asks for none."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print(label: str, message: str, *, dim: bool = False, **style: Any) -> None:
    indent = message[: len(message) - len(message.lstrip(" "))]
    text = indent + shortened(message[len(indent) :], LONGEST)
    text = click.style(label, **style) + text if label else click.style(text, dim=dim or None)
    click.echo(text if coloured(sys.stderr) else click.unstyle(text), err=True)


def trace(error: BaseException | None = None) -> None:
    """Show where an exception was raised, the one at hand or another, if MUSTER_DEBUG is set."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error or sys.exception())


def forget_standard_output() -> None:
    """Throw away what is still buffered: its reader is gone, and writing it at exit would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _temporary(path: Path, how: Mapping[str, Any]) -> Any:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - the caller closes it
        dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False, **how
    )
    os.chmod(stream.name, mode)  # noqa: PTH101 - tempfile made it for its owner alone; a report is an ordinary file
    return stream


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _as_utf8(stream: Any) -> None:
    if hasattr(stream, "reconfigure") and not stream.isatty():
        stream.reconfigure(encoding="utf-8")
    elif hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
