"""The table: worst first, bounded, and folded only for a terminal."""

import io
from collections.abc import Iterable
from dataclasses import replace

from muster.model.finding import Finding, Severity, Status, Suppression, Unavailable
from muster.reports.formats.table import LINES, ROWS, TableWriter
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from tests.examples import overview


def _text(findings: Iterable[Finding], scan: ScanReport, **how: object) -> str:
    stream, tally = io.StringIO(), ReportTally()
    writer = TableWriter(stream, **how)  # type: ignore[arg-type]
    for each in findings:
        tally.count(each)
        writer.add(each)
    writer.close(tally, scan, overview(scan))
    return stream.getvalue()


def _named(finding: Finding, name: str) -> Finding:
    return replace(finding, resource=replace(finding.resource, id=name, arn=f"arn:aws:s3:::{name}"))


def test_a_failure_is_told_with_check_resource_reason_and_fix(finding: Finding, scan: ScanReport) -> None:
    assert _text([finding], scan).splitlines() == [
        "MEDIUM  s3-bucket-versioning-enabled  1 fail",
        "  S3 buckets should have versioning enabled.",
        "  eu-west-1  photos  the bucket was never versioned",
        "  Fix: Turn it on.",
        "",
        "1 resource and 1 check in 1 region of account 111122223333 (shop), 2.5 s",
        "0 pass · 1 fail · 0 skip · 0 unread · 0 suppressed   failing: 1 MEDIUM",
    ]


def test_of_several_accounts_each_row_names_its_own(finding: Finding, scan: ScanReport) -> None:
    other = replace(finding, resource=replace(finding.resource, account_id="123456789012"))
    lines = _text([other, finding], replace(scan, accounts=["111122223333", "123456789012"])).splitlines()
    assert lines[2:4] == [
        "  111122223333 eu-west-1  photos  the bucket was never versioned",
        "  123456789012 eu-west-1  photos  the bucket was never versioned",
    ]


def test_on_a_narrow_terminal_a_title_stays_under_its_check(finding: Finding, scan: ScanReport) -> None:
    lines = _text([finding], scan, terminal=False, width=40).splitlines()
    assert [line.rstrip() for line in lines[2:4]] == ["  S3 buckets should have versioning", "  enabled."]


def test_the_worst_comes_first(finding: Finding, scan: ScanReport) -> None:
    worse = replace(finding, check_id="z-is-critical", severity=Severity.CRITICAL)
    text = _text([finding, worse], scan)
    assert text.index("z-is-critical") < text.index("s3-bucket-versioning-enabled")


def test_a_check_shows_a_few_rows_in_order_and_counts_the_rest(finding: Finding, scan: ScanReport) -> None:
    names = [f"b-{number:04d}" for number in range(5 * ROWS + 3)]
    text = _text([_named(finding, name) for name in reversed(names)], scan)
    assert [name for name in names if name in text] == names[:ROWS]
    assert f"… and {4 * ROWS + 3} more" in text
    assert f"{4 * ROWS + 3} more failing findings are not shown: --format csv, json or ndjson" in text


def test_memory_holds_a_few_rows_a_check(finding: Finding) -> None:
    writer = TableWriter(io.StringIO())
    for number in range(1000):
        writer.add(_named(finding, f"b-{number}"))
        assert sum(len(group.rows) for group in writer._groups.values()) <= 2 * ROWS


def test_what_passes_or_is_accepted_is_counted_only(finding: Finding, scan: ScanReport) -> None:
    accepted = replace(finding, suppression=Suppression("known", "web", "2027-12-31"))
    text = _text([accepted, replace(finding, status=Status.COMPLIANT)], scan)
    assert text.startswith("Nothing fails.\n")
    assert "photos" not in text
    assert "1 pass · 0 fail · 0 skip · 0 unread · 1 suppressed" in text


def test_nothing_to_judge_is_not_told_as_a_success(scan: ScanReport) -> None:
    assert _text([], scan).startswith("There is nothing to judge")


def test_what_could_not_be_read_names_the_permission(finding: Finding, scan: ScanReport) -> None:
    gap = Unavailable("s3:GetBucketVersioning", "access denied (AccessDenied)")
    text = _text([replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,))], scan)
    assert text.startswith("Nothing could be read.\n")
    assert "s3:GetBucketVersioning  access denied (AccessDenied): photos  s3-bucket-versioning-enabled" in text
    assert "muster iam-policy" in text


def test_an_incomplete_scan_says_why(finding: Finding, scan: ScanReport) -> None:
    scan.incomplete.extend(f"reason {number}" for number in range(LINES + 2))
    text = _text([finding], scan)
    assert "The scan is INCOMPLETE\n  reason 0\n" in text
    assert "… and 2 more reasons" in text


def test_a_pipe_gets_no_colours_and_long_lines(finding: Finding, scan: ScanReport) -> None:
    text = _text([replace(finding, reason="word " * 100 + "end")], scan)
    assert "\x1b" not in text
    assert "word end" in text.splitlines()[2]


def test_a_terminal_gets_colours_and_folded_lines(finding: Finding, scan: ScanReport) -> None:
    text = _text([replace(finding, reason="word " * 100 + "end")], scan, terminal=True, width=80)
    assert "\x1b[" in text
    assert sum("word" in line for line in text.splitlines()) > 5


def test_markup_and_control_characters_of_names_are_only_text(finding: Finding, scan: ScanReport) -> None:
    text = _text([replace(finding, reason="[red]x[/red] \x1b[2J\x07")], scan, terminal=True, width=200)
    assert "[red]x[/red]" in text
    assert "\x1b[2J" not in text
    assert "\x07" not in text


def test_what_was_read_and_what_was_not_are_told_apart(finding: Finding, scan: ScanReport) -> None:
    gap = Unavailable("s3:GetBucketVersioning", "access denied (AccessDenied)")
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,))
    assert _text([unread, replace(finding, status=Status.COMPLIANT)], scan).startswith("Nothing that could be read fa")


def _unread(finding: Finding, reason: str, names: Iterable[str]) -> list[Finding]:
    gap = Unavailable("s3:GetBucketVersioning", reason)
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,))
    return [_named(unread, name) for name in names]


def test_dots_stand_behind_the_examples_where_more_resources_are_unread(finding: Finding, scan: ScanReport) -> None:
    assert "denied: b-0, b-1, b-2  s3-" in _text(_unread(finding, "denied", ["b-0", "b-1", "b-2"]), scan)
    assert "denied: b-0, b-1, b-2 …  s3-" in _text(_unread(finding, "denied", ["b-0", "b-1", "b-2", "b-3"]), scan)


def test_as_many_reasons_are_shown_as_fit_and_the_rest_is_counted(finding: Finding, scan: ScanReport) -> None:
    each = [_unread(finding, f"reason {number:02d}", ["b"])[0] for number in range(LINES + 2)]
    exactly, more = _text(each[:LINES], scan), _text(each, scan)
    assert "more reason" not in exactly
    assert f"reason {LINES - 1:02d}: b" in exactly
    assert "… and 2 more reasons" in more
    assert f"reason {LINES:02d}" not in more


def test_the_predicted_number_of_calls_is_only_for_those_who_ask(finding: Finding, scan: ScanReport) -> None:
    scan.calls_forecast = 232
    assert "predicted" not in _text([finding], scan)
    assert "predicted" in _text([finding], scan, verbose=True)
