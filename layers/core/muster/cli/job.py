"""A scan from the command line: what was asked for, and its shards' findings in one stream."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from muster.cli.output import STANDARD, trace
from muster.cli.progress import Step
from muster.errors import Throttled, Transient
from muster.model.arn import Named
from muster.model.finding import Finding, Severity
from muster.model.shard import Shard
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.scanning.cache import RegionCache
from muster.scanning.calls import ScanContext
from muster.scanning.named_scan import NamedScan, Seen
from muster.scanning.parallel import Begun, Ended, together
from muster.scanning.prepare import PreparedScan
from muster.scanning.scope import annotate
from muster.scanning.shard_scan import ShardScan
from muster.sdk.redaction import safe
from muster.sdk.retry import Retrier
from muster.sdk.session import ClientProvider
from muster.targets.clients import ClosedAccount


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a scan, one field each."""

    packs: Sequence[str] = ()
    checks: Sequence[str] = ()
    exclude_checks: Sequence[str] = ()
    services: Sequence[str] = ()
    severity: Severity | None = None
    config: Path | None = None
    accounts: Sequence[str] = ()
    role: str = ""
    external_id: str = ""
    regions: Sequence[str] = ()
    exclude_regions: Sequence[str] = ()
    tags: Mapping[str, str] | None = None
    resources: Sequence[str] = ()
    profile: str | None = None
    endpoint_url: str | None = None
    form: str = "table"
    output: Path | None = None
    fail_on: Severity | None = Severity.HIGH
    strict: bool = False
    quiet: bool = False
    verbose: bool = False
    concurrency: int = 16
    apply_tags: bool = False

    @property
    def narrowing(self) -> Iterator[str]:
        """The options that leave out resources of the checks, as they are typed."""
        yield from (f"--service {name}" for name in self.services)
        yield from (f"--tag {key}={value}" for key, value in (self.tags or {}).items())
        yield from (f"--resource {arn}" for arn in self.resources)

    @property
    def to_stdout(self) -> bool:
        """Whether results go to standard output."""
        return self.output in (None, STANDARD)


@dataclass(slots=True)
class Job:
    """A scan that is prepared: all that could be refused was not."""

    options: Options
    scan: PreparedScan
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

    def findings(self, step: Step, interrupted: Callable[[], bool] = lambda: False) -> Generator[Finding, None, None]:
        """Yield the findings of all shards, some side by side; a shard that breaks stops none of the others.

        Raises:
            KeyboardInterrupt: `interrupted` said so while AWS was waited for.
        """
        running: dict[str, ShardScan] = {}
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
            self.at = (self._place(event.shard), self.at[1])
            return
        self.at = (self.at[0], self.at[1] + 1)
        if event.error is not None:
            trace(event.error)
            self.partial.add((event.shard.account_id, event.shard.service))
            self.report.incomplete.append(f"{self._place(event.shard)} broke: {safe(repr(event.error))}")
        if scan := running.pop(event.shard.id, None):
            self._note(scan)

    def _scan_of(self, shard: Shard) -> ShardScan:
        clients, at = self._clients_of(shard.account_id), self.report.started_at
        context = ScanContext(clients, at, self.retrier, self.shared, self.options.concurrency)
        if named := self.scan.named.get(shard):
            return NamedScan(shard, self.scan.reads, context, named, keep=self.scan.scope.keep)
        return ShardScan(shard, self.scan.reads, context, keep=self.scan.scope.keep)

    def _clients_of(self, account_id: str) -> ClientProvider:
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
            self.looks.update(scan.looks)
