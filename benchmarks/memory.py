"""Measures the peak of memory of a small and of a hundred times larger estate, for each way in which findings go out.

`python -m benchmarks.memory` scans both with every format of `muster scan`, and as a library into Parquet, and writes
the section Memory of docs/benchmarks.md. Of every format the findings are counted afterwards.
"""

import csv
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import click

from benchmarks.run import MEMORY, Target, judged, markdown, measured, ratio, say, show, wide_console, write_section
from benchmarks.running import MUSTER, TOOLS, environment, measure, right_counts, run_to_end
from testing.fake_aws.estate import CHECKS, TAGS, Estate
from testing.fake_aws.process import FakeAws

PARQUET = "Parquet (library)"
_GROWTH, _PEAK_MB = 1.10, 120
_BUCKETS = 20
_CHECKS = tuple(check for check in CHECKS if check != TAGS)
"""What the command judges by: required-tags would judge resources of types that the fake AWS does not have."""
_ONCE = "Each format writes to a file. The larger estate is scanned once; of the smaller one the highest peak is shown."


@dataclass(frozen=True, slots=True)
class Peak:
    """The peak of a process in MB, its seconds of CPU, and how many findings it wrote."""

    mb: float
    cpu: float
    findings: int


@click.command(help=__doc__)
@click.option("--small", default=10_000, show_default=True, help="Instances of the smaller estate.")
@click.option("--large", default=1_000_000, show_default=True, help="Instances of the larger estate.")
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1), help="Scans of the smaller estate.")
def main(small: int, large: int, repeats: int) -> None:
    """Measure, print the table and write the page."""
    console, began = wide_console(), measured(repeats)
    peaks: dict[int, dict[str, Peak]] = {small: {}, large: {}}
    for instances, found in peaks.items():
        estate = Estate(instances, _BUCKETS)
        with FakeAws(estate) as aws:
            for name in (*COUNTED, PARQUET):
                for _ in range(repeats if instances == small else 1):
                    console.print(f"{instances} instances, {name} ...", style="dim")
                    peak = peak_of(aws, name)
                    found[name] = max(peak, found.get(name, peak), key=lambda each: each.mb)
    rows = _rows(peaks[small], peaks[large], small, large)
    show(console, "Muster's peak", rows)
    targets = _targets(peaks[small], peaks[large], large)
    say(console, targets)
    write_section(MEMORY, [began, markdown(rows), _ONCE, judged(targets)])


def peak_of(aws: FakeAws, name: str) -> Peak:
    """Scan with the command in a format, or as a library into Parquet, and return the peak.

    Raises:
        click.ClickException: the scan failed, or did not find what is there.
    """
    right = right_counts(aws.estate)
    if name == PARQUET:
        took = measure(aws, TOOLS[MUSTER], right)
        return Peak(took.peak_mb, took.cpu, sum(right.values()))
    expected = sum(number for verdict, number in right.items() if verdict.split()[0] in _CHECKS)
    with tempfile.TemporaryDirectory() as folder:
        output, peak = Path(folder) / f"findings.{_EXTENSIONS[name]}", Path(folder) / "peak"
        checks = [word for check in _CHECKS for word in ("--check", check)]
        options = ["--region", *aws.estate.regions, "--endpoint-url", aws.url, "--quiet", "--fail-on", "never", *checks]
        command = [sys.executable, "-m", "benchmarks.scan_command", "scan", "--format", name, "--output", str(output)]
        cpu, _, _ = run_to_end([*command, *options], environment() | {"PEAK_FILE": str(peak)})
        found = COUNTED[name](output)
        mb = float(peak.read_text(encoding="ascii"))
    if found != expected:
        raise click.ClickException(f"{name} has {found} findings, not {expected}")
    return Peak(mb, cpu, found)


def _in_json(path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        return sum(line.startswith('{"finding_id": ') for line in lines)


def _in_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.reader(lines)) - 1


def _in_table(path: Path) -> int:
    """Return how many findings the closing block counts: the table lists the failures alone."""
    block = path.read_text(encoding="utf-8").rpartition("─")[2].partition("Start here")[0].replace(",", "")
    return sum(map(int, re.findall(rf"(\d+) (?:{_COUNTS})\b", block)))


_COUNTS = "failures? on|checks? passed|passed|not applicable|suppressed|not evaluated"
COUNTED: Mapping[str, Callable[[Path], int]] = MappingProxyType(
    {"table": _in_table, "json": _in_json, "ndjson": _in_json, "csv": _in_csv}
)
"""The formats of the command with every finding, and how those in a file of each are counted."""
SUMMARIES = ("html", "markdown", "ocsf", "asff", "sarif", "junit", "parquet")
"""The formats that are not measured: they are made of the same overview, or of rows as Parquet here."""
_EXTENSIONS = MappingProxyType({"table": "txt", "json": "json", "ndjson": "ndjson", "csv": "csv"})


def _rows(small: Mapping[str, Peak], large: Mapping[str, Peak], few: int, many: int) -> list[list[str]]:
    rows = [["format", f"peak at {few:,}", f"peak at {many:,}", "growth", f"findings at {many:,}", f"CPU at {many:,}"]]
    for name, peak in large.items():
        growth = peak.mb / small[name].mb
        rows.append(
            [
                name,
                f"{small[name].mb:.0f} MB",
                f"{peak.mb:.0f} MB",
                f"{growth:.2f} x",
                f"{peak.findings:,}",
                f"{peak.cpu:.0f} s",
            ]
        )
    return rows


def _targets(small: Mapping[str, Peak], large: Mapping[str, Peak], many: int) -> Sequence[Target]:
    growth = max(large[name].mb / small[name].mb for name in large)
    highest = max(peak.mb for peak in large.values())
    return [
        ratio(f"The peak of every format at {many:,} instances at most 1.10 x the smaller one", growth, most=_GROWTH),
        Target(f"The peak of every format at most {_PEAK_MB} MB", f"{highest:.0f} MB", highest <= _PEAK_MB),
    ]


if __name__ == "__main__":
    main()
