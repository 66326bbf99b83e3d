"""Scans of the estates of every resource type, shard by shard."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from local import estates
from local.server import ACCOUNT, EmbeddedAws
from muster import configuration
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration.selection import select
from muster.model.finding import Finding
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients
from muster.targets.sharding import shards

AT = datetime.now(UTC)
RULES = select(load(), configuration.load(estates.CONFIGURATION, load()))
PLAN = read_plan(load(), RULES)
SHARDS = shards(ACCOUNT, "aws", estates.REGIONS, RULES, global_services=load().global_services)


class Fair(NamedTuple):
    """What a shard finds in good weather, and the operations that it makes."""

    findings: dict[str, Finding]
    operations: frozenset[str]


def context_of(clients: Clients) -> ScanContext:
    """Return what a scan shares, of one that waits for nothing."""
    return ScanContext(clients, AT, Retrier(sleep=lambda _: None))


def scanned(shard: Shard, clients: Clients, rules: Sequence[Rule] | None = None) -> dict[str, Finding]:
    """Return the findings of a shard by their ids, of all rules or of some."""
    plan = PLAN if rules is None else read_plan(load(), rules)
    return {finding.finding_id: finding for finding in ShardScan(shard, plan, context_of(clients))}


def in_good_weather(aws: EmbeddedAws, clients: Clients) -> dict[str, Fair]:
    """Scan each shard as if it were alone."""
    found = {}
    for shard in SHARDS:
        before = len(aws.calls)
        findings = scanned(shard, clients)
        found[shard.id] = Fair(findings, frozenset(call.operation for call in aws.calls[before:]))
    return found
