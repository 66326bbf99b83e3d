"""The output of results: standard output, or a file that appears when it is complete."""

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from muster.errors import ConfigurationError
from muster.model.text import shortened

STANDARD = Path("-")
INCOMPLETE = 3
"""The exit status of a scan that did not see everything."""
LONGEST = 4_000
"""Characters of a line on standard error: it may repeat what was typed."""
DEBUG = "MUSTER_DEBUG"
"""The environment variable with which a mistake of our own shows where it happened."""


@contextlib.contextmanager
def results(path: Path | None) -> Iterator[TextIO]:
    """Open the output of results; a file is replaced as a whole, and only if nothing is raised meanwhile.

    Raises:
        ConfigurationError: the file cannot be written; raised before anything is scanned.
    """
    if path is None or path == STANDARD:
        # Formats are UTF-8 wherever they go; what a terminal cannot show is escaped, not fatal.
        _as_utf8(sys.stdout)
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise ConfigurationError(f"--output: there is no directory {path.parent}")
    if path.is_dir():
        raise ConfigurationError(f"--output: {path} is a directory")
    try:
        plain = not path.exists() or path.is_file()
        stream = _temporary(path) if plain else path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigurationError(f"--output: {path}: {error.strerror or error}") from error
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
    """Print a line on standard error."""
    click.echo(f"muster: {shortened(message, LONGEST)}", err=True)


def trace(error: BaseException | None = None) -> None:
    """Show where an exception was raised, the one at hand or another, if MUSTER_DEBUG is set."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error or sys.exception())


def forget_standard_output() -> None:
    """Throw away what is still buffered: its reader is gone, and writing it at exit would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _temporary(path: Path) -> Any:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - the caller closes it
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
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
