"""The same work with plain boto3: paginators, one call a facet, and as many threads as are wanted."""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import click

from benchmarks.measuring import cpu, peak_mb
from muster.storage import parquet
from testing.fake_aws.estate import CHECKS, OLD, REQUIRED

COLUMNS = {"check_id": "string", "resource_id": "string", "status": "string", "observed_at": "timestamp"}


@click.command(help=__doc__)
@click.option("--endpoint", required=True)
@click.option("--threads", default=32, show_default=True)
def main(endpoint: str, threads: int) -> None:
    """Judge, and print what it took as one line of JSON."""
    imported, began, at = cpu(), time.monotonic(), datetime.now(UTC)
    session = boto3.session.Session(region_name="eu-west-1")
    config = botocore.config.Config(max_pool_connections=threads)
    ec2 = session.client("ec2", endpoint_url=endpoint, config=config)
    s3 = session.client("s3", endpoint_url=endpoint, config=config)
    counts: Counter[str] = Counter()

    def rows() -> Iterator[dict[str, Any]]:
        for check, resource, fine in judged(ec2, s3, threads):
            status = "NOT_APPLICABLE" if fine is None else "COMPLIANT" if fine else "NON_COMPLIANT"
            counts[f"{check} {status}"] += 1
            yield {"check_id": check, "resource_id": resource, "status": status, "observed_at": at}

    with tempfile.TemporaryDirectory() as folder:
        parquet.write(Path(folder) / "findings.parquet", COLUMNS, rows())
    took = {"cpu": cpu() - imported, "import": imported, "wall": time.monotonic() - began}
    json.dump({**took, "peak_mb": peak_mb(), "counts": counts}, sys.stdout)


def judged(ec2: Any, s3: Any, threads: int) -> Iterator[tuple[str, str, bool | None]]:
    """Yield check, resource and whether it complies, None where the check is not about it."""
    for page in ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 1000}):
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                yield from _instance(instance)
    buckets = [bucket["Name"] for page in s3.get_paginator("list_buckets").paginate() for bucket in page["Buckets"]]
    with ThreadPoolExecutor(threads) as pool:
        calls = [(name, check, pool.submit(ask, s3, name)) for name in buckets for check, ask in _QUESTIONS]
        for name, check, future in calls:
            yield check, name, future.result()


def _instance(instance: dict[str, Any]) -> Iterator[tuple[str, str, bool | None]]:
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
