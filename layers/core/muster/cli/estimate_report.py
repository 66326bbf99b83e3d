"""The scan in a report of `muster scan --format json`: its resources, and the purpose of its calls."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from muster import __version__
from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.errors import ConfigurationError
from muster.estimate.previous_scan import Earlier
from muster.estimate.workload import Demand, Resources
from muster.model.json_values import loads
from muster.model.rule import Rule
from muster.scanning.scope import scope_of


@dataclass(frozen=True, slots=True)
class Reported:
    """The distinct resources of a report, the regions that it scanned, and the settings that each check had by type.

    `scan` is what it says of the scan itself.
    """

    resources: Resources
    regions: tuple[str, ...]
    settings: Mapping[tuple[str, str], Mapping[str, object]]
    scan: Mapping[str, Any]


def read(path: Path, catalog: Catalog) -> Reported:
    """Count the distinct resources of a report.

    Raises:
        ConfigurationError: it is not what `muster scan --format json` writes.
    """
    try:
        document = loads(path.read_text(encoding="utf-8"))
        if "all_findings" in document:
            raise ConfigurationError(
                f"--from: {path} is a report of the stack, which has failures only\n"
                "  use a report of 'muster scan --output report.json'"
            )
        findings, scan = document["findings"], document["scan"]
        seen = {(each["resource"]["type"], each["resource"]["region"], each["resource"]["id"]) for each in findings}
        accounts = {each["resource"]["account_id"] for each in findings}
        settings = {
            (str(each["check_id"]), str(each["resource"]["type"])): dict(each["settings"])
            for each in findings
            if "check_id" in each
        }
        elsewhere = {row["api"]: row["out_of_scope"] for row in scan["coverage"] if row["out_of_scope"]}
        regions = tuple(scan["regions"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"--from: {path} is not a JSON report of 'muster scan'\n  make one: muster scan --output report.json"
        ) from error
    if len(accounts) > 1:
        raise ConfigurationError(f"--from: {path} covers {len(accounts)} accounts; use a report of one account")
    found = Counter((kind, region) for kind, region, _ in seen if kind in catalog.listers)
    return Reported({**found, **_elsewhere(elsewhere, catalog)}, regions, settings, scan)


def earlier(report: Reported, demand: Demand, configuration: Configuration) -> Earlier | None:
    """Return the report's scan as one whose calls say how many the same will take.

    None when it saw not all, when it was of several accounts, or when another version or checks that nobody knows any
    more made its calls.
    """
    scan = report.scan
    whole = scan.get("complete") and not scan.get("blocked_by_policy") and len(scan.get("accounts", ())) == 1
    if not whole or scan.get("version") != __version__:
        return None
    try:
        catalog = demand.plan.catalog
        rules = tuple(_rules(report, catalog, configuration))
        failed = frozenset(row["api"] for row in scan["coverage"] if row["errors"] or row["reason"])
        calls: Counter[str] = Counter()
        for row in scan["coverage"]:
            calls[row["api"]] += row["calls"]
    except (ConfigurationError, KeyError):
        return None
    regions = tuple(sorted(report.regions))
    plan = read_plan(catalog, rules, by_tags=scope_of(configuration).by_tags)
    then = replace(demand, plan=plan, resources=report.resources, regions=regions, accounts=1)
    return Earlier(then, calls, failed)


_ANY = ("any",)


def _rules(report: Reported, catalog: Catalog, configuration: Configuration) -> Iterator[Rule]:
    """Yield the rules of the scan: with their settings, and not for types of which they judged none that is there.

    Raises:
        ConfigurationError: a pack or a check is not known.
        KeyError: the report does not say what was scanned.
    """
    packs, checks = tuple(report.scan["packs"]), set(report.scan["checks"])
    services = {row["service"] for row in report.scan["coverage"]}
    there = {kind for (kind, _), count in report.resources.items() if count}
    # The report names the checks that ran: all that its packs leave out otherwise are turned on, and then filtered.
    on = replace(configuration, metrics=True, tags=replace(configuration.tags, required=_ANY))
    rules = select(catalog, on, packs=packs) if packs else ()
    if more := sorted(checks - {rule.check.id for rule in rules}):
        # A pack may judge fewer types by a check than its bare name does: only what no pack names is named.
        rules += select(catalog, configuration, checks=more)
    for rule in rules:
        settings = report.settings.get((rule.check.id, rule.resource_type))
        if settings is not None:
            yield replace(rule, settings=settings)
        elif rule.resource_type not in there and rule.check.id in checks and rule.service in services:
            yield rule


def _elsewhere(out_of_scope: Mapping[str, int], catalog: Catalog) -> dict[tuple[str, str], int]:
    """Return what was listed and belongs to regions that were not scanned: it fills pages all the same."""
    apis = {lister.operation: lister.resource_type for lister in catalog.listers.values()}
    return {(apis[api], "elsewhere"): count for api, count in out_of_scope.items() if api in apis}
