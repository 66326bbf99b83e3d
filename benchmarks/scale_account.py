"""Accounts of a large organization: what each holds, and what the scan of its shards leaves in the bucket.

The writers are the product's own: findings become rows and Parquet by `finding_row` and `parquet.write`, pages are
joined into parts by `coalesced`, and a commit is written by `Commit.written`.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from muster.catalog.catalog import load
from muster.catalog.read_plan import ReadPlan, TypePlan, read_plan
from muster.configuration.selection import every_rule
from muster.estimate.workload import Demand, Resources
from muster.model.coverage import Coverage
from muster.model.finding import ACCOUNT, GLOBAL, REGION, Finding, Resource, Status, finding_id
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.reports.tally import STATUSES, Tally
from muster.scanning.evaluate import docs_url
from muster.scanning.shard_scan import Chunk, Cursor
from muster.stack.documents.commit import CheckResult, Commit, ShardResources
from muster.stack.documents.notes import Size
from muster.stack.shards.coalesce import coalesced
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket

REGIONS = (
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
"""The regions that every account has.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""
_BUSY, _SECOND = "eu-west-1", "us-east-1"
_WORK = {
    "AWS::CloudWatch::Alarm": 60,
    "AWS::DynamoDB::Table": 16,
    "AWS::EC2::EIP": 4,
    "AWS::EC2::Image": 20,
    "AWS::EC2::Instance": 40,
    "AWS::EC2::LaunchTemplate": 12,
    "AWS::EC2::NetworkInterface": 120,
    "AWS::EC2::SecurityGroup": 60,
    "AWS::EC2::Snapshot": 200,
    "AWS::EC2::VPC": 4,
    "AWS::EC2::Volume": 60,
    "AWS::ECS::Cluster": 4,
    "AWS::ECS::Service": 20,
    "AWS::ECS::TaskDefinition": 60,
    "AWS::ElasticLoadBalancingV2::Listener": 8,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 4,
    "AWS::ElasticLoadBalancingV2::TargetGroup": 12,
    "AWS::KMS::Key": 16,
    "AWS::Lambda::Function": 60,
    "AWS::Logs::LogGroup": 150,
    "AWS::S3::Bucket": 40,
    "AWS::SNS::Subscription": 20,
    "AWS::SNS::Topic": 16,
    "AWS::SQS::Queue": 20,
}
_EVERYWHERE = {"AWS::EC2::SecurityGroup": 1, "AWS::EC2::VPC": 1, "AWS::KMS::Key": 1, "AWS::Logs::LogGroup": 2}
_GLOBALLY = {"AWS::IAM::Group": 4, "AWS::IAM::ManagedPolicy": 30, "AWS::IAM::Role": 80, "AWS::IAM::User": 8}
_GIANT = {"AWS::EC2::Volume": 50_000}
_GIANT_REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")


def ordinary() -> Resources:
    """Return what an ordinary account holds: work in one region, a quarter of it in a second, little elsewhere."""
    held = {(kind, region): count for region in REGIONS for kind, count in _EVERYWHERE.items()}
    held |= {(kind, _SECOND): max(1, count // 4) for kind, count in _WORK.items()}
    held |= {(kind, _BUSY): count for kind, count in _WORK.items()}
    return held | {(kind, GLOBAL): count for kind, count in _GLOBALLY.items()}


def giant(failing: int, rules: Sequence[Rule]) -> Resources:
    """Return what an account holds whose volumes in four regions have so many failing findings, beside the ordinary."""
    each = sum(rule.resource_type == "AWS::EC2::Volume" for rule in rules)
    share = -(-failing // (each * len(_GIANT_REGIONS)))
    return {**ordinary(), **{("AWS::EC2::Volume", region): share for region in _GIANT_REGIONS}}


def all_rules() -> tuple[Rule, ...]:
    """Return the rules of all packs."""
    return every_rule(load())


@dataclass(frozen=True)
class Account:
    """An account of a scan; `fails` says of the number of a resource of a shard and of a rule whether it fails."""

    account_id: str
    resources: Resources
    rules: tuple[Rule, ...]
    fails: Callable[[Resource, int, int], bool]

    @cached_property
    def reads(self) -> ReadPlan:
        """What the rules read."""
        return read_plan(load(), self.rules)

    @property
    def demand(self) -> Demand:
        """The account as the estimate sees it."""
        return Demand(self.reads, self.resources, REGIONS)

    def sizes(self, shards: Sequence[Shard]) -> dict[str, Size]:
        """Return what Muster remembers of the sizes of the account's shards."""
        return {shard.id: Size(self._listed(shard), dict(self._by_api(shard))) for shard in shards}

    def leave(self, bucket: Bucket, shard: Shard, header: ScanHeader, attempt: str = "") -> tuple[int, int]:
        """Write the parts and the commit of a shard as its scan leaves them.

        Return how many findings fail, and how often the scan would have saved its progress.
        """
        total, inputs = Tally(), 0
        parts: list[str] = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "part.parquet"
            for part_input in coalesced(self._chunks(shard, header)):
                inputs += 1
                tally = Tally()
                if parquet.write(path, FINDINGS, _rows(part_input.findings(), header, shard, tally)):
                    parts.append(keys.part(header.scan_id, shard.id, len(parts), attempt))
                    bucket.upload(path, parts[-1])
                    total.merge(tally)
        commit = self._commit(shard, header, attempt, total, parts)
        bucket.put_json(keys.commit(header.scan_id, shard.id), commit.written(header))
        return total.statuses["non_compliant"], inputs - 1

    def _chunks(self, shard: Shard, header: ScanHeader) -> Iterator[Chunk]:
        plans = [plan for plan in self.reads.of(shard) if plan.rules]
        demand = self.demand
        for place, plan in enumerate(plans):
            following = Cursor(plans[place + 1].resource_type) if place + 1 < len(plans) else None
            pages = max(1, demand.pages(plan, shard))
            found = list(self._resources(plan, shard))
            size = -(-len(found) // pages) or 1
            for page in range(pages):
                then = following if page + 1 == pages else Cursor(plan.resource_type, str(page + 1))
                some = found[page * size : (page + 1) * size]
                yield Chunk(plan.resource_type, self._findings(plan, some, header), then, only_page=pages == 1)

    def _resources(self, plan: TypePlan, shard: Shard) -> Iterator[Resource]:
        kind = plan.resource_type
        if kind == ACCOUNT:
            yield Resource(kind, self.account_id, self.account_id, shard.region)
            return
        if kind == REGION:
            yield Resource(kind, shard.region, self.account_id, shard.region)
            return
        noun = kind.rpartition("::")[2].lower()
        for region, count in self.demand.judged(plan, shard).items():
            for number in range(count):
                name = f"{noun}-{number:017x}"
                arn = f"arn:aws:{shard.service}:{region}:{self.account_id}:{noun}/{name}"
                tags = {"Name": f"{noun} {number}", "team": f"team-{number % 20}", "environment": "production"}
                yield Resource(kind, name, self.account_id, region, "aws", arn, tags)

    def _findings(self, plan: TypePlan, found: Sequence[Resource], header: ScanHeader) -> Iterator[Finding]:
        for number, resource in enumerate(found):
            for place, rule in enumerate(plan.rules):
                failing = self.fails(resource, number, place)
                yield _finding(rule, resource, header, failing=failing)

    def _commit(self, shard: Shard, header: ScanHeader, attempt: str, total: Tally, parts: Sequence[str]) -> Commit:
        of_shard = {rule.check.id: rule for plan in self.reads.of(shard) for rule in plan.rules}
        checks = (
            CheckResult(
                rule.check.id,
                rule.check.severity.value,
                region,
                True,
                *(total.checks.get((rule.check.id, region), Counter())[status] for status in STATUSES),
            )
            for rule in of_shard.values()
            for region in dict.fromkeys([*shard.scope, shard.region])
        )
        return Commit(
            scan_id=header.scan_id,
            attempt=attempt,
            shard=shard.id,
            account_id=shard.account_id,
            region=shard.region,
            service=shard.service,
            complete=True,
            reasons=(),
            resources=ShardResources(total.resources, total.failing_resources),
            checks=tuple(checks),
            coverage=tuple(self._coverage(shard)),
            parts=tuple(parts),
            scope=shard.scope,
            resource_type=shard.resource_type,
        )

    def _coverage(self, shard: Shard) -> Iterator[Coverage]:
        calls: Counter[str] = Counter()
        for plan in self.reads.of(shard):
            for call, count in self.demand.calls(plan, shard):
                calls[call.operation] += count
        items = self._by_api(shard)
        for api in sorted(calls.keys() | items.keys()):
            yield Coverage(
                shard.account_id,
                shard.region,
                shard.service,
                api,
                calls[api],
                items.get(api, 0),
                seconds=calls[api] / 20,
            )

    def _by_api(self, shard: Shard) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for plan in self.reads.of(shard):
            if plan.lister:
                found[plan.lister.operation] += self.demand.count(plan, shard)
        return {api: count for api, count in sorted(found.items()) if count}

    def _listed(self, shard: Shard) -> int:
        return sum(self._by_api(shard).values())


def every_one(_resource: Resource, _number: int, _place: int) -> bool:
    """Let each finding fail."""
    return True


def a_quarter(_resource: Resource, number: int, place: int) -> bool:
    """Let each fourth finding fail."""
    return (number + place) % 4 == 0


def _finding(rule: Rule, resource: Resource, header: ScanHeader, *, failing: bool) -> Finding:
    check = rule.check
    status = Status.NON_COMPLIANT if failing else Status.COMPLIANT
    return Finding(
        finding_id=finding_id(resource, check.id, rule.variant),
        check_id=check.id,
        check_version=check.version,
        title=check.title,
        severity=check.severity,
        status=status,
        reason=f"{resource.id} is {'not ' if failing else ''}as the check wants it",
        resource=resource,
        service=rule.service,
        observed_at=header.observed_at,
        controls=check.controls if rule.controls is None else rule.controls,
        settings=rule.settings,
        variant=rule.variant,
        remediation=check.fix,
        docs_url=docs_url(check),
    )


def _rows(
    findings: Iterator[Finding], header: ScanHeader, shard: Shard, tally: Tally
) -> Iterator[Mapping[str, object]]:
    for finding in findings:
        tally.count(finding)
        yield finding_row(finding, header, shard.id)
