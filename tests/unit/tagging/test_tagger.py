"""Tagging resource by resource: fresh reads, writes on change alone, and failures that stop nobody else."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.configuration.compliance_tags import ComplianceTags
from muster.configuration.configuration import Exclude
from muster.errors import Throttled
from muster.model.finding import GLOBAL, Resource
from muster.sdk.retry import Retrier
from muster.tagging.api import ClientOf, TagApi
from muster.tagging.decision import MOST_TAGS, Action
from muster.tagging.marks import Mark, MarkedResource
from muster.tagging.tagger import Outcome, Tagger
from muster.targets.clients import ClosedAccount
from tests.examples import examples
from tests.unit.tagging.buckets import BUCKET as SHOP
from tests.unit.tagging.buckets import FakeBucket

KEY, ACCOUNT = "compliance-status", "123456789012"
REFUSED_BY_SCP = (
    "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: s3:TagResource on resource: x "
    "with an explicit deny in a service control policy"
)


def bucket(name: str = "shop", region: str = "eu-west-1") -> Resource:
    return Resource("AWS::S3::Bucket", name, ACCOUNT, region, arn=f"arn:aws:s3:::{name}")


def failing(name: str = "shop") -> MarkedResource:
    return MarkedResource(bucket(name), Mark.FAILED, "fails a")


class Estate:
    """The tags of resources by their ids, the calls about them, and the errors that a call raises first."""

    def __init__(self, tags: Mapping[str, Mapping[str, str]], errors: Mapping[str, list[Exception]] | None = None):
        self.tags = {name: dict(each) for name, each in tags.items()}
        self.errors = {call: list(each) for call, each in (errors or {}).items()}
        self.calls: list[str] = []
        self.places: set[tuple[str, str, str]] = set()

    def tagger(self, **options: Any) -> Tagger:
        action = ("s3:ListTagsForResource", "*"), ("s3:TagResource", "*"), ("s3:UntagResource", "*")
        api = TagApi("AWS::S3::Bucket", self._read, self._write, self._erase, action)
        given = {"settings": ComplianceTags(), "clients_of": self._clients_of, "apis": {"AWS::S3::Bucket": api}}
        return Tagger(**{**given, "retrier": Retrier(sleep=lambda _: None), **options})

    def outcome(self, marked: MarkedResource | None = None, **options: Any) -> Outcome:
        return self.tagger(**options).outcome(marked or failing())

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith("read")]

    def _clients_of(self, account: str) -> Any:
        return SimpleNamespace(get=lambda service, region: self.places.add((account, service, region)))

    def _read(self, client: ClientOf, resource: Resource) -> Mapping[str, str]:
        client("s3control")
        self._called("read", resource)
        return dict(self.tags[resource.id])

    def _write(self, _client: ClientOf, resource: Resource, key: str, value: str) -> str:
        self._called("write", resource)
        self.tags[resource.id][key] = value
        return ""

    def _erase(self, _client: ClientOf, resource: Resource, key: str) -> str:
        self._called("erase", resource)
        del self.tags[resource.id][key]
        return ""

    def _called(self, call: str, resource: Resource) -> None:
        self.calls.append(f"{call} {resource.id}")
        if errors := self.errors.get(f"{call} {resource.id}"):
            raise errors.pop(0)


def error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "TagResource")


def test_the_tag_is_set_beside_the_others() -> None:
    estate = Estate({"shop": {"Owner": "a", "aws:x": "y"}})
    outcome = estate.outcome()
    assert (outcome.action, outcome.before, outcome.after) == (Action.SET, None, "failed")
    assert estate.tags["shop"] == {"Owner": "a", "aws:x": "y", KEY: "failed"}


def test_a_second_run_writes_nothing() -> None:
    estate = Estate({name: {"Owner": name} for name in ("a", "b", "c")})
    marked = [failing("a"), failing("b"), MarkedResource(bucket("c"), Mark.PASSED, "passes")]
    assert [each.action for each in estate.tagger().outcomes(marked)] == [Action.SET, Action.SET, Action.UNCHANGED]
    assert sorted(estate.writes) == ["write a", "write b"]
    estate.calls.clear()
    assert {each.action for each in estate.tagger().outcomes(marked)} == {Action.UNCHANGED}
    assert estate.writes == []


def test_a_resource_that_passes_again_loses_the_tag_once() -> None:
    estate = Estate({"shop": {"Owner": "a", KEY: "failed"}})
    marked = MarkedResource(bucket(), Mark.PASSED, "passes")
    assert [estate.outcome(marked).action for _ in range(2)] == [Action.REMOVED, Action.UNCHANGED]
    assert estate.tags["shop"] == {"Owner": "a"}


def test_a_dry_run_reads_and_writes_nothing() -> None:
    estate = Estate({"shop": {KEY: "passed"}})
    outcome = estate.outcome(dry_run=True)
    assert (outcome.action, outcome.before, outcome.after) == (Action.CHANGED, "passed", "failed")
    assert estate.calls == ["read shop"]


def test_what_could_not_be_judged_costs_no_call() -> None:
    estate = Estate({"shop": {KEY: "failed"}})
    outcome = estate.outcome(MarkedResource(bucket(), Mark.UNREAD, "1 check could not be evaluated"))
    assert (outcome.action, outcome.reason) == (Action.KEPT, "1 check could not be evaluated")
    assert estate.calls == []


@pytest.mark.parametrize(
    ("exclude", "calls"),
    [
        pytest.param(Exclude(arns=("arn:aws:s3:::sh*",)), [], id="by ARN"),
        pytest.param(Exclude(accounts=(ACCOUNT,)), [], id="by account"),
        pytest.param(Exclude(regions=("eu-west-1",)), [], id="by region"),
        pytest.param(Exclude(tags={"scratch": "*"}), ["read shop"], id="by a tag that it has by now"),
    ],
)
def test_an_excluded_resource_is_never_written(exclude: Exclude, calls: list[str]) -> None:
    estate = Estate({"shop": {"scratch": "yes"}})
    assert estate.outcome(exclude=exclude).action is Action.EXCLUDED
    assert estate.calls == calls


def test_fifty_tags_are_reported_and_not_written() -> None:
    estate = Estate({"shop": {f"k{number}": "v" for number in range(MOST_TAGS)}})
    outcome = estate.outcome()
    assert (outcome.action, outcome.action.failed) == (Action.FULL, True)
    assert outcome.reason == "it has 50 tags, and compliance-status is none of them; remove one"
    assert estate.writes == []


@pytest.mark.parametrize(
    ("raised", "action", "reason", "permission"),
    [
        pytest.param(error("AccessDenied"), Action.REFUSED, "access denied (AccessDenied)", "s3:TagResource",
                     id="denied"),
        pytest.param(error("AccessDenied", REFUSED_BY_SCP), Action.REFUSED,
                     "blocked by policy: a service control policy denies s3:TagResource", None, id="by an SCP"),
        pytest.param(error("TagPolicyException", "The tag policy does not allow the value"), Action.REFUSED,
                     "The tag policy does not allow the value", None, id="by a tag policy"),
        pytest.param(error("TagLimitExceeded"), Action.FULL, "TagLimitExceeded", None, id="full by now"),
        pytest.param(error("NoSuchBucket"), Action.GONE, "deleted since the scan", None, id="deleted meanwhile"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("call", ["read", "write"])
def test_a_refusal_is_an_item_and_the_others_go_on(
    call: str, raised: Exception, action: Action, reason: str, permission: str | None
) -> None:
    estate = Estate({"a": {}, "b": {}}, {f"{call} a": [raised]})
    first, second = estate.tagger().outcomes([failing("a"), failing("b")])
    assert (first.action, second.action) == (action, Action.SET)
    assert reason in first.reason
    assert first.permission == (permission if permission is None or call == "write" else "s3:ListTagsForResource")
    assert (first.before, first.after) == (None, None)


@pytest.mark.parametrize("code", ["SlowDown", "ThrottlingException", "OperationAborted", "InternalError"])
def test_what_may_pass_is_tried_again(code: str) -> None:
    estate = Estate({"shop": {}}, {"read shop": [error(code)], "write shop": [error(code), error(code)]})
    assert estate.outcome().action is Action.SET
    assert estate.calls == ["read shop", "read shop", "write shop", "write shop", "write shop"]


@pytest.mark.parametrize("code", ["SlowDown", "OperationAborted"])
def test_it_is_not_tried_for_ever(code: str) -> None:
    estate = Estate({"shop": {}}, {"write shop": [error(code)] * 100})
    outcome = estate.outcome()
    assert outcome.action is Action.REFUSED
    assert code in outcome.reason
    assert len(estate.calls) < 40


def test_an_account_that_cannot_be_entered_is_refused() -> None:
    outcome = Estate({}).outcome(clients_of=lambda _account: ClosedAccount("no role is named", None))
    assert (outcome.action, outcome.reason) == (Action.REFUSED, "no role is named")


def test_an_account_whose_role_is_throttled_is_refused() -> None:
    def throttled(_account: str) -> Any:
        raise Throttled("the role cannot be assumed now")

    outcome = Estate({}).outcome(clients_of=throttled)
    assert (outcome.action, outcome.reason) == (Action.REFUSED, "the role cannot be assumed now")


@pytest.mark.parametrize(
    ("resource", "region"),
    [
        pytest.param(bucket(region="eu-central-1"), "eu-central-1", id="in its own region"),
        pytest.param(bucket(region=GLOBAL), "us-east-1", id="of no region"),
        pytest.param(replace(bucket(region=GLOBAL), partition="aws-cn"), "cn-northwest-1", id="of no region, in China"),
    ],
)
def test_calls_go_to_the_region_of_the_resource(resource: Resource, region: str) -> None:
    estate = Estate({"shop": {}})
    estate.outcome(MarkedResource(resource, Mark.FAILED, ""))
    assert estate.places == {(ACCOUNT, "s3control", region)}


TAGS = st.dictionaries(
    st.sampled_from([KEY, "Compliance-Status", "Owner", "ünï/1", "aws:x", *(f"k{number}" for number in range(55))]),
    st.sampled_from(["", "failed", "passed", "x", " É "]),
    max_size=60,
)


@settings(max_examples=examples(200))
@given(tags=TAGS, mark=st.sampled_from(Mark), passed=st.sampled_from(["", "passed"]))
def test_the_tags_after_a_run_are_what_the_mark_says_and_stay_so(tags: dict[str, str], mark: Mark, passed: str) -> None:
    """Against what a person would write down: all other tags, and ours as the mark has it, if there is room."""
    bucket_ = FakeBucket(tags)
    clients = SimpleNamespace(get=lambda service, _region: bucket_.client_of(service))
    tagger = Tagger(ComplianceTags(passed=passed), lambda _account: clients, retrier=Retrier(sleep=lambda _: None))
    marked = MarkedResource(SHOP, mark, "")
    room = KEY in tags or len([key for key in tags if not key.startswith("aws:")]) < MOST_TAGS
    others = {key: value for key, value in tags.items() if key != KEY}
    ours = {Mark.FAILED: "failed", Mark.PASSED: passed, Mark.UNREAD: tags.get(KEY)}[mark]
    has_ours = (mark is Mark.UNREAD and KEY in tags) or (mark is not Mark.UNREAD and bool(ours) and room)
    tagger.outcome(marked)
    assert bucket_.tags == (others | {KEY: ours} if has_ours else others)
    assert len(bucket_.writes) <= 1
    bucket_.calls.clear()
    tagger.outcome(marked)
    assert bucket_.writes == []
