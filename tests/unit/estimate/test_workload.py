"""What a scan will ask, take and cost, against what the readers really ask for and what can be counted by hand."""

import contextlib
import io
import math
import random
import re
import types
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from aws_lambda_powertools import Logger
from boto3.s3.transfer import TransferConfig
from botocore import xform_name

from local.iam_actions import actions_of
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.estimate.prices import Price
from muster.estimate.workload import Assumptions, Calls, Demand, Seconds, calls_of, findings_of, seconds_of
from muster.facets.cloudtrail.trails import AccountTrails
from muster.facets.cloudtrail.watches import TrailWatches
from muster.facets.ec2.instances import Instance
from muster.facets.ecs.clusters import EcsRegion
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, GLOBAL, REGION, Resource
from muster.model.paging import Pages
from muster.model.readers import Describer, Lister
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.ec2.instances import INSTANCE, SECURITY_GROUP, VOLUME
from muster.readers.ec2.vpc import INTERFACE
from muster.readers.ecs.clusters import CLUSTER, SERVICE
from muster.readers.elbv2.load_balancers import LISTENER, LOAD_BALANCER
from muster.readers.s3.buckets import BUCKET
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.reports.wording import difference
from muster.scanning.evaluate import evaluate
from muster.stack import cost as costs
from muster.stack import limits
from muster.stack.cost import cost, elsewhere, work_of
from muster.stack.documents.commit import ShardLine
from muster.stack.plan_scan import deal
from muster.storage import parquet
from muster.storage.limits import PIECE
from muster.targets.sharding import LARGE, shards

ROOT = Path(__file__).parents[3]
DOCUMENT = yaml.safe_load((ROOT / "layers/core/muster/data/prices.yaml").read_text(encoding="utf-8"))
PRICES = {name: Price.from_json(price) for name, price in DOCUMENT["prices"].items()}
CATALOG = load()
IRELAND, FRANKFURT = "eu-west-1", "eu-central-1"
READERS = [*CATALOG.listers.values(), *CATALOG.describers.values()]
SDK = botocore.session.get_session()
OPERATIONS = {
    client: {xform_name(name): name for name in SDK.get_service_model(client).operation_names}
    for client in {reader.client for reader in READERS}
}


class Refused(Exception):  # noqa: N818 - a refusal
    """Every error that a client knows; a recorder never raises one."""


class Refusals:
    """The errors of a client, each of the one type."""

    def __getattr__(self, _name: str) -> type[Exception]:
        return Refused


class Recorder:
    """A client that answers nothing and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.meta = types.SimpleNamespace(endpoint_url="https://aws.example")
        self.exceptions: Any = Refusals()

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        def ask(**parameters: Any) -> dict[str, Any]:
            self.asked.append((name, parameters))
            return {}

        return ask

    def get_paginator(self, name: str) -> "Recorder":
        self.asked.append((name, {}))
        return self

    def paginate(self, **parameters: Any) -> list[dict[str, Any]]:
        self.asked[-1] = (self.asked[-1][0], parameters)
        return []


def _asked(reader: Lister | Describer) -> list[tuple[str, dict[str, Any]]]:
    client = Recorder()
    if isinstance(reader, Lister):
        shard = Shard("111111111111", IRELAND, reader.client, IRELAND, (IRELAND,))
        source = CATALOG.source(reader)
        answer = (
            {"LoadBalancers": [{"LoadBalancerArn": "arn:one", "LoadBalancerName": "one"}]} if reader.each_of else {}
        )
        made_from = [source.facet.parse(answer)] if source else []  # type: ignore[attr-defined]
        list(reader.function(client, shard, None, *made_from).items)
        return client.asked
    arn = f"arn:aws:x:{IRELAND}:111111111111:{reader.resource_type}/one"
    resource = Resource(reader.resource_type, "one", "111111111111", IRELAND, "aws", arn)
    name = f"arn:aws:sqs:{IRELAND}:111111111111:one"
    key: Any = [name] if reader.at_once > 1 else name
    first: Any = [resource] if reader.at_once > 1 and not reader.related else resource
    at: dict[str, Any] = {"at": datetime(2026, 11, 21, tzinfo=UTC)} if reader.timed else {}
    if reader.elsewhere:
        at["clients"] = lambda service, _region: client if service == reader.client else Recorder()
    if reader.given:
        first, key = resource, GIVEN[reader.facet]
    with contextlib.suppress(KeyError):  # an answer without what it must have
        reader.function(client, first, *([key] if reader.related or reader.given else []), **at)
    return client.asked


_TRAIL = {
    "TrailARN": f"arn:aws:cloudtrail:{IRELAND}:111111111111:trail/one",
    "CloudWatchLogsLogGroupArn": f"arn:aws:logs:{IRELAND}:111111111111:log-group:one:*",
    "Status": {"IsLogging": True},
    "Selectors": {"EventSelectors": []},
}
GIVEN: dict[type, Any] = {TrailWatches: AccountTrails.parse({"trailList": [_TRAIL]})}
"""The facets by which describers read that are given one, by what they read."""


def _lists(lister: Lister) -> bool:
    source = CATALOG.source(lister)
    return source is None or lister.permission not in source.permissions


def _rules(*checks: str, types: Sequence[str] = ()) -> list[Rule]:
    rules = select(CATALOG, Configuration(), checks=checks)
    return [rule for rule in rules if not types or rule.resource_type in types]


def _calls(rules: Sequence[Rule], resources: dict[tuple[str, str], int], *regions: str, **how: Any) -> Calls:
    plan = read_plan(CATALOG, rules, by_tags=how.pop("by_tags", False))
    return calls_of(Demand(plan, resources, regions or (IRELAND,), **how))


def _name(reader: Lister | Describer) -> str:
    return f"{reader.resource_type} {reader.permission}"


def _parameters(reader: Lister | Describer) -> dict[str, str]:
    """Return the parameters by which IAM knows a directory bucket. Its actions have a prefix of their own."""
    return {"Bucket": "orders--euw1-az1--x-s3"} if reader.resource_type == "AWS::S3Express::DirectoryBucket" else {}


@pytest.mark.parametrize("reader", READERS, ids=_name)
def test_a_reader_calls_the_operations_that_it_declares_and_no_other(reader: Lister | Describer) -> None:
    methods = {method for method, _ in _asked(reader)}
    spent = {
        action
        for method in methods
        for action in actions_of(f"{reader.client}:{OPERATIONS[reader.client][method]}", _parameters(reader))
    }
    assert spent <= set(reader.permissions)
    silent = isinstance(reader, Lister) and not _lists(reader)
    assert bool(methods) is not silent


@pytest.mark.parametrize("lister", [each for each in CATALOG.listers.values() if _lists(each)], ids=_name)
def test_pages_are_as_large_as_the_listers_ask_for(lister: Lister) -> None:
    [(_, parameters)] = _asked(lister)
    sizes = [
        int(size)  # Route 53 and CloudFront take it as text
        for name, size in parameters.items()
        if re.match("Max|Limit|limit|PageSize|ResourcesPerPage|max", name)
    ]
    assert (sizes or [WITHOUT_SIZE[lister.resource_type]]) == [lister.page]


WITHOUT_SIZE = {
    "AWS::CloudFormation::Stack": 100,
    "AWS::CloudTrail::Trail": 1000,
    "AWS::EC2::CustomerGateway": 1_000_000,
    "AWS::EC2::EIP": 1_000_000,
    "AWS::EC2::VPNConnection": 1_000_000,
    "AWS::EC2::VPNGateway": 1_000_000,
    "AWS::EMR::Cluster": 50,
    "AWS::EMR::SecurityConfiguration": 50,
    "AWS::SES::ConfigurationSet": 100,
    "AWS::SNS::Subscription": 100,
    "AWS::SNS::Topic": 100,
}
"""Listings that cannot be told how much to answer.

Addresses, customer gateways, VPN connections and virtual private gateways come all at once, SNS pages by a hundred.
"""


@pytest.mark.parametrize("reader", READERS, ids=_name)
def test_the_operation_of_a_reader_takes_the_permission_that_it_declares(reader: Lister | Describer) -> None:
    assert actions_of(reader.operation, _parameters(reader)) == (reader.permission,)
    service, _, name = reader.operation.partition(":")
    assert name in OPERATIONS[service].values()


PAGED = [each for each in CATALOG.describers.values() if isinstance(each.page, Pages)]


@pytest.mark.parametrize("describer", PAGED, ids=lambda each: each.facet.__name__)
def test_pages_of_a_whole_region_or_account_are_as_large_as_the_readers_ask_for(describer: Describer) -> None:
    pages = describer.page
    assert isinstance(pages, Pages)
    assert describer.resource_type in (REGION, ACCOUNT)
    assert pages.resource_type in CATALOG.listers
    [(_, parameters)] = _asked(describer)
    assert parameters["PaginationConfig"] == {"PageSize": pages.size}


class Containers(Recorder):
    """ECS with so many clusters and services in each; it answers in pages, as large as it is asked for."""

    def __init__(self, clusters: int, services: int) -> None:
        super().__init__()
        self.held = {"clusterArns": clusters, "serviceArns": services}

    def get_paginator(self, name: str) -> "Containers":
        self.paging = name
        return self

    def paginate(self, **parameters: Any) -> list[dict[str, Any]]:
        key = {"list_clusters": "clusterArns", "list_services": "serviceArns"}[self.paging]
        size = parameters["PaginationConfig"]["PageSize"]
        pages = [list(range(self.held[key]))[start : start + size] for start in range(0, self.held[key], size)] or [[]]
        self.asked += [(self.paging, parameters)] * len(pages)
        return [{key: [f"arn:aws:ecs:{IRELAND}:111111111111:x/{number}" for number in page]} for page in pages]

    def describe_clusters(self, clusters: Sequence[str], **_: Any) -> dict[str, Any]:
        self.asked.append(("describe_clusters", {}))
        return {"clusters": [{"clusterArn": arn, "clusterName": arn, "status": "ACTIVE"} for arn in clusters]}

    def describe_services(self, services: Sequence[str], **_: Any) -> dict[str, Any]:
        self.asked.append(("describe_services", {}))
        return {"services": [], "failures": [{"arn": arn, "reason": "MISSING"} for arn in services]}


@pytest.mark.parametrize(
    ("clusters", "services"), [(0, 0), (1, 0), (1, 10), (1, 11), (3, 100), (3, 101), (100, 1), (101, 25)]
)
def test_clusters_and_services_take_the_calls_that_the_reader_makes(clusters: int, services: int) -> None:
    reader = CATALOG.describers[REGION, EcsRegion]
    ecs: Any = Containers(clusters, services)
    ecs.exceptions = types.SimpleNamespace(ClusterNotFoundException=LookupError)
    reader.function(ecs, Resource(REGION, IRELAND, "111111111111", IRELAND, "aws"))
    made = Counter(f"ecs:{OPERATIONS['ecs'][name]}" for name, _ in ecs.asked)
    resources = {(CLUSTER, IRELAND): clusters, (SERVICE, IRELAND): clusters * services}
    rules = _rules("ecs-container-insights-enabled")
    assert {rule.resource_type for rule in rules} == {CLUSTER}
    assert _calls(rules, resources).by_api == made


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

    @pytest.mark.parametrize(("balancers", "count", "pages"), [(0, 0, 0), (3, 0, 3), (3, 6, 3), (1, 401, 2)])
    def test_what_is_listed_for_each_of_another_type_is_a_page_for_each(
        self, balancers: int, count: int, pages: int
    ) -> None:
        rules = _rules("elb-tls-policy-current")
        made = _calls(rules, {(LOAD_BALANCER, IRELAND): balancers, (LISTENER, IRELAND): count}).by_api
        assert made.pop("elbv2:DescribeLoadBalancers") == 1
        assert made == ({"elbv2:DescribeListeners": pages} if pages else {})

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

    def test_where_a_call_asks_about_many_that_are_named_each_names_one(self) -> None:
        rules, resources = _rules("tags-agree-with-parent", types=(VOLUME,)), {(VOLUME, IRELAND): 401}
        assert _calls(rules, resources).by_api == {"ec2:DescribeTags": 3, "ec2:DescribeVolumes": 1}

    def test_resources_of_two_pages_are_not_asked_about_in_one_call(self) -> None:
        rules, resources = _rules("ec2-instance-not-idle"), {(INSTANCE, IRELAND): 2001}
        # 166 a call: seven for each full page, and one for the last.
        assert _calls(rules, resources).by_api["cloudwatch:GetMetricData"] == 7 + 7 + 1

    @pytest.mark.parametrize(
        ("balancers", "count", "asked"), [(3, 3, 3), (3, 41, 3), (3, 63, 6), (2, 43, 4), (5, 2, 2)]
    )
    def test_what_is_listed_for_each_of_another_type_is_asked_about_page_by_page(
        self, balancers: int, count: int, asked: int
    ) -> None:
        rules = _rules("tagged", types=(LISTENER,))
        made = _calls(rules, {(LOAD_BALANCER, IRELAND): balancers, (LISTENER, IRELAND): count})
        assert made.by_api["elbv2:DescribeTags"] == asked

    def test_what_is_listed_out_of_what_was_read_once_is_one_page(self) -> None:
        rules = _rules("tagged", types=(LOAD_BALANCER,))
        made = _calls(rules, {(LOAD_BALANCER, IRELAND): 401})
        assert made.by_api == {"elbv2:DescribeLoadBalancers": 2, "elbv2:DescribeTags": 21}

    def test_what_is_read_once_has_as_many_pages_as_there_are_resources(self) -> None:
        rules = _rules("ec2-security-group-in-use")
        made = _calls(rules, {(SECURITY_GROUP, IRELAND): 1, (INTERFACE, IRELAND): 2001, (INTERFACE, FRANKFURT): 5000})
        assert made.by_api["ec2:DescribeNetworkInterfaces"] == 3

    def test_tags_may_be_read_without_a_check(self) -> None:
        rules, resources = _rules("s3-bucket-versioning-enabled"), {(BUCKET, IRELAND): 10}
        assert _calls(rules, resources, by_tags=True).by_api["s3:GetBucketTagging"] == 10

    def test_what_nobody_opted_into_costs_no_call(self) -> None:
        rules, resources = _rules("s3-bucket-mfa-delete-enabled"), {(BUCKET, IRELAND): 10}
        assert _calls(rules, resources).by_api == {"s3:ListBuckets": 1}
        asked = [replace(rule, settings={"buckets": ("*",)}) for rule in rules]
        assert _calls(asked, resources).by_api["s3:GetBucketVersioning"] == 10

    def test_accounts_are_alike(self) -> None:
        made = _calls(_rules("s3-bucket-versioning-enabled"), {(BUCKET, IRELAND): 10}, accounts=1000)
        assert made.by_api == {"s3:GetBucketVersioning": 10_000, "s3:ListBuckets": 1000}


def test_findings_are_a_rule_and_a_resource_each() -> None:
    rules = _rules("ec2-ebs-encryption-by-default", "s3-bucket-versioning-enabled", "s3-bucket-encrypted")
    resources = {(BUCKET, IRELAND): 10, (BUCKET, FRANKFURT): 1, (BUCKET, "us-east-1"): 5}
    demand = Demand(read_plan(CATALOG, rules), resources, (IRELAND, FRANKFURT))
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


def _demand(rules: Sequence[Rule], resources: dict[tuple[str, str], int], *regions: str, accounts: int = 1) -> Demand:
    return Demand(read_plan(CATALOG, rules), resources, regions or (IRELAND,), accounts)


class TestSeconds:
    def test_pages_follow_each_other_and_other_calls_are_in_flight_together(self) -> None:
        made = Calls({"ec2:DescribeInstances": 10, "s3:GetBucketAcl": 320}, frozenset({"ec2:DescribeInstances"}))
        seconds = seconds_of(made, 1000, Assumptions(0.05, 1.0, 0.001, 0.0001, 16))
        assert seconds.waiting == pytest.approx(10 + 320 * 0.05 / 16)
        assert seconds.cpu == pytest.approx(330 * 0.001 + 1000 * 0.0001)
        assert seconds.total == seconds.waiting + seconds.cpu


class TestTheStackIsAsTheEstimateTakesIt:
    @pytest.mark.parametrize(("accounts", "regions"), [(1, 1), (1, 17), (3, 4), (1000, 17), (3000, 2)])
    def test_batches_are_dealt_so(self, accounts: int, regions: int) -> None:
        rules, names = _rules("ec2-instance-imdsv2-required", "s3-bucket-encrypted"), [f"r{n}" for n in range(regions)]
        ids = [f"{number:012}" for number in range(accounts)]
        dealt = deal(
            [
                shard
                for each in ids
                for shard in shards(each, "aws", names, rules, global_services=CATALOG.global_services)
            ]
        )
        made = work_of(_demand(rules, {}, *names, accounts=accounts), Seconds(0, 0))
        assert (made.batches, made.shards) == (len(dealt), sum(len(batch.shards) for batch in dealt))

    def test_a_large_region_is_cut(self) -> None:
        rules = _rules("ec2-instance-imdsv2-required", "ec2-volume-encrypted")
        assert work_of(_demand(rules, {(INSTANCE, IRELAND): LARGE - 1}), Seconds(0, 0)).shards == 1
        assert work_of(_demand(rules, {(INSTANCE, IRELAND): LARGE}), Seconds(0, 0)).shards == 2

    def test_the_state_machine_enters_so_many_states(self) -> None:
        machine = yaml.safe_load((ROOT / "statemachine" / "scan.asl.yaml").read_text(encoding="utf-8"))
        scan = _entered(machine)
        account = _entered(machine["States"]["Scan all accounts"]["ItemProcessor"])
        inner = machine["States"]["Scan all accounts"]["ItemProcessor"]["States"]["Scan account"]["ItemProcessor"]
        again = inner["States"]["All scanned?"]["Choices"][0]["Next"]
        assert again == "Scan shards"
        assert (len(scan), len(account), len(_entered(inner)), 2) == costs.TRANSITIONS

    def test_its_limits_are_those_of_the_template_and_of_the_sdk(self) -> None:
        template = (ROOT / "template.yaml").read_text(encoding="utf-8")
        function = re.search(r"\n  ScanShardsFunction:\n(?:    .*\n)+", template)
        assert function
        assert f"MemorySize: {limits.MEMORY}\n" in function[0]
        assert f"Timeout: {limits.TIMEOUT}\n" in function[0]
        assert f"MaxConcurrency:\n    Type: Number\n    Default: {limits.MAX_CONCURRENCY}\n" in template
        assert TransferConfig().multipart_chunksize == PIECE
        for name, days in (("Work", costs.WORK_DAYS), ("Report", costs.REPORT_DAYS)):
            assert f"  {name}RetentionDays:\n    Type: Number\n    Default: {days}\n" in template

    def test_a_shard_logs_so_many_bytes(self) -> None:
        stream = io.StringIO()
        logger = Logger(service="muster", stream=stream)
        arn = "arn:aws:lambda:eu-west-1:123456789012:function:muster-scan-shards-dev"
        ids = {"function_request_id": str(uuid.UUID(int=0)), "scan_id": "20261121T143824Z-a828b751"}
        line = ShardLine(
            shard="123456789012.eu-west-1.ec2",
            account_id="123456789012",
            region="eu-west-1",
            service="ec2",
            complete=True,
            resources=1020,
            failing=900,
            calls=120,
            items=1200,
            retries=0,
            denials=0,
            errors=0,
            seconds=12.345,
        )
        logger.append_keys(
            function_name="muster-scan-shards-dev",
            function_memory_size=1769,
            function_arn=arn,
            cold_start=True,
            xray_trace_id="1-5759e988-bd862e3fe1be46a994272793",
            **ids,
        )
        logger.info("shard", extra=line.to_json())
        assert len(stream.getvalue()) + 26 == pytest.approx(costs.LOG_BYTES_PER_SHARD, rel=0.1)

    def test_a_finding_takes_so_many_bytes(self, tmp_path: Path) -> None:
        rows = list(_rows(1000))
        parquet.write(tmp_path / "part.parquet", FINDINGS, rows)
        size = (tmp_path / "part.parquet").stat().st_size / len(rows)
        assert size == pytest.approx(costs.BYTES_PER_FINDING, rel=0.15)


class TestWork:
    def test_metrics_are_paid_one_by_one_however_many_a_call_takes(self) -> None:
        demand = _demand(_rules("ec2-instance-not-idle"), {(INSTANCE, IRELAND): 1000}, accounts=2)
        made = work_of(demand, Seconds(0, 1))
        assert made.metrics == 3 * 1000 * 2
        (paid,) = [part for part in cost(made, {"cloudwatch_metric": Price(((math.inf, 0.01),), 1000)}) if part.month]
        assert (paid.service, paid.units, round(paid.month or 0, 2)) == ("CloudWatch", 6000 * 120, 7.2)

    def test_a_function_that_runs_short_hands_over(self) -> None:
        demand = _demand(_rules("s3-bucket-encrypted"), {(BUCKET, IRELAND): 1})
        one, three = work_of(demand, Seconds(0, costs.RUN)), work_of(demand, Seconds(0, 2 * costs.RUN + 1))
        assert (one.invocations, one.transitions) == (1 + 1 + 3, 5 + 4 + 3)
        assert (three.invocations, three.transitions) == (3 + 1 + 3, 5 + 4 + 3 + 2 * 2)

    def test_shards_of_a_batch_wait_side_by_side(self) -> None:
        rules = _rules("ec2-instance-imdsv2-required", "s3-bucket-encrypted")
        made = work_of(_demand(rules, {}, IRELAND, accounts=2000), Seconds(1000, 100))
        assert (made.batches, made.shards) == (2000, 4000)
        settling = work_of(_demand(rules, {}, IRELAND, accounts=2000), Seconds(0, 0))
        assert made.seconds - settling.seconds == pytest.approx(1000 / 2 + 100)
        assert made.wall - settling.wall == pytest.approx(600 / 10)

    def test_settling_takes_longer_the_more_an_account_holds(self) -> None:
        rules, none = _rules("s3-bucket-encrypted"), Seconds(0, 0)
        few, many = (work_of(_demand(rules, {(BUCKET, IRELAND): count}), none) for count in (1, 10_000_000))
        assert 0.1 < few.seconds < 1
        assert many.seconds - few.seconds == pytest.approx(10_000_000 * costs.SETTLING_FINDING, rel=0.2)


class TestPrice:
    def test_units_are_priced_tier_by_tier(self) -> None:
        price = PRICES["config_evaluation"]
        assert price.of(100_000) == pytest.approx(100)
        assert price.of(500_000) == pytest.approx(100 + 400_000 * 0.0008)
        assert price.of(600_000) == pytest.approx(100 + 320 + 100_000 * 0.0005)

    def test_a_price_may_be_of_many(self) -> None:
        assert PRICES["states_transition"].of(4000) == pytest.approx(0.1)

    def test_each_has_the_page_it_is_from(self) -> None:
        for price in DOCUMENT["prices"].values():
            assert price["page"].startswith("https://aws.amazon.com/")
            assert price["source"].startswith("https://")
            assert DOCUMENT["looked_up"] <= price.get("looked_up", DOCUMENT["looked_up"]) <= date(2026, 11, 29)
        assert DOCUMENT["looked_up"] == date(2026, 11, 21)

    def test_a_month_is_thirty_days_of_scans(self) -> None:
        made = work_of(_demand(_rules("s3-bucket-encrypted"), {(BUCKET, IRELAND): 1}), Seconds(0, 1))
        parts = {part.what: part for part in cost(made, PRICES, scans_per_day=2)}
        assert parts["state transitions"].units == 12 * 60
        assert parts["state transitions"].month == pytest.approx(12 * 60 * 0.025 / 1000)
        assert parts["GB-seconds"].month == pytest.approx(60 * made.seconds * 1769 / 1024 * 0.0000166667)

    def test_messages_logs_and_the_key_are_paid(self) -> None:
        made = work_of(_demand(_rules("s3-bucket-encrypted"), {(BUCKET, IRELAND): 1}, accounts=3), Seconds(0, 1))
        assert (made.messages, made.key_requests) == (3, (3 + 3 + 3) * 2)
        assert made.logged == 3 * costs.LOG_BYTES_PER_SHARD + 9 * 1_600 + 60_000
        parts = {(part.service, part.what): part for part in cost(made, PRICES, scans_per_day=2)}
        assert parts["SQS", "messages of the result queue"].month == pytest.approx(3 * 60 * 0.40 / 1e6)
        assert parts["KMS", "requests, by S3 Bucket Key"].month == pytest.approx(18 * 60 * 0.03 / 1e4)
        assert parts["CloudWatch", "GB of logs"].month == pytest.approx(made.logged * 60 / 2**30 * 0.50)

    def test_what_scans_leave_is_stored_until_it_expires(self) -> None:
        made = work_of(_demand(_rules("s3-bucket-encrypted"), {(BUCKET, IRELAND): 1000}), Seconds(0, 1))
        parts = {part.what: part for part in cost(made, PRICES, scans_per_day=2)}
        stored = 2 * (1000 * 38 * (365 + 30) + 4000 * 30) / 2**30
        assert parts["GB stored, when the first scans expire"].units == pytest.approx(stored)
        assert parts["GB stored, when the first scans expire"].month == pytest.approx(stored * 0.023)
        assert parts["traces, at most"].month == pytest.approx((1 + 1 + 3) * 60 * 5 / 1e6)

    def test_what_is_held_costs_the_same_without_a_scan(self) -> None:
        """How many there are of each is counted in the template by another test."""
        held = {part.what: (part.units, part.month) for part in costs.fixed(PRICES)}
        each = {
            "alarm metrics": 0.1,
            "dashboards": 3,
            "metrics that Muster writes": 0.3,
            "request metrics of the bucket, at most": 0.3,
            "keys": 1,
        }
        assert held == {what: (held[what][0], pytest.approx(held[what][0] * usd)) for what, usd in each.items()}
        assert {part.month for part in costs.fixed({})} == {None}

    def test_a_thousand_events_cost_less_than_a_cent_and_moving_them_is_without_a_price(self) -> None:
        writes, objects, moves = costs.events(1_000, PRICES)
        assert (writes.units, writes.month) == (2_000, pytest.approx(0.00125))
        assert (objects.units, objects.month) == (1_010, pytest.approx(0.00505))
        assert (moves.units, moves.month) == (1_000, None)

    def test_what_has_no_price_is_left_out(self) -> None:
        made = work_of(_demand(_rules("s3-bucket-encrypted"), {}), Seconds(0, 1))
        without = {name: price for name, price in PRICES.items() if name != "athena_terabyte"}
        assert [part.service for part in cost(made, without) if part.month is None] == ["Athena"]

    def test_others_count_each_account_and_region_from_the_first_tier(self) -> None:
        resources = {(BUCKET, IRELAND): 2500, (BUCKET, FRANKFURT): 2500}
        demand = _demand(_rules("s3-bucket-encrypted"), resources, IRELAND, FRANKFURT, accounts=10)
        items, evaluations, checks = elsewhere(demand, PRICES)
        assert (items.units, items.month) == (50_000, pytest.approx(150))
        # 2,500 buckets, 120 times a month, in each of 20 places: 300,000 evaluations, 100,000 of them dearer.
        assert (evaluations.units, evaluations.month) == (6_000_000, pytest.approx(20 * (100 + 160)))
        assert checks.month == pytest.approx(evaluations.month)


def _entered(machine: dict[str, Any]) -> list[str]:
    """Return the states that are entered when all goes well."""
    entered = [machine["StartAt"]]
    while following := (state := machine["States"][entered[-1]]).get("Next") or state.get("Default"):
        entered.append(following)
    return entered


def _rows(count: int) -> Iterator[Any]:
    rng = random.Random(1)  # noqa: S311 - an estate that is the same each time
    now = datetime(2026, 11, 21, tzinfo=UTC)
    header = ScanHeader("20261121T000000Z-00000000", "scheduled", now)
    names = (
        "required-tags",
        "ec2-instance-imdsv2-required",
        "ec2-instance-detailed-monitoring-enabled",
        "ec2-instance-no-public-ip",
    )
    rules = [rule for rule in select(CATALOG, Configuration(), checks=names) if rule.resource_type == INSTANCE]
    for _ in range(count):
        name = f"i-{rng.getrandbits(68):017x}"
        tags = {"Owner": f"team-{rng.randrange(40)}", "Environment": "prod", "Name": f"web-{rng.randrange(10**6)}"}
        item = {
            "State": {"Name": rng.choice(["running", "stopped"])},
            "MetadataOptions": {"HttpTokens": rng.choice(["required", "optional"]), "HttpEndpoint": "enabled"},
            "Monitoring": {"State": rng.choice(["enabled", "disabled"])},
            "NetworkInterfaces": [],
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        arn = f"arn:aws:ec2:{IRELAND}:111111111111:instance/{name}"
        resource = Resource(INSTANCE, name, "111111111111", IRELAND, "aws", arn, tags)
        facets = {facet: facet.parse(item) for facet in (Instance, Tags)}
        for rule in rules:
            yield finding_row(evaluate(rule, resource, facets, now), header, f"111111111111.{IRELAND}.ec2")
