"""The whole catalogue on the embedded AWS: every operation that a scan makes is denied in turn.

No other verdict changes, none disappears, and whatever changes says which permission it lacks.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from local import estate, estates
from local.front import Front
from local.server import ACCOUNT, EmbeddedAws
from muster import settings
from muster.aws import BUCKET_LIKE
from muster.catalog import load
from muster.evaluate import Rule
from muster.model import TARGET, Finding, Status
from muster.patience import Patience
from muster.policy import actions_of, scanner_actions
from muster.reading import Shard
from muster.scan import ShardScan
from muster.select import select
from muster.session import Clients, open_session
from muster.sharding import shards

HERE = estate.HOME
AT = datetime.now(UTC)
CONFIGURATION = settings.load(estates.CONFIGURATION, load())
RULES = select(load(), CONFIGURATION)
SHARDS = shards(ACCOUNT, "aws", estates.REGIONS, RULES, bucket_like=BUCKET_LIKE)
LISTED = {lister.permission for lister in load().listers.values()}
AT_HOME = [shard for shard in SHARDS if shard.endpoint_region == HERE]


class Fair(NamedTuple):
    """What a shard finds in good weather, and the operations that it makes."""

    findings: dict[str, Finding]
    operations: frozenset[str]


@pytest.fixture(scope="module")
def clients(aws: EmbeddedAws) -> Clients:
    return Clients(open_session(region=HERE), endpoint_url=aws.endpoint)


@pytest.fixture(scope="module")
def fair(aws: EmbeddedAws, clients: Clients) -> dict[str, Fair]:
    found = {}
    for shard in SHARDS:
        before = len(aws.calls)
        findings = scanned(shard, clients)
        found[shard.id] = Fair(findings, frozenset(call.operation for call in aws.calls[before:]))
    return found


def scanned(shard: Shard, clients: Clients, rules: Sequence[Rule] = RULES) -> dict[str, Finding]:
    scan = ShardScan(shard, rules, load(), clients, AT, patience=Patience(sleep=lambda _: None))
    return {finding.finding_id: finding for finding in scan}


def test_the_estate_has_what_passes_and_what_fails_every_check(fair: dict[str, Fair]) -> None:
    seen = {(each.check_id, each.status) for one in fair.values() for each in one.findings.values()}
    names = {rule.check.id for rule in RULES}
    wanted = {(name, status) for name in names for status in (Status.COMPLIANT, Status.NON_COMPLIANT)}
    assert sorted(f"{name} is never {status}" for name, status in wanted - seen - ONE_SIDED.keys()) == []


ONE_SIDED = {
    ("s3-account-level-public-access-blocks", Status.COMPLIANT): "there is one account",
    ("s3-bucket-encrypted", Status.NON_COMPLIANT): "AWS encrypts every bucket: only an answer of old can say otherwise",
}


@pytest.mark.parametrize("shard", AT_HOME, ids=lambda shard: shard.service)
def test_a_denied_operation_takes_the_findings_that_need_it_and_no_other(
    shard: Shard, aws: EmbeddedAws, clients: Clients, fair: dict[str, Fair]
) -> None:
    whole, operations = fair[shard.id]
    for operation in sorted(operations):
        # Checks that do not spend it never make the call: only those that do are asked again.
        rules = [rule for rule in RULES if set(actions_of(operation)) & set(scanner_actions(load(), [rule]))]
        asked = {(rule.check.id, rule.resource_type) for rule in rules}
        good = {name: each for name, each in whole.items() if (each.check_id, each.resource.type) in asked}
        aws.refuse(operation)
        try:
            found = scanned(shard, clients, rules)
        finally:
            aws.front.refusals.clear()
        changed = {name for name, each in good.items() if found.get(name) != each}
        assert changed, f"{operation} was denied and nothing changed: why is it called?"
        for name in changed:
            after = found.get(name)
            if after is None or after.status != good[name].status:
                _is_unread(good[name], after, found, operation)
        new = [each for name, each in found.items() if name not in good]
        assert {each.resource.type for each in new} <= {TARGET}
        assert {each.status for each in new} <= {Status.INSUFFICIENT_DATA}


@pytest.mark.parametrize("body", ["", "<html><body><p>Sign in</p></body></html>"], ids=["nothing", "a page"])
@pytest.mark.parametrize("listing", [True, False], ids=["listings", "all else"])
@pytest.mark.parametrize("shard", AT_HOME, ids=lambda shard: shard.service)
def test_a_body_that_is_no_answer_is_never_taken_for_one(  # noqa: PLR0913 - what is varied, and what it is held against
    shard: Shard,
    listing: bool,
    body: str,
    clients: Clients,
    fair: dict[str, Fair],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of a proxy between, with a good status: nothing was looked at, so nothing is gone and no verdict changes."""
    monkeypatch.setattr("muster.wire.lane._FIRST", 0)
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    whole, operations = fair[shard.id]
    wrong = {each for each in operations if listing is bool(set(actions_of(each)) & LISTED)}
    monkeypatch.setattr(Front, "_refused", lambda _self, asked, _: (200, body) if asked in wrong else None)
    scan = ShardScan(shard, RULES, load(), clients, AT, patience=Patience(sleep=lambda _: None))
    found = {finding.finding_id: finding for finding in scan}
    gone = {(whole[name].check_id, whole[name].resource.type) for name in whole.keys() - found.keys()}
    assert gone <= {(each.check_id, each.resource.id) for each in found.values() if each.resource.type == TARGET}
    assert not (listing and scan.outcome.complete)
    for name, after in found.items():
        assert after.status in (Status.INSUFFICIENT_DATA, name in whole and whole[name].status), after


def _is_unread(before: Finding, after: Finding | None, found: dict[str, Finding], operation: str) -> None:
    """Check that a finding says that it could not be read, or that the target says it of the finding's whole type."""
    if after is None:
        kinds = [each for each in found.values() if each.resource.type == TARGET and each.check_id == before.check_id]
        after = next((each for each in kinds if each.resource.id == before.resource.type), None)
    assert after is not None, f"{operation}: {before.check_id} of {before.resource.id} disappeared"
    assert after.status is Status.INSUFFICIENT_DATA, (
        f"{operation}: {before.check_id} said {after.status}: {after.reason}"
    )
    needed = {gap.permission for gap in after.unavailable}
    assert needed & set(actions_of(operation)), f"{operation}: {before.check_id} names {needed}"
