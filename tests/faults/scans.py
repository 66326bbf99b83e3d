"""Scans of the estates of every resource type, shard by shard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from local import estate, estates
from local.server import ACCOUNT, EmbeddedAws
from muster import configuration
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration.selection import select
from muster.model.coverage import Ledger
from muster.model.finding import Finding
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.retry import Retrier
from muster.sdk.session import ClientProvider, Clients, open_session
from muster.targets.sharding import shards

AT = datetime.now(UTC)
RULES = select(load(), configuration.load(estates.CONFIGURATION, load()))
PLAN = read_plan(load(), RULES)
SHARDS = shards(ACCOUNT, "aws", estates.REGIONS, RULES, global_services=load().global_services)


class Fair(NamedTuple):
    """What a shard finds in good weather, and the operations that it makes."""

    findings: dict[str, Finding]
    operations: frozenset[str]


@dataclass(frozen=True)
class Lasting:
    """Clients that all scans share: to make one takes longer than a call. Nothing reads what they count."""

    clients: ClientProvider

    def get(self, service: str, region: str) -> Any:
        """Return the client of a service in a region."""
        return self.clients.get(service, region)

    def counting_in(self, _ledger: Ledger) -> "Lasting":
        """Return the same, which count in the ledger that they were made with."""
        return self


def lasting(aws: EmbeddedAws) -> Lasting:
    """Make clients for many scans."""
    session = open_session(region=estate.HOME, projections=load().projections())
    return Lasting(Clients(session, endpoint_url=aws.endpoint).counting_in(Ledger(ACCOUNT, estate.HOME, "any")))


def context_of(clients: ClientProvider) -> ScanContext:
    """Return what a scan shares, of one that waits for nothing."""
    return ScanContext(clients, AT, Retrier(sleep=lambda _: None))


def scanned(shard: Shard, clients: ClientProvider, rules: Sequence[Rule] | None = None) -> dict[str, Finding]:
    """Return the findings of a shard by their ids, of all rules or of some."""
    plan = PLAN if rules is None else read_plan(load(), rules)
    return {finding.finding_id: finding for finding in ShardScan(shard, plan, context_of(clients))}


def in_good_weather(aws: EmbeddedAws, clients: ClientProvider) -> dict[str, Fair]:
    """Scan each shard as if it were alone."""
    found = {}
    for shard in SHARDS:
        before = len(aws.calls)
        findings = scanned(shard, clients)
        found[shard.id] = Fair(findings, frozenset(call.operation for call in aws.calls[before:]))
    return found
