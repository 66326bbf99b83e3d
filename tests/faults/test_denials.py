"""The whole catalogue on the embedded AWS: every operation that a scan makes is denied in turn, or answered hollow.

No other verdict changes, none disappears, and whatever was denied says which permission it lacks.
"""

import functools
from collections.abc import Callable
from types import SimpleNamespace

import botocore.session
import pytest

from local import estate
from local.front import Answer, Front
from local.iam_actions import actions_of
from local.server import EmbeddedAws
from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_actions
from muster.catalog.read_plan import read_plan
from muster.model.finding import ACCOUNT as ACCOUNT_TYPE
from muster.model.finding import TARGET, Finding, Status
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.shard_scan import ShardScan
from muster.sdk.retry import ATTEMPTS
from muster.sdk.session import ClientProvider
from muster.sdk.wire.contents import MAY_BE_EMPTY, contents
from tests.examples import tried
from tests.faults.scans import PLAN, RULES, SHARDS, Fair, context_of, scanned

HERE = estate.HOME
LISTED = {lister.permission for lister in load().listers.values()}
SESSION = botocore.session.Session()
AT_HOME = [shard for shard in SHARDS if shard.endpoint_region == HERE]


def test_the_estate_has_what_passes_and_what_fails_every_check(fair: dict[str, Fair]) -> None:
    findings = [each for one in fair.values() for each in one.findings.values()]
    seen = {(each.check_id, each.status) for each in findings}
    silent = {each.check_id for each in findings if each.reason.endswith(" reports this")}
    names = {rule.check.id for rule in RULES} - silent
    once = names - {rule.check.id for rule in RULES if rule.resource_type != ACCOUNT_TYPE}
    assert {name for name, status in seen if status in BOTH} >= once, "there is one account: it passes or fails"
    wanted = {(name, status) for name in names - once for status in BOTH}
    assert sorted(f"{name} is never {status}" for name, status in wanted - seen - ONE_SIDED.keys()) == []


BOTH = (Status.COMPLIANT, Status.NON_COMPLIANT)
ONE_SIDED = {
    ("cloudtrail-bucket-access-logged", Status.NON_COMPLIANT): "one trail of all regions writes to one bucket",
    ("cloudtrail-bucket-not-public", Status.NON_COMPLIANT): "one trail of all regions writes to one bucket",
    ("macie-auto-sensitive-data-discovery-check", Status.NON_COMPLIANT): "Macie is on in one of two regions",
    ("s3-bucket-encrypted", Status.NON_COMPLIANT): "AWS encrypts every bucket: only an answer of old can say otherwise",
}


@pytest.mark.parametrize("shard", AT_HOME, ids=lambda shard: shard.service)
def test_a_denied_operation_takes_the_findings_that_need_it_and_no_other(
    shard: Shard, aws: EmbeddedAws, clients: ClientProvider, fair: dict[str, Fair]
) -> None:
    whole, operations = fair[shard.id]
    for operation in sorted(operations):
        rules, good = _spending(operation, whole)
        aws.refuse(operation)
        try:
            found = scanned(shard, clients, rules)
        finally:
            aws.front.refusals.clear()
        for before, after in _changed(operation, good, found):
            _names_what_it_needs(before, after, operation)


@pytest.mark.parametrize("stranger", [False, True], ids=["hollow", "another answer"])
@pytest.mark.parametrize("shard", AT_HOME, ids=lambda shard: shard.service)
def test_an_answer_without_its_content_takes_the_findings_that_need_it_and_no_other(
    shard: Shard, clients: ClientProvider, fair: dict[str, Fair], monkeypatch: pytest.MonkeyPatch, *, stranger: bool
) -> None:
    """A good status and no list is not "none": AWS says that with an empty list. Nothing vanishes, nothing flips."""
    monkeypatch.setattr("muster.sdk.wire.s3_fast_path._FIRST", 0)
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    # How often a call is made again is counted below, of one API.
    monkeypatch.setattr("muster.sdk.retry.ATTEMPTS", 2)
    whole, operations = fair[shard.id]
    for operation in sorted(operations):
        body = _hollow(operation, stranger=stranger)
        if body is None or stranger not in tried((False, True), operation):
            continue
        rules, good = _spending(operation, whole)
        with monkeypatch.context() as patch:
            patch.setattr(Front, "_refused", _answering(operation, body))
            found = scanned(shard, clients, rules)
        _changed(operation, good, found)


def test_an_api_that_is_down_costs_its_patience_once_for_all_shards_of_a_region(
    aws: EmbeddedAws, clients: ClientProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alarms of a region are read for the checks of many services: once, and six rounds of three attempts."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    context = context_of(clients)
    aws.refuse("cloudwatch:DescribeAlarms", code="InternalFailure", status=500)
    before = len(aws.calls)
    asking = 0
    try:
        for shard in (each for each in AT_HOME if each.region == HERE):
            rules = [rule for rule, actions in _actions() if "cloudwatch:DescribeAlarms" in actions]
            scan = ShardScan(shard, read_plan(load(), rules), context)
            found = [finding for finding in scan if finding.status is Status.INSUFFICIENT_DATA]
            asking += bool(found)
    finally:
        aws.front.refusals.clear()
    asked = [call for call in aws.calls[before:] if call.operation == "cloudwatch:DescribeAlarms"]
    assert asking > 3
    assert len(asked) == ATTEMPTS * 3


def _answering(operation: str, body: str) -> Callable[..., Answer | None]:
    return lambda _front, asked, _parameters: (200, body) if asked == operation else None


def _hollow(operation: str, *, stranger: bool) -> str | None:
    """Return an answer that holds nothing, or that of another operation; None where AWS documents it to mean "none"."""
    service, _, name = operation.partition(":")
    model = SESSION.get_service_model(service).operation_model(name)
    if model.service_model.resolved_protocol in ("json", "rest-json"):
        return None if operation in MAY_BE_EMPTY else '{"answer": []}' if stranger else "{}"
    if stranger:
        return None if operation == "s3:GetBucketPolicy" else "<Response/>"
    if model.service_model.resolved_protocol == "ec2":
        return f"<{name}Response/>"
    if model.service_model.resolved_protocol == "query":
        return f"<{name}Response><{name}Result/></{name}Response>"
    return None if operation in MAY_BE_EMPTY else f"<{contents(model).root}/>" if contents(model).root else ""


@functools.cache
def _actions() -> list[tuple[Rule, frozenset[str]]]:
    """Return each rule with the actions that it takes."""
    return [(rule, frozenset(scanner_actions(load(), [rule]))) for rule in RULES]


def _taken(operation: str) -> set[str]:
    """Return the actions of an operation, on directory buckets too, which have a prefix of their own."""
    return {*actions_of(operation), *actions_of(operation, {"Bucket": "orders--euw1-az1--x-s3"})}


def _spending(operation: str, whole: dict[str, Finding]) -> tuple[list[Rule], dict[str, Finding]]:
    """Return the rules that spend an operation, and what they find in good weather: others never make the call."""
    rules = [rule for rule, actions in _actions() if actions & _taken(operation)]
    asked = {(rule.check.id, rule.resource_type) for rule in rules}
    return rules, {name: each for name, each in whole.items() if (each.check_id, each.resource.type) in asked}


def _changed(operation: str, good: dict[str, Finding], found: dict[str, Finding]) -> list[tuple[Finding, Finding]]:
    """Return the findings that are unread now, before and after; check that nothing else happened to any."""
    changed = {name for name, each in good.items() if found.get(name) != each}
    assert changed, f"{operation} was not answered and nothing changed: why is it called?"
    unread = []
    for name in changed:
        after = found.get(name)
        if after is None or after.status != good[name].status:
            unread.append((good[name], _unread(good[name], after, found, operation)))
    new = [each for name, each in found.items() if name not in good]
    assert {each.resource.type for each in new} <= {TARGET}
    assert {each.status for each in new} <= {Status.INSUFFICIENT_DATA}
    return unread


@pytest.mark.parametrize("listing", [True, False], ids=["listings", "all else"])
@pytest.mark.parametrize("shard", AT_HOME, ids=lambda shard: shard.service)
def test_a_body_that_is_no_answer_is_never_taken_for_one(
    shard: Shard,
    listing: bool,
    clients: ClientProvider,
    fair: dict[str, Fair],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of a proxy between, with a good status: nothing was looked at, so nothing is gone and no verdict changes."""
    monkeypatch.setattr("muster.sdk.wire.s3_fast_path._FIRST", 0)
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    # How often a call is made again is counted below, of one API.
    monkeypatch.setattr("muster.sdk.retry.ATTEMPTS", 2)
    for body in tried(("", "<html><body><p>Sign in</p></body></html>"), f"{shard.id} {listing}"):
        with monkeypatch.context() as patch:
            _never_taken(fair[shard.id], shard, clients, patch, listing=listing, body=body)


def _never_taken(  # noqa: PLR0913 - what is varied, and what it is held against
    fair: Fair, shard: Shard, clients: ClientProvider, patch: pytest.MonkeyPatch, *, listing: bool, body: str
) -> None:
    whole, operations = fair
    wrong = {each for each in operations if listing is bool(_taken(each) & LISTED)}
    patch.setattr(Front, "_refused", lambda _self, asked, _: (200, body) if asked in wrong else None)
    scan = ShardScan(shard, PLAN, context_of(clients))
    found = {finding.finding_id: finding for finding in scan}
    gone = {(whole[name].check_id, whole[name].resource.type) for name in whole.keys() - found.keys()}
    assert gone <= {(each.check_id, each.resource.id) for each in found.values() if each.resource.type == TARGET}
    assert not (listing and wrong and scan.outcome.complete), "a shard of the region alone lists nothing"
    for name, after in found.items():
        assert after.status in (Status.INSUFFICIENT_DATA, name in whole and whole[name].status), after


def _unread(before: Finding, after: Finding | None, found: dict[str, Finding], operation: str) -> Finding:
    """Return what says that a finding could not be read: itself, or the target of the finding's whole type."""
    if after is None:
        kinds = [each for each in found.values() if each.resource.type == TARGET and each.check_id == before.check_id]
        after = next((each for each in kinds if each.resource.id == before.resource.type), None)
    assert after is not None, f"{operation}: {before.check_id} of {before.resource.id} disappeared"
    assert after.status is Status.INSUFFICIENT_DATA, (
        f"{operation}: {before.check_id} said {after.status}: {after.reason}"
    )
    return after


def _names_what_it_needs(before: Finding, after: Finding, operation: str) -> None:
    needed = {gap.permission for gap in after.unavailable}
    assert needed & _taken(operation), f"{operation}: {before.check_id} names {needed}"
