"""Any weather: the same findings as in good weather, or INSUFFICIENT_DATA for exactly those concerned.

The scan goes over HTTP to the fake AWS of the benchmarks, with everything on its way that a scan has: botocore, the
fast path, the limiter, patience.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.model.finding import ACCOUNT as ACCOUNT_TYPE
from muster.model.finding import REGION, TARGET, Finding, Status
from muster.model.rule import Rule
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import Outcome, ShardScan
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients, open_session
from muster.targets.sharding import shards
from testing.fake_aws.estate import Estate, truth
from testing.fake_aws.process import FakeAws

ACCOUNT = "123456789012"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
REGIONS = ("eu-west-1", "us-east-1")
CHECKS = (
    "ec2-default-security-group-closed", "ec2-ebs-encryption-by-default", "ec2-instance-detailed-monitoring-enabled",
    "ec2-instance-imdsv2-required", "ec2-instance-no-public-ip", "ec2-security-group-admin-ports-closed",
    "ec2-volume-encrypted", "required-tags", "s3-account-level-public-access-blocks", "s3-bucket-acl-prohibited",
    "s3-bucket-encrypted", "s3-bucket-key-enabled", "s3-bucket-level-public-access-prohibited",
    "s3-bucket-lifecycle-covers-old-objects", "s3-bucket-public-access-prohibited",
    "s3-bucket-request-metrics-configured", "s3-bucket-ssl-requests-only", "s3-bucket-versioning-enabled",
    "s3-default-encryption-kms", "s3-lifecycle-aborts-multipart-uploads", "s3-lifecycle-noncurrent-versions-expire",
)  # fmt: skip
KINDS = {"AWS::EC2::Instance", "AWS::EC2::SecurityGroup", "AWS::EC2::Volume", "AWS::S3::Bucket", ACCOUNT_TYPE, REGION}
"""What the fake AWS answers; the whole catalogue meets refusals in test_denials.py."""
RULES = [rule for rule in select(load(), Configuration(), checks=CHECKS) if rule.resource_type in KINDS]
ESTATE = Estate(instances=60, buckets=6, regions=REGIONS)
LONG = Estate(instances=2_300, buckets=2, regions=REGIONS[:1])


class Scanned(NamedTuple):
    """What a scan found, and what became of its shards."""

    findings: dict[str, Finding]
    outcomes: dict[str, Outcome]

    @property
    def statuses(self) -> dict[str, Status]:
        return {name: finding.status for name, finding in self.findings.items()}


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.fixture(scope="module")
def aws() -> Iterator[FakeAws]:
    with FakeAws(ESTATE) as running:
        yield running


@pytest.fixture(scope="module")
def long() -> Iterator[FakeAws]:
    with FakeAws(LONG) as running:
        yield running


FAIR: dict[str, Any] = {
    "throttle": 0, "burst_every_s": 0, "burst_for_s": 0, "rate": 0, "burst": 0, "error_5xx": 0, "reset": 0,
    "malformed": 0, "slow": 0, "slow_ms": 0, "expire_after": 0, "refuse_tokens": 0, "token_uses": 0, "only": [],
    "deny": [], "region_down": [], "opted_out": [], "blocked_regions": [], "gone_buckets": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fair(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    for name in {"aws", "long"} & set(request.fixturenames):
        request.getfixturevalue(name).control(**FAIR)


def scanned(aws: FakeAws, rules: Sequence[Rule] = RULES, *, restarts: int = 3, **weather: Any) -> Scanned:
    """Scan everything in some weather, with the patience of a scan but not its waits."""
    aws.control(**{**FAIR, **weather})
    aws.forget()
    clients = Clients(open_session(region=REGIONS[0], projections=load().projections()), endpoint_url=aws.url)
    found: dict[str, Finding] = {}
    outcomes = {}
    for shard in shards(ACCOUNT, "aws", aws.estate.regions, rules, global_services=load().global_services):
        scan = ShardScan(shard, read_plan(load(), rules), ScanContext(clients, AT, Retrier(sleep=lambda _: None)))
        kept: dict[str, dict[str, Finding]] = {}
        for chunk in scan.chunks(restarts=restarts):
            if chunk.restarted:
                kept.pop(chunk.resource_type)
            for finding in chunk.findings:
                of_type = kept.setdefault(chunk.resource_type, {})
                assert finding.finding_id not in of_type, "a finding was made twice"
                of_type[finding.finding_id] = finding
        found |= {name: finding for of_type in kept.values() for name, finding in of_type.items()}
        outcomes[shard.id] = scan.outcome
    return Scanned(found, outcomes)


@pytest.fixture(scope="module")
def good(aws: FakeAws) -> Scanned:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        return scanned(aws)


def test_in_good_weather_everything_is_as_it_is(aws: FakeAws, good: Scanned) -> None:
    said = {(found.check_id, found.resource.id): str(found.status) for found in good.findings.values()}
    assert {said[check, resource] == status for check, resource, status in truth(aws.estate)} == {True}
    assert all(outcome.complete for outcome in good.outcomes.values())


@pytest.mark.parametrize(
    "weather",
    [
        pytest.param({"throttle": 0.3}, id="30 percent of calls throttled"),
        pytest.param({"burst_every_s": 1.0, "burst_for_s": 0.3}, id="bursts of throttling"),
        pytest.param({"rate": 40, "burst": 8}, id="a token bucket"),
        pytest.param({"error_5xx": 0.25}, id="the service's own errors"),
        pytest.param({"reset": 0.2}, id="connections that break in mid-answer"),
        pytest.param({"slow": 0.2, "slow_ms": 400}, id="slow answers"),
        pytest.param({"malformed": 0.2}, id="answers that are no XML"),
        pytest.param({"throttle": 0.1, "error_5xx": 0.1, "reset": 0.1, "malformed": 0.1}, id="all at once"),
    ],
)
def test_what_passes_changes_nothing(aws: FakeAws, good: Scanned, weather: dict[str, Any]) -> None:
    found = scanned(aws, **weather)
    assert found.statuses == good.statuses
    assert all(outcome.complete for outcome in found.outcomes.values())


def apis(aws: FakeAws) -> list[str]:
    scanned(aws)
    return sorted(name for name in aws.counts() if not name.startswith("sts:"))


LISTED = {"ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSecurityGroups", "s3:ListBuckets"}


def test_every_api_denied_in_turn_is_unread_for_what_needs_it_and_changes_no_other_verdict(
    aws: FakeAws, good: Scanned
) -> None:
    """The law of the whole thing: could not look is never a verdict, and nothing silently vanishes."""
    asked = apis(aws)
    assert len(asked) >= 16
    for api in asked:
        found = scanned(aws, deny=[api])
        unread = {name for name, status in found.statuses.items() if status is Status.INSUFFICIENT_DATA}
        assert unread, api
        kept = {name: status for name, status in found.statuses.items() if name not in unread}
        assert kept.items() <= good.statuses.items(), api
        gone = good.findings.keys() - found.findings.keys()
        if api not in LISTED:
            assert not gone, api
            assert unread <= good.findings.keys(), api
            assert all(outcome.complete for outcome in found.outcomes.values()), api
            continue
        kinds = {good.findings[name].resource.type for name in gone}
        targets = {found.findings[name].resource.id for name in unread}
        assert {found.findings[name].resource.type for name in unread} == {TARGET}, api
        assert kinds <= targets, api
        for kind in targets:
            wanted = {rule.check.id for rule in RULES if rule.resource_type == kind}
            said = {found.findings[name].check_id for name in unread if found.findings[name].resource.id == kind}
            assert said == wanted, api
        assert not all(outcome.complete for outcome in found.outcomes.values()), api
        permissions = {gap.permission for name in unread for gap in found.findings[name].unavailable}
        assert permissions == {{"s3:ListBuckets": "s3:ListAllMyBuckets"}.get(api, api)}


def test_credentials_that_expire_in_mid_scan_lose_only_what_was_not_read_by_then(aws: FakeAws, good: Scanned) -> None:
    found = scanned(aws, expire_after=40)
    unread = {name for name, status in found.statuses.items() if status is Status.INSUFFICIENT_DATA}
    kept = {name: status for name, status in found.statuses.items() if name not in unread}
    assert unread
    assert kept.items() <= good.statuses.items()
    assert any("credentials stopped working" in outcome.lost for outcome in found.outcomes.values())


@pytest.mark.parametrize("api", ["s3:GetBucketVersioning", "ec2:DescribeVolumes"])
def test_an_api_that_takes_calls_and_never_answers_costs_its_own_findings(
    aws: FakeAws, good: Scanned, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    """In the fast path, and in botocore's: no call waits longer than the client's bound, here a fifth of a second."""
    monkeypatch.setattr("muster.sdk.session.READ_TIMEOUT", 0.2)
    found = scanned(aws, only=[api], slow=1.0, slow_ms=2_000)
    unread = {name for name, status in found.statuses.items() if status is Status.INSUFFICIENT_DATA}
    kept = {name: status for name, status in found.statuses.items() if name not in unread}
    assert kept.items() <= good.statuses.items()
    reasons = {gap.reason for name in unread for gap in found.findings[name].unavailable}
    assert {reason.startswith(f"{api} failed (ReadTimeoutError: ") for reason in reasons} == {True}
    wanted = {"s3-bucket-versioning-enabled"} if api.startswith("s3:") else {"ec2-volume-encrypted", "required-tags"}
    assert {found.findings[name].check_id for name in unread} >= wanted
    assert all(outcome.complete for outcome in found.outcomes.values()) is api.startswith("s3:")


@pytest.mark.parametrize("weather", [{"region_down": ["us-east-1"]}, {"opted_out": ["us-east-1"]}])
def test_a_region_that_is_down_or_not_enabled_costs_its_own_findings(
    aws: FakeAws, good: Scanned, weather: dict[str, Any]
) -> None:
    found = scanned(aws, **weather)
    elsewhere = {name for name, finding in good.findings.items() if finding.resource.region != "us-east-1"}
    assert {name: found.statuses[name] for name in elsewhere} == {name: good.statuses[name] for name in elsewhere}
    there = {finding.status for finding in found.findings.values() if finding.resource.region == "us-east-1"}
    assert Status.INSUFFICIENT_DATA in there
    assert not found.outcomes[f"{ACCOUNT}.us-east-1.ec2"].complete
    assert found.outcomes[f"{ACCOUNT}.eu-west-1.ec2"].complete


def test_a_region_that_a_policy_blocks_is_one_row_and_no_finding(aws: FakeAws, good: Scanned) -> None:
    found = scanned(aws, [rule for rule in RULES if rule.service == "ec2"], blocked_regions=["us-east-1"])
    outcome = found.outcomes[f"{ACCOUNT}.us-east-1.ec2"]
    assert (outcome.blocked, outcome.complete) == (True, True)
    assert [(row.api, row.reason) for row in outcome.ledger.rows()] == [("*", "blocked by policy")]
    assert {finding.resource.region for finding in found.findings.values()} == {"eu-west-1"}
    elsewhere = {
        name: status
        for name, status in good.statuses.items()
        if good.findings[name].resource.region == "eu-west-1" and good.findings[name].service == "ec2"
    }
    assert found.statuses == elsewhere


def test_a_bucket_that_is_deleted_meanwhile_is_unread_alone(aws: FakeAws, good: Scanned) -> None:
    name = aws.estate.bucket(3).name
    found = scanned(aws, gone_buckets=[name])
    assert found.findings.keys() == good.findings.keys()
    unread = {key for key, status in found.statuses.items() if status is Status.INSUFFICIENT_DATA}
    assert {found.findings[key].resource.id for key in unread} == {name}
    assert {gap.reason for key in unread for gap in found.findings[key].unavailable} == {
        "the resource no longer exists (NoSuchBucket)"
    }
    others = {key: status for key, status in found.statuses.items() if key not in unread}
    assert others.items() <= good.statuses.items()


def test_an_error_whose_words_are_lost_is_not_taken_for_something_that_is_gone(aws: FakeAws, good: Scanned) -> None:
    """What S3 has to say of the account is in a body: that there is no block, with the status of what is not there."""
    found = scanned(aws, only=["s3control:GetPublicAccessBlock"], malformed=1.0)
    unread = {name for name, status in found.statuses.items() if status is Status.INSUFFICIENT_DATA}
    reasons = {gap.reason for name in unread for gap in found.findings[name].unavailable}
    assert {
        reason.startswith("s3:GetAccountPublicAccessBlock failed (ResponseParserError: ") for reason in reasons
    } == {True}, reasons
    assert {name: status for name, status in found.statuses.items() if name not in unread}.items() <= (
        good.statuses.items()
    )


INSTANCES = [rule for rule in RULES if rule.resource_type == "AWS::EC2::Instance"]


def test_a_page_token_that_expires_begins_the_listing_again(long: FakeAws) -> None:
    fair = scanned(long, INSTANCES)
    assert len(fair.findings) == len(INSTANCES) * LONG.instances
    stale = scanned(long, INSTANCES, refuse_tokens=1)
    assert stale.statuses == fair.statuses
    assert all(outcome.complete for outcome in stale.outcomes.values())


def test_a_page_token_that_is_never_taken_leaves_the_rest_unread(long: FakeAws) -> None:
    found = scanned(long, INSTANCES, refuse_tokens=1_000, restarts=1)
    targets = [finding for finding in found.findings.values() if finding.resource.type == TARGET]
    assert {finding.check_id for finding in targets} == {rule.check.id for rule in INSTANCES}
    assert not any(outcome.complete for outcome in found.outcomes.values())


def test_a_scan_makes_each_call_once(aws: FakeAws) -> None:
    """The least that its checks need: one page a listing, one call a facet and bucket, what is shared once a shard."""
    scanned(aws)
    counts = aws.counts()
    of_buckets = {name for name in counts if name.startswith(("s3:Get", "s3:ListBucketM"))}
    assert {counts[name] for name in of_buckets} == {ESTATE.buckets}
    assert counts["s3:ListBuckets"] == counts["s3control:GetPublicAccessBlock"] == 1
    assert {counts[name] for name in counts if name.startswith("ec2:")} == {len(REGIONS)}
