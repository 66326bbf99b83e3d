"""A scan in one process: the findings of its shards in one stream."""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from muster.errors import Throttled, Transient
from muster.library.options import ScanOptions
from muster.model.arn import Named
from muster.model.finding import Finding
from muster.model.shard import Shard
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.scanning.cache import RegionCache
from muster.scanning.calls import ScanContext
from muster.scanning.named_scan import NamedScan, Seen, merged
from muster.scanning.parallel import Begun, Ended, together
from muster.scanning.prepare import Origin, PreparedScan
from muster.scanning.scope import annotate
from muster.scanning.shard_scan import ShardScan
from muster.sdk.redaction import safe
from muster.sdk.retry import Retrier
from muster.sdk.session import ClientProvider
from muster.targets.clients import ClosedAccount

Step = Callable[[str, int, int], None]
"""Takes what is being scanned, how many shards are done, and how many findings there are."""


class Watcher(Protocol):
    """Follows a scan while it runs; `moved` is called as findings pass."""

    def begun(self, shard: Shard) -> None:
        """Take a shard whose scan begins."""
        ...

    def ended(self, shard: Shard) -> None:
        """Take a shard whose scan has ended."""
        ...

    def closed(self, account_id: str, reason: str) -> None:
        """Take an account that cannot be entered, once."""
        ...

    def moved(self) -> None:
        """Take note that something has changed."""
        ...


OptionsT = TypeVar("OptionsT", bound=ScanOptions)


@dataclass(slots=True)
class Job(Generic[OptionsT]):
    """A scan that is prepared: everything that could be refused was not."""

    options: OptionsT
    scan: PreparedScan
    origin: Origin
    report: ScanReport
    tally: ReportTally
    at: tuple[str, int] = ("", 0)
    """What is being scanned, and how many shards are done."""
    shared: RegionCache = field(default_factory=RegionCache)
    retrier: Retrier = field(default_factory=Retrier)
    looks: dict[Named, Seen] = field(default_factory=dict)
    """What became of each resource that was named."""
    interrupted: bool = False
    partial: set[tuple[str, str]] = field(default_factory=set)
    """The accounts and services that were not scanned to their end: a resource there may have more findings."""
    running: dict[str, ShardScan] = field(default_factory=dict)
    """The shards that are scanned at this moment, by their ids."""
    watcher: Watcher | None = None
    _closed: dict[str, str] = field(default_factory=dict)
    """Why accounts cannot be entered; workers write it."""
    _watched: set[str] = field(default_factory=set)
    broke: Callable[[Exception], None] = lambda _error: None
    """Takes the error of a shard that broke by a mistake of ours; the report names it too."""

    def findings(
        self, step: Step = lambda _what, _done, _findings: None, interrupted: Callable[[], bool] = lambda: False
    ) -> Generator[Finding, None, None]:
        """Yield the findings of all shards, some side by side; a shard that breaks stops none of the others.

        Raises:
            KeyboardInterrupt: `interrupted` said so while AWS was waited for.
        """
        running = self.running
        try:
            with contextlib.closing(together(self.scan.shards, self._scan_of, interrupted=interrupted)) as events:
                for event in events:
                    if isinstance(event, Begun | Ended):
                        self._follow(event, running)
                        step(*self.at, self.tally.findings)
                    else:
                        yield from annotate(event, self.scan.configuration, self.report.started_at.date())
        finally:
            for scan in running.values():
                self._note(scan)

    def _follow(self, event: Begun | Ended, running: dict[str, ShardScan]) -> None:
        if isinstance(event, Begun):
            running[event.shard.id] = event.scan
            self._watch(event)
            self.at = (self._place(event.shard), self.at[1])
            return
        self.at = (self.at[0], self.at[1] + 1)
        if event.error is not None:
            self.broke(event.error)
            self.partial.add((event.shard.account_id, event.shard.service))
            self.report.incomplete.append(f"{self._place(event.shard)} broke: {safe(repr(event.error))}")
        if scan := running.pop(event.shard.id, None):
            self._note(scan)
        if self.watcher is not None:
            self.watcher.ended(event.shard)

    def _watch(self, event: Begun) -> None:
        """Hand a shard that begins to the watcher, and its account if it cannot be entered."""
        if self.watcher is None:
            return
        self.watcher.begun(event.shard)
        account_id = event.shard.account_id
        if account_id in self._closed and account_id not in self._watched:
            self._watched.add(account_id)
            self.watcher.closed(account_id, self._closed[account_id])

    @property
    def calls(self) -> int:
        """The number of calls of AWS that were made by now."""
        running = list(self.running.values())
        return self.report.calls + sum(row.calls for scan in running for row in scan.outcome.ledger.rows())

    def _scan_of(self, shard: Shard) -> ShardScan:
        clients, at = self.clients_of(shard.account_id), self.report.started_at
        if isinstance(clients, ClosedAccount):
            self._closed[shard.account_id] = clients.reason
        context = ScanContext(clients, at, self.retrier, self.shared, self.options.concurrency)
        if named := self.scan.named.get(shard):
            return NamedScan(shard, self.scan.reads, context, named, keep=self.scan.scope.keep)
        return ShardScan(shard, self.scan.reads, context, keep=self.scan.scope.keep)

    def clients_of(self, account_id: str) -> ClientProvider:
        """Return the clients of an account; where it cannot be entered, each of their calls fails with the reason."""
        sessions = self.scan.targets.sessions
        try:
            return sessions.of(account_id)
        except (Throttled, Transient) as error:
            # The command has no later try: the account is unread, as one whose role is refused.
            return ClosedAccount(str(error), None)

    def _place(self, shard: Shard) -> str:
        account = f" of {shard.account_id}" if len(self.report.accounts) > 1 else ""
        return f"{shard.service} in {shard.region}{account}"

    def _note(self, scan: ShardScan) -> None:
        outcome, place = scan.outcome, self._place(scan.shard)
        where = place.removeprefix(f"{scan.shard.service} ")
        for name, gap in () if outcome.blocked else sorted(outcome.unlisted.items()):
            needs = f" (needs {gap.permission})" if gap.permission else ""
            self.report.incomplete.append(f"{name} {where} could not be listed: {gap.reason}{needs}")
        if outcome.lost:
            self.report.incomplete.append(f"{place}: {outcome.lost}")
            self.partial.add((scan.shard.account_id, scan.shard.service))
        if outcome.blocked:
            self.report.blocked.append(where.removeprefix("in "))
        self.report.coverage.extend(outcome.ledger.rows())
        if isinstance(scan, NamedScan):
            self.looks = merged(self.looks, scan.looks)
