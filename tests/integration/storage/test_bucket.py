"""The report bucket on moto."""

from pathlib import Path

import pytest

from muster.errors import MusterError, Transient
from muster.sdk.session import Clients
from muster.storage.bucket import Bucket, Conflict
from muster.storage.limits import ONE_GO
from muster.storage.traffic import Traffic

REGION = "eu-west-1"


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Bucket("reports", clients, REGION)


def test_what_is_written_is_read_back_compressed_or_not(bucket: Bucket) -> None:
    for key in ("a.json", "a.json.gz"):
        bucket.put_json(key, {"name": "Zoë"})
        assert bucket.get_json(key) == {"name": "Zoë"}


def test_json_in_the_bucket_has_no_character_that_a_terminal_obeys(bucket: Bucket) -> None:
    odd = {"k\x9b31m": "\u202ev\ud800\x1b"}
    bucket.put_json("odd.json", odd)
    body, _ = bucket.get_bytes("odd.json") or (b"", "")
    assert body == rb'{"k\u009b31m":"\u202ev\ud800\u001b"}'
    assert bucket.get_json("odd.json") == odd


def test_an_object_that_is_not_there_is_none(bucket: Bucket) -> None:
    assert bucket.get_json("nothing.json") is None


def test_a_first_write_refuses_to_replace_what_somebody_else_wrote(bucket: Bucket) -> None:
    bucket.put_json("state.json", 1, etag=None)
    with pytest.raises(Conflict):
        bucket.put_json("state.json", 2, etag=None)
    assert bucket.get_json("state.json") == 1


def test_a_later_write_replaces_only_the_version_it_read(bucket: Bucket) -> None:
    bucket.put_json("state.json", 1)
    found = bucket.get_versioned("state.json")
    assert found is not None
    bucket.put_json("state.json", 2)
    with pytest.raises(Conflict):
        bucket.put_json("state.json", 3, etag=found[1])


def test_keys_come_in_order_with_their_sizes(bucket: Bucket) -> None:
    bucket.put_json("b/2.json", [1, 2])
    bucket.put_json("b/1.json", 1)
    assert list(bucket.keys("b/")) == [("b/1.json", 1), ("b/2.json", 5)]


def test_files_go_up_and_come_down(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "up").write_bytes(b"x" * 100)
    bucket.upload(tmp_path / "up", "file")
    bucket.download("file", tmp_path / "down")
    assert (tmp_path / "down").read_bytes() == b"x" * 100


def test_a_bucket_that_does_not_exist_is_an_error_that_names_it(clients: Clients) -> None:
    with pytest.raises(MusterError, match=r"s3://nobody/a\.json"):
        Bucket("nobody", clients, REGION).put_json("a.json", 1)


def test_an_endpoint_that_cannot_be_reached_is_transient() -> None:
    import boto3  # noqa: PLC0415 - outside moto

    unreachable = Clients(boto3.session.Session(region_name=REGION), endpoint_url="http://127.0.0.1:1")
    with pytest.raises(Transient, match="cannot read"):
        Bucket("reports", unreachable, REGION).get_json("a.json")


def test_each_request_to_the_bucket_counts_whether_it_succeeds_or_not(bucket: Bucket, tmp_path: Path) -> None:
    requests: list[str] = []
    bucket._s3.meta.events.register("before-send.s3", lambda event_name, **_: requests.append(event_name))
    bucket.put_json("a.json", 1)
    bucket.get_json("a.json")
    bucket.get_json("nothing.json")
    with pytest.raises(Conflict):
        bucket.put_json("a.json", 2, etag=None)
    (tmp_path / "file").write_bytes(b"x")
    bucket.upload(tmp_path / "file", "file")
    bucket.download("file", tmp_path / "file")
    list(bucket.keys(""))
    bucket.delete("file")
    assert bucket.traffic.calls == len(requests) == 8


def test_each_page_of_a_list_counts(bucket: Bucket) -> None:
    for number in range(1_001):
        bucket._s3.put_object(Bucket="reports", Key=f"{number:04d}", Body=b"")
    assert len(list(bucket.keys(""))) == 1_001
    assert bucket.traffic.calls == 2


def test_each_part_of_a_large_upload_counts(bucket: Bucket, tmp_path: Path) -> None:
    requests: list[str] = []
    bucket._s3.meta.events.register("before-send.s3", lambda event_name, **_: requests.append(event_name))
    (tmp_path / "large").write_bytes(bytes(ONE_GO + 1))
    bucket.upload(tmp_path / "large", "large")
    assert bucket.traffic.calls == len(requests) == 5


def test_buckets_share_the_traffic_that_they_are_given(bucket: Bucket, clients: Clients) -> None:
    traffic = Traffic()
    Bucket("reports", clients, REGION, traffic).put_json("a.json", 1)
    Bucket("reports", clients, REGION, traffic).get_json("a.json")
    assert (traffic.calls, bucket.traffic.calls) == (2, 0)
    assert traffic.fields() == {"bucket_calls": 2, "bucket_seconds": round(traffic.seconds, 3)}
