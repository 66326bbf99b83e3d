"""The result of an account: its ledger, its totals by API, its sizes."""

from dataclasses import replace
from typing import Any

from muster.model.coverage import ALL, Coverage
from muster.stack.documents.account import CheckCounts
from muster.stack.documents.commit import CheckResult, Commit, ShardResources
from muster.stack.documents.events import AccountEvent
from muster.stack.documents.notes import Size
from muster.stack.documents.summary import ApiTotals
from muster.stack.documents.work import AccountItem
from muster.stack.settling.collect import Collected
from muster.stack.settling.result import by_api, ledger, result_of

ACCOUNT, REGION = "123456789012", "eu-west-1"
LIST, GET = "ec2:DescribeVolumes", "ec2:DescribeSnapshots"


def row(api: str = LIST, region: str = REGION, service: str = "ec2", **counts: Any) -> Coverage:
    return Coverage(ACCOUNT, region, service, api, **{"calls": 1, "items": 2, "seconds": 0.25, **counts})


def commit(region: str = REGION, service: str = "ec2", *coverage: Coverage, **changed: Any) -> Commit:
    found = Commit(
        attempt="", shard=f"{ACCOUNT}.{region}.{service}", account_id=ACCOUNT, region=region, service=service,
        complete=True, reasons=(), checks=(), resources=ShardResources(3, 1), coverage=coverage, parts=(),
        scope=(region,),
    )  # fmt: skip
    return replace(found, **changed)


def check(name: str, *, complete: bool = True, **counts: int) -> CheckResult:
    nothing = dict.fromkeys(("compliant", "non_compliant", "not_applicable", "insufficient_data", "suppressed"), 0)
    return CheckResult(name, "HIGH", REGION, complete, **{**nothing, **counts})


def result(*commits: Commit, limit: int = 100, **collected: Any) -> Any:
    found = Collected(commits=list(commits), committed={each.shard for each in commits}, **collected)
    rows = [row for _, row in ledger(commits)]
    return result_of(AccountEvent("scan", AccountItem(ACCOUNT, ())), found, rows, limit, (), {}, {}, "", {"a": 2})


def test_the_failures_of_suppressions_are_in_the_result() -> None:
    assert result(commit()).suppressions == {"a": 2}


def test_the_ledger_names_the_shard_of_each_row() -> None:
    commits = [commit(REGION, "ec2", row(), row(GET)), commit("us-east-1", "ec2", row(region="us-east-1"))]
    assert [(shard, row.api) for shard, row in ledger(commits)] == [
        (commits[0].shard, LIST), (commits[0].shard, GET), (commits[1].shard, LIST),
    ]  # fmt: skip


def test_a_region_that_a_policy_blocks_has_one_row_for_all_its_services() -> None:
    services = ("ec2", "rds", "sqs")
    commits = [commit(REGION, each, row(service=each, calls=2, reason="blocked"), blocked=True) for each in services]
    ((shard, whole),) = ledger(commits)
    assert (shard, whole.service, whole.calls, whole.reason) == (commits[0].shard, ALL, 6, "blocked")


def test_calls_are_added_up_by_api() -> None:
    rows = [row(seconds=0.2504), row(region="us-east-1", retries=1, denials=2, errors=3, out_of_scope=4), row(GET)]
    assert by_api(rows) == (
        ApiTotals(GET, 1, 2, 0, 0, 0, 0, 250),
        ApiTotals(LIST, 2, 4, 1, 2, 3, 4, 500),
    )


def test_a_shard_that_was_cut_has_the_size_of_the_whole() -> None:
    volumes = commit(REGION, "ec2", row(), shard=f"{ACCOUNT}.{REGION}.ec2.Volume", resource_type="AWS::EC2::Volume")
    snapshots = commit(REGION, "ec2", row(GET, items=9, out_of_scope=4), shard=f"{ACCOUNT}.{REGION}.ec2.Snapshot")
    broken = commit("us-east-1", "ec2", row(region="us-east-1"), complete=False)
    assert result(volumes, snapshots, broken).sizes == {f"{ACCOUNT}.{REGION}.ec2": Size(6, {LIST: 2, GET: 5})}


def test_a_shard_that_was_cut_and_not_seen_whole_keeps_the_size_that_it_had() -> None:
    volumes = commit(REGION, "ec2", row(), shard=f"{ACCOUNT}.{REGION}.ec2.Volume")
    snapshots = commit(REGION, "ec2", row(GET), shard=f"{ACCOUNT}.{REGION}.ec2.Snapshot", complete=False)
    assert result(volumes, snapshots).sizes == {}


def test_the_result_counts_shards_resources_and_regions() -> None:
    commits = [
        commit(),
        commit("us-east-1", "ec2", complete=False, reasons=("denied", "throttled")),
        commit("eu-north-1", "ec2", complete=False, blocked=True),
        commit("eu-north-1", "rds", complete=False, blocked=True),
    ]
    found = result(*commits)
    assert (found.shards.planned, found.shards.committed, found.shards.incomplete) == (4, 4, 3)
    assert next((each.shard, each.reason) for each in found.incomplete) == (
        f"{ACCOUNT}.us-east-1.ec2",
        "denied; throttled",
    )
    assert found.blocked == 1
    assert (found.resources.scanned, found.resources.non_compliant) == (12, 4)


def test_a_complete_check_without_findings_is_left_out_and_an_incomplete_one_is_not() -> None:
    checks = (check("none"), check("gap", complete=False), check("found", suppressed=1))
    found = result(commit(checks=checks), commit("us-east-1", "ec2"))
    assert found.checks == {
        f"{ACCOUNT}.{REGION}.ec2": (
            CheckCounts("gap", REGION, False, 0, 0, 0, 0, 0),
            CheckCounts("found", REGION, True, 0, 0, 0, 0, 1),
        )
    }


def test_of_many_rows_of_the_ledger_those_that_say_why_come_first_then_the_most_denials() -> None:
    rows = [row("a"), row("b", denials=1), row("c", errors=2), row("d", reason="denied")]
    found = result(commit(REGION, "ec2", *rows), limit=3)
    assert [each.api for each in found.coverage] == ["d", "c", "b"]
    assert (found.coverage_rows, len(found.apis)) == (4, 4)


def test_what_is_damaged_is_named_once_and_in_order() -> None:
    assert result(damaged={"b": "two", "a": "one"}).damaged == ("one", "two")
