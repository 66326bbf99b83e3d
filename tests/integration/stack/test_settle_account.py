"""The end of a scan for one account, on moto: what is published, remembered and summed up, whatever interrupts it."""

import contextlib
import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.configuration import Configuration
from muster.configuration.selection import rules_to_json, select
from muster.errors import Damaged, EventError, MusterError, Transient
from muster.model.finding import TARGET
from muster.model.shard import Shard
from muster.reports.tables import FINDINGS
from muster.reports.tally import Tally
from muster.scanning.shard_scan import Cursor
from muster.sdk.session import Clients
from muster.stack.documents.account import AccountResult
from muster.stack.documents.progress import ProgressDocument, TypeProgress
from muster.stack.documents.request import Environment
from muster.stack.limits import PUBLISHED
from muster.stack.settle_account import settle_account
from muster.stack.settling import publish
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket, Conflict
from muster.storage.traffic import Traffic

from .settled import TABLE, make_table, remembered, result, scans_of, told_once

REGION, ACCOUNT = "eu-west-1", "123456789012"
FIRST = datetime(2026, 11, 21, 6, tzinfo=UTC)
CHECK, KIND = "ec2-volume-encrypted", "AWS::EC2::Volume"
HERE, THERE = (Shard(ACCOUNT, region, "ec2", region, (region,)) for region in (REGION, "us-east-1"))
SHARDS = (HERE, THERE)
AGAIN = "0a1b2c3d"
ENVIRONMENT = Environment("reports", REGION, stack="dev", event_table=TABLE)


def volume(shard: Shard, name: str, status: str = "NON_COMPLIANT", **changed: Any) -> dict[str, Any]:
    return {
        "finding_id": f"{shard.region}/{name}",
        "shard": shard.id,
        "service": "ec2",
        "check_id": CHECK,
        "title": "Volumes should be encrypted",
        "severity": "HIGH",
        "resource_type": KIND,
        "resource_id": name,
        "resource_arn": None,
        "account_id": ACCOUNT,
        "region": shard.region,
        "status": status,
        "reason": "it is not",
        **changed,
    }


@dataclass
class Account:
    """One account whose scans are planned, committed and settled."""

    clients: Clients
    folder: Path
    scans: int = 0
    at: datetime = FIRST

    @property
    def bucket(self) -> Bucket:
        return Bucket("reports", self.clients, REGION)

    @property
    def scan_id(self) -> str:
        return f"{self.at:%Y%m%dT%H%M%SZ}-{self.scans:08x}"

    def plan(self, *, record: bool = True, shards: Iterable[Shard] = SHARDS) -> str:
        """Plan the next scan, six hours later, and return its id."""
        self.scans += 1
        self.at = FIRST + timedelta(hours=6 * self.scans)
        scan = {
            "scan_id": self.scan_id,
            "scan_kind": "manual",
            "started_at": self.at.isoformat(),
            "record": record,
            "account_id": ACCOUNT,
            "role": {"name": "", "external_id": "", "partition": "aws"},
            "stack": "dev",
            "regions": [REGION, "us-east-1"],
            "packs": ["all"],
            "accounts": [ACCOUNT],
            "shards": 2,
        }
        rules = rules_to_json(select(load(), Configuration(), checks=(CHECK,)))
        document = {"version": 2, "scan": scan, "rules": rules, "severities": {CHECK: "HIGH"}}
        self.bucket.put_json(keys.plan(self.scan_id), {**document, "configuration": Configuration().to_json()})
        self.bucket.put_json(keys.batches(self.scan_id), [self.item(*shards)])
        return self.scan_id

    def item(self, *shards: Shard, attempt: str = "") -> dict[str, Any]:
        """Return the account as an attempt's work list has it: a batch a shard."""
        batches = [
            {"batch": f"b{number:04d}", "attempt": attempt, "shards": [asdict(shard)]}
            for number, shard in enumerate(shards)
        ]
        return {"account_id": ACCOUNT, "batches": batches}

    def commit(self, shard: Shard, *parts: Iterable[Mapping[str, Any]], attempt: str = "", **changed: Any) -> None:
        """Write the parts of a shard, each with its rows, and its commit."""
        names = []
        for number, rows in enumerate(parts):
            own = {"scan_id": self.scan_id, "scan_kind": "manual", "observed_at": self.at}
            path = self.folder / "part"
            parquet.write(path, FINDINGS, [dict.fromkeys(FINDINGS) | row | own for row in rows])
            names.append(keys.part(self.scan_id, shard.id, number, attempt))
            self.bucket.upload(path, names[-1])
        rows = [row for part in parts for row in part]
        failing = sum(row["status"] == "NON_COMPLIANT" for row in rows)
        counts = {"compliant": len(rows) - failing, "non_compliant": failing}
        check = {"check_id": CHECK, "severity": "HIGH", "region": shard.region, "complete": True, **counts}
        commit = {
            "version": 2,
            "scan_id": self.scan_id,
            "attempt": attempt,
            "shard": shard.id,
            "account_id": ACCOUNT,
            "region": shard.region,
            "service": "ec2",
            "complete": True,
            "reasons": [],
            "resources": {"scanned": len(rows), "non_compliant": failing},
            "checks": [{**check, **dict.fromkeys(("not_applicable", "insufficient_data", "suppressed"), 0)}],
            "coverage": [],
            "parts": names,
            "scope": [shard.region],
            **changed,
        }
        self.bucket.put_json(keys.commit(self.scan_id, shard.id), commit)

    def scan(self, *here: Mapping[str, Any], record: bool = True) -> None:
        """Plan a scan that commits both shards; the other region always has one failing volume."""
        self.plan(record=record)
        self.commit(HERE, list(here))
        self.commit(THERE, [volume(THERE, "t")])

    def settle(self, *shards: Shard, attempt: str = "", left: float = 900.0) -> int:
        event = {"scan_id": self.scan_id, "attempt": attempt, "account": self.item(*(shards), attempt=attempt)}
        return settle_account(event, ENVIRONMENT, self.clients, lambda: left).left

    def settled(self, *shards: Shard, attempt: str = "", left: float = 900.0) -> AccountResult:
        """Settle the account in as many calls as it takes, and return its result."""
        while self.settle(*(shards or SHARDS), attempt=attempt, left=left):
            pass
        return result(self.bucket, self.scan_id, ACCOUNT)

    def put(self, key: str, body: bytes) -> None:
        self.clients.get("s3", REGION).put_object(Bucket="reports", Key=key, Body=body)

    def delete(self, key: str) -> None:
        self.clients.get("s3", REGION).delete_object(Bucket="reports", Key=key)

    def body(self, key: str) -> bytes:
        found = self.bucket.get_bytes(key)
        assert found is not None, key
        return found[0]

    def rows(self, table: str = "findings") -> list[dict[str, Any]]:
        """Return the rows of the scan in a table, or all of the table `latest`, by finding id."""
        found = []
        for key, _ in self.bucket.keys(f"{table}/"):
            if self.scan_id in key or table == "latest":
                self.bucket.download(key, self.folder / "read")
                found += list(parquet.read(self.folder / "read"))
        return sorted(found, key=lambda row: str(row.get("finding_id")))

    def names(self, table: str = "findings") -> list[str]:
        return [row["finding_id"] for row in self.rows(table)]

    def objects(self) -> dict[str, bytes]:
        """Return all that a settled scan leaves, besides the results of its functions' progress."""
        prefixes = ("findings/", "latest/", "coverage/", "state/", keys.accounts(self.scan_id))
        return {key: self.body(key) for prefix in prefixes for key, _ in self.bucket.keys(prefix)}


@pytest.fixture
def account(clients: Clients, tmp_path: Path) -> Account:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    make_table(clients, REGION)
    return Account(clients, tmp_path)


def events(found: AccountResult, attempt: str = "") -> dict[str, int]:
    return {kind: event.count for kind, event in found.changes[attempt].events.items()}


def ids(found: AccountResult, kind: str, attempt: str = "") -> list[str]:
    return [change.finding_id for change in found.changes[attempt].events[kind].worst]


def test_an_ordinary_account_is_published_remembered_and_summed_up(account: Account) -> None:
    account.scan(volume(HERE, "a"), volume(HERE, "b", "COMPLIANT"))
    found = account.settled()
    assert account.names() == account.names("latest") == ["eu-west-1/a", "eu-west-1/b", "us-east-1/t"]
    assert {key: one.subject.resource_id for key, one in remembered(account.bucket, ACCOUNT).items()} == {
        "eu-west-1/a": "a",
        "us-east-1/t": "t",
    }
    assert (found.shards.planned, found.shards.committed, found.shards.incomplete) == (2, 2, 0)
    assert (found.resources.scanned, found.resources.non_compliant) == (3, 2)
    assert [record["finding_id"] for record in found.findings] == ["eu-west-1/a", "us-east-1/t"]
    assert (found.incomplete, found.damaged, found.changes[""].baseline) == ((), (), True)
    assert events(found) == {"baseline": 2}


def test_an_account_writes_few_objects_whatever_its_shards_and_parts(account: Account) -> None:
    account.plan()
    account.commit(HERE, *([volume(HERE, f"v{number}")] for number in range(20)))
    account.commit(THERE, *([volume(THERE, f"v{number}")] for number in range(20)))
    before = {key for key, _ in account.bucket.keys("")}
    account.settled()
    day = f"scan_date={account.at:%Y-%m-%d}"
    assert {key for key, _ in account.bucket.keys("")} - before == {
        f"findings/{day}/{account.scan_id}-{ACCOUNT}-0000.parquet",
        f"coverage/{day}/{account.scan_id}-{ACCOUNT}.parquet",
        keys.latest(ACCOUNT, 0),
        keys.state(ACCOUNT),
        keys.account(account.scan_id, ACCOUNT),
        (sent := result(account.bucket, account.scan_id, ACCOUNT).outbox),
        keys.flushed(sent),
    }
    assert len(account.rows()) == 40


def test_the_second_scan_of_an_unchanged_account_reports_nothing(account: Account) -> None:
    for _ in range(2):
        account.scan(volume(HERE, "a"))
        found = account.settled()
    assert (found.changes[""].baseline, events(found)) == (False, {})
    assert {row["first_seen"] for row in account.rows()} == {(FIRST + timedelta(hours=6)).replace(tzinfo=None)}


def test_the_second_scan_reports_what_changed(account: Account) -> None:
    account.scan(volume(HERE, "a"), volume(HERE, "b"), volume(HERE, "c"))
    account.settled()
    account.scan(volume(HERE, "b"), volume(HERE, "c", "INSUFFICIENT_DATA"), volume(HERE, "d"))
    found = account.settled()
    assert {kind: ids(found, kind) for kind in events(found)} == {
        "opened": ["eu-west-1/d"],
        "resolved": ["eu-west-1/a"],
        "unreadable": ["eu-west-1/c"],
    }
    first, second = ((FIRST + timedelta(hours=6 * scan)).replace(tzinfo=None) for scan in (1, 2))
    assert {row["resource_id"]: row["first_seen"] for row in account.rows()} == {
        "b": first,
        "c": first,
        "d": second,
        "t": first,
    }


def test_a_scan_that_is_not_recorded_knows_since_when_findings_fail_and_remembers_nothing(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    state = account.body(keys.state(ACCOUNT))
    account.scan(volume(HERE, "a"), volume(HERE, "new"), record=False)
    found = account.settled()
    assert found.changes == {}
    assert account.body(keys.state(ACCOUNT)) == state
    first, second = ((FIRST + timedelta(hours=6 * scan)).replace(tzinfo=None) for scan in (1, 2))
    assert [row["first_seen"] for row in account.rows()] == [first, second, first]
    assert account.names("latest") == ["eu-west-1/a", "eu-west-1/new", "us-east-1/t"]


def test_an_account_that_is_settled_twice_is_the_same_to_the_byte(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.scan(volume(HERE, "b"))
    account.settled()
    before = account.objects()
    account.settled()
    assert account.objects() == before


def test_an_attempt_without_batches_settles_what_earlier_ones_committed(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    event = {"scan_id": account.scan_id, "attempt": AGAIN, "account": {"account_id": ACCOUNT, "batches": []}}
    assert settle_account(event, ENVIRONMENT, account.clients).to_json() == {
        "scan_id": account.scan_id, "account_id": ACCOUNT, "left": 0,
    }  # fmt: skip
    found = result(account.bucket, account.scan_id, ACCOUNT)
    assert (found.attempt, found.shards.committed, found.incomplete) == (AGAIN, 2, ())
    assert events(found, AGAIN) == {"baseline": 2}
    assert account.names() == ["eu-west-1/a", "us-east-1/t"]


def test_an_account_without_any_shard_has_a_result_and_no_findings(account: Account) -> None:
    account.plan(shards=())
    assert account.settle() == 0
    found = result(account.bucket, account.scan_id, ACCOUNT)
    assert (found.shards.planned, found.findings, found.changes) == (0, (), {})
    assert account.rows() == []


def test_changes_are_reported_by_the_attempt_that_settled_them_first(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.plan()
    account.commit(HERE, [volume(HERE, "a"), volume(HERE, "b")])
    account.settled()
    account.commit(THERE, [], attempt=AGAIN)
    found = account.settled(THERE, attempt=AGAIN)
    assert (ids(found, "opened"), ids(found, "resolved", AGAIN)) == (["eu-west-1/b"], ["us-east-1/t"])
    assert (events(found), events(found, AGAIN)) == ({"opened": 1}, {"resolved": 1})


def test_a_shard_without_a_commit_is_unread_and_nothing_of_it_is_resolved(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.plan()
    account.commit(THERE, [volume(THERE, "t")])
    found = account.settled()
    (gap,) = found.incomplete
    assert (gap.shard, gap.reason) == (HERE.id, "it never ended, and left no word of why")
    assert {(row["resource_type"], row["status"]) for row in account.rows()} == {
        (TARGET, "INSUFFICIENT_DATA"),
        (KIND, "NON_COMPLIANT"),
    }
    assert events(found) == {}
    assert sorted(remembered(account.bucket, ACCOUNT)) == ["eu-west-1/a", "us-east-1/t"]
    assert account.names("latest") == ["eu-west-1/a", "us-east-1/t"]


def test_the_note_of_a_batch_that_failed_is_the_reason_of_its_shards(account: Account) -> None:
    account.plan()
    account.commit(THERE, [volume(THERE, "t")])
    account.bucket.put_json(keys.failure(account.scan_id, "b0000"), {"Error": "Sandbox.Timedout", "Cause": "slow"})
    found = account.settled()
    assert [(gap.shard, gap.reason) for gap in found.incomplete] == [(HERE.id, "Sandbox.Timedout: slow")]
    assert any("Sandbox.Timedout: slow" in row["reason"] for row in account.rows())


def test_a_note_that_cannot_be_read_says_so(account: Account) -> None:
    account.plan()
    account.commit(THERE, [volume(THERE, "t")])
    account.put(keys.failure(account.scan_id, "b0000"), b"{")
    (gap,) = account.settled().incomplete
    assert gap.reason.startswith("it failed, and the note of why cannot be read (s3://reports/")


def test_what_was_seen_in_part_and_could_not_be_looked_at_again_has_both_reasons(account: Account) -> None:
    account.plan()
    account.commit(HERE, [volume(HERE, "a")], complete=False, reasons=["denied"])
    account.commit(THERE, [volume(THERE, "t")])
    (gap,) = account.settled().incomplete
    assert gap.reason == "denied"
    account.bucket.put_json(keys.failure(account.scan_id, "b0000"), {"Error": "Timeout", "Cause": "slow"})
    (gap,) = account.settled(HERE, attempt=AGAIN).incomplete
    assert gap.reason == "denied; looking again failed: Timeout: slow"


def test_the_first_attempt_does_not_say_that_a_later_one_failed(account: Account) -> None:
    account.plan()
    account.commit(HERE, [volume(HERE, "a")], attempt=AGAIN, complete=False, reasons=["denied"])
    account.commit(THERE, [volume(THERE, "t")])
    (gap,) = account.settled().incomplete
    assert gap.reason == "denied"


def damaged_part(account: Account, kind: str) -> None:
    key = keys.part(account.scan_id, HERE.id, 1)
    path = account.folder / "damaged"
    if kind == "gone":
        account.delete(key)
    elif kind == "cut":
        account.put(key, account.body(key)[:-9])
    elif kind == "empty":
        account.put(key, b"")
    else:
        columns = {name: "string" if name == "check_version" else of for name, of in FINDINGS.items()}
        if kind == "wrong columns":
            columns = {"finding_id": "string"}
        parquet.write(path, columns, [dict.fromkeys(columns)])
        account.put(key, path.read_bytes())


@pytest.mark.parametrize("kind", ["gone", "cut", "empty", "wrong columns", "wrong types"])
def test_a_shard_with_a_damaged_part_counts_as_not_scanned_and_heals_when_it_is_scanned_again(
    account: Account, kind: str
) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.plan()
    account.commit(HERE, [volume(HERE, "a")], [volume(HERE, "b")])
    account.commit(THERE, [volume(THERE, "t")])
    damaged_part(account, kind)
    found = account.settled()
    part = keys.part(account.scan_id, HERE.id, 1)
    (gap,) = found.incomplete
    assert gap.shard == HERE.id
    assert gap.reason.startswith(f"s3://reports/{part} is damaged (findings of a shard): ")
    assert found.damaged == (gap.reason,)
    assert (found.shards.committed, found.resources.scanned, events(found)) == (1, 1, {})
    assert "eu-west-1/a" not in account.names()
    assert account.names("latest") == ["eu-west-1/a", "us-east-1/t"]
    account.commit(HERE, [volume(HERE, "a"), volume(HERE, "b")], attempt=AGAIN)
    healed = account.settled(HERE, attempt=AGAIN)
    assert (healed.incomplete, healed.damaged) == ((), ())
    assert account.names() == ["eu-west-1/a", "eu-west-1/b", "us-east-1/t"]
    assert ids(healed, "opened", AGAIN) == ["eu-west-1/b"]


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("status", None, "a row has no status"),
        ("status", "NON_COMPLIANC", "a row has the status 'NON_COMPLIANC'"),
        ("severity", "SIGH", "a row has the severity 'SIGH'"),
        ("finding_id", None, "a row has no finding_id"),
        ("region", None, "a row has no region"),
        ("resource_id", None, "a row has no resource_id"),
        ("shard", None, "a row has no shard"),
        ("shard", THERE.id, f"a row has the shard '{THERE.id}'"),
    ],
)
def test_a_part_with_a_value_that_no_function_wrote_is_damaged(
    account: Account, column: str, value: str | None, why: str
) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.plan()
    account.commit(HERE, [volume(HERE, "a"), volume(HERE, "b") | {column: value}])
    account.commit(THERE, [volume(THERE, "t")])
    found = account.settled()
    (gap,) = found.incomplete
    assert gap.shard == HERE.id
    assert f"is damaged (findings of a shard): {why}: " in gap.reason
    assert events(found) == {}
    assert account.names("latest") == ["eu-west-1/a", "us-east-1/t"]


def test_many_damaged_parts_are_found_at_once(account: Account) -> None:
    account.plan()
    shards = [Shard(ACCOUNT, REGION, f"service{number}", REGION, (REGION,)) for number in range(9)]
    for shard in shards:
        account.commit(shard, [volume(shard, "a")])
        account.put(keys.part(account.scan_id, shard.id, 0), b"")
    traffic = Traffic()
    event = {"scan_id": account.scan_id, "attempt": "", "account": account.item(*shards)}
    settle_account(event, ENVIRONMENT, account.clients, lambda: 900.0, traffic=traffic)
    assert len(result(account.bucket, account.scan_id, ACCOUNT).damaged) == len(shards)
    assert traffic.calls < 10 * len(shards)


def test_what_a_shard_had_found_before_it_stopped_is_published_and_nothing_of_others(account: Account) -> None:
    account.plan()
    account.commit(THERE, [volume(THERE, "t")])
    account.commit(HERE, [volume(HERE, "a")])
    account.delete(keys.commit(account.scan_id, HERE.id))
    tally = Tally({(CHECK, REGION): Counter(non_compliant=1)}, 1, 1)
    for shard, published in ((HERE, True), (THERE, False)):
        done = {KIND: TypeProgress((keys.part(account.scan_id, shard.id, 0),), tally)}
        document = ProgressDocument(Cursor(KIND, "token"), 1, done, (), {})
        account.bucket.put_json(keys.progress(account.scan_id, HERE.id), document.to_json())
        found = account.settled()
        names = [row["finding_id"] for row in account.rows() if row["status"] == "NON_COMPLIANT"]
        assert names == (["eu-west-1/a"] if published else []) + ["us-east-1/t"]
        assert found.resources.scanned == 1 + published
        assert sorted(remembered(account.bucket, ACCOUNT)) == ["us-east-1/t"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": 1}',
        json.dumps({"version": 2, "shard": THERE.id}).encode(),
    ],
)
def test_a_damaged_commit_is_named_and_its_shard_unread(account: Account, body: bytes) -> None:
    account.scan(volume(HERE, "a"))
    key = keys.commit(account.scan_id, HERE.id)
    account.put(key, body)
    found = account.settled()
    (gap,) = found.incomplete
    assert gap.shard == HERE.id
    assert gap.reason.startswith(f"s3://reports/{key} is damaged")
    assert found.damaged == (gap.reason,)
    assert sorted(remembered(account.bucket, ACCOUNT)) == ["us-east-1/t"]


def test_the_commit_of_another_shard_under_a_key_is_damage(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.put(keys.commit(account.scan_id, HERE.id), account.body(keys.commit(account.scan_id, THERE.id)))
    (gap,) = account.settled().incomplete
    assert "it is that of another shard or scan" in gap.reason
    assert [name for name in account.names() if name.startswith("us-east-1")] == ["us-east-1/t"]


def test_a_commit_with_a_check_that_the_scan_does_not_have_is_damaged_and_no_other(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    key = keys.commit(account.scan_id, HERE.id)
    account.put(key, account.body(key).replace(CHECK.encode(), b"ec2-volume-other"))
    found = account.settled()
    assert [gap.shard for gap in found.incomplete] == [HERE.id]
    assert "ec2-volume-other is no check of the scan" in found.incomplete[0].reason


@pytest.mark.parametrize("work_list", ["whole", "damaged"])
def test_a_damaged_commit_that_the_attempt_did_not_plan_is_incomplete_too(account: Account, work_list: str) -> None:
    account.scan(volume(HERE, "a"))
    account.put(keys.commit(account.scan_id, HERE.id), b"")
    if work_list == "damaged":
        account.put(keys.batches(account.scan_id), b"")
    found = account.settled(THERE, attempt=AGAIN)
    assert [gap.shard for gap in found.incomplete] == [HERE.id]
    assert found.shards.planned == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [pytest.param(b"", "it is empty", id="empty"), pytest.param(gzip.compress(b"{}"), "version", id="no version")],
)
def test_a_damaged_state_stops_no_finding_and_reports_no_change_of_this_scan(
    account: Account, body: bytes, why: str
) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.put(keys.state(ACCOUNT), body)
    account.scan(volume(HERE, "a"), volume(HERE, "b"))
    for _ in range(2):  # also when the function is called again after it wrote the state
        found = account.settled()
        lost = found.changes[""].lost
        assert lost.startswith(f"s3://reports/{keys.state(ACCOUNT)} ")
        assert lost.endswith(
            f"no changes are reported of {ACCOUNT}; it was replaced, and changes are reported from the next scan on"
        )
        assert (events(found), found.changes[""].baseline, found.incomplete) == ({}, False, ())
    assert why in lost or "was damaged" in lost
    assert account.names() == ["eu-west-1/a", "eu-west-1/b", "us-east-1/t"]
    account.scan(volume(HERE, "b"))
    found = account.settled()
    assert (found.changes[""].lost, events(found), ids(found, "resolved")) == ("", {"resolved": 1}, ["eu-west-1/a"])


def test_the_state_of_another_account_is_damaged(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    text = gzip.decompress(account.body(keys.state(ACCOUNT))).decode()
    account.put(keys.state(ACCOUNT), gzip.compress(text.replace(ACCOUNT, "111122223333").encode()))
    account.scan(volume(HERE, "a"), volume(HERE, "b"))
    found = account.settled()
    assert "is damaged (it is that of account 111122223333): no changes are reported" in found.changes[""].lost
    assert events(found) == {}


def test_what_was_read_of_a_damaged_state_before_its_damage_is_not_believed(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    lines = gzip.decompress(account.body(keys.state(ACCOUNT))).splitlines(keepends=True)
    account.put(keys.state(ACCOUNT), gzip.compress(b"".join(lines[:-1])))
    account.scan(volume(HERE, "a"))
    account.settled()
    assert {row["first_seen"] for row in account.rows()} == {account.at.replace(tzinfo=None)}
    assert {one.first_seen for one in remembered(account.bucket, ACCOUNT).values()} == {account.at}


def test_a_state_of_another_version_is_left_alone_and_named(account: Account) -> None:
    foreign = gzip.compress(b'{"version":99}')
    account.put(keys.state(ACCOUNT), foreign)
    account.scan(volume(HERE, "a"))
    found = account.settled()
    assert "was written by another version of Muster (version 99)" in found.changes[""].lost
    assert found.changes[""].lost.endswith(f"no changes are reported of {ACCOUNT}")
    assert account.body(keys.state(ACCOUNT)) == foreign
    assert account.names() == ["eu-west-1/a", "us-east-1/t"]


def large(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle a first scan, and commit a second one of five parts, of which each makes a published file."""
    account.scan(volume(HERE, "v0"), volume(HERE, "gone"))
    account.settled()
    monkeypatch.setattr(publish, "PUBLISHED", 1)
    account.plan()
    account.commit(HERE, *([volume(HERE, f"v{part}"), volume(HERE, f"w{part}", "COMPLIANT")] for part in range(4)))
    account.commit(THERE, [volume(THERE, "t")])


def test_an_account_that_is_settled_over_many_calls_is_the_same_to_the_byte(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(account, monkeypatch)
    before = {key: account.body(key) for key, _ in account.bucket.keys("state/")}
    latest = account.body(keys.latest(ACCOUNT, 0))
    account.settled()
    whole = account.objects()
    for key in whole.keys() - before.keys():
        account.delete(key)
    account.put(keys.latest(ACCOUNT, 0), latest)
    account.put(keys.state(ACCOUNT), before[keys.state(ACCOUNT)])
    calls = 1
    while account.settle(*SHARDS, left=0.0):
        calls += 1
    assert calls == 6, "a call for each published file, and one that compares"
    again = account.objects()
    assert {key for key in whole if "findings/" in key and account.scan_id in key} <= again.keys()
    assert {key: body for key, body in again.items() if account.scan_id in key or "state/" in key} == {
        key: body for key, body in whole.items() if account.scan_id in key or "state/" in key
    }
    found = result(account.bucket, account.scan_id, ACCOUNT)
    assert (ids(found, "resolved"), sorted(ids(found, "opened"))) == (
        ["eu-west-1/gone"],
        ["eu-west-1/v1", "eu-west-1/v2", "eu-west-1/v3"],
    )


@pytest.mark.parametrize("calls", [1, 3, 5])
def test_an_account_whose_commits_change_between_calls_is_settled_anew(
    account: Account, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    large(account, monkeypatch)
    for _ in range(calls):
        assert account.settle(*SHARDS, left=0.0) == 1
    account.commit(HERE, [volume(HERE, "v0")], [volume(HERE, "x")], attempt=AGAIN)
    found = account.settled(left=0.0)
    assert account.names() == account.names("latest") == ["eu-west-1/v0", "eu-west-1/x", "us-east-1/t"]
    assert (ids(found, "opened"), ids(found, "resolved")) == (["eu-west-1/x"], ["eu-west-1/gone"])


@pytest.mark.parametrize("kind", ["written", "damaged", "gone"])
def test_an_account_whose_published_file_is_another_one_by_now_is_settled_anew(
    account: Account, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    large(account, monkeypatch)
    for _ in range(3):
        assert account.settle(*SHARDS, left=0.0) == 1
    key = keys.table("findings", f"{account.at:%Y-%m-%d}", f"{account.scan_id}-{ACCOUNT}", 1)
    if kind == "gone":
        account.delete(key)
    elif kind == "damaged":
        account.put(key, account.body(key)[:-4])
    else:
        parquet.write(account.folder / "other", FINDINGS, [])
        account.put(key, (account.folder / "other").read_bytes())
    account.settled(left=0.0)
    assert len(account.names()) == 9
    assert account.names() == account.names("latest")


class Meanwhile:
    """Lets something happen before the n-th call of the bucket that a function makes."""

    def __init__(self, account: Account, moment: int, happens: Callable[[], object]) -> None:
        self.left, self.happens = moment, happens
        self.over = False
        self.lock = threading.Lock()
        account.clients.get("s3", REGION).meta.events.register("before-call.s3", self.called)

    def called(self, **_: object) -> None:
        with self.lock:
            self.left -= 1
            now = self.left == -1 and not self.over
        if now:
            self.happens()

    def end(self) -> bool:
        """Let nothing happen any more, and return whether it did."""
        self.over = True
        return self.left < 0


MOMENTS = 24
"""More than the calls of the bucket that settle a small account."""


def reported(account: Account, *scans: str) -> list[tuple[str, str]]:
    """Return every change that any attempt at the scans reports, with its kind."""
    results = [result(account.bucket, scan, ACCOUNT) for scan in scans]
    told = [each for found in results for each in found.changes.values()]
    return sorted((kind, one.finding_id) for each in told for kind, event in each.events.items() for one in event.worst)


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_another_attempt_that_settles_the_account_meanwhile_loses_and_doubles_nothing(
    account: Account, moment: int
) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.plan()
    account.commit(HERE, [volume(HERE, "b")])
    account.commit(THERE, [volume(THERE, "t")], complete=False, reasons=["denied"])

    def resumed() -> None:
        account.commit(THERE, [volume(THERE, "t"), volume(THERE, "u")], attempt=AGAIN)
        account.settled(THERE, attempt=AGAIN)

    meanwhile = Meanwhile(account, moment, resumed)
    assert account.settle(*SHARDS) == 0
    if not meanwhile.end():
        assert moment > MOMENTS - 8
        resumed()
    found = result(account.bucket, account.scan_id, ACCOUNT)
    assert (found.incomplete, found.resources.scanned) == ((), 3)
    assert account.names() == account.names("latest") == ["eu-west-1/b", "us-east-1/t", "us-east-1/u"]
    failing = [key for key, one in remembered(account.bucket, ACCOUNT).items() if one.failed]
    assert failing == ["eu-west-1/b", "us-east-1/t", "us-east-1/u"]
    assert reported(account, account.scan_id) == [
        ("opened", "eu-west-1/b"), ("opened", "us-east-1/u"), ("resolved", "eu-west-1/a"),
    ]  # fmt: skip
    assert len(told_once(account.bucket, account.clients, REGION, *scans_of(account.bucket))) == 2 + 3


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_later_scan_that_settles_the_account_meanwhile_has_the_last_word(account: Account, moment: int) -> None:
    account.scan(volume(HERE, "a"))
    account.settled()
    account.scan(volume(HERE, "a"), volume(HERE, "b"))
    earlier = account.scan_id, account.scans, account.at

    def later() -> None:
        account.scan(volume(HERE, "b"), volume(HERE, "c"))
        account.settled()

    event = {"scan_id": account.scan_id, "attempt": "", "account": account.item(*SHARDS)}
    meanwhile = Meanwhile(account, moment, later)
    assert settle_account(event, ENVIRONMENT, account.clients).left == 0
    if not meanwhile.end():
        assert moment > MOMENTS - 8
        later()
    assert account.names("latest") == ["eu-west-1/b", "eu-west-1/c", "us-east-1/t"]
    failing = [key for key, one in remembered(account.bucket, ACCOUNT).items() if one.failed]
    assert failing == ["eu-west-1/b", "eu-west-1/c", "us-east-1/t"]
    assert reported(account, earlier[0], account.scan_id) == [
        ("opened", "eu-west-1/b"), ("opened", "eu-west-1/c"), ("resolved", "eu-west-1/a"),
    ]  # fmt: skip
    assert len(told_once(account.bucket, account.clients, REGION, *scans_of(account.bucket))) == 2 + 3
    _, account.scans, account.at = earlier
    assert account.names() == ["eu-west-1/a", "eu-west-1/b", "us-east-1/t"]


def changed_progress(**changed: Any) -> Any:
    return lambda body: gzip.compress(json.dumps({**json.loads(gzip.decompress(body)), **changed}).encode())


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        pytest.param("progress", lambda _: b"", id="progress empty"),
        pytest.param("progress", lambda body: body[:-5], id="progress cut"),
        pytest.param("progress", changed_progress(findings=[{}]), id="findings without keys"),
        pytest.param("progress", changed_progress(files={"findings/other.parquet": "0a"}), id="files of others"),
        pytest.param("progress", changed_progress(files={}), id="no files"),
        pytest.param("progress", changed_progress(findings=[]), id="no findings"),
        pytest.param("progress", changed_progress(saved="nowhere"), id="saved is not there"),
        pytest.param("progress", changed_progress(version=99), id="another version"),
        pytest.param("saved", lambda _: b"", id="saved empty"),
        pytest.param("saved", lambda body: body[: len(body) // 2], id="saved cut"),
        pytest.param("saved", lambda _: gzip.compress(b"[]\n"), id="saved other"),
        pytest.param("saved", None, id="saved gone"),
    ],
)
def test_damaged_progress_is_no_progress(
    account: Account, monkeypatch: pytest.MonkeyPatch, name: str, damage: Any
) -> None:
    large(account, monkeypatch)
    for _ in range(2):
        assert account.settle(*SHARDS, left=0.0) == 1
    progress = keys.settling(account.scan_id, ACCOUNT, "progress")
    key = progress if name == "progress" else account.bucket.get_json(progress)["saved"]
    if damage is None:
        account.delete(key)
    else:
        account.put(key, damage(account.body(key)))
    found = account.settled(left=0.0)
    assert len(account.names()) == 9
    assert (
        len({one["finding_id"] for one in found.findings})
        == len(found.findings)
        == sum(row["status"] == "NON_COMPLIANT" for row in account.rows())
    )
    assert events(found) == {"opened": 3, "resolved": 1}
    assert sorted(remembered(account.bucket, ACCOUNT)) == [
        "eu-west-1/gone", "eu-west-1/v0", "eu-west-1/v1", "eu-west-1/v2", "eu-west-1/v3", "us-east-1/t",
    ]  # fmt: skip


def test_two_attempts_that_settle_a_large_account_call_by_call_both_come_to_the_end(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(account, monkeypatch)
    ended: dict[str, int] = {}
    for call in range(20):
        for attempt in ("", AGAIN):
            if attempt not in ended and account.settle(*SHARDS, attempt=attempt, left=0.0) == 0:
                ended[attempt] = call
    assert ended.keys() == {"", AGAIN}
    assert len(account.names()) == 9
    found = result(account.bucket, account.scan_id, ACCOUNT)
    assert sum(event.count for told in found.changes.values() for event in told.events.values()) == 4


def test_files_too_many_of_an_earlier_settlement_are_left_without_rows(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(account, monkeypatch)
    account.settled()
    monkeypatch.setattr(publish, "PUBLISHED", PUBLISHED)
    account.settled()
    assert len([key for key, _ in account.bucket.keys("findings/") if account.scan_id in key]) == 5
    assert len(account.names()) == 9


def test_a_damaged_result_of_the_account_is_replaced(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    account.put(keys.account(account.scan_id, ACCOUNT), b"")
    assert account.settled().shards.committed == 2


def test_others_that_settle_the_account_again_and_again_are_no_reason_to_go_on_for_ever(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.scan(volume(HERE, "a"))
    put = Bucket.put_json

    def beaten(bucket: Bucket, key: str, value: object, *, etag: str | None = "*") -> str:
        if key == keys.account(account.scan_id, ACCOUNT):
            raise Conflict("it was written by another process meanwhile")
        return put(bucket, key, value, etag=etag)

    monkeypatch.setattr(Bucket, "put_json", beaten)
    with pytest.raises(Transient, match=f"others settle the account {ACCOUNT} again and again"):
        account.settle(*SHARDS)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"scan_id": "nobody", "account": {"account_id": ACCOUNT, "batches": []}},
        {"scan_id": "nobody", "account": {}},
        {"scan_id": 7},
    ],
)
def test_an_event_that_the_state_machine_did_not_send_is_refused(account: Account, event: dict[str, Any]) -> None:
    account.plan()
    with pytest.raises(EventError):
        settle_account(event, ENVIRONMENT, account.clients)


def test_an_account_or_a_shard_that_is_not_of_the_scan_is_refused(account: Account) -> None:
    account.plan()
    other = {"account_id": "111122223333", "batches": []}
    foreign = account.item(Shard("111122223333", REGION, "ec2", REGION, (REGION,)))
    for item in (other, foreign):
        with pytest.raises(EventError, match="has no such account in its batches: 111122223333"):
            settle_account({"scan_id": account.scan_id, "account": item}, ENVIRONMENT, account.clients)


def test_a_damaged_plan_is_refused_with_the_way_out(account: Account) -> None:
    account.plan()
    account.put(keys.plan(account.scan_id), b"{")
    with pytest.raises(Damaged, match="start a new scan"):
        account.settle(*SHARDS)


def test_a_disk_that_cannot_be_written_is_named_with_what_to_do(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.scan(volume(HERE, "a"))
    nowhere = contextlib.nullcontext(str(account.folder / "nowhere"))
    monkeypatch.setattr("muster.stack.settle_account.scratch", lambda: nowhere)
    with pytest.raises(MusterError, match=f"cannot settle the account {ACCOUNT} on the function's disk: .*Ephemeral"):
        account.settle()
    assert not [key for key, _ in account.bucket.keys(keys.accounts(account.scan_id))]


def test_a_commit_of_more_failing_resources_than_there_are_is_damaged_and_no_other(account: Account) -> None:
    account.scan(volume(HERE, "a"))
    key = keys.commit(account.scan_id, HERE.id)
    document = json.loads(account.body(key))
    document["resources"] = {"scanned": 1, "non_compliant": 2}
    account.put(key, json.dumps(document).encode())
    found = account.settled()
    assert [gap.shard for gap in found.incomplete] == [HERE.id]
    assert "more of its resources fail than there are" in found.incomplete[0].reason
