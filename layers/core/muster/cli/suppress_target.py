"""The configuration that `muster suppress` writes, on this machine or in a bucket, and the finding that it accepts."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from muster.catalog.catalog import Catalog, load
from muster.cli.output import results
from muster.cli.parquet_files import EXTENSION, batches_of, entries_of, files_of, selected
from muster.cli.report_file import ReportFile
from muster.cli.stack_files import StackBucket
from muster.configuration import Configuration, parse
from muster.configuration.files import document
from muster.errors import ConfigurationError
from muster.library.region_names import regions
from muster.model.finding import Finding
from muster.model.text import escaped
from muster.storage import keys
from muster.storage.bucket import Conflict

_YAML = "application/yaml"


class ConfigurationFile(Protocol):
    """A configuration that can be read and replaced."""

    name: str
    catalog: Catalog

    def read(self) -> str:
        """Return its text, empty where there is none."""
        ...

    def replace(self, text: str) -> None:
        """Write the text in place of the one that was read.

        Raises:
            ConfigurationError: it cannot be written, or was changed since.
        """
        ...

    def parsed(self, text: str) -> Configuration:
        """Return the configuration of a text.

        Raises:
            ConfigurationError: something in it is wrong.
        """
        ...

    def at(self, text: str, place: int) -> str:
        """Return the file with the line of a suppression."""
        ...


class _Parsed:
    name: str
    catalog: Catalog

    def parsed(self, text: str) -> Configuration:
        return parse(text, self.catalog, source=self.name, regions=regions)

    def at(self, text: str, place: int) -> str:
        return f"{self.name}:{document.read(text).lines['suppressions', place]}"

    def _decoded(self, body: bytes) -> str:
        try:
            return body.decode()
        except UnicodeDecodeError:
            # The parser names the line.
            parse(body, self.catalog, source=self.name)
            raise

    def _changed(self) -> ConfigurationError:
        return ConfigurationError(f"{self.name} was changed meanwhile, so nothing is written\n  run the command again")


class LocalFile(_Parsed):
    """A file on this machine; it is replaced as a whole, with its mode, and made where there is none."""

    def __init__(self, path: Path) -> None:
        """Take the path."""
        self.name, self.catalog = escaped(str(path)), load()
        self._path, self._body = path, b""

    def read(self) -> str:
        """Return its text, empty where there is no file."""
        self._body = self._bytes()
        return self._decoded(self._body)

    def replace(self, text: str) -> None:
        """Write the text in place of the one that was read."""
        if not self._path.parent.is_dir():
            raise ConfigurationError(f"there is no folder {self._path.parent}")
        with results(self._path) as stream:
            stream.write(text)
            if self._bytes() != self._body:
                raise self._changed()

    def _bytes(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise ConfigurationError(f"{self.name}: {error.strerror or error}") from error


class BucketFile(_Parsed):
    """The configuration in a stack's bucket; it is replaced only if it is the version that was read."""

    def __init__(self, stack: StackBucket) -> None:
        """Take the bucket."""
        self.name, self.catalog = stack.url(keys.CONFIGURATION), load()
        self._bucket, self._etag = stack.bucket, None

    _etag: str | None

    def read(self) -> str:
        """Return its text, empty where there is no object."""
        found = self._bucket.get_bytes(keys.CONFIGURATION)
        body, self._etag = found or (b"", None)
        return self._decoded(body)

    def replace(self, text: str) -> None:
        """Write the text in place of the version that was read."""
        try:
            self._bucket.put_bytes(keys.CONFIGURATION, text.encode(), etag=self._etag, kind=_YAML)
        except Conflict as error:
            raise self._changed() from error


def found_in(path: Path, finding_id: str) -> Finding:
    """Return a finding of a report, or of Parquet files.

    Raises:
        ConfigurationError: they cannot be read, or do not have it.
    """
    if path.is_dir() or path.suffix.lower() == EXTENSION:
        found = _in_parquet(((each, str(each)) for each in files_of(path)), finding_id)
    else:
        entries = (entry.finding for entry in ReportFile(path).entries())
        found = next((each for each in entries if each.finding_id == finding_id), None)
    if found is None:
        raise ConfigurationError(f"{path} has no finding {finding_id}: take its id from the report's finding_id")
    return found


def found_on(stack: StackBucket, finding_id: str) -> Finding:
    """Return a finding of a stack's latest findings.

    Raises:
        ConfigurationError: there is none.
    """
    with tempfile.TemporaryDirectory(prefix="muster-", ignore_cleanup_errors=True) as scratch:
        found = _in_parquet(stack.files(stack.latest(), Path(scratch)), finding_id)
    if found is None:
        raise ConfigurationError(
            f"the stack {stack.stack} has no finding {finding_id} in {stack.url(keys.files('latest'))}: "
            f"'muster findings --stack {stack.stack}' lists what fails now"
        )
    return found


def _in_parquet(files: Iterator[tuple[Path, str]], finding_id: str) -> Finding | None:
    for path, name in files:
        for batch in batches_of(path, name):
            if places := selected(batch, finding_id=lambda value: value == finding_id):
                return next(entries_of(batch, places)).finding
    return None
