"""`muster estimate`: calls, duration and cost of a scan, without asking AWS anything."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import configuration as configured
from muster.cli.options import listed_as, selecting
from muster.data import package_data
from muster.errors import ConfigurationError
from muster.model.finding import Severity
from muster.model.suggest import unknown
from muster.model.text import json_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from muster.catalog.catalog import Catalog
    from muster.configuration import Configuration
    from muster.estimate.previous_scan import Earlier
    from muster.estimate.workload import Demand, Resources
    from muster.stack.cost import Cost, Price

_CONFIG = "AWS Config"
_COLUMNS = ("UNITS A MONTH", "USD A SCAN", "USD A MONTH")
_WIDE = 10_000
"""Columns of a file or pipe: there lines are not folded, so that they can be searched."""
_LEAST = 0.0001
_TEACH = (
    "say how many resources there are: --resources AWS::EC2::Instance=10000 --resources AWS::S3::Bucket=200, or "
    "--from report.json, where 'muster scan --format json --output report.json' wrote what it found"
)


@click.command("estimate", short_help="Predict the calls, duration and cost of a scan.")
@selecting
@click.option("--resources", "counts", multiple=True, metavar="TYPE=COUNT",
              help="An account has so many, over all its regions. Repeatable.")  # fmt: skip
@click.option("--from", "report", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="REPORT",
              help="Count what a scan found, in the JSON that it wrote.")  # fmt: skip
@click.option("--region", "regions", multiple=True, metavar="NAME", help="Scan this region. Repeatable.")
@click.option("--accounts", type=click.IntRange(min=1), default=1, show_default=True,
              help="How many accounts there are, all alike.")  # fmt: skip
@click.option("--scans-per-day", type=click.IntRange(min=1), default=4, show_default=True, help="For the cost a month.")
@listed_as
def command(**options: Any) -> int:
    """Predict what a scan asks, how long it takes and what it costs. Nothing is asked of AWS.

    The calls follow from the selected checks and from how many resources there are: exactly, as long as AWS fills
    its pages and answers, or nearly, which is said. With --from, what is asked again of as many resources takes the
    calls that it took in that scan, so that an unchanged estate is predicted exactly. Seconds follow from assumptions
    that are named beside them. Costs are list prices of us-east-1 for scans on the stack, beside what AWS Config and
    Security Hub charge for as many evaluations.

    --resources counts are spread evenly over the regions; those of --from stand where they were found, and a report
    counts the types that its checks judged. Without --region, the regions of the report or of the configuration are
    taken, else AWS_REGION or the profile's.

    \b
    Examples:
      muster estimate --resources AWS::EC2::Instance=10000 --resources AWS::S3::Bucket=200 --region eu-west-1
      muster estimate --pack s3-compliance --resources AWS::S3::Bucket=1000 --accounts 50 --scans-per-day 1
      muster estimate --from report.json
      muster estimate --from report.json --format json | jq .calls.total
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    demand, earlier = _demand(options)
    document = _document(demand, earlier, options["scans_per_day"])
    if options["form"] == "json":
        click.echo(json_text(document, indent=2))
    else:
        _show(document)
    return 0


def _demand(options: Mapping[str, Any]) -> tuple["Demand", "Earlier | None"]:
    """Return what is asked, and what the report's scan was."""
    from muster.catalog.catalog import load  # noqa: PLC0415 - the same
    from muster.catalog.read_plan import read_plan  # noqa: PLC0415 - the same
    from muster.cli import estimate_report  # noqa: PLC0415 - the same
    from muster.configuration.selection import select  # noqa: PLC0415 - the same
    from muster.estimate.workload import Demand  # noqa: PLC0415 - the same
    from muster.scanning.scope import scope_of  # noqa: PLC0415 - the same

    catalog = load()
    configuration = configured(options["config"], catalog)
    rules = select(
        catalog, configuration, packs=options["packs"], checks=options["checks"],
        exclude_checks=options["exclude_checks"], services=options["services"],
        severity=None if options["severity"] is None else Severity(options["severity"]),
    )  # fmt: skip
    if not options["counts"] and not options["report"]:
        raise ConfigurationError(_TEACH)
    said = _counts(options["counts"], catalog)
    report = estimate_report.read(options["report"], catalog) if options["report"] else None
    found, scanned = (report.resources, report.regions) if report else ({}, ())
    regions = _regions(options["regions"] or scanned, configuration)
    counts = {**found, **_spread(said, found, regions)}
    plan = read_plan(catalog, rules, by_tags=scope_of(configuration).by_tags)
    demand = Demand(plan, counts, regions, options["accounts"])
    return demand, estimate_report.earlier(report, demand, configuration) if report else None


def _counts(said: Sequence[str], catalog: "Catalog") -> dict[str, int]:
    found: dict[str, int] = {}
    for text in said:
        name, equals, count = text.partition("=")
        if not equals or not count.isascii() or not count.isdigit():
            raise ConfigurationError(f"--resources: {text!r} is not TYPE=COUNT, as in AWS::EC2::Instance=10000")
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


def _regions(asked: Sequence[str], configuration: "Configuration") -> tuple[str, ...]:
    from muster.cli.output import say  # noqa: PLC0415 - `muster estimate --help` is quick without it
    from muster.cli.region_names import check_names, unchecked  # noqa: PLC0415 - the same
    from muster.targets.regions import ALL  # noqa: PLC0415 - the same

    own = "" if asked or configuration.regions else os.environ.get("AWS_REGION") or _profile_region()
    names = tuple(asked) or configuration.regions or ((own,) if own else ())
    excluded = configuration.exclude.regions
    check_names(names, excluded)
    if doubt := unchecked((*names, *excluded)):
        say(doubt)
    if ALL in names:
        raise ConfigurationError("which regions an account has enabled only AWS can say: name them with --region")
    left = tuple(sorted(set(names) - set(excluded)))
    if not left:
        raise ConfigurationError("no region is named: use --region, the configuration's regions, or AWS_REGION")
    return left


def _profile_region() -> str:
    import botocore.exceptions  # noqa: PLC0415 - only who names no region needs it
    import botocore.session  # noqa: PLC0415 - the same

    from muster.sdk.setup_errors import explained  # noqa: PLC0415 - the same

    try:
        return str(botocore.session.get_session().get_config_variable("region") or "")
    except botocore.exceptions.BotoCoreError as error:
        raise ConfigurationError(f"{explained(error)}; or use --region") from error


def _prices() -> tuple[Mapping[str, Any], Mapping[str, "Price"]]:
    from muster.stack.cost import Price  # noqa: PLC0415 - `muster estimate --help` is quick without it

    document = package_data.read("prices.yaml")
    return document, {name: Price.from_json(price) for name, price in document["prices"].items()}


def _document(demand: "Demand", earlier: "Earlier | None", scans_per_day: int) -> dict[str, Any]:
    from muster.estimate import previous_scan, workload  # noqa: PLC0415 - `muster estimate --help` needs no catalogue
    from muster.stack import cost, fixed_costs  # noqa: PLC0415 - the same

    source, prices = _prices()
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
            "fixed": [asdict(part) for part in fixed_costs.fixed(prices)],
            "elsewhere": _bill(theirs, scans),
        },
    }


def _bill(parts: Sequence["Cost"], scans: int) -> list[dict[str, Any]]:
    return [{**asdict(part), "scan": None if part.month is None else part.month / scans} for part in parts]


def _show(document: Mapping[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415 - JSON does without

    console = Console(highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDE
    with console.capture() as captured:
        for block in _blocks(document):
            console.print(block)
    click.echo("".join(line.rstrip() + "\n" for line in captured.get().splitlines()), nl=False)


def _blocks(document: Mapping[str, Any]) -> Iterator["RenderableType"]:
    made, bill = document["calls"], document["cost"]
    calls = [(api, f"{count:,}") for api, count in made["by_api"].items()]
    yield _table(("API", "CALLS"), [*calls, ("total", f"{made['total']:,}")])
    yield ""
    yield from _sentences(document)
    ours, theirs = bill["muster"], bill["elsewhere"]
    yield ""
    yield _table(("SCANS ON THE STACK", *_COLUMNS), [*map(_row, ours), _total("total of the scans", ours)])
    yield ""
    yield _table(("THE STACK, WHETHER OR NOT IT SCANS", "UNITS", "USD A MONTH"), list(_held(bill["fixed"], ours)))
    yield ""
    config = [part for part in theirs if part["service"] == _CONFIG]
    others = [part for part in theirs if part["service"] != _CONFIG]
    rows = [*map(_row, config), _total(f"{_CONFIG} together", config), *map(_row, others)]
    yield _table(("AS MANY EVALUATIONS ELSEWHERE", *_COLUMNS), rows)
    yield ""
    yield (
        f"{_counted(bill['scans_per_day'], 'scan')} a day. List prices of {bill['region']}, looked up on "
        f"{bill['looked_up']} or later, without free tiers and discounts."
    )
    yield "AWS Config and Security Hub evaluate when something changes and on schedules of their own: that may be less."


def _row(part: Mapping[str, Any]) -> tuple[str, ...]:
    return f"{part['service']}: {part['what']}", _units(part["units"]), _usd(part["scan"]), _usd(part["month"])


def _total(name: str, parts: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Add up what has a price."""
    priced = [part for part in parts if part["month"] is not None]
    return name, "", *(_usd(sum(part[column] for part in priced)) for column in ("scan", "month"))


def _held(parts: Sequence[Mapping[str, Any]], scans: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the fixed part, and of the month as a whole."""
    yield from ((f"{each['service']}: {each['what']}", _units(each["units"]), _usd(each["month"])) for each in parts)
    held, used = (sum(each["month"] or 0 for each in some) for some in (parts, scans))
    yield "total of the fixed part", "", _usd(held)
    yield "a month together with the scans", "", _usd(held + used)


def _sentences(document: Mapping[str, Any]) -> Iterator[str]:
    accounts, regions = _counted(document["accounts"], "account"), _counted(len(document["regions"]), "region")
    checks = _counted(len(document["checks"]), "check")
    yield f"{_counted(document['findings'], 'finding')} of {checks} in {regions} of {accounts}"
    if not document["calls"]["exact"]:
        yield (
            "The calls are near, not exact: where no report says how often, what is read once of a region counts as "
            "one page unless the resources say more, what only some are asked counts for all, and what they name of "
            "others is left out, or counts as one each where a call asks about many."
        )
    duration, stack = document["duration"], document["stack"]
    assumed = duration["assumptions"]
    yield (
        f"{_time(duration['account_seconds'])} for 'muster scan' in one account, {_time(duration['stack_seconds'])} on "
        f"the stack in {_counted(stack['batches'], 'batch', 'batches')}"
    )
    yield (
        f"taking {assumed['call']:g} s a call and {assumed['page']:g} s a page of EC2, {assumed['concurrency']} calls "
        f"in flight, {assumed['cpu_per_call'] * 1000:g} ms of CPU a call and {assumed['cpu_per_finding'] * 1000:g} ms "
        "a finding"
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - JSON does without

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _usd(amount: float | None) -> str:
    if amount is None:
        return "no price"
    if 0 < amount < _LEAST:
        return f"< {_LEAST}"
    return f"{amount:,.2f}" if amount >= 1 or not amount else f"{amount:,.4f}"


def _units(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:,.3g}"  # noqa: PLR2004 - a few TB or requests


def _time(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 2:  # noqa: PLR2004 - below that, seconds say more
        return f"{seconds:,.1f} s"
    return f"{minutes:,.1f} min" if minutes < 120 else f"{minutes / 60:,.1f} h"  # noqa: PLR2004 - the same


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"
