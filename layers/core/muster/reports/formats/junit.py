"""JUnit XML, which CI servers show as tests: a check is a test case, and its failing resources are the failure.

Jenkins and GitLab read it: https://github.com/jenkinsci/xunit-plugin (junit-10.xsd) and
https://docs.gitlab.com/ci/testing/unit_test_reports/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from muster.model.check import Check
from muster.model.finding import Finding, Severity
from muster.model.json_values import timestamp
from muster.model.text import counted, escaped
from muster.reports.nouns import noun, shown_name
from muster.reports.overview import Overview
from muster.reports.remedy import steps
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.reports.wording import FAILING, PASSING, SUPPRESSED, UNREAD, owner_of, status_name

MOST = 100
"""Resources that a test case names at most; it says how many more there are."""
_INCOMPLETE = "scan"
"""The class of the test case that says whether the scan is complete."""


@dataclass(slots=True)
class _Case:
    """The findings of one check: how many of each status, and lines for the first MOST that fail or are unread."""

    title: str
    severity: Severity
    service: str
    fix: str
    counts: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)


class JunitWriter:
    """Holds at most MOST lines a check while the scan runs, and writes everything at the end."""

    def __init__(self, stream: TextIO, checks: Mapping[str, Check], owner_tag: str = "Owner") -> None:
        """Write to a stream of text; a check of `checks` without any finding is a skipped test case."""
        self._stream, self._checks, self._owner_tag = stream, checks, owner_tag
        self._cases: dict[str, _Case] = {}

    def add(self, finding: Finding) -> None:
        """Take one finding."""
        case = self._cases.get(finding.check_id)
        if case is None:
            check = self._checks.get(finding.check_id)
            fix = check.fix if check else finding.remediation if finding.values is not None else ""
            case = _Case(finding.title, finding.severity, finding.service, fix)
            self._cases[finding.check_id] = case
        name = status_name(finding)
        case.counts[name] = case.counts.get(name, 0) + 1
        lines = case.lines.setdefault(name, [])
        if name in (FAILING, UNREAD) and len(lines) < MOST:
            lines.append(_line(finding, owner_of(finding, self._owner_tag)))

    def close(self, _tally: ReportTally, scan: ScanReport, _overview: Overview) -> None:
        """Write the test suites, one for each service, and one for the scan itself."""
        suites = {_INCOMPLETE: [_scan_case(scan)]}
        for check_id in sorted({*self._cases, *self._checks}):
            case = self._cases.get(check_id)
            service = case.service if case else check_id.partition("-")[0]
            suites.setdefault(service, []).append(_test_case(check_id, service, case))
        seconds = (scan.finished_at - scan.started_at).total_seconds() if scan.finished_at else 0.0
        everything = [text for cases in suites.values() for text in cases]
        write = self._stream.write
        write('<?xml version="1.0" encoding="UTF-8"?>\n')
        write(f'<testsuites name="Muster" {_counts(everything, schema=False)} time="{seconds:.3f}">\n')
        for service, cases in suites.items():
            name, at = quoteattr(f"muster.{_text(service)}"), timestamp(scan.started_at).removesuffix("Z")
            write(f'<testsuite name={name} {_counts(cases)} time="0" timestamp="{at}">\n')
            for case_text in cases:
                write(case_text)
            write("</testsuite>\n")
        write("</testsuites>\n")


def _line(finding: Finding, owner: str) -> str:
    one = finding.resource
    account = f"{finding.account_name} ({one.account_id})" if finding.account_name else one.account_id
    owned = f", owner {owner}" if owner else ""
    variant = f" ({finding.variant})" if finding.variant else ""
    name = shown_name(one.type, one.id)
    return _text(f"{noun(one.type)} {name}, {account}, {one.region}{owned}: {finding.reason}{variant}")


def _test_case(check_id: str, service: str, case: _Case | None) -> str:
    named = f'<testcase classname={quoteattr(f"muster.{_text(service)}")} name={quoteattr(_text(check_id))} time="0">'
    return f"{named}{''.join(_results(case))}</testcase>\n"


def _results(case: _Case | None) -> Iterator[str]:
    if case is None:
        yield '<skipped message="no resource that the check applies to"/>'
        return
    counts = case.counts
    if failing := counts.get(FAILING, 0):
        message = f"{case.severity}: {counted(failing, 'resource')} failing: {_text(case.title)}"
        body = [*_listed(case, FAILING), *_fix(case.fix), *_also_unread(case)]
        kind = quoteattr(case.severity.value)
        yield f"\n<failure type={kind} message={quoteattr(message)}>{escape(chr(10).join(body))}</failure>\n"
    elif unread := counts.get(UNREAD, 0):
        body = [*_listed(case, UNREAD)]
        message = f"{counted(unread, 'finding')} not evaluated"
        yield f"\n<skipped message={quoteattr(message)}>{escape(chr(10).join(body))}</skipped>\n"
    elif not counts.get(PASSING) and not counts.get(SUPPRESSED):
        yield '<skipped message="not applicable to any resource"/>'
    if accepted := counts.get(SUPPRESSED, 0):
        yield f"<system-out>{counted(accepted, 'failure')} suppressed</system-out>"


def _listed(case: _Case, name: str) -> Iterator[str]:
    yield from case.lines[name]
    if (more := case.counts[name] - len(case.lines[name])) > 0:
        yield f"… and {more:,} more: another format, such as csv, names all"


def _fix(fix: str) -> Iterator[str]:
    if fix:
        yield "Fix:"
        yield from (_text(step.text) for step in steps(fix))


def _also_unread(case: _Case) -> Iterator[str]:
    if case.counts.get(UNREAD):
        yield "Not evaluated:"
        yield from _listed(case, UNREAD)


def _scan_case(scan: ScanReport) -> str:
    """Return the test case of the scan itself; an error where it is incomplete."""
    named = f'<testcase classname="muster.{_INCOMPLETE}" name="the scan is complete" time="0">'
    if scan.complete:
        return f"{named}</testcase>\n"
    shown = [_text(reason) for reason in scan.incomplete[:MOST]]
    if len(scan.incomplete) > MOST:
        shown.append(f"… and {len(scan.incomplete) - MOST:,} more reasons")
    error = f'<error type="incomplete" message="the scan is incomplete">{escape(chr(10).join(shown))}</error>'
    return f"{named}\n{error}\n</testcase>\n"


def _counts(cases: list[str], *, schema: bool = True) -> str:
    """Return the attributes that count test cases; the outermost element has no count of skipped ones by the schema."""
    found = {
        "tests": len(cases),
        "failures": sum("<failure " in case for case in cases),
        "errors": sum("<error " in case for case in cases),
        **({"skipped": sum("<skipped " in case for case in cases)} if schema else {}),
    }
    return " ".join(f'{name}="{number}"' for name, number in found.items())


def _text(text: str) -> str:
    """Return a text on one line of characters that XML 1.0 may hold; others are written as escapes."""
    return escaped(text)
