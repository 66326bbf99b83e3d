"""The tools that are measured: how each is run over the fake AWS, what it took, and whether what it found is right."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

import click
import duckdb

from testing.fake_aws.estate import Estate, tally, truth
from testing.fake_aws.process import FakeAws

ROOT = Path(__file__).parent.parent
CONCURRENCY = 16
"""How many calls for buckets Muster makes at once, as benchmarks.muster_run asks it to."""
LEAN, MUSTER, PLAIN, THREADED = "lean", "Muster", "plain boto3, 1 thread", "plain boto3, 32 threads"
TOOLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        LEAN: ("benchmarks.lean", "--threads", str(CONCURRENCY)),
        MUSTER: ("benchmarks.muster_run", "--concurrency", str(CONCURRENCY)),
        PLAIN: ("benchmarks.plain", "--threads", "1"),
        THREADED: ("benchmarks.plain", "--threads", "32"),
    }
)


@dataclass(frozen=True, slots=True)
class Took:
    """What the process of a tool took from its start to its end, or the best of several runs: seconds, MB and calls.

    `start` is the part of `cpu` that went by before the work: the interpreter's start and imports.
    """

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


def measure(aws: FakeAws, command: Sequence[str], right: Mapping[str, int]) -> Took:
    """Run a tool of ours over the fake AWS and return what it took.

    The verdicts of lean are counted by itself; of the others, what they wrote is read, and each line needs a reason.

    Raises:
        click.ClickException: it failed, or did not find the right verdicts.
    """
    aws.forget()
    with tempfile.TemporaryDirectory() as folder:
        writes = [] if command[0] == TOOLS[LEAN][0] else ["--output", folder]
        regions = [word for region in aws.estate.all_regions for word in ("--region", region)]
        line = [sys.executable, "-m", *command, "--endpoint", aws.url, *regions, *writes]
        cpu, wall, printed = run_to_end(line, environment())
        described = json.loads(printed)
        counts = counted(Path(folder)) if writes else described["counts"]
    if wrong := differences(counts, right):
        raise click.ClickException(f"{' '.join(command)} counts wrongly: {wrong}")
    return Took(cpu, described["start"], wall, described["peak_mb"], sum(aws.counts().values()))


def counted(folder: Path) -> dict[str, int]:
    """Return how many findings there are in the Parquet files of a folder by "check STATUS".

    Raises:
        click.ClickException: a finding lacks its reason or its resource.
    """
    query = """
        SELECT check_id || ' ' || status, count(*), count(*) FILTER (reason <> '' AND resource_id <> '')
        FROM read_parquet(?, union_by_name = true) GROUP BY ALL
    """
    found = duckdb.execute(query, [f"{folder}/*.parquet"]).fetchall()
    if bare := [name for name, number, complete in found if complete != number]:
        raise click.ClickException(f"findings without a reason or a resource: {', '.join(sorted(bare))}")
    return {name: number for name, number, _ in found}


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


def run_to_end(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float, str]:
    """Run a command to its end and return the seconds of CPU and of the clock that it took, and what it printed.

    Raises:
        click.ClickException: it failed.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out)  # noqa: S603 - our own modules
        _, status, used = os.wait4(process.pid, 0)  # of this child alone
        wall, process.returncode = time.monotonic() - began, os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read()
    if process.returncode:
        raise click.ClickException(f"{' '.join(command[2:4])} failed: see what it said")
    return used.ru_utime + used.ru_stime, wall, printed
