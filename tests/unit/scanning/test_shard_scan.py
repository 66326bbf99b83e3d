"""Listing, describing and judging one shard, with a client that answers from a table."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

import botocore.exceptions
import botocore.parsers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import read_plan
from muster.facets.tagging.tags import Tags
from muster.model.check import check
from muster.model.coverage import Ledger
from muster.model.finding import (
    ACCOUNT,
    TARGET,
    Finding,
    Related,
    Resource,
    Severity,
    Status,
    Unknown,
    Verdict,
    compliant,
    known,
)
from muster.model.listing import Listed, Page
from muster.model.readers import describes, lists
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.scope import Scope
from muster.scanning.shard_scan import Cursor, ShardScan, remaining
from muster.sdk.errors import NOT_OFFERED
from muster.sdk.retry import Retrier
from muster.targets.sharding import shards

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
BOX = "Test::Box"
SHARD = Shard("111122223333", "eu-west-1", "box", "eu-west-1", ("eu-west-1",))


@dataclass(frozen=True, slots=True)
class Lid:
    shut: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Shut", False))


@dataclass(frozen=True, slots=True)
class Policy:
    strict: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Strict", False))


@dataclass(frozen=True, slots=True)
class Rules:
    names: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(tuple(response.get("Names", ())))


@dataclass(frozen=True, slots=True)
class Paper:
    lists: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(tuple(response.get("Lists", ())))


@dataclass(frozen=True, slots=True)
class Line:
    text: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response["Text"])


@lists(BOX, client="box", permission="box:ListBoxes", facets=(Paper, Tags))
def boxes(client: Any, shard: Shard, token: str | None) -> Page:
    pages = client.call("box:ListBoxes", *([token] if token else []))
    number = int(token or "0")
    items = (
        Listed(
            Resource(BOX, name, shard.account_id, region, arn=f"arn:aws:box:{region}::{name}", tags={"team": "a"}),
            {Paper: Paper(("one",)), Tags: Tags({"team": "a"})},
        )
        for name, region in pages[number]
    )
    return Page(items, str(number + 1) if number + 1 < len(pages) else None)


@describes(BOX, client="box", permission="box:GetLid", absent=("NoSuchLid",))
def lid(client: Any, box: Resource) -> Lid:
    return Lid.parse(client.call("box:GetLid", box.id))


@describes(ACCOUNT, client="box", permission="box:GetPolicy")
def policy(client: Any, _account: Resource) -> Policy:
    return Policy.parse(client.call("box:GetPolicy"))


@describes(ACCOUNT, client="box", permission="box:GetRules", of=Policy, when=lambda policy: policy.strict)
def rules(client: Any, _account: Resource) -> Rules:
    return Rules.parse(client.call("box:GetRules"))


@describes(BOX, client="box", permission="box:GetLine", of=Paper, keys=lambda paper: paper.lists)
def line(client: Any, _box: Resource, key: str) -> Line:
    return Line.parse(client.call("box:GetLine", key))


@check(severity=Severity.LOW)
def box_has_lid(lid: Lid) -> Verdict:
    """Boxes should have a lid.

    Why: so.
    Fix: so.
    """
    return compliant(str(lid.shut))


@check(severity=Severity.LOW)
def box_follows_policy(lid: Lid, policy: Policy, lines: Related[Line]) -> Verdict:
    """Boxes should follow the policy.

    Why: so.
    Fix: so.
    """
    return compliant(f"{lid.shut} {policy.strict} {lines['one'].text}")


@check(severity=Severity.LOW)
def box_follows_rules(lid: Lid, rules: Rules) -> Verdict:
    """Boxes should follow the rules.

    Why: so.
    Fix: so.
    """
    return compliant(f"{lid.shut} {rules.names}")


@check(severity=Severity.LOW, opt_in=("names",))
def box_named_is_locked(lid: Lid, *, names: tuple[str, ...] = ()) -> Verdict:
    """Boxes that are named should be locked.

    Why: so.
    Fix: so.
    """
    return compliant(f"{lid.shut} {names}")


@check(severity=Severity.LOW)
def account_is_strict(policy: Policy) -> Verdict:
    """Accounts should be strict.

    Why: so.
    Fix: so.
    """
    return compliant(str(policy.strict))


CATALOG = Catalog(
    {found.id: found for found in (box_has_lid, box_follows_policy)},
    {BOX: boxes},
    {(each.resource_type, each.facet): each for each in (lid, policy, rules, line)},
)
RULES = [Rule(found, BOX, "box") for found in CATALOG.checks.values()]


class Fake:
    """A session's clients and a client at once: answers are values, callables or errors by operation."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {
            "ListBoxes": [[("a", "eu-west-1"), ("b", "eu-west-1")], [("c", "eu-west-1")]],
            "GetLid": {"Shut": True},
            "GetPolicy": {"Strict": True},
            "GetRules": {"Names": ["one"]},
            "GetLine": {"Text": "x"},
            **answers,
        }
        self.calls: list[tuple[str, ...]] = []

    def counting_in(self, _ledger: Ledger) -> "Fake":
        return self

    def get(self, _service: str, _region: str) -> "Fake":
        return self

    def call(self, operation: str, *arguments: str) -> Any:
        self.calls.append((operation, *arguments))
        answer = self.answers[operation.partition(":")[2]]
        answer = answer(*arguments) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def refused(code: str) -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


def run(fake: Fake, rules: Sequence[Rule] = RULES, scope: Scope | None = None) -> tuple[list[Finding], ShardScan]:
    scope = scope or Scope(lambda _resource: True)
    context = ScanContext(fake, AT, Retrier(sleep=lambda _: None))  # type: ignore[arg-type]
    scan = ShardScan(SHARD, read_plan(CATALOG, rules, by_tags=scope.by_tags), context, keep=scope.keep)
    return list(scan), scan


def statuses(findings: Sequence[Finding]) -> dict[tuple[str, str], Status]:
    return {(found.resource.id, found.check_id): found.status for found in findings}


def test_every_resource_of_every_page_is_judged_by_every_rule() -> None:
    findings, scan = run(Fake())
    assert len(findings) == 6
    assert {found.status for found in findings} == {Status.COMPLIANT}
    assert scan.outcome.complete
    assert [row.items for row in scan.outcome.ledger.rows()] == [3]


def test_each_call_is_made_once_and_only_those_that_the_rules_need() -> None:
    fake = Fake()
    run(fake)
    assert sorted(fake.calls) == sorted(
        [
            ("box:ListBoxes",),
            ("box:ListBoxes", "1"),
            *(("box:GetLid", name) for name in "abc"),
            ("box:GetPolicy",),
            ("box:GetLine", "one"),
        ]
    )
    fake = Fake()
    run(fake, RULES[:1])
    assert {call[0] for call in fake.calls} == {"box:ListBoxes", "box:GetLid"}


@pytest.mark.parametrize(("strict", "asked"), [(True, 1), (False, 0)])
def test_what_is_shared_is_asked_for_once_and_only_where_another_facet_says_so(strict: bool, asked: int) -> None:
    fake = Fake(GetPolicy={"Strict": strict})
    findings, _ = run(fake, [Rule(box_follows_rules, BOX, "box")])
    assert [call[0] for call in fake.calls].count("box:GetRules") == asked
    assert {finding.reason for finding in findings} == {f"True {('one',) * asked}"}


def test_what_is_shared_is_unread_where_what_it_hangs_on_is() -> None:
    findings, _ = run(Fake(GetPolicy=refused("AccessDenied")), [Rule(box_follows_rules, BOX, "box")])
    assert {finding.status for finding in findings} == {Status.INSUFFICIENT_DATA}
    assert findings[0].unavailable[0].permission == "box:GetPolicy"


DENIED_BY_SCP = botocore.exceptions.ClientError(
    {
        "Error": {
            "Code": "AccessDenied",
            "Message": "User: u is not authorized to perform: x with an explicit deny in a service control policy",
        }
    },
    "Operation",
)


def test_where_nothing_is_listed_and_a_policy_denies_all_that_is_read_the_region_is_blocked() -> None:
    findings, scan = run(Fake(GetPolicy=DENIED_BY_SCP), [Rule(account_is_strict, ACCOUNT, "box")])
    assert findings == []
    assert (scan.outcome.blocked, scan.outcome.complete) == (True, True)


NO_ENDPOINT = botocore.exceptions.EndpointConnectionError(
    endpoint_url="https://macie2.eu-central-2.amazonaws.com/", error=socket.gaierror(-2, "Name or service not known")
)


def test_a_service_that_a_region_does_not_offer_is_one_row_of_coverage_and_no_gap() -> None:
    findings, scan = run(Fake(GetPolicy=NO_ENDPOINT), [Rule(account_is_strict, ACCOUNT, "box")])
    assert findings == []
    assert (scan.outcome.blocked, scan.outcome.complete) == (False, True)
    assert {row.reason for row in scan.outcome.ledger.rows()} == {NOT_OFFERED}


def test_a_listing_without_an_endpoint_has_no_resources() -> None:
    findings, scan = run(Fake(ListBoxes=NO_ENDPOINT), RULES)
    assert findings == []
    assert (scan.outcome.unlisted, scan.outcome.complete) == ({}, True)


def test_what_a_policy_denies_is_unread_where_something_else_can_be_read() -> None:
    allowed, _ = run(Fake(), [Rule(account_is_strict, ACCOUNT, "box")])
    assert [found.status for found in allowed] == [Status.COMPLIANT]
    refusal, scan = run(Fake(GetPolicy=refused("AccessDenied")), [Rule(account_is_strict, ACCOUNT, "box")])
    assert [found.status for found in refusal] == [Status.INSUFFICIENT_DATA]
    assert not scan.outcome.blocked
    both = [Rule(account_is_strict, ACCOUNT, "box"), *RULES[:1]]
    findings, scan = run(Fake(GetPolicy=DENIED_BY_SCP), both)
    assert {found.status for found in findings if found.check_id == "account-is-strict"} == {Status.INSUFFICIENT_DATA}
    assert not scan.outcome.blocked


def test_a_region_of_which_nothing_is_in_scope_is_not_called_blocked() -> None:
    scope = Scope(keep=lambda _resource: False, by_tags=True)
    findings, scan = run(Fake(GetPolicy=DENIED_BY_SCP), [Rule(account_is_strict, ACCOUNT, "box")], scope=scope)
    assert findings == []
    assert not scan.outcome.blocked


@check(severity=Severity.LOW)
def account_is_doubtful(policy: Policy) -> Verdict:
    """Accounts should be known.

    Why: so.
    Fix: so.
    """
    known(Unknown(f"nothing is known of {policy.strict}"))
    return compliant("so")


def test_a_check_that_cannot_tell_is_unread_and_calls_no_region_blocked() -> None:
    findings, scan = run(Fake(), [Rule(account_is_doubtful, ACCOUNT, "box")])
    assert [found.status for found in findings] == [Status.INSUFFICIENT_DATA]
    assert not scan.outcome.blocked


def test_what_nobody_opted_into_costs_no_call() -> None:
    asked, fake = Rule(box_named_is_locked, BOX, "box", {"names": ("a",)}), Fake()
    findings, _ = run(fake, [replace(asked, settings={"names": ()})])
    assert {finding.status for finding in findings} == {Status.NOT_APPLICABLE}
    assert {call[0] for call in fake.calls} == {"box:ListBoxes"}
    run(fake, [asked])
    assert {call[0] for call in fake.calls} == {"box:ListBoxes", "box:GetLid"}


def test_an_absent_facet_is_none_of_it_and_not_unread() -> None:
    findings, _ = run(Fake(GetLid=refused("NoSuchLid")), RULES[:1])
    assert {found.reason for found in findings} == {"False"}


@pytest.mark.parametrize(
    ("code", "permission"),
    [("AccessDenied", "box:GetLid"), ("Throttling", None), ("InternalError", None), ("NoSuchBucket", None)],
)
def test_what_one_resource_refuses_is_unread_for_it_alone(code: str, permission: str | None) -> None:
    fake = Fake(GetLid=lambda name: refused(code) if name == "b" else {"Shut": True})
    findings, scan = run(fake)
    unread = [found for found in findings if found.status is Status.INSUFFICIENT_DATA]
    assert {found.resource.id for found in unread} == {"b"}
    assert {gap.permission for found in unread for gap in found.unavailable} == {permission}
    assert len(findings) == 6
    assert scan.outcome.complete


def test_a_denied_list_leaves_one_finding_a_check_on_the_target_and_an_incomplete_scan() -> None:
    findings, scan = run(Fake(ListBoxes=refused("AccessDenied")))
    assert [(found.resource.type, found.resource.id) for found in findings] == [(TARGET, BOX)] * 2
    assert {found.status for found in findings} == {Status.INSUFFICIENT_DATA}
    assert findings[0].unavailable[0].permission == "box:ListBoxes"
    assert not scan.outcome.complete


def test_a_list_that_breaks_on_its_second_page_keeps_the_first() -> None:
    def pages(token: str = "") -> list[list[tuple[str, str]]]:
        if token:
            raise refused("InternalError")
        return [[("a", "eu-west-1")], []]

    findings, scan = run(Fake(ListBoxes=pages), RULES[:1])
    assert [found.resource.type for found in findings] == [BOX, TARGET]
    assert not scan.outcome.complete


def test_credentials_that_expire_in_mid_scan_leave_it_incomplete_and_say_so() -> None:
    findings, scan = run(Fake(GetLid=lambda name: refused("ExpiredToken") if name == "c" else {}), RULES[:1])
    assert len(findings) == 3
    assert "ExpiredToken" in scan.outcome.lost
    assert not scan.outcome.complete


def test_an_answer_in_a_strange_shape_is_unread_and_stops_nothing() -> None:
    findings, _ = run(Fake(GetLid=lambda name: 7 if name == "a" else {}), RULES[:1])
    assert statuses(findings)["a", "box-has-lid"] is Status.INSUFFICIENT_DATA
    assert statuses(findings)["b", "box-has-lid"] is Status.COMPLIANT


def test_a_resource_of_another_region_is_counted_and_not_judged() -> None:
    findings, scan = run(Fake(ListBoxes=[[("a", "eu-west-1"), ("far", "us-east-1")]]), RULES[:1])
    assert [found.resource.id for found in findings] == ["a"]
    assert [(row.items, row.out_of_scope) for row in scan.outcome.ledger.rows()] == [(2, 1)]


@pytest.mark.parametrize("by_tags", [False, True])
def test_what_is_excluded_costs_no_call(by_tags: bool) -> None:
    fake = Fake()
    findings, _ = run(fake, RULES[:1], scope=Scope(lambda box: box.id != "b", by_tags=by_tags))
    assert [found.resource.id for found in findings] == ["a", "c"]
    assert ("box:GetLid", "b") not in fake.calls


def test_stopping_early_stops_the_workers() -> None:
    findings = iter(ShardScan(SHARD, read_plan(CATALOG, RULES), ScanContext(Fake(), AT)))  # type: ignore[arg-type]
    next(findings)
    findings.close()


@given(
    accounts=st.lists(st.sampled_from(["111122223333", "123456789012", "210987654321"]), min_size=1, unique=True),
    regions=st.lists(st.sampled_from(["eu-west-1", "eu-west-2", "us-east-1", "us-east-2"]), min_size=1, unique=True),
    homes=st.lists(st.sampled_from(["eu-west-1", "eu-west-2", "us-east-1", "us-east-2"]), max_size=8),
)
def test_every_resource_belongs_to_exactly_one_shard_or_is_out_of_scope(
    accounts: list[str], regions: list[str], homes: list[str]
) -> None:
    rules = [Rule(box_has_lid, BOX, "ec2"), Rule(box_has_lid, "AWS::S3::Bucket", "s3")]
    for account in accounts:
        cut = shards(account, "aws", sorted(regions), rules, global_services=frozenset({"s3"}))
        assert len({shard.id for shard in cut}) == len(cut)
        for home in homes:
            regional = [shard for shard in cut if shard.service == "ec2" and home in shard.scope]
            listing = [shard for shard in cut if shard.service == "s3" and home in shard.scope]
            assert len(regional) == len(listing) == (home in regions)
        assert sum(shard.service == "s3" for shard in cut) == 1


@pytest.mark.parametrize("code", ["OptInRequired", "AuthFailure"])
def test_a_region_that_is_not_enabled_does_not_mean_that_the_credentials_are_lost(code: str) -> None:
    _, scan = run(Fake(ListBoxes=refused(code)), RULES[:1])
    assert (scan.outcome.lost, scan.outcome.complete) == ("", False)


def test_a_page_of_somebodys_proxy_is_unread_and_breaks_nothing() -> None:
    html = botocore.parsers.ResponseParserError("not XML")
    findings, scan = run(Fake(GetLid=lambda name: html if name == "a" else {}), RULES[:1])
    assert statuses(findings)["a", "box-has-lid"] is Status.INSUFFICIENT_DATA
    assert scan.outcome.complete


@pytest.mark.parametrize(
    ("cursor", "types"),
    [
        pytest.param(None, [BOX, ACCOUNT], id="nothing is done"),
        pytest.param(Cursor(BOX, "2"), [BOX, ACCOUNT], id="the first type is not done yet"),
        pytest.param(Cursor(ACCOUNT), [ACCOUNT], id="the first is"),
        pytest.param(Cursor(TARGET), [], id="all are"),
        pytest.param(Cursor("Test::Gone"), [BOX, ACCOUNT], id="a type that no rule judges any more"),
    ],
)
def test_what_a_cursor_leaves_to_do(cursor: Cursor | None, types: list[str]) -> None:
    rules = [Rule(account_is_strict, ACCOUNT, "box"), *RULES]
    found = remaining(read_plan(CATALOG, rules).of(SHARD), cursor)
    assert [plan.resource_type for plan in found] == types
