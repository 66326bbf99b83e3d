"""One SARIF 2.1.0 log for code scanning: the failing findings, worst first, and the checks as rules."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from muster import __version__
from muster.model.check import Check
from muster.model.finding import Finding, Status
from muster.model.json_values import timestamp
from muster.model.text import counted, json_text
from muster.reports.exchange.sarif import RuleTexts, result, rule
from muster.reports.formats.spool import Spool
from muster.reports.overview import Overview
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LIMIT = 25_000
"""Results, and rules, that GitHub takes at most of a run; it refuses a file with more."""
_SUPPRESSED = 1
"""The rank after every severity."""


class SarifWriter:
    """Keeps failing and suppressed findings in a spool, and writes the worst LIMIT of them when the scan ends."""

    def __init__(self, stream: TextIO, checks: Mapping[str, Check], owner_tag: str = "Owner") -> None:
        """Write to a stream of text; `checks` become rules, so that a result which is gone is closed."""
        self._stream, self._owner_tag = stream, owner_tag
        self._rules = {check_id: RuleTexts.of_check(check) for check_id, check in checks.items()}
        self._seen: set[str] = set()
        self._spool, self._count = Spool(), 0

    def add(self, finding: Finding) -> None:
        """Take one finding; only failures become results, suppressed ones with the suppression."""
        if finding.status is not Status.NON_COMPLIANT:
            return
        known = self._rules.get(finding.check_id)
        if known is None or (not known.docs_url and finding.docs_url):
            texts = RuleTexts.of_finding(finding)
            self._rules[finding.check_id] = texts if known is None else _with_address(known, finding.docs_url)
        self._seen.add(finding.check_id)
        self._count += 1
        rank = _SUPPRESSED if finding.suppression else -finding.severity.rank
        self._spool.of(rank).write(json_text(result(finding, self._owner_tag)) + "\n")

    def close(self, _tally: ReportTally, scan: ScanReport, overview: Overview) -> None:
        """Write the log."""
        account = scan.account_id or "unknown"
        self._stream.write(f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n"results": [\n')
        for place, line in enumerate(itertools.islice(self._spool.lines(), LIMIT)):
            self._stream.write((",\n" if place else "") + line.rstrip("\n"))
        rest = {
            "tool": {"driver": self._driver()},
            "automationDetails": {"id": f"muster/{account}/{scan.scan_id}"},
            "invocations": [self._invocation(scan, overview)],
            "columnKind": "unicodeCodePoints",
        }
        lines = ",\n".join(f'"{name}": {json_text(part)}' for name, part in rest.items())
        self._stream.write(f"\n],\n{lines}\n}}]}}\n")

    def _driver(self) -> dict[str, Any]:
        ordered = sorted(self._rules, key=lambda check_id: (check_id not in self._seen, check_id))
        return {
            "name": "Muster",
            "semanticVersion": __version__,
            "rules": [rule(check_id, self._rules[check_id]) for check_id in ordered[:LIMIT]],
        }

    def _invocation(self, scan: ScanReport, overview: Overview) -> dict[str, Any]:
        notes = [_note("error", f"The scan is incomplete: {reason}") for reason in scan.incomplete]
        notes += [_note("warning", text) for text in _unread(overview)]
        if (left := self._count - LIMIT) > 0:
            text = f"{counted(left, 'result')} are left out: GitHub takes {LIMIT:,} at most. The worst are here."
            notes.append(_note("warning", text))
        return {
            "executionSuccessful": scan.complete,
            "startTimeUtc": timestamp(scan.started_at),
            **({"endTimeUtc": timestamp(scan.finished_at)} if scan.finished_at else {}),
            "toolExecutionNotifications": notes,
        }


def _with_address(texts: RuleTexts, docs_url: str) -> RuleTexts:
    return RuleTexts(texts.title, texts.severity, texts.why, texts.fix, docs_url, texts.controls)


def _note(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": text.replace("](", "]\\(")}}


def _unread(overview: Overview) -> Iterable[str]:
    """Yield what was not evaluated, with the permission that would help."""
    for gap in overview.facts.unread:
        needs = f"{gap.permission}: " if gap.permission else ""
        yield f"{counted(gap.findings, 'finding')} not evaluated: {needs}{gap.reason}"
