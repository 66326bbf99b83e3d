"""Measures tools side by side over the same fake AWS, checks what each found, and writes docs/benchmarks.md.

`python -m benchmarks.run --estate 10000x200 --cpu-only 50000x1000` measures CPU and wall time of two estates, a fifth
of whose buckets are in other regions. Each run writes its own section of the page, with the date and the machine, and
leaves the other sections alone; benchmarks.memory, benchmarks.cold_start and benchmarks.peers write the others.
"""

import math
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.running import (
    CONCURRENCY,
    LEAN,
    MUSTER,
    PLAIN,
    ROOT,
    THREADED,
    TOOLS,
    Took,
    measure,
    right_counts,
)
from testing.fake_aws.estate import Estate
from testing.fake_aws.process import FakeAws

PAGE = ROOT / "docs" / "benchmarks.md"
LATENCY = 30
COST, MEMORY, PEERS = "CPU and wall time", "Memory", "Peers"
_CPU_OF_LEAN, _CPU_OF_PLAIN, _PEAK_MB, _WALL_OF_BOUND = 2.5, 7, 120, 1.5
_ABROAD = ("us-east-1", "eu-central-1")
"""The regions where a fifth of the buckets are, and no instance."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at, what was measured, and whether it is met."""

    text: str
    measured: str
    met: bool


@click.command(help=__doc__)
@click.option("--estate", "estates", multiple=True, default=["10000x200"], show_default=True, help="INSTANCESxBUCKETS")
@click.option("--cpu-only", "cpu_only", multiple=True, help="Another estate, without the runs with latency.")
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1))
def main(estates: Sequence[str], cpu_only: Sequence[str], repeats: int) -> None:
    """Measure, print the tables and write the page."""
    console = wide_console()
    lines = [measured(repeats)]
    for described in (*estates, *cpu_only):
        estate = _estate(described)
        rows, targets = _cost(console, estate, repeats, waits=described in estates)
        lines += [f"### {estate.instances:,} instances, {estate.buckets:,} buckets", markdown(rows), judged(targets)]
    write_section(COST, lines)


def bound(estate: Estate, latency_ms: float) -> float:
    """Return the seconds that waiting alone takes: instances page by page, beside calls for buckets 16 at a time.

    Regions without instances are asked too, beside the others.
    """
    pages = max(1, math.ceil(estate.instances / 1_000))
    lists = max(1, math.ceil(estate.buckets / 10_000))
    return max(pages, lists + math.ceil(7 * estate.buckets / CONCURRENCY)) * latency_ms / 1_000


def write_section(title: str, lines: Iterable[str], page: Path = PAGE) -> None:
    """Write one section of the page anew, and leave the rest of it as it is.

    Raises:
        click.ClickException: the page has no such section.
    """
    old = page.read_text(encoding="utf-8")
    text = "\n\n".join((f"## {title}", *lines))
    section = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    new, found = section.subn(lambda _: f"{text}\n\n", old)
    if not found:
        raise click.ClickException(f"{page.name} has no section {title}")
    page.write_text(new.rstrip() + "\n", encoding="utf-8")


def machine() -> str:
    """Return the machine in words, without its name."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = model[1] if model else platform.machine()
    return f"{name}, {os.cpu_count()} cores, {gigabytes:.0f} GB of RAM, Python {platform.python_version()}"


def _cost(console: Console, estate: Estate, repeats: int, *, waits: bool) -> tuple[list[list[str]], list[Target]]:
    """Measure the tools in turns; with `waits`, also with latency and with many threads, which saves waiting alone."""
    right = right_counts(estate)
    cpu: dict[str, Took] = {}
    wall: dict[str, Took] = {}
    with FakeAws(estate) as aws:
        for latency, best in ((0, cpu), (LATENCY, wall)) if waits else ((0, cpu),):
            aws.control(latency_ms=latency)
            for turn in range(repeats):
                for name, command in TOOLS.items():
                    if waits or name != THREADED:
                        console.print(f"{latency} ms, {turn + 1} of {repeats}: {name}", style="dim")
                        best[name] = measure(aws, command, right).better(best.get(name))
    rows = _rows(cpu, wall)
    show(console, f"{estate.instances} instances, {estate.buckets} buckets", rows)
    targets = _targets(cpu, wall, bound(estate, LATENCY))
    say(console, targets)
    return rows, targets


def _targets(cpu: Mapping[str, Took], wall: Mapping[str, Took], least: float) -> list[Target]:
    ours, peak = cpu[MUSTER].cpu, _peak(MUSTER, cpu, wall)
    targets = [
        ratio("Muster's CPU at most 2.5 x lean's", ours / cpu[LEAN].cpu, most=_CPU_OF_LEAN),
        ratio("Plain boto3 with one thread at least 7 x Muster's CPU", cpu[PLAIN].cpu / ours, least=_CPU_OF_PLAIN),
        Target(f"Muster's peak RSS at most {_PEAK_MB} MB", f"{peak:.0f} MB", peak <= _PEAK_MB),
    ]
    if wall:
        text = f"Muster's wall time at most {_WALL_OF_BOUND} x the bound of {least:.2f} s"
        targets.append(ratio(text, wall[MUSTER].wall / least, most=_WALL_OF_BOUND))
    return targets


def _rows(cpu: Mapping[str, Took], wall: Mapping[str, Took]) -> list[list[str]]:
    waits = [f"wall at {LATENCY} ms", "x Muster"] if wall else []
    rows = [["tool", "CPU", "x lean", "x Muster", "of it start", *waits, "peak RSS", "calls"]]
    for name, took in cpu.items():
        waited = [f"{wall[name].wall:.2f} s", f"{wall[name].wall / wall[MUSTER].wall:.2f}"] if wall else []
        rows.append(
            [
                name,
                f"{took.cpu:.2f} s",
                f"{took.cpu / cpu[LEAN].cpu:.2f}",
                f"{took.cpu / cpu[MUSTER].cpu:.2f}",
                f"{took.start:.2f} s",
                *waited,
                f"{_peak(name, cpu, wall):.0f} MB",
                f"{took.calls}",
            ]
        )
    return rows


def _peak(name: str, cpu: Mapping[str, Took], wall: Mapping[str, Took]) -> float:
    return max(best[name].peak_mb for best in (cpu, wall) if best)


def _estate(described: str) -> Estate:
    found = re.fullmatch(r"(\d+)x(\d+)", described)
    if not found:
        raise click.BadParameter(f"{described} is not as 10000x200", param_hint="--estate")
    return Estate(int(found[1]), int(found[2]), abroad=_ABROAD)


def ratio(text: str, value: float, *, most: float = math.inf, least: float = 0) -> Target:
    """Return a target of a ratio."""
    return Target(text, f"{value:.2f} x", least <= value <= most)


def measured(repeats: int) -> str:
    """Return when and where a run begins, and how busy the machine is already."""
    busy = f"load {os.getloadavg()[0]:.1f} before it began"
    return f"Measured on {datetime.now(UTC):%Y-%m-%d}, each tool run {repeats} x, on {machine()}; {busy}."


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return a table, the first row its head and the first column its names."""
    rule = ["---", *["---:"] * (len(rows[0]) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))


def wide_console() -> Console:
    """Return a console that is wide enough for the tables wherever nobody's terminal says otherwise."""
    return Console() if sys.stdout.isatty() else Console(width=120)


def judged(targets: Iterable[Target]) -> str:
    """Return the table of targets."""
    rows = [
        ["target", "measured", "met"],
        *([each.text, each.measured, "yes" if each.met else "no"] for each in targets),
    ]
    return markdown(rows)


def show(console: Console, title: str, rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    table = Table(*rows[0], title=title)
    for row in rows[1:]:
        table.add_row(*row)
    console.print(table)


def say(console: Console, targets: Iterable[Target]) -> None:
    """Print whether targets are met."""
    for each in targets:
        console.print(f"{'met' if each.met else 'MISSED'}: {each.text}: {each.measured}")


if __name__ == "__main__":
    main()
