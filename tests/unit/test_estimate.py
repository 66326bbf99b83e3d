"""What a scan will ask, take and cost, against what the readers really ask for and what can be counted by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from botocore import xform_name

from muster.aws import BUCKET_LIKE
from muster.aws.ec2 import INSTANCE, SECURITY_GROUP, VOLUME
from muster.aws.s3 import BUCKET
from muster.catalog import load
from muster.estimate import PAGE_SIZES, Calls, Demand, calls, difference, findings_of, operation
from muster.evaluate import Rule
from muster.model import GLOBAL, Resource
from muster.reading import Describer, Lister, Shard
from muster.select import select
from muster.settings import Configuration

CATALOG = load()
IRELAND, FRANKFURT = "eu-west-1", "eu-central-1"
READERS = [*CATALOG.listers.values(), *CATALOG.describers.values()]


class Recorder:
    """A client that answers nothing and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        def ask(**parameters: Any) -> dict[str, Any]:
            self.asked.append((name, parameters))
            return {}

        return ask

    def get_paginator(self, name: str) -> "Recorder":
        self.asked.append((name, {}))
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return []


def _asked(reader: Lister | Describer) -> list[tuple[str, dict[str, Any]]]:
    client = Recorder()
    if isinstance(reader, Lister):
        shard = Shard("111111111111", IRELAND, reader.service, IRELAND, (IRELAND,))
        list(reader.function(client, shard, None).items)
    else:
        resource = Resource(reader.resource_type, "one", "111111111111", IRELAND, "aws")
        reader.function(client, resource, *(["pl-1"] if reader.of else []))
    return client.asked


def _rules(*checks: str, types: Sequence[str] = ()) -> list[Rule]:
    rules = select(CATALOG, Configuration(), checks=checks)
    return [rule for rule in rules if not types or rule.resource_type in types]


def _calls(rules: Sequence[Rule], resources: dict[tuple[str, str], int], *regions: str, **how: Any) -> Calls:
    return calls(CATALOG, rules, resources, regions or (IRELAND,), bucket_like=BUCKET_LIKE, **how)


def _name(reader: Lister | Describer) -> str:
    return f"{reader.resource_type} {reader.permission}"


@pytest.mark.parametrize("reader", READERS, ids=_name)
def test_a_reader_calls_the_operation_that_the_estimate_names(reader: Lister | Describer) -> None:
    [(method, _)] = _asked(reader)
    assert xform_name(operation(reader).partition(":")[2]) == method


@pytest.mark.parametrize("lister", CATALOG.listers.values(), ids=_name)
def test_pages_are_as_large_as_the_listers_ask_for(lister: Lister) -> None:
    [(_, parameters)] = _asked(lister)
    assert [size for name, size in parameters.items() if name.startswith("Max")] == [PAGE_SIZES[lister.resource_type]]


class TestCalls:
    def test_the_estate_that_was_measured_takes_the_least_number_of_calls(self) -> None:
        rules = _rules(
            "required-tags", "ec2-instance-imdsv2-required", "ec2-instance-detailed-monitoring-enabled",
            "s3-bucket-encrypted", "s3-bucket-lifecycle-covers-old-objects", "s3-bucket-versioning-enabled",
            "s3-bucket-level-public-access-prohibited", "s3-bucket-request-metrics-configured",
            types=(INSTANCE, BUCKET),
        )  # fmt: skip
        made = _calls(rules, {(INSTANCE, IRELAND): 10_000, (BUCKET, IRELAND): 200})
        # 10 pages, one listing of buckets, six facets of each, and the account's own block, once.
        assert made.total == 10 + 1 + 6 * 200 + 1

    def test_a_listing_of_nothing_is_one_call(self) -> None:
        assert _calls(_rules("ec2-instance-imdsv2-required"), {}).by_api == {"ec2:DescribeInstances": 1}

    @pytest.mark.parametrize(
        ("kind", "check", "count", "pages"),
        [
            (INSTANCE, "ec2-instance-imdsv2-required", 1000, 1),
            (INSTANCE, "ec2-instance-imdsv2-required", 1001, 2),
            (VOLUME, "ec2-volume-encrypted", 1000, 2),
            (SECURITY_GROUP, "ec2-default-security-group-closed", 2500, 3),
        ],
    )
    def test_a_page_that_is_begun_is_a_call(self, kind: str, check: str, count: int, pages: int) -> None:
        assert _calls(_rules(check), {(kind, IRELAND): count}).total == pages

    def test_each_region_is_listed_and_buckets_once_for_all(self) -> None:
        rules = _rules("ec2-instance-imdsv2-required", "s3-bucket-versioning-enabled")
        resources = {(INSTANCE, IRELAND): 1, (INSTANCE, FRANKFURT): 1001, (BUCKET, IRELAND): 2, (BUCKET, FRANKFURT): 3}
        made = _calls(rules, resources, IRELAND, FRANKFURT)
        assert made.by_api == {"ec2:DescribeInstances": 3, "s3:GetBucketVersioning": 5, "s3:ListBuckets": 1}

    def test_buckets_of_other_regions_are_listed_and_not_described(self) -> None:
        resources = {(BUCKET, IRELAND): 10, (BUCKET, "us-east-1"): 1000, (BUCKET, GLOBAL): 1}
        made = _calls(_rules("s3-bucket-versioning-enabled"), resources)
        assert made.by_api == {"s3:GetBucketVersioning": 11, "s3:ListBuckets": 2}

    def test_what_two_checks_need_is_called_once(self) -> None:
        made = _calls(_rules("s3-bucket-encrypted", "s3-bucket-key-enabled"), {(BUCKET, IRELAND): 7})
        assert made.by_api == {"s3:GetBucketEncryption": 7, "s3:ListBuckets": 1}

    def test_what_the_account_has_is_called_once_and_only_where_something_needs_it(self) -> None:
        rules = _rules("s3-bucket-level-public-access-prohibited")
        assert _calls(rules, {(BUCKET, IRELAND): 7}).by_api["s3control:GetPublicAccessBlock"] == 1
        assert "s3control:GetPublicAccessBlock" not in _calls(rules, {}).by_api
        assert _calls(_rules("s3-account-level-public-access-blocks"), {}, IRELAND, FRANKFURT).total == 1

    def test_the_region_has_its_own(self) -> None:
        made = _calls(_rules("ec2-ebs-encryption-by-default"), {}, IRELAND, FRANKFURT)
        assert made.by_api == {"ec2:GetEbsEncryptionByDefault": 2}

    def test_named_resources_are_an_assumption(self) -> None:
        rules, resources = _rules("ec2-security-group-admin-ports-closed"), {(SECURITY_GROUP, IRELAND): 10}
        assert _calls(rules, resources).total == 1
        assert _calls(rules, resources, related=3).by_api["ec2:GetManagedPrefixListEntries"] == 3

    def test_tags_may_be_read_without_a_check(self) -> None:
        rules, resources = _rules("s3-bucket-versioning-enabled"), {(BUCKET, IRELAND): 10}
        assert _calls(rules, resources, by_tags=True).by_api["s3:GetBucketTagging"] == 10

    def test_accounts_are_alike(self) -> None:
        made = _calls(_rules("s3-bucket-versioning-enabled"), {(BUCKET, IRELAND): 10}, accounts=1000)
        assert made.by_api == {"s3:GetBucketVersioning": 10_000, "s3:ListBuckets": 1000}


def test_findings_are_a_rule_and_a_resource_each() -> None:
    rules = _rules("ec2-ebs-encryption-by-default", "s3-bucket-versioning-enabled", "s3-bucket-encrypted")
    resources = {(BUCKET, IRELAND): 10, (BUCKET, FRANKFURT): 1, (BUCKET, "us-east-1"): 5}
    demand = Demand(CATALOG, rules, resources, (IRELAND, FRANKFURT), BUCKET_LIKE)
    assert findings_of(demand) == {IRELAND: 21, FRANKFURT: 3}


@pytest.mark.parametrize(
    ("predicted", "made", "said"),
    [
        (1411, 1411, "1,411 calls as predicted"),
        (1411, 1460, "1,460 calls, 3.5 % more than the 1,411 predicted"),
        (1411, 1400, "1,400 calls, 0.8 % fewer than the 1,411 predicted"),
        (100_000, 100_001, "100,001 calls, less than 0.1 % more than the 100,000 predicted"),
        (1, 1, "1 call as predicted"),
        (0, 5, "5 calls, where none was predicted"),
    ],
)
def test_the_difference_is_a_sentence(predicted: int, made: int, said: str) -> None:
    assert difference(predicted, made) == said
