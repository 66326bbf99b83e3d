"""The accounts that a function enters: its own as it is, others by a role, and what is told where the role is shut."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.exceptions
import pytest
from botocore.awsrequest import AWSResponse

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration.selection import every_rule
from muster.errors import Throttled, Transient
from muster.model.coverage import Ledger
from muster.model.finding import ACCOUNT, REGION, TARGET, Finding, Status, Unavailable
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.errors import AssumeRoleError
from muster.sdk.limiter import Limiter
from muster.sdk.session import Clients
from muster.targets.clients import ClosedAccount, Role, Sessions

OWN = "123456789012"
OTHER = "111122223333"
HERE = "eu-west-1"
ROLE = Role("security/MusterMemberRole", "our secret")
ARN = f"arn:aws:iam::{OTHER}:role/security/MusterMemberRole"
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
SOON = datetime.now(UTC) + timedelta(hours=1)
ELSEWHERE = "http://127.0.0.1:4566"


class Sts:
    """Watches how often a role is asked for, and answers as a test wants."""

    def __init__(self, clients: Clients) -> None:
        self.asked: Counter[str] = Counter()
        self.parameters: list[dict[str, Any]] = []
        self.answer: Callable[[], Any] = lambda: None
        clients.session.events.register("provide-client-params.sts.AssumeRole", self._note)
        clients.session.events.register("before-call.sts.AssumeRole", lambda **_: self.answer())

    def refuse(self, code: str, message: str = "no") -> None:
        error = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        self.answer = lambda: (AWSResponse("", 400, {}, None), error)

    def fail(self, error: Exception) -> None:
        def failing() -> None:
            raise error

        self.answer = failing

    def _note(self, params: dict[str, Any], **_: object) -> None:
        self.parameters.append(params)
        self.asked[params["RoleArn"].split(":")[4]] += 1


class Recording(Limiter):
    """Notes for whom each call is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Hashable] = []

    def acquire(self, key: Hashable) -> None:
        self.asked.append(key)
        super().acquire(key)


@pytest.fixture
def sts(clients: Clients) -> Sts:
    return Sts(clients)


@pytest.fixture
def sessions(clients: Clients) -> Sessions:
    return Sessions(clients, OWN, ROLE, HERE)


def test_the_own_account_is_entered_without_a_role(clients: Clients, sessions: Sessions, sts: Sts) -> None:
    assert sessions.of(OWN) is clients
    assert sessions.open(OWN)
    assert sts.asked == Counter()


def test_another_account_is_entered_by_its_role(sessions: Sessions, sts: Sts) -> None:
    told = sessions.of(OTHER).get("sts", HERE).get_caller_identity()
    assert told["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/MusterMemberRole/muster"
    [asked] = sts.parameters
    assert (asked["RoleArn"], asked["ExternalId"]) == (ARN, "our secret")


def test_the_role_session_has_the_scan_s_name(clients: Clients, sts: Sts) -> None:
    Sessions(clients, OWN, ROLE, HERE, "20261121T143824Z-a828b751").of(OTHER)
    [asked] = sts.parameters
    assert asked["RoleSessionName"] == "muster-20261121T143824Z-a828b751"


def test_the_clients_of_another_account_pass_the_same_limiter_under_its_own_name(clients: Clients, sts: Sts) -> None:
    own = Clients(clients.session, limiter=Limiter(), account_id=OWN)
    other = Sessions(own, OWN, ROLE, HERE).of(OTHER)
    assert other.limiter is own.limiter
    assert other.account_id == OTHER
    assert sts.asked == {OTHER: 1}


def test_the_role_is_asked_for_and_its_clients_ask_where_the_own_ones_do(clients: Clients) -> None:
    asked: list[str] = []
    lent = {"AccessKeyId": "key", "SecretAccessKey": "secret", "SessionToken": "token", "Expiration": SOON}

    def lend(params: dict[str, Any], **_: object) -> Any:
        asked.append(params["url"])
        return AWSResponse("", 200, {}, None), {"Credentials": lent, "ResponseMetadata": {"HTTPStatusCode": 200}}

    clients.session.events.register("before-call.sts.AssumeRole", lend)
    own = Clients(clients.session, endpoint_url=ELSEWHERE, concurrency=7)
    client = Sessions(own, OWN, ROLE, HERE).of(OTHER).get("ec2", HERE)
    assert asked == [f"{ELSEWHERE}/"]
    assert client.meta.endpoint_url == ELSEWHERE
    assert client.meta.config.max_pool_connections == 7


def test_what_is_read_of_another_account_is_bounded_by_the_own_limiter_under_its_name(
    clients: Clients, sts: Sts
) -> None:
    limiter = Recording()
    own = Clients(clients.session, limiter=limiter, account_id=OWN)
    for account_id in (OWN, OTHER):
        reading = Sessions(own, OWN, ROLE, HERE).of(account_id).counting_in(Ledger(account_id, HERE, "ec2"))
        reading.get("ec2", HERE).describe_volumes()
    assert limiter.asked == [(name, HERE, "ec2", "DescribeVolumes") for name in (OWN, OTHER)]
    assert sts.asked == {OTHER: 1}


def test_a_role_is_asked_for_once_an_account_however_many_threads_enter(sessions: Sessions, sts: Sts) -> None:
    together = threading.Barrier(16)

    def enter(number: int) -> Clients:
        together.wait()
        return sessions.of(OTHER if number % 2 else "222233334444")

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(enter, range(16)))
    assert sts.asked == {OTHER: 1, "222233334444": 1}
    assert len(set(map(id, made))) == 2


def test_a_denied_role_refuses_with_its_arn_and_is_not_asked_for_again(sessions: Sessions, sts: Sts) -> None:
    sts.refuse("AccessDenied")
    assert [sessions.open(OTHER), sessions.open(OTHER)] == [False, False]
    assert sts.asked == {OTHER: 1}
    with pytest.raises(AssumeRoleError, match=f"^the role {ARN} cannot be assumed \\(AccessDenied\\)$"):
        sessions.of(OTHER).get("s3", HERE)


def test_one_denied_account_shuts_no_other(sessions: Sessions, sts: Sts) -> None:
    sts.refuse("AccessDenied")
    assert not sessions.open(OTHER)
    sts.answer = lambda: None
    assert sessions.open("222233334444")
    assert not sessions.open(OTHER)


def test_without_a_role_another_account_is_refused_with_the_fix(clients: Clients, sts: Sts) -> None:
    refused = Sessions(clients, OWN, Role(), HERE).of(OTHER)
    assert isinstance(refused, ClosedAccount)
    with pytest.raises(AssumeRoleError, match=f"no role is named for the account {OTHER}: set accounts.role"):
        refused.get("ec2", HERE)
    assert sts.asked == Counter()


def test_a_throttled_role_is_worth_a_retry_which_then_succeeds(sessions: Sessions, sts: Sts) -> None:
    sts.refuse("Throttling")
    with pytest.raises(Throttled, match=r"cannot be assumed \(Throttling\)"):
        sessions.of(OTHER)
    sts.answer = lambda: None
    assert sessions.open(OTHER)


@pytest.mark.parametrize(
    "error",
    [
        botocore.exceptions.EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com"),
        botocore.exceptions.ReadTimeoutError(endpoint_url="https://sts.eu-west-1.amazonaws.com"),
        ConnectionResetError("peer"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_bad_moment_of_the_network_is_worth_a_retry_which_then_succeeds(
    sessions: Sessions, sts: Sts, error: Exception
) -> None:
    sts.fail(error)
    with pytest.raises(Transient, match="cannot be assumed"):
        sessions.of(OTHER)
    sts.answer = lambda: None
    assert sessions.open(OTHER)


@pytest.mark.parametrize("code", ["ServiceUnavailable", "InternalFailure"])
def test_a_fault_of_sts_is_worth_a_retry(sessions: Sessions, sts: Sts, code: str) -> None:
    sts.refuse(code)
    with pytest.raises(Transient, match=code):
        sessions.of(OTHER)


@pytest.mark.parametrize("code", ["ExpiredToken", "RequestExpired"])
def test_own_credentials_that_expired_are_worth_a_retry_with_fresh_ones(
    sessions: Sessions, sts: Sts, code: str
) -> None:
    sts.refuse(code)
    with pytest.raises(Transient, match=code):
        sessions.of(OTHER)


SHARDS = [
    pytest.param(Shard(OTHER, HERE, "ec2", HERE, (HERE,)), id="ec2"),
    pytest.param(Shard(OTHER, "global", "s3", HERE, (HERE, "global")), id="s3"),
]


def scanned(sessions: Sessions, shard: Shard) -> tuple[list[Finding], ShardScan]:
    rules = every_rule(load())
    scan = ShardScan(shard, read_plan(load(), rules), ScanContext(sessions.of(OTHER), AT))
    return list(scan), scan


@pytest.mark.parametrize("shard", SHARDS)
def test_every_check_says_of_a_denied_account_that_it_could_not_look(
    sessions: Sessions, sts: Sts, shard: Shard
) -> None:
    sts.refuse("AccessDenied")
    findings, scan = scanned(sessions, shard)
    because = f"the role {ARN} cannot be assumed (AccessDenied)"
    assert Counter(finding.check_id for finding in findings) == Counter(rule.check.id for rule in scan.rules)
    assert {finding.status for finding in findings} == {Status.INSUFFICIENT_DATA}
    assert {finding.unavailable for finding in findings} == {(Unavailable("sts:AssumeRole", because),)}
    assert {finding.reason for finding in findings} == {f"{because[0].upper()}{because[1:]} (needs sts:AssumeRole)"}
    assert {finding.resource.account_id for finding in findings} == {OTHER}
    assert {finding.resource.type for finding in findings} <= {TARGET, ACCOUNT, REGION}
    listed = {rule.resource_type for rule in scan.rules} & load().listers.keys()
    assert {finding.resource.id for finding in findings if finding.resource.type == TARGET} == listed


@pytest.mark.parametrize("shard", SHARDS)
def test_the_coverage_of_a_denied_account_says_that_no_listing_finished_and_why(
    sessions: Sessions, sts: Sts, shard: Shard
) -> None:
    sts.refuse("AccessDenied")
    _, scan = scanned(sessions, shard)
    rows = list(scan.outcome.ledger.rows())
    assert rows
    assert {(row.account_id, row.calls, row.items) for row in rows} == {(OTHER, 0, 0)}
    assert {row.reason for row in rows} == {f"the role {ARN} cannot be assumed (AccessDenied)"}
    assert not scan.outcome.complete
    assert not scan.outcome.expired


@pytest.mark.parametrize(
    ("clause", "permission", "says"),
    [
        ("because no identity-based policy allows the sts:AssumeRole action", "sts:AssumeRole", "no identity-based"),
        ("because no role trust policy allows the sts:AssumeRole action", None, "no role trust policy allows"),
        ("with an explicit deny in a service control policy", None, "a service control policy denies sts:AssumeRole"),
    ],
)
def test_a_role_that_cannot_be_assumed_says_which_policy_is_in_the_way(
    sessions: Sessions, sts: Sts, clause: str, permission: str | None, says: str
) -> None:
    sts.refuse("AccessDenied", f"User: arn:aws:iam::{OWN}:user/u is not authorized to perform: sts:AssumeRole {clause}")
    with pytest.raises(AssumeRoleError, match=f"the role {ARN} cannot be assumed .AccessDenied.: {says}") as caught:
        sessions.of(OTHER).get("sqs", HERE)
    assert caught.value.permission == permission
