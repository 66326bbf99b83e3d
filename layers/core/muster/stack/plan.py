"""The plan: what a scan will do, fixed in the bucket before it begins, and its shards dealt into batches."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from muster import keys, settings
from muster.aws import BUCKET_LIKE
from muster.catalog import Catalog
from muster.errors import ConfigurationError
from muster.evaluate import Rule
from muster.policy import scanner_actions
from muster.reading import Shard
from muster.regions import resolve_regions
from muster.select import rules_to_json, select
from muster.session import Clients
from muster.settings import Configuration
from muster.sharding import shards
from muster.sinks.bucket import Bucket
from muster.stack.request import Environment, Request

MAX_ITEMS = 2_000
"""How many items the Distributed Map gets at most, whatever the number of accounts: each costs a child execution."""


def plan_scan(event: dict[str, Any], environment: Environment, catalog: Catalog, clients: Clients) -> dict[str, Any]:
    """Fix what the scan does and return where its work list is.

    Raises:
        ConfigurationError: the input or the configuration asks for something that cannot be done.
        EventError: it is not the event that the state machine sends.
    """
    request = Request.parse(event)
    bucket = Bucket(environment.bucket, clients, environment.region)
    configuration = _configuration(bucket, environment, catalog)
    rules = select(
        catalog, configuration, packs=request.packs or _packs(configuration, environment), checks=request.checks
    )
    _refuse_ungranted(rules, environment, catalog)
    _refuse_accounts(request)
    regions = resolve_regions(
        request.regions or configuration.regions or environment.regions or (environment.region,),
        excluded=configuration.exclude.regions,
        partition=request.partition,
        clients=clients,
        region=environment.region,
    )
    excluded = request.account_id in configuration.exclude.accounts
    work = () if excluded else shards(request.account_id, request.partition, regions, rules, bucket_like=BUCKET_LIKE)
    items = deal(request.scan_id, work)
    bucket.put_json(keys.plan(request.scan_id), _document(request, regions, configuration, rules, environment, work))
    bucket.put_json(keys.batches(request.scan_id), items)
    return {
        "scan_id": request.scan_id,
        "bucket": bucket.name,
        "batches_key": keys.batches(request.scan_id),
        "batches": len(items),
        "record": request.record,
    }


def deal(scan_id: str, work: Sequence[Shard]) -> list[dict[str, Any]]:
    """Deal shards into at most `MAX_ITEMS` batches, each of one account, a region's shards together.

    An account's regions are spread evenly over as many batches as its share of the items allows.
    """
    accounts: dict[str, dict[str, list[Shard]]] = {}
    for shard in work:
        accounts.setdefault(shard.account_id, {}).setdefault(shard.region, []).append(shard)
    share = max(1, MAX_ITEMS // max(1, len(accounts)))
    batches = []
    for regions in accounts.values():
        hands: list[list[Shard]] = [[] for _ in range(min(share, len(regions)))]
        for number, dealt in enumerate(regions.values()):
            hands[number % len(hands)].extend(dealt)
        batches.extend(hands)
    return [
        {"batch": f"b{number:04d}", "scan_id": scan_id, "shards": [asdict(shard) for shard in hand]}
        for number, hand in enumerate(batches)
    ]


def _configuration(bucket: Bucket, environment: Environment, catalog: Catalog) -> Configuration:
    found = bucket.get_bytes(environment.config_key)
    source = f"s3://{bucket.name}/{environment.config_key}"
    configuration = settings.parse(found[0] if found else b"", catalog, source=source)
    if environment.required_tags and configuration.tags.required is None:
        return replace(configuration, tags=replace(configuration.tags, required=environment.required_tags))
    return configuration


def _packs(configuration: Configuration, environment: Environment) -> tuple[str, ...]:
    return () if configuration.packs or configuration.checks else environment.packs


def _refuse_ungranted(rules: Sequence[Rule], environment: Environment, catalog: Catalog) -> None:
    granted = set(scanner_actions(catalog, select(catalog, Configuration(), packs=environment.packs)))
    for rule in rules:
        if missing := sorted(set(scanner_actions(catalog, [rule])) - granted):
            raise ConfigurationError(
                f"{rule.check.id} needs {', '.join(missing)}, which this stack's role does not grant: it was made for "
                f"the packs {', '.join(environment.packs)}. Add a pack to PackNames, run 'make generate', deploy"
            )


def _refuse_accounts(request: Request) -> None:
    if others := sorted(set(request.accounts) - {request.account_id}):
        raise ConfigurationError(
            f"this stack scans its own account {request.account_id} only; it has no role in {', '.join(others)}"
        )


def _document(  # noqa: PLR0913 - all that is fixed, once
    request: Request,
    regions: Sequence[str],
    configuration: Configuration,
    rules: Sequence[Rule],
    environment: Environment,
    work: Sequence[Shard],
) -> dict[str, Any]:
    return {
        "version": 1,
        "scan": {
            "scan_id": request.scan_id,
            "scan_kind": request.kind,
            "started_at": request.started_at.isoformat(),
            "record": request.record,
            "stack": environment.stack,
            "accounts": sorted({shard.account_id for shard in work}),
            "regions": list(regions),
            "packs": list(request.packs or configuration.packs or environment.packs),
            "checks": sorted({rule.check.id for rule in rules}),
            "shards": len(work),
        },
        "configuration": configuration.to_json(),
        "rules": rules_to_json(rules),
    }
