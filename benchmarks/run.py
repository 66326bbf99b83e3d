"""Measures tools side by side over the same fake AWS, checks what each found, and writes docs/benchmarks.md.

`python -m benchmarks.run --estate 10000x200` measures CPU and wall time, `--memory` the peaks of two unlike estates.
Each run writes its own section of the page, with the date and the machine, and leaves the other sections alone.
"""

import json
import math
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Self

import click
from rich.console import Console
from rich.table import Table

from testing.fake_aws.estate import Estate, tally, truth
from testing.fake_aws.process import FakeAws

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
LATENCY = 30
CONCURRENCY = 16
"""How many calls for buckets Muster makes at once, as benchmarks.muster_run asks it to."""
LEAN, MUSTER, PLAIN = "lean", "Muster", "plain boto3, 1 thread"
TOOLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        LEAN: ("benchmarks.lean", "--threads", str(CONCURRENCY)),
        MUSTER: ("benchmarks.muster_run", "--concurrency", str(CONCURRENCY)),
        PLAIN: ("benchmarks.plain", "--threads", "1"),
        "plain boto3, 32 threads": ("benchmarks.plain", "--threads", "32"),
    }
)
COST, MEMORY, PEERS = "CPU and wall time", "Memory", "Peers"
_CPU_OF_LEAN, _CPU_OF_PLAIN, _WALL_OF_BOUND, _GROWTH, _PEAK_MB = 3, 4, 1.5, 1.10, 160
_SMALL, _LARGE = Estate(10_000, 20), Estate(1_000_000, 20)
_ONCE = "The larger estate is scanned once; the peak of the smaller one is the highest of the repeats."


@dataclass(frozen=True, slots=True)
class Took:
    """What a run took, or the best of several: seconds, MB, and how many calls the server counted."""

    cpu: float
    start: float
    wall: float
    peak_mb: float
    calls: int

    def better(self, other: Self | None) -> "Took":
        """Return the lesser times of two runs, and the greater of what must not be flattered."""
        if other is None:
            return self
        return Took(
            min(self.cpu, other.cpu),
            min(self.start, other.start),
            min(self.wall, other.wall),
            max(self.peak_mb, other.peak_mb),
            max(self.calls, other.calls),
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at, what was measured, and whether it is met."""

    text: str
    measured: str
    met: bool


@click.command(help=__doc__)
@click.option("--estate", "estates", multiple=True, default=["10000x200"], show_default=True, help="INSTANCESxBUCKETS")
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1))
@click.option("--memory", is_flag=True, help="Measure the peak at 10,000 and at 1,000,000 instances instead.")
def main(estates: Sequence[str], repeats: int, *, memory: bool) -> None:
    """Measure, print the tables and write the page."""
    console = wide_console()
    began = measured(repeats)
    if memory:
        rows, targets = _memory(console, repeats)
        write_section(MEMORY, [began, markdown(rows), _ONCE, _judged(targets)])
        return
    lines = [began]
    for estate in [_estate(described) for described in estates]:
        rows, targets = _cost(console, estate, repeats)
        lines += [f"### {estate.instances:,} instances, {estate.buckets:,} buckets", markdown(rows), _judged(targets)]
    write_section(COST, lines)


def measure(aws: FakeAws, command: Sequence[str], right: Mapping[str, int]) -> Took:
    """Run a tool of ours over the fake AWS and return what it took.

    Raises:
        click.ClickException: it failed, or did not count the right verdicts.
    """
    aws.forget()
    done = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-m", *command, "--endpoint", aws.url],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"{' '.join(command)} failed: see what it said")
    described = json.loads(done.stdout)
    if wrong := differences(described["counts"], right):
        raise click.ClickException(f"{' '.join(command)} counts wrongly: {wrong}")
    calls = sum(aws.counts().values())
    return Took(described["cpu"], described["import"], described["wall"], described["peak_mb"], calls)


def differences(counts: Mapping[str, int], right: Mapping[str, int]) -> str:
    """Return in words where counts are not the right ones, or nothing."""
    names = sorted(counts.keys() | right.keys())
    return "; ".join(
        f"{name}: {counts.get(name, 0)}, not {right.get(name, 0)}"
        for name in names
        if counts.get(name, 0) != right.get(name, 0)
    )


def right_counts(estate: Estate) -> dict[str, int]:
    """Return the right counts of an estate by "check STATUS"."""
    return {f"{check} {status}": number for (check, status), number in tally(truth(estate)).items()}


def environment() -> dict[str, str]:
    """Return the environment of a tool: dummy credentials, no profile, no proxy on the way, and bytecode is kept."""
    dropped = ("AWS_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "dummy", "AWS_DEFAULT_REGION": "eu-west-1"}
    files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return kept | keys | files | {"AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}


def bound(estate: Estate, latency_ms: float) -> float:
    """Return the seconds that waiting alone takes: instances page by page, beside calls for buckets 16 at a time."""
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


def _cost(console: Console, estate: Estate, repeats: int) -> tuple[list[list[str]], list[Target]]:
    right = right_counts(estate)
    cpu: dict[str, Took] = {}
    wall: dict[str, Took] = {}
    with FakeAws(estate) as aws:
        for latency, best in ((0, cpu), (LATENCY, wall)):
            aws.control(latency_ms=latency)
            for turn in range(repeats):
                for name, command in TOOLS.items():
                    console.print(f"{latency} ms, {turn + 1} of {repeats}: {name}", style="dim")
                    best[name] = measure(aws, command, right).better(best.get(name))
    rows = _rows(cpu, wall)
    show(console, f"{estate.instances} instances, {estate.buckets} buckets", rows)
    least, slow = bound(estate, LATENCY), wall[MUSTER].wall
    ours, plain = cpu[MUSTER].cpu, cpu[PLAIN].cpu
    targets = [
        _ratio("Muster's CPU at most 3 x lean's", ours / cpu[LEAN].cpu, most=_CPU_OF_LEAN),
        _ratio("Plain boto3 with one thread at least 4 x Muster's CPU", plain / ours, least=_CPU_OF_PLAIN),
        _ratio(f"Muster's wall time at most 1.5 x the bound of {least:.2f} s", slow / least, most=_WALL_OF_BOUND),
    ]
    _say(console, targets)
    return rows, targets


def _rows(cpu: Mapping[str, Took], wall: Mapping[str, Took]) -> list[list[str]]:
    rows = [["tool", "CPU", "x lean", "x Muster", "start", f"wall at {LATENCY} ms", "x Muster", "peak RSS", "calls"]]
    for name, took in cpu.items():
        rows.append(
            [
                name,
                f"{took.cpu:.2f} s",
                f"{took.cpu / cpu[LEAN].cpu:.2f}",
                f"{took.cpu / cpu[MUSTER].cpu:.2f}",
                f"{took.start:.2f} s",
                f"{wall[name].wall:.2f} s",
                f"{wall[name].wall / wall[MUSTER].wall:.2f}",
                f"{max(took.peak_mb, wall[name].peak_mb):.0f} MB",
                f"{took.calls}",
            ]
        )
    return rows


def _memory(console: Console, repeats: int) -> tuple[list[list[str]], list[Target]]:
    rows, peaks = [["instances", "buckets", "peak RSS", "CPU", "calls"]], []
    for estate in (_SMALL, _LARGE):
        took: Took | None = None
        right = right_counts(estate)
        with FakeAws(estate) as aws:
            for _ in range(repeats if estate is _SMALL else 1):
                console.print(f"{estate.instances} instances ...", style="dim")
                took = measure(aws, TOOLS[MUSTER], right).better(took)
        assert took is not None
        rows.append(
            [
                f"{estate.instances:,}",
                f"{estate.buckets}",
                f"{took.peak_mb:.0f} MB",
                f"{took.cpu:.1f} s",
                f"{took.calls}",
            ]
        )
        peaks.append(took.peak_mb)
    show(console, "Muster's peak", rows)
    targets = [
        _ratio("The peak at 1,000,000 instances at most 1.10 x that at 10,000", peaks[1] / peaks[0], most=_GROWTH),
        Target(f"The peak under {_PEAK_MB} MB", f"{peaks[1]:.0f} MB", peaks[1] < _PEAK_MB),
    ]
    _say(console, targets)
    return rows, targets


def _estate(described: str) -> Estate:
    found = re.fullmatch(r"(\d+)x(\d+)", described)
    if not found:
        raise click.BadParameter(f"{described} is not as 10000x200", param_hint="--estate")
    return Estate(int(found[1]), int(found[2]))


def _ratio(text: str, value: float, *, most: float = math.inf, least: float = 0) -> Target:
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


def _judged(targets: Iterable[Target]) -> str:
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


def _say(console: Console, targets: Iterable[Target]) -> None:
    for each in targets:
        console.print(f"{'met' if each.met else 'MISSED'}: {each.text}: {each.measured}")


if __name__ == "__main__":
    main()
