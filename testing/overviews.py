"""Overviews of invented scans: real checks, their own fixes, and findings of any number."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from muster.catalog.catalog import load
from muster.model.check import Check
from muster.model.finding import (
    ACCOUNT,
    GLOBAL,
    Finding,
    Resource,
    Severity,
    Status,
    Suppression,
    Unavailable,
    finding_id,
)
from muster.reports.overview import (
    Accepted,
    Changes,
    CheckTexts,
    Collector,
    CoverageLine,
    Facts,
    Gone,
    News,
    Overview,
    Point,
    Unread,
)

AT = datetime(2026, 11, 28, 6, 0, 14, tzinfo=UTC)
ACCOUNTS = (
    ("111122223333", "shop-prod"),
    ("444455556666", "shop-staging"),
    ("777788889999", "data-platform"),
    ("123456789012", ""),
)
REGIONS = ("eu-west-1", "us-east-1", "eu-central-1")
OWNERS = ("edge", "checkout", "orders", "data", "platform", "mobile", "")
_TYPES: Mapping[str, tuple[str, str]] = {
    "AWS::EC2::SecurityGroup": ("sg-{hex}", "ec2:{region}:{account}:security-group/{id}"),
    "AWS::EC2::Instance": ("i-{hex}", "ec2:{region}:{account}:instance/{id}"),
    "AWS::EC2::Volume": ("vol-{hex}", "ec2:{region}:{account}:volume/{id}"),
    "AWS::S3::Bucket": ("shop-{word}-{n}", "s3:::{id}"),
    "AWS::Lambda::Function": ("{word}-worker-{n}", "lambda:{region}:{account}:function:{id}"),
    "AWS::DynamoDB::Table": ("{word}-{n}", "dynamodb:{region}:{account}:table/{id}"),
    "AWS::IAM::Role": ("{word}-role-{n}", "iam::{account}:role/{id}"),
    "AWS::KMS::Key": ("{hex}", "kms:{region}:{account}:key/{id}"),
    "AWS::SQS::Queue": ("https://sqs.{region}.amazonaws.com/{account}/{word}-{n}", "sqs:{region}:{account}:{word}-{n}"),
    "AWS::ECS::Service": ("{word}-{n}", "ecs:{region}:{account}:service/main/{id}"),
    ACCOUNT: ("{account}", ""),
}
_WORDS = ("invoices", "exports", "orders", "catalog", "media", "billing", "refunds", "sitemaps", "lake", "events")
_OUTCOMES = ((Status.NON_COMPLIANT, 88), (Status.INSUFFICIENT_DATA, 4), (Status.COMPLIANT, 8))
_VALUES = (("PORT", "22"), ("STATEMENT-ID", "everyone"))
SINCE = AT - timedelta(days=1)


def texts() -> dict[str, CheckTexts]:
    """Return the texts of all checks by their ids."""
    return {each.id: CheckTexts(each.fix, each.why, each.problem) for each in load().checks.values()}


def overview(findings: int, seed: int = 1, *, compared: bool = True) -> Overview:
    """Return the overview of a scan with about this many findings that do not pass."""
    drawn = random.Random(seed)  # noqa: S311 - invented data
    return of(_findings(findings, drawn), drawn, compared=compared)


def of(
    found: Iterator[Finding] | Sequence[Finding], drawn: random.Random | None = None, *, compared: bool = True
) -> Overview:
    """Return the overview of these findings; some of them are new where it is compared with a scan before."""
    drawn = drawn or random.Random(1)  # noqa: S311 - invented data
    collector, news = Collector("owner"), dict[str, News]()
    counts, failing, checks = Counter[Status | str](), Counter[Severity](), Counter[str]()
    resources, failing_resources = set[str](), set[str]()
    for finding in found:
        collector.add(finding)
        counts["suppressed" if finding.suppression else finding.status] += 1
        resources.add(repr(finding.resource.identity))
        if finding.failing:
            failing[finding.severity] += 1
            checks[finding.check_id] += 1
            failing_resources.add(repr(finding.resource.identity))
            if drawn.random() < 0.03:  # noqa: PLR2004 - one in thirty
                news[finding.finding_id] = drawn.choice([News.NEW, News.NEW, News.NEW, News.REOPENED, News.EXPIRED])
    facts = Facts(
        scan_id="20261128T060014Z-7c1e88a0",
        at=AT,
        stack="prod",
        seconds=41,
        accounts=ACCOUNTS,
        regions=REGIONS,
        packs=("foundational",),
        checks=len(checks) or 1,
        checks_off=51,
        resources=len(resources),
        failing_resources=len(failing_resources),
        failing=failing,
        failing_checks=checks,
        passed=counts[Status.COMPLIANT] * 20,
        suppressed=counts["suppressed"],
        not_evaluated=counts[Status.INSUFFICIENT_DATA],
        unread=_unread(counts[Status.INSUFFICIENT_DATA]),
        coverage=tuple(
            CoverageLine(name, REGIONS, 212, 96, 2, name == "s3", 0, ("eu-west-1: AccessDenied",) * (name == "s3"))
            for name in ("ec2", "kms", "s3", "sqs")
        ),
        rest="All findings are in findings.parquet beside this file",
    )
    return collector.overview(
        facts, _changes(news) if compared else None, texts=texts(), suppressions=_suppressions(), trend=_trend(failing)
    )


def _unread(count: int) -> tuple[Unread, ...]:
    if not count:
        return ()
    checks = ("s3-bucket-ssl-requests-only", "s3-bucket-public-access-prohibited")
    denied = Unread("s3:GetBucketPolicyStatus", "AccessDenied: not authorized", count, checks, ("shop-lake-3",))
    return denied, Unread(None, "us-west-2 is blocked by a policy of the organization", 1, (), ())


def _changes(news: Mapping[str, News]) -> Changes:
    gone = [
        Gone(
            finding_id=f"{n:032}",
            check_id="s3-bucket-ssl-requests-only",
            title="S3 buckets should refuse requests without TLS",
            severity=Severity.MEDIUM,
            name=f"shop-old-{n}",
            noun="S3 bucket",
            account="shop-prod",
            region="eu-west-1",
            owner="checkout",
            outcome="fixed" if n % 3 else "deleted",
            days=n,
        )
        for n in range(1, 12)
    ]
    counts: dict[str, int] = Counter([*news.values(), *(each.outcome for each in gone)])
    return Changes(previous=SINCE, news=news, gone=tuple(gone), counts=counts)


def _suppressions() -> tuple[Accepted, ...]:
    rows = (
        ("expired", "2026-11-27", "Mobile SDK 3 writes ACLs", 1),
        ("ending", "2026-12-04", "Until the VPN is ready", 2),
        ("stale", "2027-03-31", "Deleted every night", 0),
        ("active", "2027-03-31", "Public site assets", 6),
    )
    return tuple(
        Accepted(
            check_id="s3-bucket-acl-prohibited",
            where="shop-media-1",
            owner="mobile",
            reason=reason,
            ticket="MOB-212",
            until=until,
            state=state,
            count=count,
        )
        for state, until, reason, count in rows
    )


def _trend(failing: Mapping[Severity, int]) -> tuple[Point, ...]:
    points = []
    for back in range(13, -1, -1):
        part = 0.5 if back == 6 else 1 + back / 60  # noqa: PLR2004 - one scan was incomplete
        now = {severity: round(count * part) for severity, count in failing.items()}
        points.append(Point(f"scan-{back}", AT - timedelta(days=back), back != 6, now))  # noqa: PLR2004
    return tuple(points)


def _findings(number: int, drawn: random.Random) -> Iterator[Finding]:
    catalog = load()
    checks: dict[str, list[Check]] = {}
    for check in catalog.checks.values():
        for kind in catalog.resource_types(check):
            if kind in _TYPES:
                checks.setdefault(kind, []).append(check)
    kinds = [kind for kind in _TYPES if kind in checks]
    made, place, seen = 0, 0, set[str]()
    while made < number:
        place += 1
        resource, name = _resource(drawn.choice(kinds), place, drawn)
        if resource.type == ACCOUNT and resource.id in seen:
            continue
        seen.add(resource.id)
        for check in drawn.sample(checks[resource.type], min(len(checks[resource.type]), drawn.randint(2, 8))):
            finding = _finding(check, resource, name, drawn)
            made += finding.status is not Status.COMPLIANT
            yield finding
            if made == number:
                return


def _resource(kind: str, place: int, drawn: random.Random) -> tuple[Resource, str]:
    account, name = drawn.choice(ACCOUNTS)
    region = GLOBAL if kind in ("AWS::IAM::Role", ACCOUNT) else drawn.choice(REGIONS)
    values = {
        "hex": f"{drawn.getrandbits(68):017x}",
        "word": drawn.choice(_WORDS),
        "n": place,
        "account": account,
        "region": region,
    }
    form, arn = _TYPES[kind]
    made = form.format(**values)
    full = f"arn:aws:{arn.format(**values, id=made)}" if arn else None
    owner = drawn.choice(OWNERS) if arn else ""
    return Resource(kind, made, account, region, arn=full, tags={"owner": owner} if owner else {}), name


def _finding(check: Check, resource: Resource, account_name: str, drawn: random.Random) -> Finding:
    (status,) = drawn.choices([each for each, _ in _OUTCOMES], [weight for _, weight in _OUTCOMES])
    reason = (check.problem or check.title).format(PORT=22).replace("PORT", "22")
    if drawn.random() < 0.3:  # noqa: PLR2004 - some reasons have a value
        reason += f" ({drawn.choice(_WORDS)} {drawn.randint(1, 40)})"
    unread = status is Status.INSUFFICIENT_DATA
    accepted = status is Status.NON_COMPLIANT and drawn.random() < 0.03  # noqa: PLR2004
    reason = "AccessDenied: not authorized" if unread else reason[:1].upper() + reason[1:]
    return finding(
        check,
        resource,
        reason=reason,
        status=status,
        account_name=account_name,
        first_seen=AT - timedelta(days=drawn.randint(0, 40)),
        suppression=Suppression("Until the VPN is ready", "platform", "2026-12-04", "OPS-88") if accepted else None,
        unavailable=(Unavailable("s3:GetBucketPolicyStatus", "AccessDenied"),) if unread else (),
    )


def finding(
    check: Check,
    resource: Resource,
    *,
    reason: str,
    status: Status = Status.NON_COMPLIANT,
    variant: str = "",
    **more: object,
) -> Finding:
    """Return what a check found of a resource."""
    return Finding(
        finding_id=finding_id(resource, check.id, variant),
        check_id=check.id,
        check_version=1,
        title=check.title,
        severity=check.severity,
        status=status,
        reason=reason,
        resource=resource,
        service="any",
        observed_at=AT,
        controls=check.controls,
        variant=variant,
        remediation=check.fix,
        docs_url=check.source,
        values=_VALUES,
        **more,  # type: ignore[arg-type]
    )
