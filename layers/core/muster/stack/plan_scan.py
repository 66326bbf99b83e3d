"""The plan: what a scan will do, fixed in the bucket before it begins, and its shards dealt into batches."""

from collections.abc import Iterable, Mapping, Sequence

from muster.catalog.catalog import Catalog
from muster.catalog.permissions import scanner_actions
from muster.configuration.selection import every_rule
from muster.errors import ConfigurationError
from muster.estimate.forecast import Forecast, forecast, listed
from muster.model.coverage import Coverage
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.prepare import Order, Origin, PreparedScan, packs_of, prepare_scan
from muster.sdk.session import Clients
from muster.stack.documents import objects
from muster.stack.documents.notes import Size, Sizes
from muster.stack.documents.plan import PlanDocument, ScanDetails
from muster.stack.documents.request import Environment, Request
from muster.stack.documents.work import AccountItem, PlannedScan, ShardBatch, WorkList
from muster.stack.limits import MAX_BATCHES
from muster.stack.planning.concurrency import accounts_at_a_time
from muster.stack.planning.configured import configuration_of, regions_of, rules_of
from muster.stack.planning.missing import missing
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.storage.traffic import Traffic


def plan_scan(
    event: object, environment: Environment, catalog: Catalog, clients: Clients, traffic: Traffic | None = None
) -> PlannedScan:
    """Fix what the scan does and return where its work list is; `traffic` counts the calls of the bucket.

    Raises:
        ConfigurationError: the input or the configuration asks for something that cannot be done.
        EventError: it is not the event that the state machine sends.
    """
    request = Request.parse(event)
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    if request.resume:
        return _planned(bucket, *_resume(request, bucket), accounts_at_a_time(environment, clients))
    configuration = configuration_of(bucket, environment, catalog)
    rules = rules_of(configuration, environment, catalog, request.packs, request.checks)
    _refuse_ungranted(rules, catalog)
    _refuse_role(configuration.accounts.role, environment)
    problems: list[str] = []
    sizes = (objects.or_none(bucket, keys.sizes(), Sizes, problems) or Sizes()).shards
    order = Order(
        scan_id=request.scan_id,
        started_at=request.started_at,
        regions=request.regions or regions_of(configuration, environment),
        accounts=request.accounts,
        sizes={shard: size.resources for shard, size in sizes.items()},
        only_plan=True,
    )
    origin = Origin(clients, request.account_id, request.partition, environment.region)
    scan = prepare_scan(catalog, configuration, rules, origin, order)
    details = ScanDetails(
        scan_id=request.scan_id,
        scan_kind=request.kind,
        started_at=request.started_at,
        record=request.record,
        whole=request.whole,
        every_check=request.every_check,
        stack=environment.stack,
        account_id=request.account_id,
        role=scan.targets.sessions.role,
        accounts=scan.accounts,
        accounts_excluded=dict(scan.targets.found.excluded),
        regions=scan.targets.regions,
        packs=packs_of(configuration, request.packs, request.checks, environment.packs),
        checks=scan.checks,
        shards=len(scan.shards),
        damaged=tuple(problems),
    )
    plan = PlanDocument.of(details, scan.configuration, rules, _forecast(catalog, scan, sizes))
    work = grouped(deal(scan.shards))
    bucket.put_json(keys.plan(request.scan_id), plan.to_json())
    bucket.put_bytes(keys.batches(request.scan_id), work.written())
    return _planned(bucket, details, "", work, accounts_at_a_time(environment, clients))


def deal(work: Sequence[Shard], attempt: str = "") -> list[ShardBatch]:
    """Deal shards into batches, each of one account, a region's shards together.

    An account's regions are spread evenly over as many batches as its share of `MAX_BATCHES` allows.
    """
    accounts: dict[str, dict[str, list[Shard]]] = {}
    for shard in work:
        accounts.setdefault(shard.account_id, {}).setdefault(shard.region, []).append(shard)
    share = max(1, MAX_BATCHES // max(1, len(accounts)))
    hands: list[list[Shard]] = []
    for regions in accounts.values():
        dealt: list[list[Shard]] = [[] for _ in range(min(share, len(regions)))]
        for number, shards in enumerate(regions.values()):
            dealt[number % len(dealt)].extend(shards)
        hands.extend(dealt)
    prefix = f"{attempt}-" if attempt else "b"
    return [ShardBatch(f"{prefix}{number:04d}", tuple(hand), attempt=attempt) for number, hand in enumerate(hands)]


def grouped(batches: Iterable[ShardBatch]) -> WorkList:
    """Return one item an account for the Distributed Map, with the account's batches."""
    accounts: dict[str, list[ShardBatch]] = {}
    for batch in batches:
        accounts.setdefault(batch.shards[0].account_id, []).append(batch)
    return WorkList(tuple(AccountItem(account_id, tuple(dealt)) for account_id, dealt in accounts.items()))


def _resume(request: Request, bucket: Bucket) -> tuple[ScanDetails, str, WorkList]:
    """Plan what is missing of a scan: shards that were not scanned to their end, and accounts that were not settled.

    A commit stays until a later look replaces it: what was found already is not lost with an attempt that dies.
    """
    scan_id = request.resume
    plan = objects.content(bucket, keys.plan(scan_id), PlanDocument)
    work = objects.content(bucket, keys.batches(scan_id), WorkList)
    if plan is None:
        raise ConfigurationError(f"there is no scan {scan_id} in s3://{bucket.name}/{keys.SCANS} to resume")
    if work is None:
        raise ConfigurationError(
            f"the scan {scan_id} cannot be resumed: s3://{bucket.name}/{keys.batches(scan_id)} is gone (it expires "
            "after the stack's WorkRetentionDays) or was never written. Start a new scan"
        )
    shards = missing(bucket, plan, work)
    dealt = grouped(deal([shard for of_account in shards.values() for shard in of_account], request.attempt))
    batches = {item.account_id: item.batches for item in dealt.accounts}
    left = WorkList(tuple(AccountItem(account_id, batches.get(account_id, ())) for account_id in shards))
    bucket.put_bytes(keys.batches(scan_id, request.attempt), left.written())
    return plan.scan, request.attempt, left


def _forecast(catalog: Catalog, scan: PreparedScan, sizes: Mapping[str, Size]) -> Forecast | None:
    """Return what the scan takes if it finds what the last one found; of an account that is new nothing is known."""
    rows = [
        Coverage(account_id, region, service, api, items=items)
        for shard, size in sizes.items()
        for account_id, region, service in [shard.split(".")]
        for api, items in size.listed.items()
    ]
    accounts = {target.account_id: target.regions for target in scan.targets.scanned}
    return forecast(scan.reads, accounts, listed(catalog, rows))


def _planned(bucket: Bucket, scan: ScanDetails, attempt: str, work: WorkList, concurrency: int) -> PlannedScan:
    return PlannedScan(
        scan_id=scan.scan_id,
        attempt=attempt,
        bucket=bucket.name,
        batches_key=keys.batches(scan.scan_id, attempt),
        accounts=len(work.accounts),
        batches=len(list(work.batches)),
        record=scan.record,
        concurrency=concurrency,
    )


def _refuse_ungranted(rules: Sequence[Rule], catalog: Catalog) -> None:
    """Refuse a check of the user's own that reads what none of Muster's checks reads: template.yaml grants those."""
    granted = set(scanner_actions(catalog, every_rule(catalog)))
    for rule in rules:
        if missing := sorted(set(scanner_actions(catalog, [rule])) - granted):
            raise ConfigurationError(
                f"{rule.check.id} needs {', '.join(missing)}, which the stack's role does not allow: no check of "
                "Muster reads it. Remove the check from the stack's muster.yaml, or run it with muster scan"
            )


def _refuse_role(role: str, environment: Environment) -> None:
    """Refuse a role that the stack may not assume: template.yaml grants sts:AssumeRole on MemberRoleName alone."""
    if role.strip("/") == environment.member_role.strip("/"):
        return
    granted = f"only {environment.member_role}" if environment.member_role else "no role"
    raise ConfigurationError(
        f"accounts.role is {role}, but this stack may assume {granted} in other accounts: deploy it with the parameter "
        f"MemberRoleName={role.strip('/')}"
    )
