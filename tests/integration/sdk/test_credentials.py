"""Credentials that AWS refuses in mid-scan: renewed once and tried again, where a renewal mends it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, RefreshableCredentials

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration.selection import every_rule
from muster.errors import CredentialsError
from muster.model.finding import Finding, Status
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import Outcome, ShardScan
from muster.sdk import credentials as renewal
from muster.sdk.credentials import CredentialRefresher
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients, open_session, reading
from muster.targets.sharding import shards
from testing.fake_aws.estate import Estate
from testing.fake_aws.faults import Knobs
from testing.fake_aws.process import FakeAws

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ESTATE = Estate(instances=30, buckets=12, regions=(REGION,))
RULES = [rule for rule in every_rule(load()) if rule.resource_type in ("AWS::S3::Bucket", "AWS::EC2::Instance")]
RULES = [rule for rule in RULES if rule.check.id in ("s3-bucket-versioning-enabled", "ec2-instance-imdsv2-required")]
AT = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
LATER = "2099-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAws]:
    with FakeAws(ESTATE) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeAws) -> Iterator[FakeAws]:
    server.forget()
    yield server
    calm = Knobs()
    server.control(**{name: getattr(calm, name) for name in calm.__dataclass_fields__})


class Issuer:
    """Hands out keys that say they last for ever, other ones each time or always the same."""

    def __init__(self, *, fresh: bool = True, error: Exception | None = None) -> None:
        self.fresh, self.error, self.asked = fresh, error, 0

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        if self.error:
            raise self.error
        return self.key(self.asked if self.fresh else 0)

    @staticmethod
    def key(number: int) -> dict[str, str]:
        return {"access_key": f"AKIASTUB{number}", "secret_key": "stub", "token": "stub", "expiry_time": LATER}


def session_of(credentials: Credentials) -> Any:
    made: Any = reading(botocore.session.Session(), load().projections())
    made._credentials = credentials
    return boto3.session.Session(botocore_session=made, region_name=REGION)


def refreshable(issuer: Issuer) -> Any:
    return session_of(RefreshableCredentials.create_from_metadata(issuer.key(0), issuer, "stub"))


def scanned(fake: FakeAws, session: Any) -> tuple[dict[str, Finding], list[Outcome]]:
    """Scan one call at a time: many at once use up what a key of few calls has before one of them is made again."""
    clients = Clients(session, endpoint_url=fake.url)
    found, outcomes = {}, []
    for shard in shards(ACCOUNT, "aws", ESTATE.regions, RULES, global_services=load().global_services):
        context = ScanContext(clients, AT, Retrier(sleep=lambda _: None), concurrency=1)
        scan = ShardScan(shard, read_plan(load(), RULES), context)
        found |= {finding.finding_id: finding for finding in scan}
        outcomes.append(scan.outcome)
    return found, outcomes


def statuses(found: dict[str, Finding]) -> dict[str, Status]:
    return {name: finding.status for name, finding in found.items()}


@pytest.mark.parametrize("calls", [3, 5])
def test_a_key_that_is_refused_as_expired_is_renewed_and_nothing_is_lost(
    fake: FakeAws, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """In the fast path of S3's small calls, and in the fallback."""
    good, _ = scanned(fake, refreshable(Issuer()))
    fake.control(expire_after=calls)
    fake.forget()
    monkeypatch.setattr(renewal, "PAUSE", 0.0)
    issuer = Issuer()
    found, outcomes = scanned(fake, refreshable(issuer))
    assert statuses(found) == statuses(good)
    assert all(outcome.complete for outcome in outcomes)
    assert issuer.asked > 1


def test_where_newer_credentials_are_refused_too_they_are_asked_for_once(fake: FakeAws) -> None:
    fake.control(expire_after=1)
    issuer = Issuer()
    found, outcomes = scanned(fake, refreshable(issuer))
    assert Status.INSUFFICIENT_DATA in statuses(found).values()
    assert any("credentials stopped working (ExpiredToken)" in outcome.lost for outcome in outcomes)
    assert issuer.asked == 1


@pytest.mark.parametrize(
    "issuer", [Issuer(fresh=False), Issuer(error=OSError("nobody is there")), Issuer(error=KeyError("AccessKeyId"))]
)
def test_where_there_are_none_the_rest_is_unread_and_no_verdict(fake: FakeAws, issuer: Issuer) -> None:
    good, _ = scanned(fake, refreshable(Issuer()))
    fake.control(expire_after=5)
    fake.forget()
    found, _ = scanned(fake, refreshable(issuer))
    unread = {name for name, status in statuses(found).items() if status is Status.INSUFFICIENT_DATA}
    assert unread
    assert {name: status for name, status in statuses(found).items() if name not in unread}.items() <= statuses(
        good
    ).items()
    assert issuer.asked == 1


class Clock:
    """Says one hour after it was looked at so often that all is over."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __call__(self) -> dt.datetime:
        self.looks -= 1
        return AT + dt.timedelta(hours=self.looks < 0)


@pytest.mark.parametrize(
    "fetched",
    [
        pytest.param(None, id="what was over already"),
        pytest.param(ValueError("Expecting value"), id="no JSON"),
        pytest.param(KeyError("AccessKeyId"), id="half of it"),
        pytest.param(FileNotFoundError("aws-login"), id="no such command"),
    ],
)
@pytest.mark.parametrize("looks", [0, 10])
def test_what_hands_out_no_credentials_any_more_loses_what_was_not_read_by_then(
    fake: FakeAws, fetched: Exception | None, looks: int
) -> None:
    """In both ways of calling: botocore has no word for these, and to a shard it was as if we had broken."""

    def refresh() -> dict[str, str]:
        if fetched:
            raise fetched
        return {**Issuer.key(1), "expiry_time": f"{AT + dt.timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"}

    good, _ = scanned(fake, refreshable(Issuer()))
    until = AT + dt.timedelta(minutes=30)
    credentials = RefreshableCredentials("AKIASTUB", "stub", "stub", until, refresh, "custom-process", Clock(looks))
    found, outcomes = scanned(fake, session_of(credentials))
    unread = {name for name, status in statuses(found).items() if status is Status.INSUFFICIENT_DATA}
    assert {name: status for name, status in statuses(found).items() if name not in unread}.items() <= statuses(
        good
    ).items()
    reasons = {gap.reason for name in unread for gap in found[name].unavailable}
    assert reasons == {"the credentials expired or cannot be used (CredentialRetrievalError)"}
    lost = [outcome.lost for outcome in outcomes if not outcome.complete]
    assert set(lost) == {"the credentials stopped working (CredentialRetrievalError)"}
    assert bool(found.keys() - unread) is bool(looks)


@pytest.mark.parametrize("said", ["echo who are you", "echo {}", "false", "muster-has-no-such-command"])
def test_a_process_that_hands_out_nothing_is_told_of_before_a_scan(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    file = tmp_path / "config"
    file.write_text(f"[profile odd]\ncredential_process = {said}\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with pytest.raises(CredentialsError, match="the AWS credentials cannot be used"):
        open_session("odd", REGION)


def test_a_role_is_assumed_again_though_its_time_is_not_over() -> None:
    class Sts:
        asked = 0

        def assume_role(self, **_: object) -> dict[str, Any]:
            self.asked += 1
            key = {"AccessKeyId": f"ASIASTUB{self.asked}", "SecretAccessKey": "stub", "SessionToken": "stub"}
            return {"Credentials": {**key, "Expiration": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}}

    sts = Sts()
    fetcher = AssumeRoleCredentialFetcher(
        lambda *_args, **_options: sts, Credentials("a", "b"), "arn:aws:iam::111122223333:role/stub"
    )
    credentials = RefreshableCredentials.create_from_metadata(
        fetcher.fetch_credentials(), fetcher.fetch_credentials, "s"
    )
    assert CredentialRefresher(session_of(credentials))(0.0)
    assert credentials.get_frozen_credentials().access_key == "ASIASTUB2"


def test_a_file_that_was_written_anew_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    text = "[default]\naws_access_key_id = AKIASTUB{0}\naws_secret_access_key = stub{0}\naws_session_token = t{0}\n"
    file.write_text(text.format(1), encoding="utf-8")
    session = boto3.session.Session(region_name=REGION)
    client = session.client("s3")
    assert session.get_credentials().access_key == "AKIASTUB1"
    renew = CredentialRefresher(session)
    assert not renew(0.0), "it is as it was"
    file.write_text(text.format(2), encoding="utf-8")
    monkeypatch.setattr(renewal, "PAUSE", 0.0)
    assert renew(0.0)
    assert client._request_signer._credentials.get_frozen_credentials()[:3] == ("AKIASTUB2", "stub2", "t2")


def test_keys_that_come_from_nowhere_else_are_what_they_are() -> None:
    assert not CredentialRefresher(boto3.session.Session(region_name=REGION))(0.0)
