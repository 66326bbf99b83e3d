"""The formats of a report: one module each, and the registry that the command chooses from.

A format's module is loaded when a report is written in it, so `--help` stays fast.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from muster.model.check import Check
    from muster.model.finding import Finding
    from muster.reports.overview import Overview
    from muster.reports.report import ScanReport
    from muster.reports.tally import ReportTally


class Writer(Protocol):
    """Writes findings in one format: each as it comes, then the end."""

    def add(self, finding: "Finding") -> None:
        """Take one finding."""
        ...

    def close(self, tally: "ReportTally", scan: "ScanReport", overview: "Overview") -> None:
        """Write the rest; nothing comes after it."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """Facts about a scan that a writer needs before the first finding.

    `account_id`, `partition` and `region` are those of the credentials: Security Hub imports findings there.
    `owner_tag` is the key of the tag that names a resource's owner. `checks` maps check ids to the checks of the scan.
    """

    scan_id: str
    account_id: str = ""
    partition: str = "aws"
    region: str = ""
    owner_tag: str = "Owner"
    checks: Mapping[str, "Check"] = field(default_factory=dict)
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its file extensions, the first of them the usual one, and the factory of its writers.

    A file with an extension in `also` may hold the format when the user names it. `description` completes the
    sentence "NAME: …" in help texts. `make` takes a stream of text, or of bytes where the format is `binary`. `shows`
    is how many findings of the overview it shows at most: the overview has to keep so many in memory.
    """

    name: str
    extensions: tuple[str, ...]
    description: str
    make: Callable[[Any, Context], Writer]
    also: tuple[str, ...] = ()
    binary: bool = False
    shows: int = 0


def _table(stream: Any, context: Context) -> Writer:
    from muster.reports.formats.table import TableWriter

    return TableWriter(stream, verbose=context.verbose)


def _json(stream: Any, context: Context) -> Writer:
    from muster.reports.formats.json import JsonWriter

    return JsonWriter(stream, context.scan_id)


def _ndjson(stream: Any, context: Context) -> Writer:
    from muster.reports.formats.ndjson import NdjsonWriter

    return NdjsonWriter(stream, context.scan_id)


def _csv(stream: Any, context: Context) -> Writer:
    from muster.reports.formats.csv import CsvWriter

    return CsvWriter(stream, context.scan_id, context.owner_tag)


def _html(stream: Any, _context: Context) -> Writer:
    from muster.reports.formats.html import HtmlWriter

    return HtmlWriter(stream)


def _markdown(stream: Any, _context: Context) -> Writer:
    from muster.reports.formats.markdown import MarkdownWriter

    return MarkdownWriter(stream)


def _ocsf(stream: Any, context: Context) -> Writer:
    from muster.reports.exchange.ocsf import ocsf
    from muster.reports.formats.array import ArrayWriter

    return ArrayWriter(stream, lambda finding: ocsf(finding, context.scan_id, context.owner_tag))


def _asff(stream: Any, context: Context) -> Writer:
    from muster.reports.exchange.asff import Home, asff, observed
    from muster.reports.formats.array import ArrayWriter

    home = Home(context.account_id, context.region, context.partition)
    return ArrayWriter(stream, lambda finding: asff(observed(finding, context.scan_id, context.owner_tag), home))


def _sarif(stream: Any, context: Context) -> Writer:
    from muster.reports.formats.sarif import SarifWriter

    return SarifWriter(stream, context.checks, context.owner_tag)


def _junit(stream: Any, context: Context) -> Writer:
    from muster.reports.formats.junit import JunitWriter

    return JunitWriter(stream, context.checks, context.owner_tag)


def registry(formats: tuple[Format, ...]) -> Mapping[str, Format]:
    """Return formats by name, in the order in which help texts list them."""
    return MappingProxyType({each.name: each for each in formats})


FORMATS: Mapping[str, Format] = registry(
    (
        Format("table", (".txt", ".log"), "the failures for people, worst first, in a terminal", _table,
               shows=10_000),
        Format("json", (".json",), "one JSON document: every finding, the counts and the scan", _json),
        Format("ndjson", (".ndjson", ".jsonl"), "every finding as one line of JSON", _ndjson, also=(".json",)),
        Format("csv", (".csv",), "every finding as one row, failures first, safe to open in a spreadsheet", _csv),
        Format("html", (".html", ".htm"), "a page for people that needs nothing else: search, filters, fixes to copy",
               _html, shows=200_000),
        Format("markdown", (".md",), "a summary with the fixes, for $GITHUB_STEP_SUMMARY and pull requests", _markdown,
               shows=5_000),
        Format("ocsf", (".ocsf.json",), "every finding as an OCSF Compliance Finding, for Security Lake and SIEMs",
               _ocsf, also=(".json",)),
        Format("asff", (".asff.json",), "every finding in AWS's format for Security Hub", _asff, also=(".json",)),
        Format("sarif", (".sarif", ".sarif.json"), "the failures as SARIF 2.1.0, for GitHub code scanning", _sarif,
               also=(".json",)),
        Format("junit", (".junit.xml", ".xml"), "each check as a test case, for Jenkins, GitLab and other CI servers",
               _junit),
    )
)  # fmt: skip
"""The formats by name, without those that need a room above this one: `muster.cli.formats` has all."""


def format_of(path: PurePath, formats: Mapping[str, Format] = FORMATS) -> str:
    """Return the name of the format that a file's extension stands for; of two extensions that fit, the longer counts.

    Raises:
        ValueError: no format has the extension, or the file has none; the message lists the extensions.
    """
    found = _found(path, formats)
    if found is None:
        known = ", ".join(extension for each in formats.values() for extension in each.extensions)
        problem = f"no format has the extension {path.suffix!r}" if path.suffix else f"{path.name!r} has no extension"
        raise ValueError(f"{problem}: use one of {known}, or name the format with --format")
    return found.name


def require_fit(name: str, path: PurePath, formats: Mapping[str, Format] = FORMATS) -> None:
    """Check that a file may hold the format that the user named; any file may whose extension stands for no format.

    Raises:
        ValueError: the extension stands for another format.
    """
    found, named = _found(path, formats), formats[name]
    if found is None or found is named or path.name.lower().endswith(named.also):
        return
    raise ValueError(
        f"the extension of {path} stands for {found.name}, not {name}: name the file *{named.extensions[0]}, "
        f"or write {found.name}"
    )


def _found(path: PurePath, formats: Mapping[str, Format]) -> Format | None:
    name = path.name.lower()
    fits = [(len(ext), each) for each in formats.values() for ext in each.extensions if name.endswith(ext)]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None
