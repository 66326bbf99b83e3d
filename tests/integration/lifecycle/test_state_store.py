"""What is remembered between scans survives writers that meet."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.lifecycle import state_store
from muster.lifecycle.state_document import Histories
from muster.lifecycle.transitions import CheckHistory, State, Subject, TrackedFinding
from muster.sdk.session import Clients
from muster.storage.bucket import Bucket

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
SUBJECT = Subject("c", "X should be", "HIGH", "AWS::S3::Bucket", "a", "arn:aws:s3:::a", "111122223333", "eu-west-1")


def history(scan_id: str) -> CheckHistory:
    before = TrackedFinding(State.OPEN, SUBJECT, AT, "s0", AT)
    return CheckHistory(
        scan_id, AT, "s0", {"f": TrackedFinding(State.UNREAD, SUBJECT, AT, scan_id, AT, was_open=True, before=before)}
    )


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", "eu-west-1").create_bucket(
        Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return Bucket("reports", clients, "eu-west-1")


def test_a_history_comes_back_as_it_was(bucket: Bucket) -> None:
    state_store.update(bucket, "state/x.json.gz", lambda _before: {"c": history("s1")})
    assert state_store.read(bucket, "state/x.json.gz").histories == {"c": history("s1")}


def test_odd_names_and_texts_come_back_as_they_were(bucket: Bucket) -> None:
    odd = replace(SUBJECT, resource_id='a "b"\n}},\r\u2028\x00', title="")
    found = {
        name: CheckHistory("s", AT, "s", {"state": TrackedFinding(State.OPEN, odd, AT, "s", AT)})
        for name in ("}}", "subject", "c,")
    }
    state_store.update(bucket, "state/x.json.gz", lambda _before: {**found, "nothing": CheckHistory("s", AT, "s", {})})
    assert state_store.read(bucket, "state/x.json.gz").histories == {**found, "nothing": CheckHistory("s", AT, "s", {})}
    state_store.update(bucket, "state/x.json.gz", lambda _before: {})
    assert state_store.read(bucket, "state/x.json.gz").histories == {}


def test_it_is_json_and_what_was_written_as_one_line_is_read(bucket: Bucket) -> None:
    state_store.update(bucket, "state/x.json.gz", lambda _before: {"c": history("s1"), "d": history("s2")})
    document = bucket.get_json("state/x.json.gz")
    assert [document["version"], *document["checks"]] == [1, "c", "d"]
    bucket.put_json("state/x.json.gz", document)
    assert state_store.read(bucket, "state/x.json.gz").histories == {"c": history("s1"), "d": history("s2")}


def test_a_text_that_many_findings_have_is_in_memory_once(bucket: Bucket) -> None:
    records = {f"f{number}": TrackedFinding(State.OPEN, SUBJECT, AT, "s1", AT) for number in range(2)}
    state_store.update(bucket, "state/x.json.gz", lambda _before: {"c": CheckHistory("s1", AT, "s1", records)})
    first, second = state_store.read(bucket, "state/x.json.gz").histories["c"].findings.values()
    assert first.subject.title is second.subject.title
    assert first.first_seen is second.changed_at


def test_a_writer_that_lost_begins_again_from_what_the_other_wrote(bucket: Bucket) -> None:
    met = []

    def reconcile(before: Histories) -> Histories:
        met.append(sorted(before))
        if len(met) == 1:
            state_store.update(bucket, "state/x.json.gz", lambda _before: {"other": history("s2")})
        return {**before, "mine": history("s1")}

    state_store.update(bucket, "state/x.json.gz", reconcile)
    assert met == [[], ["other"]]
    assert sorted(state_store.read(bucket, "state/x.json.gz").histories) == ["mine", "other"]
