"""The table: failures by resource, worst first, in the columns of a terminal or whole in a pipe; then what to do."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from muster.model.finding import Finding, Severity, Status, Suppression, Unavailable
from muster.reports.formats.table import TableWriter
from muster.reports.overview import Changes, CheckTexts, Collector, News, facts_of
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.reports.terminal.closing import Ending, closing
from muster.reports.terminal.layout import View, written
from muster.reports.terminal.listing import FOLDED, runs
from muster.reports.terminal.missing import LINES

WORDS = "word " * 40 + "end"
PROBLEM = {"s3-bucket-versioning-enabled": CheckTexts(problem="versioning is off")}


def _text(  # noqa: PLR0913 - each is one choice
    findings: Iterable[Finding],
    scan: ScanReport,
    view: View | None = None,
    *,
    changes: Changes | None = None,
    texts: Mapping[str, CheckTexts] | None = None,
    verbose: bool = False,
) -> str:
    stream, tally, collector = io.StringIO(), ReportTally(), Collector()
    writer = TableWriter(stream, view, verbose=verbose)
    for each in findings:
        tally.count(each)
        writer.add(each)
        collector.add(each)
    writer.close(tally, scan, collector.overview(facts_of(tally, scan), changes, texts=texts))
    return stream.getvalue()


def _named(finding: Finding, name: str, **changes: object) -> Finding:
    resource = replace(finding.resource, id=name, arn=f"arn:aws:s3:::{name}")
    return replace(finding, resource=resource, finding_id=f"{name}{changes}", **changes)  # type: ignore[arg-type]


def test_a_failure_has_its_resource_owner_severity_reason_and_check(finding: Finding, scan: ScanReport) -> None:
    assert _text([finding], scan).splitlines() == [
        "photos  S3 bucket, eu-west-1, web",
        "  MEDIUM    the bucket was never versioned  s3-bucket-versioning-enabled",
        "",
        "─" * 78,
        "1 failure on 1 resource: 1 MEDIUM",
        "shop, 1 region, 2 s",
        "",
        "Start here",
        " 1 MEDIUM    photos  S3 bucket  the bucket was never versioned  web",
    ]


def test_failures_of_a_resource_stand_together_and_the_worst_resource_is_first(
    finding: Finding, scan: ScanReport
) -> None:
    low = _named(finding, "b", severity=Severity.LOW)
    worst = _named(finding, "c", severity=Severity.CRITICAL, check_id="z-is-critical")
    also = _named(finding, "c", severity=Severity.LOW, check_id="y-is-low")
    lines = _text([low, worst, also], scan).splitlines()
    assert [line.split()[0] for line in lines[:7] if line] == ["c", "CRITICAL", "LOW", "b", "LOW"]


def test_of_several_accounts_each_resource_names_its_own(finding: Finding, scan: ScanReport) -> None:
    other = replace(finding, resource=replace(finding.resource, account_id="123456789012"), account_name="")
    text = _text([other, finding], replace(scan, accounts=["111122223333", "123456789012"]))
    assert "photos  S3 bucket, shop eu-west-1, web\n" in text
    assert "photos  S3 bucket, 123456789012 eu-west-1, web\n" in text
    assert " 1 MEDIUM    photos  S3 bucket  shop          the bucket" in text
    assert "2 accounts, 1 region" in text


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        pytest.param({"Owner": "web"}, "eu-west-1, web", id="an owner"),
        pytest.param({}, "eu-west-1, no owner", id="none"),
        pytest.param(None, "eu-west-1", id="its tags were not read"),
    ],
)
def test_the_owner_is_told_where_the_tags_were_read(
    finding: Finding, scan: ScanReport, tags: dict[str, str] | None, said: str
) -> None:
    text = _text([replace(finding, resource=replace(finding.resource, tags=tags))], scan)
    assert text.startswith(f"photos  S3 bucket, {said}\n")


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(finding: Finding, scan: ScanReport, width: int) -> None:
    many = [_named(finding, f"a-long-name-of-a-bucket-{number}-" + "x" * number, reason=WORDS) for number in range(8)]
    wide = _named(finding, "圧縮" * 12, reason="漢字" * 60)
    text = _text([*many, wide], scan, View(width=width))
    assert max(cell_len(line) for line in text.splitlines()) <= width
    listing = text.partition("─")[0]
    assert listing.count("word") == 8 * 40
    assert listing.count("漢") == 60
    assert all(each.resource.id in listing for each in many)


def test_a_pipe_gets_each_failure_whole_on_one_line_and_no_colours(finding: Finding, scan: ScanReport) -> None:
    text = _text([replace(finding, reason=WORDS)], scan)
    assert "\x1b" not in text
    assert f"  MEDIUM    {WORDS}  s3-bucket-versioning-enabled" in text.splitlines()
    assert f"photos  S3 bucket  {WORDS}  web" in text


def test_many_equal_failures_are_one_block_with_all_names(finding: Finding, scan: ScanReport) -> None:
    found = [_named(finding, f"b-{number}") for number in range(FOLDED)]
    lines = _text(found, scan, View(width=80)).splitlines()
    assert lines[:3] == [
        f"S3 buckets should have versioning enabled  {FOLDED} S3 buckets",
        " " * 52 + "s3-bucket-versioning-enabled",
        f"  MEDIUM    b-0 … b-{FOLDED - 1}",
    ]
    fewer = _text(found[1:], scan, View(width=80))
    assert "b-3  S3 bucket, eu-west-1, web\n" in fewer


def test_a_pipe_gets_a_line_for_each_resource_of_a_block(finding: Finding, scan: ScanReport) -> None:
    found = [_named(finding, f"b-{number}", reason=f"reason {number}") for number in range(FOLDED)]
    text = _text(found, scan)
    assert "  MEDIUM    b-3  S3 bucket, eu-west-1, web  reason 3\n" in text


def test_a_block_stands_where_its_severity_belongs(finding: Finding, scan: ScanReport) -> None:
    found = [_named(finding, f"b-{number}") for number in range(FOLDED)]
    critical = _named(finding, "c", severity=Severity.CRITICAL, check_id="z")
    low = _named(finding, "l", severity=Severity.LOW, check_id="y")
    text = _text([low, *found, critical], scan)
    assert text.index("c  S3 bucket") < text.index("S3 buckets should") < text.index("l  S3 bucket")


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["web-1", "web-2", "web-3"], ["web-1 … web-3"]),
        (["web-10", "web-9", "web-8"], ["web-8 … web-10"]),
        (["web-1", "web-2"], ["web-1", "web-2"]),
        (["a-1", "b-2", "c-3"], ["a-1", "b-2", "c-3"]),
        (["web-1", "web-3", "web-5"], ["web-1", "web-3", "web-5"]),
        (["1", "2", "3"], ["1", "2", "3"]),
        (["same", "same"], ["same"]),
    ],
)
def test_consecutive_names_are_a_range(names: list[str], shown: list[str]) -> None:
    assert runs(names) == shown


def test_the_n_worst_resources_only(finding: Finding, scan: ScanReport) -> None:
    found = [_named(finding, f"b-{number:02d}") for number in range(12)]
    text = _text(found, scan, View(top=2))
    assert [name for name in (each.resource.id for each in found) if name in text] == ["b-00", "b-01"]
    assert "10 more resources not shown (--top 2).\n" in text
    assert "12 failures on 12 resources" in text


ACCEPTED = Suppression("known", "web", "2027-12-31")
DENIED = Unavailable("s3:GetBucketVersioning", "access denied (AccessDenied)")


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("suppressed", "Suppressed until 2027-12-31: the reason"),
        ("passing", "Passes: the reason"),
        ("not-applicable", "Not applicable: the reason"),
        ("unread", "Not evaluated: the reason"),
    ],
)
def test_the_statuses_that_are_asked_for_are_listed(finding: Finding, scan: ScanReport, status: str, line: str) -> None:
    found = [
        _named(finding, "failing"),
        _named(finding, "a", suppression=ACCEPTED, reason="the reason"),
        _named(finding, "b", status=Status.COMPLIANT, reason="the reason"),
        _named(finding, "c", status=Status.NOT_APPLICABLE, reason="the reason"),
        _named(finding, "d", status=Status.INSUFFICIENT_DATA, unavailable=(DENIED,), reason="the reason"),
    ]
    listing = _text(found, scan, View(statuses=frozenset({status}))).partition("─")[0]
    assert line in listing
    assert "failing" not in listing
    assert listing.count("the reason") == 1


def test_fixes_stand_under_their_failures_for_those_who_want_them(finding: Finding, scan: ScanReport) -> None:
    assert "Turn it on." not in _text([finding], scan)
    assert "\n            Turn it on.\n" in _text([finding], scan, View(fixes=True))


def test_the_controls_of_a_framework_stand_beside_the_check(finding: Finding, scan: ScanReport) -> None:
    view = View(controls={finding.check_id: "2.1.4"})
    assert "versioned  2.1.4  s3-bucket-versioning-enabled\n" in _text([finding], scan, view)


def test_what_passes_or_is_accepted_is_counted_only(finding: Finding, scan: ScanReport) -> None:
    found = [_named(finding, "a", suppression=ACCEPTED), _named(finding, "b", status=Status.COMPLIANT)]
    text = _text(found, scan)
    assert text.splitlines()[1:] == ["No failures. 1 check passed on 2 resources.", "1 suppressed  shop, 1 region, 2 s"]


def test_nothing_to_evaluate_is_no_success(scan: ScanReport) -> None:
    assert "No matching resources: nothing was evaluated.\n" in _text([], scan)


def test_what_could_not_be_read_names_the_permission(finding: Finding, scan: ScanReport) -> None:
    text = _text([replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(DENIED,))], scan)
    assert "s3:GetBucketVersioning  access denied (AccessDenied): photos  s3-bucket-versioning-enabled\n" in text
    assert "No results: nothing could be read.\n" in text
    assert "Nothing was evaluated, so this says nothing about your accounts.\n" in text
    assert "1 not evaluated: s3:GetBucketVersioning is missing  muster iam-policy\n" in text


def test_no_failures_in_what_could_be_read(finding: Finding, scan: ScanReport) -> None:
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(DENIED,))
    text = _text([unread, _named(finding, "b", status=Status.COMPLIANT)], scan)
    assert "No failures in what could be read. 1 check passed on 2 resources.\n" in text


def _unread(finding: Finding, reason: str, names: Iterable[str]) -> list[Finding]:
    gap = Unavailable("s3:GetBucketVersioning", reason)
    return [_named(finding, name, status=Status.INSUFFICIENT_DATA, unavailable=(gap,)) for name in names]


def test_dots_stand_behind_the_examples_where_more_resources_are_unread(finding: Finding, scan: ScanReport) -> None:
    assert "denied: b-0, b-1, b-2  s3-" in _text(_unread(finding, "denied", ["b-0", "b-1", "b-2"]), scan)
    assert "denied: b-0, b-1, b-2 …  s3-" in _text(_unread(finding, "denied", ["b-0", "b-1", "b-2", "b-3"]), scan)


def test_a_terminal_shows_some_reasons_and_a_pipe_all(finding: Finding, scan: ScanReport) -> None:
    found = [_unread(finding, f"reason {number:02d}", ["b"])[0] for number in range(LINES + 2)]
    scan.incomplete.extend(f"part {number:02d}" for number in range(LINES + 2))
    screen, pipe = _text(found, scan, View(width=80)), _text(found, scan)
    assert screen.count("… and 2 more reasons") == 2
    assert f"reason {LINES:02d}" not in screen
    assert f"reason {LINES + 1:02d}" in pipe
    assert "The scan is INCOMPLETE\n  part 00\n  part 01\n" in pipe
    assert f"part {LINES + 1:02d}" in pipe


def test_a_terminal_gets_sixteen_colours(finding: Finding, scan: ScanReport) -> None:
    worst = _named(finding, "b", severity=Severity.CRITICAL)
    stream, tally, collector = io.StringIO(), ReportTally(), Collector()
    tally.count(worst)
    collector.add(worst)
    view = View(width=80)
    lines = closing(collector.overview(facts_of(tally, scan)), view, Ending(exit="Exit 1: one."))
    written(stream, lines, terminal=True)
    assert "\x1b[1;31mCRITICAL\x1b[0m" in stream.getvalue()
    assert "\x1b[38;" not in stream.getvalue()


def test_markup_and_control_characters_of_names_are_only_text(finding: Finding, scan: ScanReport) -> None:
    text = _text([replace(finding, reason="[red]x[/red] \x1b[2J\x07")], scan, View(width=200))
    assert "[red]x[/red]" in text
    assert "\x1b[2J" not in text
    assert "\x07" not in text


def test_the_predicted_number_of_calls_is_only_for_those_who_ask(finding: Finding, scan: ScanReport) -> None:
    scan.calls_forecast = 232
    assert "predicted" not in _text([finding], scan)
    assert "predicted" in _text([finding], scan, verbose=True)


def _changes(**news: News) -> Changes:
    counts = {word.value: list(news.values()).count(word) for word in News if word}
    at = datetime(2027, 3, 3, 6, tzinfo=UTC)
    return Changes(previous=at, news=news, counts={**counts, "fixed": 2, "deleted": 1})


def test_new_failures_are_marked_and_counted(finding: Finding, scan: ScanReport) -> None:
    found = [replace(finding, finding_id="a"), _named(finding, "old", severity=Severity.LOW)]
    text = _text(found, scan, View(width=80), changes=_changes(a=News.NEW))
    assert "  MEDIUM   NEW  the bucket was never versioned" in text
    assert "  LOW           the bucket was never versioned" in text
    assert " 1 MEDIUM   NEW  photos" in text
    assert "1 new, 3 gone since 03 Mar 06:00" in text


def test_a_narrow_terminal_has_the_problem_in_a_few_words(finding: Finding, scan: ScanReport) -> None:
    assert " 1 MEDIUM    photos  versioning is off  web\n" in _text([finding], scan, View(width=80), texts=PROBLEM)
    assert "photos  S3 bucket  the bucket was never versioned  web\n" in _text(
        [finding], scan, View(width=120), texts=PROBLEM
    )


def test_the_block_ends_with_reports_the_next_command_and_the_exit_status(finding: Finding, scan: ScanReport) -> None:
    tally, collector, stream = ReportTally(), Collector(), io.StringIO()
    tally.count(finding)
    collector.add(finding)
    ending = Ending(exit="Exit 1: 1 failure.", reports=("a.html", "b.csv"), details="muster explain x", off="3 off.")
    written(stream, closing(collector.overview(facts_of(tally, scan)), View(width=80), ending))
    assert stream.getvalue().splitlines()[-4:] == [
        "", "Report   a.html, b.csv", "Details  muster explain x", "Exit 1: 1 failure. 3 off.",
    ]  # fmt: skip
