"""The seeded estate of EC2 on the embedded AWS: every check finds what is good and what is bad of it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest

from local.estates import ec2
from local.server import ACCOUNT, EmbeddedAws
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.model.finding import Status
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AWAY = "us-east-1"
EXPECTED = {
    "ec2-volume-inuse": {C, N},
    "ec2-volume-backed-up": {C, N, NA},
    "ec2-snapshot-encrypted": {C, N},
    "ec2-image-not-public": {C, N},
    "ec2-launch-template-imdsv2-required": {C, N},
    "ec2-instance-not-idle": {C, N, NA},
    "ec2-instance-not-stopped-too-long": {C, N, NA},
    "ec2-instance-status-check-alarmed": {C, N, NA},
}
BY_REGION = {
    "ec2-snapshot-not-public": ({C, N}, {C}),
    "ec2-snapshot-block-public-access": ({N}, {C}),
    "ec2-image-block-public-access": ({N}, {C}),
    "ec2-imdsv2-required-by-default": ({N}, {C}),
}


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        for region in (ec2.HOME, AWAY):
            ec2.seed(aws, region)
        yield aws


def statuses(aws: EmbeddedAws, region: str) -> dict[str, set[Status]]:
    catalog = load()
    rules = [
        Rule(catalog.checks[name], kind, "ec2", catalog.checks[name].settings)
        for name in (*EXPECTED, *BY_REGION)
        for kind in catalog.resource_types(catalog.checks[name])
    ]
    clients = Clients(boto3.session.Session("embedded", "embedded", region_name=region), endpoint_url=aws.endpoint)
    found: dict[str, set[Status]] = {}
    shard = Shard(ACCOUNT, region, "ec2", region, (region,))
    for finding in ShardScan(shard, read_plan(catalog, rules), ScanContext(clients, datetime.now(UTC))):
        found.setdefault(finding.check_id, set()).add(finding.status)
    return found


@pytest.mark.parametrize(("region", "which"), [(ec2.HOME, 0), (AWAY, 1)])
def test_every_check_finds_what_is_good_and_what_is_bad(aws: EmbeddedAws, region: str, which: int) -> None:
    assert statuses(aws, region) == EXPECTED | {name: both[which] for name, both in BY_REGION.items()}
