"""The tables and sentences of `muster estimate`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
from rich.console import Console, RenderableType
from rich.table import Table

_CONFIG = "AWS Config"
_COLUMNS = ("UNITS A MONTH", "USD A SCAN", "USD A MONTH")
_WIDE = 10_000
"""Columns of a file or pipe: there lines are not folded, so that they can be searched."""
_LEAST = 0.0001


def show(document: Mapping[str, Any]) -> None:
    """Print the document of an estimate as tables."""
    console = Console(highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDE
    with console.capture() as captured:
        for block in _blocks(document):
            console.print(block)
    click.echo("".join(line.rstrip() + "\n" for line in captured.get().splitlines()), nl=False)


def _blocks(document: Mapping[str, Any]) -> Iterator[RenderableType]:
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
    yield from _events(bill["events"])
    if changes := document.get("changes"):
        yield ""
        yield from _near_real_time(changes)
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


def _events(events: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Yield what changes of findings cost, whenever there are any."""
    rows = [(f"{each['service']}: {each['what']}", _units(each["units"]), _usd(each["usd"])) for each in events["cost"]]
    total = ("total of what has a price", "", _usd(sum(each["usd"] or 0 for each in events["cost"])))
    yield _table((f"{events['count']:,} CHANGES OF FINDINGS", "UNITS", "USD"), [*rows, total])
    yield "A first scan has a change for each failing finding; a scan of an unchanged estate has none."


def _near_real_time(changes: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Yield what near real time costs and requires."""
    rows = [
        (f"{each['service']}: {each['what']}", _units(each["units"]), _usd(each["month"])) for each in changes["cost"]
    ]
    total = ("total of near real time", "", _usd(sum(each["month"] or 0 for each in changes["cost"])))
    yield _table(
        (f"NEAR REAL TIME, {changes['a_day']:,} CHANGES A DAY", "UNITS A MONTH", "USD A MONTH"), [*rows, total]
    )
    yield (
        f"At most: changes within {changes['window_seconds']} s are one batch, which is taken to need "
        f"{changes['seconds_a_batch']:g} s. Events and rules of EventBridge are free for AWS services."
    )
    yield from (f"It requires {each}." for each in changes["requires"])


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


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
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
