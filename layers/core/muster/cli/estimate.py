"""`muster estimate`: calls, duration and cost of a scan, without asking AWS anything."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import configuration as configured
from muster.cli.options import listed_as, selecting
from muster.cli.output import say
from muster.data import package_data
from muster.errors import ConfigurationError
from muster.model.suggest import unknown
from muster.model.text import json_text

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.configuration import Configuration
    from muster.estimate.previous_scan import Earlier
    from muster.estimate.prices import Cost
    from muster.estimate.workload import Demand, Resources

_TEACH = (
    "the numbers of resources are missing\n"
    "  name them: --resources AWS::EC2::Instance=10000 --resources AWS::S3::Bucket=200\n"
    "  or take them from a report: --from report.json (muster scan --output report.json)"
)

_TRAIL = (
    "a CloudTrail trail that records management events in the region, with logging on: without one only state changes "
    "of EC2 instances arrive"
)
_DIGITS = 9
"""Of a count of resources at most: each page of a shard takes memory here."""


@click.command("estimate", short_help="Predict the calls, duration and cost of a scan.")
@selecting
@click.option("--resources", "counts", multiple=True, metavar="TYPE=COUNT",
              help="Number of resources of a type in an account, over all regions. Repeatable.")  # fmt: skip
@click.option("--from", "report", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="REPORT",
              help="Take the numbers of resources from the JSON report of a scan.")  # fmt: skip
@click.option("--region", "regions", multiple=True, metavar="NAME", help="Scan this region. Repeatable.")
@click.option("--accounts", type=click.IntRange(min=1), default=1, show_default=True,
              help="Number of accounts, all alike.")  # fmt: skip
@click.option(
    "--scans-per-day",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Scans a day, for the cost per month.",
)
@click.option("--changes", type=click.IntRange(1, 10**_DIGITS), metavar="COUNT",
              help="API calls a day that change resources: adds the cost of near real time.")  # fmt: skip
@listed_as
def command(**options: Any) -> int:
    """Predict the calls, the duration and the cost of a scan, without calling AWS.

    These are estimates. For exact numbers use --from with an earlier report: calls that depend on answers are taken
    from that scan. The duration follows from assumptions, which are shown. Costs are list prices of us-east-1 for scans
    on the stack, next to what AWS Config and Security Hub charge for as many evaluations.

    Counts of --resources are spread evenly over the regions. Without --region, the regions of the report or of
    muster.yaml are used, else AWS_REGION or the profile's.

    \b
    Examples:
      muster estimate --from report.json
      muster estimate --from report.json --accounts 40 --changes 2000
      muster estimate --resources AWS::S3::Bucket=200 --region eu-west-1
      muster estimate --pack s3-compliance --resources AWS::S3::Bucket=1000 \\
        --accounts 50 --scans-per-day 1
      muster estimate --from report.json --format json | jq .calls.total

    \b
    Exit status:
      0  the estimate is printed
      2  wrong usage or configuration, or the report cannot be read
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    demand, earlier = _demand(options)
    document = _document(demand, earlier, options["scans_per_day"])
    if options["changes"]:
        document["changes"] = _changes(options["changes"])
    if options["form"] == "json":
        click.echo(json_text(document, indent=2))
    else:
        from muster.cli.estimate_table import show

        show(document)
    return 0


def _demand(options: Mapping[str, Any]) -> tuple["Demand", "Earlier | None"]:
    """Return what is to be estimated, and the scan of the report."""
    from muster.catalog.catalog import load
    from muster.catalog.read_plan import read_plan
    from muster.cli import estimate_report
    from muster.configuration.selection import select
    from muster.estimate.workload import Demand
    from muster.scanning.scope import scope_of

    catalog = load()
    configuration = configured(options["config"], catalog)
    rules = select(
        catalog, configuration, packs=options["packs"], checks=options["checks"],
        exclude_checks=options["exclude_checks"], services=options["services"],
        severity=options["severity"], frameworks=options["frameworks"], metrics=options["metrics"],
    )  # fmt: skip
    if not options["counts"] and not options["report"]:
        raise ConfigurationError(_TEACH)
    given = _counts(options["counts"], catalog)
    report = estimate_report.read(options["report"], catalog) if options["report"] else None
    found, scanned = (report.resources, report.regions) if report else ({}, ())
    regions = _regions(options["regions"] or scanned, configuration)
    counts = {**found, **_spread(given, found, regions)}
    plan = read_plan(catalog, rules, by_tags=scope_of(configuration).by_tags)
    demand = Demand(plan, counts, regions, options["accounts"])
    return demand, estimate_report.earlier(report, demand, configuration) if report else None


def _counts(texts: Sequence[str], catalog: "Catalog") -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        name, equals, count = text.partition("=")
        if not equals or not count.isascii() or not count.isdigit():
            raise ConfigurationError(f"--resources: {text!r} is not TYPE=COUNT, as in AWS::EC2::Instance=10000")
        if len(count.lstrip("0")) > _DIGITS:
            raise ConfigurationError(f"--resources: {name[:80]} has more than {10**_DIGITS - 1:,} resources")
        if name not in catalog.listers:
            raise ConfigurationError(f"--resources: {unknown(name, 'a resource type that is listed', catalog.listers)}")
        if found.setdefault(name, int(count)) != int(count):
            raise ConfigurationError(f"--resources: there cannot be both {found[name]} and {count} of {name}")
    return found


def _spread(counts: Mapping[str, int], found: "Resources", regions: Sequence[str]) -> dict[tuple[str, str], int]:
    """Deal counts out to the regions; they stand instead of what the report has of the type, wherever it was."""
    spread = {(kind, region): 0 for kind, region in found if kind in counts}
    for kind, count in counts.items():
        share, rest = divmod(count, len(regions))
        spread |= {(kind, region): share + (place < rest) for place, region in enumerate(regions)}
    return spread


def _regions(named: Sequence[str], configuration: "Configuration") -> tuple[str, ...]:
    from muster.library.region_names import check_names, unchecked
    from muster.targets.regions import ALL

    own = "" if named or configuration.regions else os.environ.get("AWS_REGION") or _profile_region()
    names = tuple(named) or configuration.regions or ((own,) if own else ())
    excluded = configuration.exclude.regions
    check_names(names, excluded)
    if doubt := unchecked((*names, *excluded)):
        say(doubt)
    if ALL in names:
        raise ConfigurationError(
            "the enabled regions of an account are not known without calling AWS\n  name them: --region NAME"
        )
    left = tuple(sorted(set(names) - set(excluded)))
    if not left:
        raise ConfigurationError("no region is named\n  use --region, regions in muster.yaml, or AWS_REGION")
    return left


def _profile_region() -> str:
    import botocore.exceptions
    import botocore.session

    from muster.sdk.setup.errors import explained

    try:
        return str(botocore.session.get_session().get_config_variable("region") or "")
    except botocore.exceptions.BotoCoreError as error:
        raise ConfigurationError(f"{explained(error)}; or use --region") from error


def _document(demand: "Demand", earlier: "Earlier | None", scans_per_day: int) -> dict[str, Any]:
    from muster.estimate import previous_scan, workload
    from muster.estimate.prices import Price
    from muster.stack import cost

    source = package_data.read("prices.yaml")
    prices = {name: Price.from_json(price) for name, price in source["prices"].items()}
    made, exact = previous_scan.calls_again(demand, earlier)
    findings = sum(workload.findings_of(demand).values()) * demand.accounts
    assumed = workload.Assumptions()
    seconds = workload.seconds_of(made, findings, assumed)
    work = cost.work_of(demand, seconds)
    ours = cost.cost(work, prices, scans_per_day)
    theirs = cost.elsewhere(demand, prices, scans_per_day)
    scans = scans_per_day * cost.DAYS
    return {
        "accounts": demand.accounts,
        "regions": list(demand.regions),
        "checks": sorted({rule.check.id for rule in demand.plan.rules}),
        "resources": [
            {"resource_type": kind, "region": region, "count": count}
            for (kind, region), count in sorted(demand.resources.items())
        ],
        "calls": {"total": made.total, "by_api": dict(made.by_api), "exact": exact},
        "findings": findings,
        "duration": {
            "account_seconds": round(seconds.total / demand.accounts, 3),
            "waiting_seconds": round(seconds.waiting, 3),
            "cpu_seconds": round(seconds.cpu, 3),
            "stack_seconds": round(work.wall, 3),
            "assumptions": asdict(assumed),
        },
        "stack": asdict(work),
        "cost": {
            "currency": "USD",
            "region": source["region"],
            "looked_up": str(source["looked_up"]),
            "scans_per_day": scans_per_day,
            "muster": _bill(ours, scans),
            "fixed": [asdict(part) for part in cost.fixed(prices)],
            "elsewhere": _bill(theirs, scans),
            "events": {"count": cost.EVENTS, "cost": _once(cost.events(cost.EVENTS, prices))},
        },
    }


def _changes(a_day: int) -> dict[str, Any]:
    """Return what near real time costs, and what it needs in each account and region."""
    from muster.catalog.permissions import CHANGES
    from muster.estimate.prices import Price
    from muster.stack.changing import cost

    prices = {name: Price.from_json(price) for name, price in package_data.read("prices.yaml")["prices"].items()}
    return {
        "a_day": a_day,
        "seconds_a_batch": cost.SECONDS,
        "window_seconds": cost.WINDOW,
        "requires": [_TRAIL, f"on its queues {', '.join(CHANGES)} and sqs:SendMessage, besides what a scan reads"],
        "cost": [asdict(part) for part in cost.changes(a_day, prices)],
    }


def _once(parts: Sequence["Cost"]) -> list[dict[str, Any]]:
    """Return what is paid once, whatever the month."""
    return [{"service": part.service, "what": part.what, "units": part.units, "usd": part.month} for part in parts]


def _bill(parts: Sequence["Cost"], scans: int) -> list[dict[str, Any]]:
    return [{**asdict(part), "scan": None if part.month is None else part.month / scans} for part in parts]
