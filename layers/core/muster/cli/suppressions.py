"""The suppressions of a scan on one machine: which have expired, and which accept no failure that it found."""

from collections import Counter
from collections.abc import Iterator

from muster.alerts.acceptances import Matches, accepted
from muster.cli.job import Options
from muster.configuration import Configuration, SuppressionRule
from muster.configuration.suppression import Suppressions, expired, is_expired
from muster.model.arn import Arn
from muster.model.finding import GLOBAL, Finding, Status
from muster.model.text import counted, shortened
from muster.reports.overview import Accepted as Shown
from muster.reports.report import ScanReport
from muster.reports.tally import UNREAD, ReportTally

LINES = 12
"""How many suppressions are named."""


class Accepted:
    """Counts the failures of each suppression as findings pass, expired suppressions included."""

    def __init__(self, configuration: Configuration, report: ScanReport) -> None:
        """Judge the expiry as of the day that the scan began."""
        self._rules = configuration.suppressions
        self._today = report.started_at.date()
        self._suppressions = Suppressions(self._rules, self._today)
        self._counts: Counter[str] = Counter()

    def count(self, finding: Finding) -> None:
        """Count one finding."""
        if finding.status is Status.NON_COMPLIANT:
            rule = self._suppressions.rule_for(finding.check_id, finding.resource)
            if rule is not None:
                self._counts[rule.key] += 1

    def notes(self, options: Options, configured: bool, report: ScanReport, tally: ReportTally) -> Iterator[str]:
        """Yield the lines to print; `configured` says that the regions of the scan are those of the configuration."""
        if over := expired(self._rules, self._today):
            checks = ", ".join(sorted({rule.check for rule in over}))
            again = sum(self._counts[rule.key] for rule in over)
            have = "has" if len(over) == 1 else "have"
            failures = f"; {counted(again, 'failure')} reported again" if again else ""
            yield f"{counted(len(over), 'suppression')} in the configuration {have} expired: {checks}{failures}"
        whole = configured and not (options.accounts or options.regions or options.exclude_regions)
        stale = [
            rule
            for rule in self._rules
            if not is_expired(rule, self._today)
            and not self._counts[rule.key]
            and self._judged(rule, options, report, tally)
            and (whole or _within(rule, report))
        ]
        if stale:
            accept = "accepts" if len(stale) == 1 else "accept"
            yield f"{counted(len(stale), 'suppression')} in the configuration {accept} no failure of this scan:"
            for rule in stale[:LINES]:
                yield f"  {rule.check} on {shortened(rule.where)}, owner {shortened(rule.suppression.owner)}"
            if len(stale) > LINES:
                yield f"  … and {len(stale) - LINES} more"

    def shown(self, options: Options, report: ScanReport, tally: ReportTally, warn_days: int) -> tuple[Shown, ...]:
        """Return all suppressions as a report shows them."""
        judged = {
            rule.check for rule in self._rules if self._judged(rule, options, report, tally) and _within(rule, report)
        }
        return accepted(self._rules, self._today, warn_days, Matches(counts=self._counts, judged=judged))

    @staticmethod
    def _judged(rule: SuppressionRule, options: Options, report: ScanReport, tally: ReportTally) -> bool:
        """Whether the scan saw every resource of the check, and has every answer; a pack may be of some types only."""
        seen = rule.check in report.checks and report.complete and not (report.narrowed or options.packs)
        return seen and not tally.counts.by_check().get(rule.check, Counter())[UNREAD]


def _within(rule: SuppressionRule, report: ScanReport) -> bool:
    """Whether all that an entry can name lies in the accounts and regions of the scan."""
    arn = Arn.parse(rule.resource or "")
    if arn is None or {"*", "?"} & {*arn.region, *arn.account}:
        return False
    return arn.region in ("", GLOBAL, *report.regions) and arn.account in ("", *report.accounts)
