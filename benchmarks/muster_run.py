"""Muster itself over the fake AWS, as a library: the shards of EC2 and S3 side by side, all findings into Parquet."""

import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks.measuring import REGIONS, cpu, peak_mb
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.model.shard import Shard
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.scanning.arena import tune_allocator
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients, open_session
from muster.storage import parquet
from muster.targets.sharding import shards
from testing.fake_aws.estate import ACCOUNT, CHECKS

SIDE_BY_SIDE = 4
"""How many shards are scanned at a time, as by the command."""


@click.command(help=__doc__)
@click.option("--endpoint", required=True)
@click.option("--concurrency", default=16, show_default=True)
@click.option("--region", "regions", multiple=True, default=REGIONS, show_default=True)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(endpoint: str, concurrency: int, regions: Sequence[str], output: Path) -> None:
    """Scan, write every finding with all of its fields, and print what it took as one line of JSON."""
    catalog = load()  # imports the modules of all services: what a process pays once, as it does for the SDK
    start, began, at = cpu(), time.monotonic(), datetime.now(UTC)
    tune_allocator()
    session = open_session(region=regions[0], projections=catalog.projections())
    clients = Clients(session, endpoint_url=endpoint, concurrency=64)
    rules = [rule for rule in select(catalog, Configuration(), checks=CHECKS) if _is_measured(rule.resource_type)]
    work = shards(ACCOUNT, "aws", regions, rules, global_services=catalog.global_services)
    plan, context = read_plan(catalog, rules), ScanContext(clients, at, concurrency=concurrency)
    header = ScanHeader("bench", "manual", at)

    def scan(shard: Shard) -> None:
        found = ShardScan(shard, plan, context)
        parquet.write(output / f"{shard.id}.parquet", FINDINGS, (finding_row(each, header, shard.id) for each in found))
        if not found.outcome.complete:
            raise SystemExit(f"{shard.id} is incomplete: {found.outcome}")

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(scan, work))
    json.dump({"start": start, "wall": time.monotonic() - began, "peak_mb": peak_mb()}, sys.stdout)


def _is_measured(resource_type: str) -> bool:
    return resource_type in ("AWS::EC2::Instance", "AWS::S3::Bucket")


if __name__ == "__main__":
    main()
