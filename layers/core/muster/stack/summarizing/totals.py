"""The results of a scan's accounts, added up one by one. Pure.

Memory does not depend on the number of accounts, but for the names of incomplete shards and the sizes of shards.
"""

import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields

from muster.model.coverage import ALL, Coverage
from muster.reports.overview import Unread, unread_of
from muster.reports.schema import Record
from muster.reports.tally import STATUSES, Gaps
from muster.stack.documents.account import AccountResult
from muster.stack.documents.summary import ApiTotals, CheckTotals, IncompleteShard
from muster.stack.limits import REPORTED
from muster.stack.summarizing.accounts import LostAccount
from muster.stack.summarizing.bounds import NAMED
from muster.stack.summarizing.changes import Changes
from muster.stack.summarizing.sizes import ScannedSizes
from muster.stack.summarizing.worst import Worst, worst_findings, worst_first

_SHORT = 300
"""Characters of a text about a damaged object that the summary has."""
_API_COUNTS = tuple(field.name for field in fields(ApiTotals) if field.name != "api")
_COUNTS = operator.attrgetter(*STATUSES)
_COVERAGE = operator.attrgetter(*(field.name for field in fields(Coverage)))


class Totals:
    """Adds up the results of accounts for an attempt at a scan; nothing depends on their order.

    `names` are those of incomplete shards, `incomplete` has the first of them with the reasons. `coverage` has the
    rows of the ledger with the most that could not be read, of `coverage_rows` in all.
    """

    def __init__(self, severities: Mapping[str, str], planned: int, attempt: str) -> None:
        """Begin with the checks of the plan and the number of its shards, and nothing found."""
        self._severities, self._attempt = severities, attempt
        self._checks = {check_id: [0] * len(STATUSES) for check_id in severities}
        self._apis: dict[str, Counter[str]] = {}
        self._unknown = planned
        self._incomplete = self._lost = 0
        self._damaged, self._lost_changes = Worst[str](NAMED, str), Worst[str](NAMED, str)
        self.committed = self.blocked = self.scanned = self.failing = self.coverage_rows = 0
        self.names: list[str] = []
        self.incomplete = Worst(NAMED, _by_name)
        self.coverage = Worst(REPORTED, _least_read_first)
        self._findings = worst_findings(REPORTED)
        self.changes = Changes()
        self.sizes = ScannedSizes()
        self.suppressions: Counter[str] = Counter()
        self._gaps = Gaps()

    def add(self, result: AccountResult) -> None:
        """Add the result of an account."""
        self._unknown -= result.shards.planned
        self._incomplete += result.shards.incomplete
        self.committed += result.shards.committed
        self.blocked += result.blocked
        self.scanned += result.resources.scanned
        self.failing += result.resources.non_compliant
        self.coverage_rows += result.coverage_rows
        self._count(result)
        self._name(result.incomplete)
        self.coverage.add(result.coverage)
        self._findings.add(result.findings)
        self._damaged.add(text[:_SHORT] for text in result.damaged)
        self._lost_changes.add(changes.lost[:_SHORT] for changes in result.changes.values() if changes.lost)
        if self._attempt in result.changes:
            self.changes.add(result.changes[self._attempt])
        self.sizes.add(result)
        self.suppressions.update(result.suppressions)
        for gap in result.gaps:
            self._gaps.add(gap.permission, gap.reason, gap.findings, set(gap.checks), list(gap.examples))

    def lose(self, lost: LostAccount) -> None:
        """Name an account without a result; the shards that are in no result are taken to be of such accounts."""
        self._lost += 1
        self.coverage_rows += 1
        self._name([IncompleteShard(f"{lost.account_id}.{ALL}.{ALL}", lost.reason)])
        self.coverage.add([Coverage(lost.account_id, ALL, ALL, ALL, reason=lost.reason)])
        if lost.damaged:
            self._damaged.add([lost.reason[:_SHORT]])

    @property
    def incomplete_shards(self) -> int:
        """The number of shards that were not scanned to their end."""
        return self._incomplete + (max(self._unknown, self._lost) if self._lost else 0)

    @property
    def findings(self) -> tuple[Record, ...]:
        """The worst failing findings, the worst first; of one severity some of every check."""
        return worst_first(self._findings.items())

    @property
    def gaps(self) -> tuple[Unread, ...]:
        """What could not be read, what most findings miss first."""
        return unread_of(self._gaps)

    @property
    def damaged(self) -> tuple[str, ...]:
        """Why objects could not be read, some of them; those that only changes are missing for come last."""
        return (*self._damaged.items(), *self._lost_changes.items())

    @property
    def checks(self) -> tuple[CheckTotals, ...]:
        """The number of findings of each check by status."""
        return tuple(
            CheckTotals(check_id, self._severities[check_id], **dict(zip(STATUSES, counts, strict=True)))
            for check_id, counts in sorted(self._checks.items())
        )

    @property
    def apis(self) -> tuple[ApiTotals, ...]:
        """The ledger's totals by API: few rows whatever the number of accounts."""
        rows = sorted(self._apis.items())
        return tuple(ApiTotals(api, **{name: counts[name] for name in _API_COUNTS}) for api, counts in rows)

    def _name(self, shards: Iterable[IncompleteShard]) -> None:
        for shard in shards:
            self.names.append(shard.shard)
            self.incomplete.add([shard])

    def _count(self, result: AccountResult) -> None:
        for checks in result.checks.values():
            for row in checks:
                counts = self._checks[row.check_id]
                for place, number in enumerate(_COUNTS(row)):
                    counts[place] += number
        for api in result.apis:
            self._apis.setdefault(api.api, Counter()).update({name: getattr(api, name) for name in _API_COUNTS})


def _by_name(shard: IncompleteShard) -> tuple[str, str]:
    return shard.shard, shard.reason


def _least_read_first(row: Coverage) -> tuple[object, ...]:
    return (not row.reason, -row.denials - row.errors, *_COVERAGE(row))
