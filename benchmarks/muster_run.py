"""Muster itself over the fake AWS, as a library: the shards of EC2 and S3 side by side, findings into Parquet."""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from benchmarks.measuring import cpu, peak_mb
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.model.finding import Finding
from muster.model.shard import Shard
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.scanning.arena import tune_allocator
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients, open_session
from muster.storage import parquet
from muster.targets.sharding import shards
from testing.fake_aws.estate import CHECKS
from testing.fake_aws.server import ACCOUNT

REGION = "eu-west-1"


@click.command(help=__doc__)
@click.option("--endpoint", required=True)
@click.option("--concurrency", default=16, show_default=True)
@click.option("--only", type=click.Choice(["ec2", "s3"]), default=None)
def main(endpoint: str, concurrency: int, only: str | None) -> None:
    """Scan, and print what it took as one line of JSON."""
    catalog = load()  # imports the modules of all services: what a process pays once, as it does for the SDK
    imported, at = cpu(), datetime.now(UTC)
    tune_allocator()
    clients = Clients(
        open_session(region=REGION, projections=catalog.projections()), endpoint_url=endpoint, concurrency=64
    )
    rules = [rule for rule in select(catalog, Configuration(), checks=CHECKS) if _is_measured(rule.resource_type)]
    work = [
        shard
        for shard in shards(ACCOUNT, "aws", (REGION,), rules, global_services=load().global_services)
        if only in (None, shard.service)
    ]
    counts: Counter[str] = Counter()
    plan = read_plan(catalog, rules)
    began = time.monotonic()

    def scan(shard: Shard) -> None:
        header = ScanHeader("bench", "manual", at)
        found = ShardScan(shard, plan, ScanContext(clients, at, concurrency=concurrency))
        with tempfile.TemporaryDirectory() as folder:
            rows = (finding_row(each, header, shard.id) for each in _counted(found, counts))
            parquet.write(Path(folder) / "findings.parquet", FINDINGS, rows)
        if not found.outcome.complete:
            raise SystemExit(f"{shard.id} is incomplete: {found.outcome}")

    with ThreadPoolExecutor(len(work)) as pool:
        list(pool.map(scan, work))
    took: dict[str, Any] = {"cpu": cpu() - imported, "import": imported, "wall": time.monotonic() - began}
    json.dump({**took, "peak_mb": peak_mb(), "counts": counts}, sys.stdout)


def _is_measured(resource_type: str) -> bool:
    return resource_type in ("AWS::EC2::Instance", "AWS::S3::Bucket")


def _counted(findings: ShardScan, counts: Counter[str]) -> Iterator[Finding]:
    for finding in findings:
        counts[f"{finding.check_id} {finding.status}"] += 1
        yield finding


if __name__ == "__main__":
    main()
