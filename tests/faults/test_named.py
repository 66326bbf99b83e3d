"""A scan of one resource gives the findings that a full scan gives of it: every resource of every type."""

import functools
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from local import estate, estates
from local.server import ACCOUNT, EmbeddedAws
from muster import configuration
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration.selection import select
from muster.model.arn import Arn, Named, parsed_arn
from muster.model.finding import TAGGED, Finding
from muster.scanning.calls import ScanContext
from muster.scanning.named_scan import NamedScan, Seen, merged, shards_of
from muster.scanning.shard_scan import ShardScan
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients, open_session
from muster.targets.sharding import shards

AT = datetime.now(UTC)
RULES = select(load(), configuration.load(estates.CONFIGURATION, load()))
PLAN = read_plan(load(), RULES)
FORMS = {name: lister.arn for name, lister in load().listers.items() if lister.arn}
EACH = 2
"""How many resources of a type are looked for alone. The next test looks for all of them."""
Answer = set[tuple[str, str, str, str]]


@functools.cache
def _clients(endpoint: str) -> Clients:
    """Return the clients of an endpoint: sessions take longer to make than a resource to look at."""
    return Clients(open_session(region=estate.HOME, projections=load().projections()), endpoint_url=endpoint)


def _context(aws: EmbeddedAws) -> ScanContext:
    return ScanContext(_clients(aws.endpoint), AT, Retrier(sleep=lambda _: None))


def _answer(findings: Sequence[Finding]) -> Answer:
    return {(each.finding_id, each.check_id, each.status, each.reason) for each in findings}


def _by_resource(aws: EmbeddedAws) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for shard in shards(ACCOUNT, "aws", estates.REGIONS, RULES, global_services=load().global_services):
        for finding in ShardScan(shard, PLAN, _context(aws)):
            if finding.resource.arn and finding.resource.type != TAGGED:
                found[finding.resource.arn].append(finding)
    return found


def _looked(aws: EmbeddedAws, named: Sequence[Named]) -> tuple[list[Finding], dict[Named, Seen]]:
    findings: list[Finding] = []
    looks: dict[Named, Seen] = {}
    found = shards_of(
        named, RULES, partition="aws", regions=estates.REGIONS, global_services=load().global_services,
        endpoint_region=estate.HOME,
    )  # fmt: skip
    for shard, names in found.items():
        scan = NamedScan(shard, PLAN, _context(aws), names)
        findings.extend(scan)
        looks = merged(looks, scan.looks)
    return findings, looks


@pytest.fixture(scope="module")
def whole(aws: EmbeddedAws) -> dict[str, list[Finding]]:
    return _by_resource(aws)


def _named(arn: str, finding: Finding) -> Named:
    found = next(each for each in parsed_arn(arn, FORMS) if each.resource_type == finding.resource.type)
    return Named(found.resource_type, ACCOUNT, found.region, found.id, arn)


def test_each_resource_alone_has_the_findings_of_a_full_scan(aws: EmbeddedAws, whole: dict[str, list[Finding]]) -> None:
    by_type: dict[str, list[tuple[str, list[Finding]]]] = defaultdict(list)
    for arn, found in whole.items():
        by_type[found[0].resource.type].append((arn, found))
    assert by_type.keys() == FORMS.keys()
    for arn, expected in (each for found in by_type.values() for each in found[:EACH]):
        findings, looks = _looked(aws, [_named(arn, expected[0])])
        assert _answer(findings) == _answer(expected), arn
        assert set(looks.values()) == {Seen.JUDGED}, arn


def test_all_of_them_together_have_them_too(aws: EmbeddedAws, whole: dict[str, list[Finding]]) -> None:
    findings, looks = _looked(aws, [_named(arn, found[0]) for arn, found in whole.items()])
    assert _answer(findings) == {each for found in whole.values() for each in _answer(found)}
    assert set(looks.values()) == {Seen.JUDGED}


def test_a_resource_that_does_not_exist_is_absent(aws: EmbeddedAws, whole: dict[str, list[Finding]]) -> None:
    """One of each type, by the ARN of one that exists with another name at its end."""
    examples = {found[0].resource.type: (arn, found[0]) for arn, found in whole.items()}
    gone = [_named(f"{arn.removesuffix(Arn.of(arn).name)}gone-1", one) for arn, one in examples.values()]
    findings, looks = _looked(aws, gone)
    assert findings == []
    assert set(looks.values()) == {Seen.ABSENT}
