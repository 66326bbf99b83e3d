"""Adding up accounts: the same sums in every order, as many findings as fit, and every missing account named."""

import itertools
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from muster.model.coverage import Coverage
from muster.model.finding import Severity
from muster.reports.tally import STATUSES
from muster.stack.documents.account import AccountResult, CheckCounts, Reported
from muster.stack.documents.commit import ShardResources
from muster.stack.documents.notes import Size
from muster.stack.documents.summary import ApiTotals, ChangeCounts, IncompleteShard, ShardCounts
from muster.stack.summarizing import totals as module
from muster.stack.summarizing.accounts import LostAccount
from muster.stack.summarizing.bounds import CHANGES, NAMED
from muster.stack.summarizing.totals import Totals
from tests.unit.stack.accounts import ACCOUNT, API, REGION, account_result, change, changes, finding

SEVERITIES = {"c": "HIGH", "d": "LOW", "e": "CRITICAL"}
COUNT = st.integers(0, 9)
ATTEMPT = "0a1b2c3d"
WORDS = st.sampled_from(["opened", "reopened", "resolved", "unreadable", "suppressed"])


def added(*results: AccountResult | LostAccount, planned: int = 0, attempt: str = "") -> Totals:
    totals = Totals(SEVERITIES, planned, attempt)
    for result in results:
        if isinstance(result, LostAccount):
            totals.lose(result)
        else:
            totals.add(result)
    return totals


@st.composite
def results(draw: Callable[[Any], Any]) -> list[AccountResult]:
    """Draw the results of some accounts."""
    return [draw(result(f"{number:012d}")) for number in range(draw(st.integers(0, 4)))]


@st.composite
def result(draw: Callable[[Any], Any], account_id: str) -> AccountResult:
    shards = [f"{account_id}.{REGION}.{service}" for service in draw(st.sets(st.sampled_from(["ec2", "s3", "sqs"])))]
    broken = [shard for shard in sorted(shards) if draw(st.booleans())]
    checks = {
        shard: tuple(
            CheckCounts(check_id, REGION, shard not in broken, *(draw(COUNT) for _ in STATUSES))
            for check_id in sorted(draw(st.sets(st.sampled_from(sorted(SEVERITIES)))))
        )
        for shard in sorted(shards)
    }
    failing = [
        finding(account_id, f"r{number}", check_id=check_id, severity=draw(st.sampled_from(list(SEVERITIES.values()))))
        for number, check_id in enumerate(draw(st.lists(st.sampled_from(sorted(SEVERITIES)), max_size=4)))
    ]
    events = {
        word: tuple(
            change(account_id, f"{word}{number}", draw(st.sampled_from(list(Severity))).value) for number in (1, 2)
        )
        for word in draw(st.sets(WORDS))
    }
    apis = tuple(
        ApiTotals(api, *(draw(COUNT) for _ in range(7))) for api in sorted(draw(st.sets(st.sampled_from("xyz"))))
    )
    rows = tuple(
        Coverage(
            account_id, REGION, "ec2", f"api{number}", denials=draw(COUNT), reason=draw(st.sampled_from(["", "no"]))
        )
        for number in range(draw(st.integers(0, 3)))
    )
    return account_result(
        account_id,
        shards=ShardCounts(len(shards), draw(COUNT), len(broken)),
        incomplete=tuple(IncompleteShard(shard, "it broke") for shard in broken),
        blocked=draw(COUNT),
        resources=ShardResources(draw(COUNT), draw(COUNT)),
        checks=checks,
        apis=apis,
        coverage=rows,
        coverage_rows=len(rows) + draw(COUNT),
        findings=tuple(failing),
        sizes={shard: Size(draw(COUNT), {}) for shard in shards if shard not in broken},
        damaged=tuple(draw(st.sets(st.sampled_from(["one", "two"])))),
        changes={
            "": changes(baseline=draw(st.booleans()), **events),
            ATTEMPT: changes(opened=(change(account_id),), lost=draw(st.sampled_from(["", "three"]))),
        },
        reported={shard: Reported("", "") for shard in shards},
    )


def shown(totals: Totals) -> dict[str, Any]:
    """Return everything that a summary, a report and the sizes are made of."""
    return {
        "numbers": (
            totals.committed, totals.blocked, totals.scanned, totals.failing, totals.coverage_rows,
            totals.incomplete_shards,
        ),
        "checks": totals.checks,
        "apis": totals.apis,
        "names": sorted(totals.names),
        "incomplete": totals.incomplete.items(),
        "coverage": totals.coverage.items(),
        "findings": totals.findings,
        "damaged": totals.damaged,
        "changes": totals.changes.counts(),
        "worst": totals.changes.worst(),
        "sizes": dict(sorted(totals.sizes.merged({"999999999999.x.y": Size(1, {})}).items())),
    }  # fmt: skip


@given(results(), st.randoms(use_true_random=False))
def test_the_order_of_the_accounts_changes_nothing(found: list[AccountResult], random) -> None:
    mixed = list(found)
    random.shuffle(mixed)
    lost = LostAccount("888888888888", "it was cut", damaged=True)
    assert shown(added(*found, lost, planned=99)) == shown(added(lost, *mixed, planned=99))


@given(results(), st.sampled_from(["", ATTEMPT]))
def test_the_sums_are_those_of_all_results(found: list[AccountResult], attempt: str) -> None:
    totals = added(*found, attempt=attempt)
    rows = [row for each in found for checks in each.checks.values() for row in checks]
    for check in totals.checks:
        counted = [row for row in rows if row.check_id == check.check_id]
        for status in STATUSES:
            assert getattr(check, status) == sum(getattr(row, status) for row in counted)
        assert check.severity == SEVERITIES[check.check_id]
    assert totals.scanned == sum(each.resources.scanned for each in found)
    assert totals.failing == sum(each.resources.non_compliant for each in found)
    assert totals.committed == sum(each.shards.committed for each in found)
    assert totals.blocked == sum(each.blocked for each in found)
    assert totals.incomplete_shards == len(totals.names) == sum(each.shards.incomplete for each in found)
    for name in ("calls", "items", "retries", "denials", "errors", "out_of_scope", "milliseconds"):
        each_api: Counter[str] = Counter()
        for one in found:
            for row in one.apis:
                each_api[row.api] += getattr(row, name)
        assert {api.api: getattr(api, name) for api in totals.apis} == dict(each_api)
    every = [record for each in found for record in each.findings]
    every.sort(key=lambda record: (-Severity(record["severity"]).rank, record["check_id"], record["finding_id"]))
    assert list(totals.findings) == every
    of_attempt = [each.changes[attempt] for each in found]
    assert totals.changes.counts() == ChangeCounts(
        baseline=any(each.baseline for each in of_attempt),
        **{
            word: sum(each.events[word].count for each in of_attempt if word in each.events)
            for word in ("opened", "reopened", "resolved", "suppressed", "unreadable")
        },
    )
    for word, worst in totals.changes.worst().items():
        named = [noted for each in of_attempt if word in each.events for noted in each.events[word].worst]
        assert {noted.finding_id for noted in worst} == {noted.finding_id for noted in named}
    assert set(totals.damaged) == {
        *(text for each in found for text in each.damaged),
        *(noted.lost for each in found for noted in each.changes.values() if noted.lost),
    }


def test_a_result_that_was_added_is_not_kept() -> None:
    one = account_result()
    before = sys.getrefcount(one)
    totals = added(one)
    assert sys.getrefcount(one) == before
    assert totals.scanned == 3


def test_a_check_that_found_nothing_is_in_the_summary() -> None:
    assert [(check.check_id, check.compliant) for check in added(account_result()).checks] == [
        ("c", 2),
        ("d", 0),
        ("e", 0),
    ]


def test_the_worst_findings_of_all_accounts_are_reported(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "REPORTED", 3)
    grave = tuple(finding("111111111111", f"{number}", severity="CRITICAL", check_id="e") for number in (2, 1))
    slight = (finding("222222222222", "1", severity="LOW", check_id="d"), finding("222222222222", "2"))
    totals = added(account_result("222222222222", findings=slight), account_result("111111111111", findings=grave))
    names = [record["finding_id"] for record in totals.findings]
    assert names == ["111111111111/1", "111111111111/2", "222222222222/2"]


def test_of_one_severity_findings_of_all_checks_are_reported(monkeypatch: Any) -> None:
    """Ids of findings are digests: the choice by id is as good as one at random, and the same in every run."""
    monkeypatch.setattr(module, "REPORTED", 2)
    three = [finding(name=name, finding_id=key, check_id=name) for name, key in (("a", "33"), ("b", "11"), ("c", "22"))]
    for order in itertools.permutations(three):
        totals = added(*(account_result(findings=(each,)) for each in order))
        assert [record["check_id"] for record in totals.findings] == ["a", "c"]


def test_rows_with_a_reason_come_first_and_those_with_refusals_next() -> None:
    def row(account_id: str, **fields: Any) -> Coverage:
        return Coverage(account_id, REGION, "ec2", API, **fields)

    rows = (row("1", calls=9), row("2", denials=1), row("3", errors=2), row("4", reason="denied"))
    totals = added(account_result(coverage=rows[:2]), account_result(coverage=rows[2:]))
    assert [each.account_id for each in totals.coverage.items()] == ["4", "3", "2", "1"]


def test_only_changes_of_the_attempt_count() -> None:
    both = {"": changes(opened=(change(name="a"),)), ATTEMPT: changes(resolved=(change(name="b"), change(name="d")))}
    assert added(account_result(changes=both)).changes.counts() == ChangeCounts(baseline=False, opened=1)
    totals = added(account_result(changes=both), attempt=ATTEMPT)
    assert totals.changes.counts() == ChangeCounts(baseline=False, resolved=2)
    assert {word: [each.resource_id for each in worst] for word, worst in totals.changes.worst().items()} == {
        "resolved": ["b", "d"]
    }


def test_the_worst_changes_of_all_accounts_are_named() -> None:
    low = tuple(change("222222222222", f"{number:02d}", "LOW") for number in range(CHANGES))
    high = (change("333333333333", "07", "HIGH"),)
    totals = added(
        account_result("222222222222", changes={"": changes(opened=low)}),
        account_result("333333333333", changes={"": changes(opened=high)}),
    )
    assert totals.changes.worst() == {"opened": (*high, *low[:-1])}
    assert totals.changes.counts().opened == CHANGES + 1


def test_a_state_that_was_lost_is_said_once_and_its_account_reports_no_changes() -> None:
    lost = changes(lost="the state is cut: no changes of the account are reported")
    totals = added(account_result(changes={"": lost}, damaged=("a part is cut",)))
    assert totals.damaged == ("a part is cut", "the state is cut: no changes of the account are reported")
    assert totals.changes.counts() == ChangeCounts(baseline=False)
    assert len(totals.findings) == 1


def test_shards_of_accounts_without_a_result_count_as_incomplete() -> None:
    broken = account_result(
        "222222222222",
        shards=ShardCounts(planned=13, committed=12, incomplete=1),
        incomplete=(IncompleteShard(f"222222222222.{REGION}.s3", "denied"),),
    )
    totals = added(
        account_result(shards=ShardCounts(13, 13, 0)), broken, LostAccount("333333333333", "cut"), planned=39
    )
    assert totals.incomplete_shards == 14
    assert sorted(totals.names) == [f"222222222222.{REGION}.s3", "333333333333.*.*"]
    assert totals.incomplete.items()[1] == IncompleteShard("333333333333.*.*", "cut")
    (row, *_) = totals.coverage.items()
    assert (row.account_id, row.region, row.reason) == ("333333333333", "*", "cut")


def test_a_few_of_the_incomplete_shards_are_named_with_their_reasons() -> None:
    broken = tuple(IncompleteShard(f"{ACCOUNT}.{REGION}.s{number:03d}", "denied") for number in range(50))
    totals = added(account_result(incomplete=broken))
    assert len(totals.names) == 50
    assert totals.incomplete.items() == broken[:NAMED]


def test_sizes_of_empty_shards_are_not_kept() -> None:
    """A scan of a thousand accounts has 221,000 shards; most are empty in most scans."""
    shards = {name: f"{ACCOUNT}.{REGION}.{name}" for name in ("ec2", "s3", "sqs", "rds")}
    known = {
        shards["ec2"]: Size(1, {}), shards["s3"]: Size(5, {}), shards["sqs"]: Size(7, {}), shards["rds"]: Size(9, {}),
        f"222222222222.{REGION}.s3": Size(2, {}), f"222222222222.{REGION}.ec2": Size(0, {}),
    }  # fmt: skip
    scanned = account_result(
        sizes={shards["ec2"]: Size(4, {}), shards["s3"]: Size(0, {})},
        reported={shards[name]: Reported("", "") for name in ("ec2", "s3", "sqs", "rds")},
        incomplete=(IncompleteShard(shards["rds"], "denied"),),
    )
    assert added(scanned).sizes.merged(known) == {
        shards["ec2"]: Size(4, {}),
        # It was not scanned to its end: the size that is known stays.
        shards["rds"]: Size(9, {}),
        f"222222222222.{REGION}.s3": Size(2, {}),
    }


def test_a_shard_that_lists_only_what_is_out_of_scope_is_remembered() -> None:
    """The next forecast counts its calls."""
    name = f"{ACCOUNT}.global.s3"
    sizes = added(account_result(sizes={name: Size(0, {"s3:ListBuckets": 0})})).sizes
    assert sizes.merged({}) == {name: Size(0, {"s3:ListBuckets": 0})}


def test_a_shard_that_was_cut_by_types_is_remembered_as_a_whole() -> None:
    name = f"{ACCOUNT}.{REGION}.ec2"
    cut = account_result(
        sizes={name: Size(4, {})},
        reported={f"{name}.Instance": Reported("", ""), f"{name}.Volume": Reported("", "")},
        incomplete=(IncompleteShard(f"{name}.Volume", "denied"),),
    )
    assert added(cut).sizes.merged({name: Size(9, {})}) == {name: Size(9, {})}
    whole = replace(cut, incomplete=())
    assert added(whole).sizes.merged({name: Size(9, {})}) == {name: Size(4, {})}


def test_failures_of_suppressions_are_added_up() -> None:
    totals = Totals({"c": "HIGH"}, 2, "")
    totals.add(account_result("111122223333", suppressions={"a": 1, "b": 2}))
    totals.add(account_result("444455556666", suppressions={"b": 3}))
    assert totals.suppressions == {"a": 1, "b": 5}
