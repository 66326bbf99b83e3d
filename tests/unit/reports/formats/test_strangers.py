"""Names and tags of strangers in every format: a terminal and a spreadsheet get them as text and nothing else."""

import csv
import io
import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.model.finding import Finding, Status, Unavailable
from muster.reports.formats.csv import CsvWriter
from muster.reports.formats.json import JsonWriter
from muster.reports.formats.ndjson import NdjsonWriter
from muster.reports.formats.table import TableWriter
from muster.reports.overview import Collector, facts_of
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from tests.examples import examples

WRITERS = {"csv": CsvWriter, "json": JsonWriter, "ndjson": NdjsonWriter, "table": lambda stream, _: TableWriter(stream)}
ODD = "a\x1b[2Jb\x07c\x00d\x9be\u202ef\u2028g\u2066h\x85i\ud800j\U000e0001k"
TEXTS = st.text(st.characters() | st.sampled_from("\x00\x07\x1b\x9b\u202e\u2028\r\n=,'\""), max_size=20)


def written(form: str, finding: Finding, scan: ScanReport) -> str:
    stream, tally = io.StringIO(newline=""), ReportTally()
    writer = WRITERS[form](stream, "s")
    tally.count(finding)
    writer.add(finding)
    collector = Collector()
    collector.add(finding)
    writer.close(tally, scan, collector.overview(facts_of(tally, scan)))
    return stream.getvalue()


def spoiled(finding: Finding, scan: ScanReport, text: str) -> tuple[Finding, ScanReport]:
    """Return a finding and a scan in which every text of a stranger is this one."""
    resource = replace(finding.resource, id=text, arn=text, tags={text: text})
    status = Status.INSUFFICIENT_DATA if text.startswith("a") else Status.NON_COMPLIANT
    finding = replace(
        finding, resource=resource, reason=text, title=text, remediation=text, account_name=text, status=status,
        settings={text: text}, unavailable=(Unavailable(None, text),),
    )  # fmt: skip
    return finding, replace(
        scan, account_name=text, incomplete=[text], accounts_excluded={"111122223333": text}, blocked=[text]
    )


@pytest.mark.parametrize("form", sorted(WRITERS))
@given(text=TEXTS | st.just(ODD))
@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_format_lets_a_control_character_through(form: str, finding: Finding, scan: ScanReport, text: str) -> None:
    shown = written(form, *spoiled(finding, scan, text))
    bad = {each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert bad - {"\n", "\t", "\u200c", "\u200d"} <= ({"\t"} if form == "csv" else set())
    shown.encode()


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_json_has_the_text_as_it_was(form: str, finding: Finding, scan: ScanReport) -> None:
    shown = written(form, *spoiled(finding, scan, ODD))
    read = json.loads(shown)
    found = read["findings"][0] if form == "json" else read
    assert found["resource"]["tags"] == {ODD: ODD}
    assert r"\u009b" in shown
    assert r"\u202e" in shown


def test_csv_says_what_stood_there(finding: Finding, scan: ScanReport) -> None:
    found, _ = spoiled(finding, scan, ODD)
    stream = io.StringIO(written("csv", found, scan), newline="")
    (row,) = csv.DictReader(stream)
    assert row["reason"] == r"a\x1b[2Jb\x07c\x00d\x9be\u202ef\u2028g\u2066h\x85i\ud800j\U000e0001k"
    assert json.loads(row["tags"]) == {ODD: ODD}


@pytest.mark.parametrize("text", ["\uff1d1+1", "\x00=1", "\ufeff=1"])
def test_no_cell_is_computed_for_what_stands_before_its_sign(finding: Finding, scan: ScanReport, text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(written("csv", replace(finding, reason=text), scan), newline=""))
    assert row["reason"].startswith(("'", "\\"))
