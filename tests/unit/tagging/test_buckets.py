"""The tags of a bucket: one key is changed, whoever else writes meanwhile, and every other tag stays as it is."""

from collections.abc import Mapping

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.tagging.buckets import ABAC, BUCKET, ROUNDS, Overwritten, changed, rewrite
from tests.examples import examples
from tests.unit.tagging.buckets import BUCKET as SHOP
from tests.unit.tagging.buckets import FakeBucket, refusal

KEY = "compliance-status"
ONE_BY_ONE = ("ListTagsForResource", "TagResource", "UntagResource")
"""What a role may not do that knows nothing of the calls for one key."""
KEYS = st.sampled_from(
    [KEY, "Owner", "owner", "Cost Center", "ünïcode", "a:b/c", "empty", "aws:cloudformation:stack-id"]
)
TAGS = st.dictionaries(KEYS, st.sampled_from(["", "failed", "x", "É ü", "  "]), max_size=6)


def set_or_erased(bucket: FakeBucket, value: str | None) -> str:
    """Change the key of the bucket as the tagger does."""
    if value is None:
        return BUCKET.erase(bucket.client_of, SHOP, KEY)
    return BUCKET.write(bucket.client_of, SHOP, KEY, value)


@pytest.mark.parametrize(
    ("tags", "value", "left", "calls"),
    [
        pytest.param({"Owner": "a"}, "failed", {"Owner": "a", KEY: "failed"}, ["TagResource"], id="set"),
        pytest.param({KEY: "passed", "b": ""}, "failed", {KEY: "failed", "b": ""}, ["TagResource"], id="changed"),
        pytest.param({"Owner": "a", KEY: "failed"}, None, {"Owner": "a"}, ["UntagResource"], id="taken off"),
        pytest.param({"aws:cloudformation:stack-name": "s"}, "failed",
                     {"aws:cloudformation:stack-name": "s", KEY: "failed"}, ["TagResource"], id="beside AWS's own"),
    ],
)  # fmt: skip
def test_one_key_is_changed_by_its_own_call(
    tags: Mapping[str, str], value: str | None, left: Mapping[str, str], calls: list[str]
) -> None:
    bucket = FakeBucket(tags)
    assert set_or_erased(bucket, value) == ""
    assert (bucket.tags, bucket.calls) == (left, calls)


@pytest.mark.parametrize(
    ("tags", "value", "write"),
    [
        pytest.param({"Owner": "a"}, "failed", "PutBucketTagging", id="set"),
        pytest.param({}, "failed", "PutBucketTagging", id="the first tag"),
        pytest.param({KEY: "failed", "Owner": "a"}, None, "PutBucketTagging", id="taken off"),
        pytest.param({KEY: "failed"}, None, "DeleteBucketTagging", id="the last tag is taken off"),
        pytest.param(
            {"aws:cloudformation:stack-name": "s"}, "failed", "PutBucketTagging", id="AWS's own are sent back"
        ),
    ],
)
def test_the_whole_set_is_written_only_where_a_policy_denies_the_key(
    tags: Mapping[str, str], value: str | None, write: str
) -> None:
    bucket = FakeBucket(tags, denied=ONE_BY_ONE)
    said = set_or_erased(bucket, value)
    assert (bucket.tags, bucket.writes[1:]) == (changed(tags, KEY, value), [write])
    assert "PutBucketTagging" in said
    assert f"grant s3:{'UntagResource' if value is None else 'TagResource'}" in said


def test_where_both_are_denied_the_call_for_one_key_is_named() -> None:
    bucket = FakeBucket({}, denied=(*ONE_BY_ONE, "PutBucketTagging"))
    with pytest.raises(ClientError) as raised:
        set_or_erased(bucket, "failed")
    assert raised.value.operation_name == "TagResource"
    assert bucket.tags == {}


def test_with_abac_the_whole_set_is_never_written() -> None:
    """S3 refuses it then: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAbac.html."""
    bucket = FakeBucket({}, denied=ONE_BY_ONE, abac=True)
    with pytest.raises(ClientError, match="TagResource"):
        set_or_erased(bucket, "failed")
    assert "PutBucketTagging" not in bucket.calls


@pytest.mark.parametrize(("abac", "said"), [(True, ABAC), (False, "")])
def test_abac_is_a_caution(abac: bool, said: str) -> None:
    assert BUCKET.caution(FakeBucket({}, abac=abac).client_of, SHOP) == said


def test_an_explicit_deny_is_not_evaded() -> None:
    """Whoever denies one of the two calls on purpose does not want the tag."""
    why = "User: x is not authorized to perform: s3:TagResource with an explicit deny in a service control policy"

    def denied(_bucket: FakeBucket, call: str) -> None:
        if call == "TagResource":
            raise refusal("AccessDenied", call, why)

    bucket = FakeBucket({"Owner": "a"}, before=denied)
    with pytest.raises(ClientError, match="service control policy"):
        set_or_erased(bucket, "failed")
    assert bucket.calls == []


def test_an_error_that_is_no_denial_writes_no_whole_set() -> None:
    def broken(_bucket: FakeBucket, call: str) -> None:
        if call == "TagResource":
            raise refusal("InternalError", call)

    bucket = FakeBucket({"Owner": "a"}, before=broken)
    with pytest.raises(ClientError, match="InternalError"):
        set_or_erased(bucket, "failed")
    assert bucket.calls == []


def test_tags_are_read_whole_where_a_policy_denies_the_list() -> None:
    bucket = FakeBucket({"Owner": "a"}, denied=ONE_BY_ONE)
    assert BUCKET.read(bucket.client_of, SHOP) == {"Owner": "a"}
    none = FakeBucket({}, denied=ONE_BY_ONE)
    assert BUCKET.read(none.client_of, SHOP) == {}


class OtherWriter:
    """Replaces tags before the call of a number: one key of the set that there is then, as another program would.

    A `stale` one writes what it read before our first call, so that everything newer is lost: ours too.
    """

    def __init__(self, at: int, key: str, value: str | None, *, stale: bool = False) -> None:
        self.at, self.key, self.value, self.stale = at, key, value, stale
        self.count = 0
        self.old: dict[str, str] | None = None

    @property
    def came(self) -> bool:
        return self.count > self.at

    def __call__(self, bucket: FakeBucket, _call: str) -> None:
        self.old = dict(bucket.tags) if self.old is None else self.old
        if self.count == self.at:
            bucket.tags = changed(self.old if self.stale else bucket.tags, self.key, self.value)
        self.count += 1


OTHERS = st.builds(
    OtherWriter,
    st.integers(0, 8),
    st.sampled_from(["Owner", "theirs"]),
    st.one_of(st.none(), st.just("theirs")),
    stale=st.booleans(),
)


@settings(max_examples=examples(300))
@given(tags=TAGS, value=st.sampled_from(["failed", None]), other=OTHERS)
def test_a_writer_in_between_never_loses_a_tag(tags: dict[str, str], value: str | None, other: OtherWriter) -> None:
    """By the call for one key, whatever point between our calls the other writer comes at."""
    bucket = FakeBucket(tags, before=other)
    BUCKET.read(bucket.client_of, SHOP)
    set_or_erased(bucket, value)
    other(bucket, "after us")
    theirs = changed(tags, other.key, other.value) if other.came else tags
    stale_after_us = other.came and other.stale and other.at == len(bucket.calls)
    assert bucket.tags == (theirs if stale_after_us else changed(theirs, KEY, value))


@settings(max_examples=examples(300))
@given(tags=TAGS, value=st.sampled_from(["failed", None]), other=OTHERS)
def test_the_whole_set_keeps_what_another_writes_but_between_our_read_and_our_write(
    tags: dict[str, str], value: str | None, other: OtherWriter
) -> None:
    """S3 offers nothing that closes that one window; decision 43. A stale writer's set is repaired with our key."""
    lost = False

    def before(bucket: FakeBucket, call: str) -> None:
        nonlocal lost
        comes = other.count == other.at
        lost = lost or (comes and call in ("PutBucketTagging", "DeleteBucketTagging"))
        other(bucket, call)

    bucket = FakeBucket(tags, denied=ONE_BY_ONE, before=before)
    set_or_erased(bucket, value)
    if lost:
        return
    theirs = changed(tags, other.key, other.value) if other.came else tags
    assert bucket.tags == changed(theirs, KEY, value)


@pytest.mark.parametrize(
    ("at", "left"),
    [
        pytest.param(2, {"Owner": "a", "theirs": "x", KEY: "failed"}, id="before our read"),
        pytest.param(3, {"Owner": "a", KEY: "failed"}, id="between our read and our write"),
        pytest.param(4, {"Owner": "a", KEY: "failed", "theirs": "x"}, id="after our write"),
    ],
)
def test_the_one_window_that_cannot_be_closed(at: int, left: Mapping[str, str]) -> None:
    """The row in the middle is what S3 does, not what anybody wants: it is why TagResource comes first."""
    bucket = FakeBucket({"Owner": "a"}, denied=ONE_BY_ONE, before=OtherWriter(at, "theirs", "x"))
    set_or_erased(bucket, "failed")
    assert bucket.tags == left
    assert bucket.calls[:3] == ["TagResource", "GetBucketAbac", "GetBucketTagging"]


class TestRewrite:
    """The protocol of read, write, read, compare, repair, with plain values."""

    def test_nothing_is_written_where_the_key_is_right(self) -> None:
        written: list[Mapping[str, str]] = []
        rewrite(lambda: {KEY: "failed"}, written.append, KEY, "failed")
        assert written == []

    def test_a_set_that_another_writer_replaced_is_repaired_with_both(self) -> None:
        sets = iter([{"a": "1"}, {"a": "1", "theirs": "2"}, {"a": "1", "theirs": "2", KEY: "failed"}])
        written: list[Mapping[str, str]] = []
        rewrite(lambda: next(sets), written.append, KEY, "failed")
        assert written == [{"a": "1", KEY: "failed"}, {"a": "1", "theirs": "2", KEY: "failed"}]

    def test_a_writer_who_never_stops_is_left_alone(self) -> None:
        written: list[Mapping[str, str]] = []
        with pytest.raises(Overwritten, match="5 rounds"):
            rewrite(lambda: {"theirs": "2"}, written.append, KEY, "failed")
        assert len(written) == ROUNDS
