"""Reports as files: the JSON and the lines of JSON that `muster scan` writes, and report.json of a stack."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from muster.errors import ConfigurationError
from muster.model.json_values import loads
from muster.reports.fields import Entry
from muster.reports.reading import entry_of
from muster.reports.wording import FAILING, PASSING, STATUS_NAMES

_FIRST_LINE = '{"findings": ['
_LARGEST = 1 << 30
"""Bytes of a JSON document that is not written a finding a line, and is read as a whole."""


class ReportFile:
    """One report; `scan`, `summary` and `truncated` are known when its findings were read to their end.

    They are empty for lines of JSON, which have findings only. `only_failing` says that it is a report.json of a stack,
    or a report that --status narrowed to fewer findings.
    """

    def __init__(self, path: Path) -> None:
        """Take the path; it is opened when its findings are read."""
        self.path = path
        self.scan: Mapping[str, Any] = {}
        self.summary: Mapping[str, Any] = {}
        self.only_failing = False
        self.truncated = False

    def entries(self) -> Iterator[Entry]:
        """Yield the findings with the ids of their scans, one at a time where each has a line of its own.

        Raises:
            ConfigurationError: it cannot be read, or is no report.
        """
        try:
            with self.path.open(encoding="utf-8-sig") as file:
                first = file.readline()
                if first.rstrip() == _FIRST_LINE:
                    yield from self._of_lines(file)
                elif _is_finding(first):
                    yield from self._ndjson(first, file)
                else:
                    yield from self._of_document(first + file.read(_LARGEST))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ConfigurationError(f"{self.path}: {why or error}") from error

    def _of_lines(self, file: Iterator[str]) -> Iterator[Entry]:
        """Yield the findings of what JsonWriter wrote: a finding a line, then the summary, then the scan."""
        number = 1
        for number, line in enumerate(file, 2):
            text = line.strip()
            if text == "],":
                break
            yield self._entry(self._loaded(text.removesuffix(","), number), number)
        rest = "{" + "".join(file)
        if rest == "{":
            raise self._wrong(number, "it is cut: the summary and the scan are missing")
        self._header(self._loaded(rest, number + 1))

    def _ndjson(self, first: str, file: Iterator[str]) -> Iterator[Entry]:
        yield self._entry(self._loaded(first, 1), 1)
        for number, line in enumerate(file, 2):
            if line.strip():
                yield self._entry(self._loaded(line, number), number)

    def _of_document(self, text: str) -> Iterator[Entry]:
        if not text.strip():
            raise ConfigurationError(f"{self.path} is empty; it has no findings to read")
        document = self._loaded(text, 1)
        if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
            raise self._wrong(1, "it has no list of findings")
        self._header(document)
        for place, record in enumerate(document["findings"]):
            yield self._entry(record, 1, f"findings[{place}]: ")

    def _header(self, document: Any) -> None:
        scan, summary = document.get("scan"), document.get("summary")
        self.scan = scan if isinstance(scan, dict) else {}
        self.summary = summary if isinstance(summary, dict) else {}
        statuses = self.scan.get("statuses") or STATUS_NAMES
        self.only_failing = "all_findings" in document or PASSING not in statuses
        self.truncated = bool(document.get("truncated")) or FAILING not in statuses

    def _loaded(self, text: str, number: int) -> Any:
        try:
            return loads(text)
        except ValueError as error:
            raise self._wrong(number, f"this is no JSON, or cut ({error})") from error

    def _entry(self, record: Any, number: int, where: str = "") -> Entry:
        try:
            return entry_of(record)
        except ValueError as error:
            raise self._wrong(number, f"{where}this is no finding: {error}") from error

    def _wrong(self, number: int, why: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self.path}:{number}: {why}\n"
            "  use a report of 'muster scan' (.json or .ndjson), a stack's report.json, or Parquet files of the table "
            "findings or latest"
        )


def _is_finding(line: str) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "finding_id" in found
