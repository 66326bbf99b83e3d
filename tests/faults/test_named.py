"""A scan of one resource gives the findings that a full scan gives of it: every resource of every type."""

from collections import defaultdict
from collections.abc import Sequence

import pytest

from local import estate, estates
from local.server import ACCOUNT
from muster.catalog.catalog import load
from muster.model.arn import Arn, Named, parsed_arn
from muster.model.finding import TAGGED, Finding
from muster.scanning.named_scan import NamedScan, Seen, merged, shards_of
from muster.sdk.session import ClientProvider
from tests.faults.scans import PLAN, RULES, Fair, context_of

FORMS = {name: lister.arn for name, lister in load().listers.items() if lister.arn}
EACH = 2
"""How many resources of a type are looked for alone. The next test looks for all of them."""
Answer = set[tuple[str, str, str, str]]


def _answer(findings: Sequence[Finding]) -> Answer:
    return {(each.finding_id, each.check_id, each.status, each.reason) for each in findings}


@pytest.fixture(scope="module")
def whole(fair: dict[str, Fair]) -> dict[str, list[Finding]]:
    """Return the findings of a full scan by the resource's ARN."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in (each for one in fair.values() for each in one.findings.values()):
        if finding.resource.arn and finding.resource.type != TAGGED:
            found[finding.resource.arn].append(finding)
    return found


def _looked(clients: ClientProvider, named: Sequence[Named]) -> tuple[list[Finding], dict[Named, Seen]]:
    findings: list[Finding] = []
    looks: dict[Named, Seen] = {}
    found = shards_of(
        named, RULES, partition="aws", regions=estates.REGIONS, global_services=load().global_services,
        endpoint_region=estate.HOME,
    )  # fmt: skip
    for shard, names in found.items():
        scan = NamedScan(shard, PLAN, context_of(clients), names)
        findings.extend(scan)
        looks = merged(looks, scan.looks)
    return findings, looks


def _named(arn: str, finding: Finding) -> Named:
    found = next(each for each in parsed_arn(arn, FORMS) if each.resource_type == finding.resource.type)
    return Named(found.resource_type, ACCOUNT, found.region, found.id, arn)


def test_each_resource_alone_has_the_findings_of_a_full_scan(
    clients: ClientProvider, whole: dict[str, list[Finding]]
) -> None:
    by_type: dict[str, list[tuple[str, list[Finding]]]] = defaultdict(list)
    for arn, found in whole.items():
        by_type[found[0].resource.type].append((arn, found))
    assert by_type.keys() == FORMS.keys()
    for arn, expected in (each for found in by_type.values() for each in found[:EACH]):
        findings, looks = _looked(clients, [_named(arn, expected[0])])
        assert _answer(findings) == _answer(expected), arn
        assert set(looks.values()) == {Seen.JUDGED}, arn


def test_all_of_them_together_have_them_too(clients: ClientProvider, whole: dict[str, list[Finding]]) -> None:
    findings, looks = _looked(clients, [_named(arn, found[0]) for arn, found in whole.items()])
    assert _answer(findings) == {each for found in whole.values() for each in _answer(found)}
    assert set(looks.values()) == {Seen.JUDGED}


def test_a_resource_that_does_not_exist_is_absent(clients: ClientProvider, whole: dict[str, list[Finding]]) -> None:
    """One of each type, by the ARN of one that exists with another name at its end."""
    examples = {found[0].resource.type: (arn, found[0]) for arn, found in whole.items()}
    gone = [_named(f"{arn.removesuffix(Arn.of(arn).name)}gone-1", one) for arn, one in examples.values()]
    findings, looks = _looked(clients, gone)
    assert {each.resource.arn for each in findings} == set()
    assert set(looks.values()) == {Seen.ABSENT}
