"""What is remembered between scans survives writers that meet."""

from datetime import UTC, datetime

import pytest

from muster import state
from muster.diff import Memory, Record, State, Subject
from muster.session import Clients
from muster.sinks.bucket import Bucket

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
SUBJECT = Subject("c", "X should be", "HIGH", "AWS::S3::Bucket", "a", "arn:aws:s3:::a", "111122223333", "eu-west-1")


def memory(scan_id: str) -> Memory:
    before = Record(State.OPEN, SUBJECT, AT, "s0", AT)
    return Memory(
        scan_id, AT, "s0", {"f": Record(State.UNREAD, SUBJECT, AT, scan_id, AT, was_open=True, before=before)}
    )


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", "eu-west-1").create_bucket(
        Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return Bucket("reports", clients, "eu-west-1")


def test_a_memory_comes_back_as_it_was(bucket: Bucket) -> None:
    state.update(bucket, "state/x.json.gz", lambda _before: {"c": memory("s1")})
    assert state.read(bucket, "state/x.json.gz")[0] == {"c": memory("s1")}


def test_a_writer_that_lost_begins_again_from_what_the_other_wrote(bucket: Bucket) -> None:
    met = []

    def settle(before: state.Memories) -> state.Memories:
        met.append(sorted(before))
        if len(met) == 1:
            state.update(bucket, "state/x.json.gz", lambda _before: {"other": memory("s2")})
        return {**before, "mine": memory("s1")}

    state.update(bucket, "state/x.json.gz", settle)
    assert met == [[], ["other"]]
    assert sorted(state.read(bucket, "state/x.json.gz")[0]) == ["mine", "other"]
