"""Every object that Muster reads back, damaged in every way: it is named, nothing is made of it, and it heals.

A recorded scan of two shards runs as the state machine runs it: plan, scan, settle, summarize, alert. Before one of its
steps an object is damaged. The scan ends, or one function refuses by name; the scan after it is as if nothing had been.
"""

import gzip
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from muster.catalog.catalog import load
from muster.errors import Damaged
from muster.model.finding import REGION, TARGET
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.plan_scan import plan_scan
from muster.stack.scan_batch import scan_batch
from muster.stack.send_alert import send_alert
from muster.stack.summarize_scan import summarize_scan
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket
from tests.examples import every_third

from .settled import settled

HERE, THERE, ACCOUNT = "eu-west-1", "us-east-1", "123456789012"
EXECUTION = f"arn:aws:states:{HERE}:{ACCOUNT}:execution:muster-scan-dev:"
FIRST = datetime(2026, 11, 21, 6, tzinfo=UTC)
CHECK = "ec2-ebs-encryption-by-default"
SHARD = f"{ACCOUNT}.{HERE}.ec2"
STATE = keys.state(ACCOUNT)

Damage = Callable[[bytes], bytes]


def _json(change: Callable[[Any], object]) -> Damage:
    """Return the damage that changes a document and writes it as it was written, if it is one."""

    def damage(body: bytes) -> bytes:
        packed = body[:2] == b"\x1f\x8b"
        try:
            document = json.loads(gzip.decompress(body) if packed else body)
        except ValueError:
            return b"{}"
        text = json.dumps(change(document)).encode()
        return gzip.compress(text) if packed else text

    return damage


def _without_a_key(document: Any) -> Any:
    if isinstance(document, dict):
        return dict(list(document.items())[1:])
    return document[1:] if isinstance(document, list) else None


DAMAGES: dict[str, Damage] = {
    "empty": lambda _: b"",
    "cut": lambda body: body[: len(body) // 2],
    "one byte short": lambda body: body[:-1],
    "no JSON": lambda _: b"<html><body>Sign in</body></html>",
    "half a gzip": lambda body: gzip.compress(body)[:20],
    "null": lambda _: b"null",
    "a number": lambda _: b"7",
    "a key less": _json(_without_a_key),
    "a key more": _json(lambda document: {**document, "more": 1} if isinstance(document, dict) else [document]),
    "another version": _json(lambda document: {**document, "version": 99} if isinstance(document, dict) else [99]),
    "nothing in it": _json(lambda document: {} if isinstance(document, dict) else []),
    "not ours": lambda _: json.dumps({"version": 1, "checks": [{"name": "x"}]}).encode(),
}


class Objects(NamedTuple):
    """An object, the step before which it is damaged, and whether the scan may refuse to go on."""

    key: Callable[[str], str]
    step: str
    may_refuse: bool = False


OBJECTS = {
    "sizes": Objects(lambda _: keys.sizes(), "plan"),
    "state": Objects(lambda _: STATE, "settle"),
    "plan, of the scanner": Objects(keys.plan, "scan", may_refuse=True),
    "progress": Objects(lambda scan: keys.progress(scan, SHARD), "scan"),
    "commit, of the scanner": Objects(lambda scan: keys.commit(scan, SHARD), "again"),
    "plan, of the summary": Objects(keys.plan, "summarize", may_refuse=True),
    "plan, of settling": Objects(keys.plan, "settle", may_refuse=True),
    "commit": Objects(lambda scan: keys.commit(scan, SHARD), "settle"),
    "part": Objects(lambda scan: keys.part(scan, SHARD, 0), "settle"),
    "failure": Objects(lambda scan: keys.failure(scan, "b0000"), "settle"),
    "settling": Objects(lambda scan: keys.settling(scan, ACCOUNT, "progress"), "settle"),
    "latest": Objects(lambda _: keys.latest(ACCOUNT, 0), "settle"),
    "earlier account": Objects(lambda scan: keys.account(scan, ACCOUNT), "settle"),
    "account": Objects(lambda scan: keys.account(scan, ACCOUNT), "summarize"),
    "failure of settling": Objects(lambda scan: keys.failure(scan, f"settle-{ACCOUNT}"), "summarize"),
    "earlier summary": Objects(keys.summary, "summarize"),
    "summary": Objects(keys.summary, "alert", may_refuse=True),
    "report": Objects(keys.report, "alert"),
    "incomplete": Objects(keys.incomplete, "alert"),
    "alert": Objects(keys.alert, "alert"),
    "last alert": Objects(lambda _: keys.last_alert(), "alert"),
    "first scan": Objects(lambda _: keys.first_scan(), "alert"),
}


class Stack:
    """A stack on moto whose scans are run step by step."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        where: Any = {"LocationConstraint": HERE}
        clients.get("s3", HERE).create_bucket(Bucket="reports", CreateBucketConfiguration=where)
        topic = clients.get("sns", HERE).create_topic(Name="alerts")["TopicArn"]
        self.environment = Environment("reports", HERE, stack="dev", topic_arn=topic)
        self.bucket = Bucket("reports", clients, HERE)
        self.scans = 0

    def scan(self, before: Callable[[str, str], None] = lambda _step, _scan: None) -> tuple[Any, Any]:
        """Run a recorded scan; `before` is told each step and the scan. Return the summary and what the alert said."""
        self.scans += 1
        at = FIRST + timedelta(hours=6 * self.scans)
        asked = {"record": True, "checks": [CHECK], "regions": [HERE, THERE]}
        event = {"input": asked, "execution": f"{EXECUTION}{self.scans}", "started_at": at.isoformat()}
        before("plan", "")
        scan = plan_scan(event, self.environment, load(), self.clients).scan_id
        (item,) = self.bucket.get_json(keys.batches(scan))
        for step in ("scan", "again"):
            before(step, scan)
            for batch in item["batches"]:
                scan_batch({"scan_id": scan, "batch": batch}, self.environment, load(), self.clients)
        before("settle", scan)
        settled(self.clients, self.environment, scan, item)
        before("summarize", scan)
        summary = summarize_scan({"scan_id": scan, "attempt": ""}, self.environment, self.clients).to_json()
        before("alert", scan)
        told = send_alert({"scan_id": scan, "attempt": ""}, self.environment, self.clients, at).to_json()
        return summary, told

    def put(self, key: str, body: bytes) -> None:
        self.clients.get("s3", HERE).put_object(Bucket="reports", Key=key, Body=body)


@pytest.fixture
def stack(clients: Clients) -> Stack:
    return Stack(clients)


def failing(summary: Any) -> int:
    return int(summary["findings"]["non_compliant"])


ALONE = {name for name, which in OBJECTS.items() if which.may_refuse} | {"commit", "part", "account"}
"""Objects whose damage keeps the scan from its end or leaves it incomplete; all others are damaged in one scan."""


def scanned_or_refused(stack: Stack, damaged: Callable[[str, str], None], *, may_refuse: bool) -> Any:
    """Return the summary of a scan; None where a function refused by the object's name, with the way out."""
    try:
        return stack.scan(damaged)[0]
    except Damaged as error:
        if not may_refuse or not re.search(r"s3://reports/.*(start a new scan|resume)", str(error)):
            raise
        return None


@pytest.mark.parametrize("names", [[name] for name in sorted(ALONE)] + [sorted(OBJECTS.keys() - ALONE)], ids="+".join)
def test_a_damaged_object_is_named_or_harmless_and_heals(stack: Stack, names: list[str]) -> None:
    objects = [OBJECTS[name] for name in names]
    summary, _ = stack.scan()
    assert (summary["complete"], summary["damaged"], failing(summary)) == (True, [], 2)
    for kind, damage in every_third(DAMAGES.items(), names[0]):

        def damaged(step: str, scan: str, kind: str = kind, damage: Damage = damage) -> None:
            for which in objects:
                if step == which.step and (which.key(scan), kind) != (STATE, "another version"):
                    found = stack.bucket.get_bytes(which.key(scan))
                    stack.put(which.key(scan), damage(found[0] if found else b'{"version": 1}'))

        summary = scanned_or_refused(stack, damaged, may_refuse=all(which.may_refuse for which in objects))
        if summary is None:
            continue
        if not summary["complete"]:
            assert any("s3://reports/" in item["reason"] for item in summary["incomplete"]), kind
        assert summary["changes"] == {"baseline": False}, kind
    healed, told = stack.scan()
    assert (healed["complete"], healed["damaged"], failing(healed)) == (True, [], 2)
    assert healed["changes"] == {"baseline": False}
    assert "why" in told


def test_a_lost_state_says_so_and_tells_no_changes_and_the_next_scan_does_again(stack: Stack) -> None:
    stack.scan()
    stack.put(STATE, b"")
    summary, told = stack.scan()
    assert (summary["complete"], failing(summary)) == (True, 2)
    assert summary["changes"] == {"baseline": False}
    (said,) = summary["damaged"]
    assert said.startswith(f"s3://reports/{STATE} is damaged (it is empty): no changes are reported of {ACCOUNT}")
    assert told["sent"] is True
    stack.clients.get("ec2", HERE).enable_ebs_encryption_by_default()
    summary, _ = stack.scan()
    assert (summary["damaged"], summary["changes"]) == ([], {"baseline": False, "resolved": 1})


def test_a_state_of_another_version_is_left_alone(stack: Stack) -> None:
    stack.scan()
    foreign = gzip.compress(json.dumps({"version": 99, "checks": {}}).encode())
    stack.put(STATE, foreign)
    summary, told = stack.scan()
    assert "was written by another version of Muster (version 99)" in summary["damaged"][0]
    assert told["sent"] is True
    found = stack.bucket.get_bytes(STATE)
    assert found is not None
    assert found[0] == foreign
    _, told = stack.scan()
    assert told == {"sent": False, "why": "nothing changed"}


def test_a_state_whose_last_lines_are_missing_is_no_first_look(stack: Stack) -> None:
    stack.scan()
    found = stack.bucket.get_bytes(STATE)
    assert found is not None
    lines = gzip.decompress(found[0]).splitlines(keepends=True)
    for left in range(1, len(lines)):
        stack.put(STATE, gzip.compress(b"".join(lines[:left])))
        summary, _ = stack.scan()
        assert summary["changes"] == {"baseline": False}
        assert "its last line is missing" in summary["damaged"][0]


@pytest.mark.parametrize("broken", ["commit", "part"])
def test_a_shard_whose_result_is_damaged_is_unread_until_it_is_scanned_again(
    stack: Stack, tmp_path: Path, broken: str
) -> None:
    which = OBJECTS[broken]
    scans: list[str] = []

    def cut(step: str, scan: str) -> None:
        if step == "settle":
            scans.append(scan)
            found = stack.bucket.get_bytes(which.key(scan))
            assert found is not None
            stack.put(which.key(scan), found[0][:40])

    summary, _ = stack.scan(cut)
    assert summary["shards"] == {"planned": 2, "committed": 1, "incomplete": 1}
    (gap,) = summary["incomplete"]
    assert gap["shard"] == SHARD
    assert f"s3://reports/{which.key(scans[0])} is damaged" in gap["reason"]
    assert summary["damaged"]
    assert summary["findings"] | {"compliant": 0} == {
        "compliant": 0, "non_compliant": 1, "not_applicable": 0, "insufficient_data": 1, "suppressed": 0,
    }  # fmt: skip
    assert published(stack, scans[0], tmp_path) == {(TARGET, "INSUFFICIENT_DATA"), (REGION, "NON_COMPLIANT")}


def test_shards_that_never_ran_are_unread_until_they_are_scanned(stack: Stack, tmp_path: Path) -> None:
    """As of a function that found no memory or no file to open, each time that it was tried."""
    asked = {"record": True, "checks": [CHECK], "regions": [HERE, THERE]}
    event = {"input": asked, "execution": f"{EXECUTION}lost", "started_at": FIRST.isoformat()}
    scan = plan_scan(event, stack.environment, load(), stack.clients).scan_id
    (item,) = stack.bucket.get_json(keys.batches(scan))
    settled(stack.clients, stack.environment, scan, item)
    summary = summarize_scan({"scan_id": scan, "attempt": ""}, stack.environment, stack.clients).to_json()
    assert (summary["complete"], summary["findings"]["insufficient_data"]) == (False, 2)
    assert published(stack, scan, tmp_path) == {(TARGET, "INSUFFICIENT_DATA")}
    resumed = {"input": {"resume": scan}, "execution": f"{EXECUTION}again", "started_at": FIRST.isoformat()}
    told = plan_scan(resumed, stack.environment, load(), stack.clients).to_json()
    (item,) = stack.bucket.get_json(told["batches_key"])
    for batch in item["batches"]:
        scan_batch({"scan_id": scan, "batch": batch}, stack.environment, load(), stack.clients)
    settled(stack.clients, stack.environment, scan, item, told["attempt"])
    summary = summarize_scan({"scan_id": scan, "attempt": told["attempt"]}, stack.environment, stack.clients).to_json()
    assert (summary["complete"], failing(summary), summary["findings"]["insufficient_data"]) == (True, 2, 0)
    assert published(stack, scan, tmp_path) == {(REGION, "NON_COMPLIANT")}


def published(stack: Stack, scan: str, folder: Path) -> set[tuple[str, str]]:
    """Return type and status of each published finding of a scan."""
    found = set()
    for key, _ in stack.bucket.keys("findings/"):
        if scan in key:
            stack.bucket.download(key, folder / "published")
            found |= {(row["resource_type"], row["status"]) for row in parquet.read(folder / "published")}
    return found


@pytest.mark.parametrize("kind", ["empty", "cut", "another version", "not ours"])
def test_an_account_whose_result_is_damaged_is_settled_by_resuming(stack: Stack, kind: str) -> None:
    """As the sentence about the damage promises; nothing is scanned again for it."""
    scans: list[str] = []

    def damage(step: str, scan: str) -> None:
        if step == "summarize":
            scans.append(scan)
            found = stack.bucket.get_bytes(keys.account(scan, ACCOUNT))
            assert found is not None
            stack.put(keys.account(scan, ACCOUNT), DAMAGES[kind](found[0]))

    summary, _ = stack.scan(damage)
    (lost,) = summary["incomplete"]
    assert (lost["shard"], summary["shards"]["incomplete"], failing(summary)) == (f"{ACCOUNT}.*.*", 2, 0)
    assert summary["damaged"][0].startswith(f"s3://reports/{keys.account(scans[0], ACCOUNT)} is damaged")
    resumed = {"input": {"resume": scans[0]}, "execution": f"{EXECUTION}again", "started_at": FIRST.isoformat()}
    planned = plan_scan(resumed, stack.environment, load(), stack.clients).to_json()
    (item,) = stack.bucket.get_json(planned["batches_key"])
    assert item == {"account_id": ACCOUNT, "batches": []}
    settled(stack.clients, stack.environment, scans[0], item, planned["attempt"])
    scan = {"scan_id": scans[0], "attempt": planned["attempt"]}
    summary = summarize_scan(scan, stack.environment, stack.clients).to_json()
    assert (summary["complete"], summary["damaged"], failing(summary)) == (True, [], 2)
