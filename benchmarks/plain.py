"""The same work with plain boto3: paginators, one call a facet, a client for each region, some threads if wanted.

Each verdict is written to Parquet with the resource and a reason, in five columns.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import click

from benchmarks.measuring import REGIONS, cpu, peak_mb
from muster.storage import parquet
from testing.fake_aws.estate import CHECKS, OLD, REQUIRED

COLUMNS = {
    "check_id": "string",
    "resource_id": "string",
    "status": "string",
    "reason": "string",
    "observed_at": "timestamp",
}
Verdict = tuple[str, str, bool | None]
"""The check, the resource, and whether it complies: None where the check is not about it."""


@click.command(help=__doc__)
@click.option("--endpoint", required=True)
@click.option("--threads", default=32, show_default=True)
@click.option("--region", "regions", multiple=True, default=REGIONS, show_default=True)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(endpoint: str, threads: int, regions: Sequence[str], output: Path) -> None:
    """Judge, write what was found, and print what it took as one line of JSON."""
    start, began, at = cpu(), time.monotonic(), datetime.now(UTC)
    session = boto3.session.Session()
    config = botocore.config.Config(max_pool_connections=threads)

    def client(service: Any) -> dict[str, Any]:
        return {
            region: session.client(service, region_name=region, endpoint_url=endpoint, config=config)
            for region in regions
        }

    def rows() -> Iterator[dict[str, Any]]:
        for check, resource, fine in judged(client("ec2"), client("s3"), threads):
            status = "NOT_APPLICABLE" if fine is None else "COMPLIANT" if fine else "NON_COMPLIANT"
            reason = _REASONS[fine].format(check=check)
            yield {"check_id": check, "resource_id": resource, "status": status, "reason": reason, "observed_at": at}

    parquet.write(output / "findings.parquet", COLUMNS, rows())
    json.dump({"start": start, "wall": time.monotonic() - began, "peak_mb": peak_mb()}, sys.stdout)


_REASONS = {None: "{check} is not about it", True: "it is as {check} wants it", False: "it is not as {check} wants it"}


def judged(ec2: Mapping[str, Any], s3: Mapping[str, Any], threads: int) -> Iterator[Verdict]:
    """Yield the verdicts on the instances and buckets of all regions, with the clients of each region."""
    for client in ec2.values():
        for page in client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 1000}):
            for reservation in page["Reservations"]:
                for instance in reservation["Instances"]:
                    yield from _instance(instance)
    pages = next(iter(s3.values())).get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1000})
    buckets = [(bucket["Name"], bucket["BucketRegion"]) for page in pages for bucket in page["Buckets"]]
    with ThreadPoolExecutor(threads) as pool:
        calls = [
            (name, check, pool.submit(ask, s3[region], name)) for name, region in buckets for check, ask in _QUESTIONS
        ]
        for name, check, future in calls:
            yield check, name, future.result()


def _instance(instance: dict[str, Any]) -> Iterator[Verdict]:
    name = instance["InstanceId"]
    yield CHECKS[0], name, {tag["Key"] for tag in instance.get("Tags", ())} >= set(REQUIRED)
    options = instance["MetadataOptions"]
    yield CHECKS[1], name, options["HttpEndpoint"] == "disabled" or options["HttpTokens"] == "required"
    running = instance["State"]["Name"] == "running"
    yield CHECKS[2], name, instance["Monitoring"]["State"] == "enabled" if running else None


def _or_none(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except botocore.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004 - there is none
            return {}
        raise


def _tags(s3: Any, name: str) -> bool:
    found = _or_none(lambda: s3.get_bucket_tagging(Bucket=name))
    return {tag["Key"] for tag in found.get("TagSet", ())} >= set(REQUIRED)


def _lifecycle(s3: Any, name: str) -> bool:
    rules = _or_none(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)).get("Rules", ())
    whole = (rule for rule in rules if rule["Status"] == "Enabled" and not rule.get("Filter", {}).get("Prefix"))
    return any(rule["Expiration"]["Days"] <= OLD for rule in whole)


def _blocked(s3: Any, name: str) -> bool:
    found = _or_none(lambda: s3.get_public_access_block(Bucket=name)).get("PublicAccessBlockConfiguration", {})
    return len(found) == 4 and all(found.values())  # noqa: PLR2004 - the four switches


def _metrics(s3: Any, name: str) -> bool:
    found = s3.list_bucket_metrics_configurations(Bucket=name).get("MetricsConfigurationList", ())
    return any(not each.get("Filter") for each in found)


_QUESTIONS: tuple[tuple[str, Callable[[Any, str], bool]], ...] = (
    (CHECKS[0], _tags),
    (CHECKS[3], lambda s3, name: bool(s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"])),
    (CHECKS[4], _lifecycle),
    (CHECKS[5], lambda s3, name: s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled"),
    (CHECKS[6], _blocked),
    (CHECKS[7], _metrics),
    (CHECKS[8], lambda s3, name: bool(_or_none(lambda: s3.get_bucket_policy(Bucket=name)).get("Policy"))),
)

if __name__ == "__main__":
    main()
