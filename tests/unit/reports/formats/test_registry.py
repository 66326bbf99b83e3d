"""The registry: a file's extension names its format, and every format writes."""

import io
from dataclasses import replace
from pathlib import PurePath

import pytest

from muster.cli.formats import FORMATS, format_of, require_fit
from muster.model.finding import Finding, Status, Suppression
from muster.reports.formats import Context
from muster.reports.overview import MOST
from muster.reports.wording import STATUS_NAMES, status_name

EXTENSIONS = [
    ("report.txt", "table"),
    ("scan.log", "table"),
    ("findings.json", "json"),
    ("findings.ndjson", "ndjson"),
    ("findings.jsonl", "ndjson"),
    ("findings.csv", "csv"),
    ("findings.ocsf.json", "ocsf"),
    ("findings.asff.json", "asff"),
    ("findings.sarif", "sarif"),
    ("findings.sarif.json", "sarif"),
    ("findings.junit.xml", "junit"),
    ("findings.xml", "junit"),
    ("findings.parquet", "parquet"),
    ("report.html", "html"),
    ("summary.md", "markdown"),
    ("report.htm", "html"),
]


@pytest.mark.parametrize(("name", "form"), EXTENSIONS)
def test_an_extension_stands_for_a_format(name: str, form: str) -> None:
    assert format_of(PurePath("out", name)) == form
    assert format_of(PurePath("out", name.upper())) == form


def test_every_extension_of_every_format_is_its_own() -> None:
    stands_for = {ext: each.name for each in FORMATS.values() for ext in each.extensions}
    assert {ext: format_of(PurePath(f"x{ext}")) for ext in stands_for} == stands_for
    assert len(stands_for) == sum(len(each.extensions) for each in FORMATS.values())


@pytest.mark.parametrize(
    ("name", "problem"), [("report.pdf", "no format has the extension '.pdf'"), ("report", "'report' has no extension")]
)
def test_an_unknown_extension_is_an_error_that_lists_the_known_ones(name: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        format_of(PurePath(name))
    assert all(extension in str(caught.value) for each in FORMATS.values() for extension in each.extensions)
    assert "--format" in str(caught.value)


@pytest.mark.parametrize(("form", "name"), [("csv", "x.csv"), ("ndjson", "x.json"), ("table", "x"), ("csv", "x.dat")])
def test_a_named_format_may_go_to_its_own_and_to_unknown_extensions(form: str, name: str) -> None:
    require_fit(form, PurePath(name))


@pytest.mark.parametrize(("form", "name"), [("csv", "x.json"), ("json", "x.ndjson"), ("table", "x.csv")])
def test_a_named_format_may_not_go_to_a_file_of_another(form: str, name: str) -> None:
    with pytest.raises(ValueError, match=f"the extension of {name} stands for"):
        require_fit(form, PurePath(name))


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_every_format_makes_a_writer_and_is_described(form: object) -> None:
    writer = form.make(io.BytesIO() if form.binary else io.StringIO(), Context("20270304T050607Z-00000000"))
    assert callable(writer.add)
    assert callable(writer.close)
    assert form.extensions
    assert form.description[0].islower()
    assert not form.description.endswith(".")


def test_only_reports_for_people_keep_findings_in_memory() -> None:
    assert {each.name: each.shows for each in FORMATS.values() if each.shows} == {
        "table": 10_000,
        "html": MOST,
        "markdown": 5_000,
    }


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "failing"),
        ({"status": Status.COMPLIANT}, "passing"),
        ({"status": Status.NOT_APPLICABLE}, "not-applicable"),
        ({"status": Status.INSUFFICIENT_DATA}, "unread"),
        ({"suppression": Suppression("known", "web", "2027-12-31")}, "suppressed"),
    ],
)
def test_each_status_has_a_word(finding: Finding, changes: dict[str, object], name: str) -> None:
    assert status_name(replace(finding, **changes)) == name
    assert name in STATUS_NAMES
