"""Measures other scanners over the fake AWS, each in an environment of its own, for those of the checks that they have.

`python -m benchmarks.peers --install` installs them into .venv-peers first. One that does not install, does not run or
does not find what is there gets no row, and the page says why.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from benchmarks import run, running
from testing.fake_aws import estate as truths
from testing.fake_aws.estate import Estate
from testing.fake_aws.process import FakeAws

VENVS = running.ROOT / ".venv-peers"
_LONGEST = 1_800
_BUCKETS = "-of-buckets"


class UnfitError(Exception):
    """A peer cannot be measured, and why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another scanner: how it is run with its results in a folder, how many it finds failing, and what is right.

    `setup` says how it is set up; it is measured as it ships, so its own checks' calls count as its calls.
    """

    name: str
    package: str
    setup: str
    command: Callable[[Path], Sequence[str]]
    failing: Callable[[Path], Mapping[str, int]]
    right: Callable[[Estate], Mapping[str, int]]

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return VENVS / self.package / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a whole process took, from its start to its end."""

    cpu: float
    wall: float
    peak_mb: float
    calls: int


@click.command(help=__doc__)
@click.option("--instances", default=1_000, show_default=True)
@click.option("--buckets", default=20, show_default=True)
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1))
@click.option("--install", is_flag=True, help="Install what is not there yet.")
def main(instances: int, buckets: int, repeats: int, *, install: bool) -> None:
    """Measure, print the table and write the page's section."""
    began, estate = run.measured(repeats), Estate(instances, buckets)
    rows = [["tool", "CPU", "on an empty estate", f"wall at {run.LATENCY} ms", "peak RSS", "calls"]]
    rows.append(_row(running.MUSTER, _muster, estate, repeats))
    lines = []
    for peer in KNOWN:
        try:
            version = _version(peer, install=install)
            rows.append(_row(f"{peer.name} {version}", _runner(peer), estate, repeats))
            lines.append(f"- {peer.name}: {peer.setup}.")
        except UnfitError as error:
            lines.append(f"- {peer.name} is left out: {error}.")
    run.show(run.wide_console(), f"{instances} instances, {buckets} buckets", rows)
    title = f"### {instances:,} instances, {buckets:,} buckets"
    run.write_section(run.PEERS, [began, title, run.markdown(rows), _ABOUT, "\n".join(lines)])


_ABOUT = """CPU is that of the whole program, its start and imports too; what it takes on an empty estate stands beside
it. Muster judges by all of the nine checks, the others as follows, and each found what is there."""


def _row(name: str, once: Callable[[FakeAws], Usage], estate: Estate, repeats: int) -> list[str]:
    best = {}
    for size, latency in ((Estate(0, 0), 0), (estate, 0), (estate, run.LATENCY)):
        with FakeAws(size, latency_ms=latency) as aws:
            best[size.instances, latency] = [once(aws) for _ in range(repeats)]
    busy, slow = best[estate.instances, 0], best[estate.instances, run.LATENCY]
    return [
        name,
        f"{min(each.cpu for each in busy):.2f} s",
        f"{min(each.cpu for each in best[0, 0]):.2f} s",
        f"{min(each.wall for each in slow):.2f} s",
        f"{max(each.peak_mb for each in (*busy, *slow)):.0f} MB",
        f"{max(each.calls for each in busy)}",
    ]


def _muster(aws: FakeAws) -> Usage:
    took = running.measure(aws, running.TOOLS[running.MUSTER], running.right_counts(aws.estate))
    return Usage(took.cpu, took.wall, took.peak_mb, took.calls)


def _runner(peer: Peer) -> Callable[[FakeAws], Usage]:
    def once(aws: FakeAws) -> Usage:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            command = [str(peer.python.parent / peer.command(folder)[0]), *peer.command(folder)[1:]]
            at = {"AWS_ENDPOINT_URL": aws.url, "HOME": name, "PATH": f"{peer.python.parent}:{os.environ['PATH']}"}
            usage, _ = _used(aws, command, running.environment() | at)
            if wrong := running.differences(peer.failing(folder), peer.right(aws.estate)):
                raise UnfitError(f"it does not find what is there ({wrong})")
            return usage

    return once


def _used(aws: FakeAws, command: Sequence[str], env: Mapping[str, str]) -> tuple[Usage, str]:
    """Run a program to its end and return what it took and printed.

    Raises:
        UnfitError: it failed.
    """
    aws.forget()
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, cwd=running.ROOT, env=env, stdout=out, stderr=subprocess.DEVNULL)  # noqa: S603
        stop = threading.Timer(_LONGEST, process.kill)
        stop.start()
        # wait4 tells of this one child; its peak begins with ours, which is the smallest of all.
        _, status, used = os.wait4(process.pid, 0)
        stop.cancel()
        wall, process.returncode = time.monotonic() - began, os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read()
    if process.returncode:
        raise UnfitError(f"its run ends with {process.returncode}")
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, sum(aws.counts().values())), printed


def _version(peer: Peer, *, install: bool) -> str:
    """Return the version of a peer that is installed.

    Raises:
        UnfitError: it is not.
    """
    arguments = [str(peer.python), "-c", f"from importlib.metadata import version; print(version({peer.package!r}))"]
    if install and not _printed(arguments):
        click.echo(f"Installing {peer.package} ...", err=True)
        _printed([sys.executable, "-m", "venv", str(peer.python.parent.parent)])
        _printed([str(peer.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer.package])
    version = _printed(arguments)
    if not version:
        raise UnfitError(f"{peer.package} is not installed, or cannot be with pip's configuration here")
    return version


def _printed(command: Sequence[str]) -> str:
    """Return what a program prints, nothing where it fails or is not there."""
    if not Path(command[0]).exists():
        return ""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""


_READ = [{"augment-keys": ["Tags", "Versioning", "Lifecycle", "Policy"]}]
_LACKS_A_TAG: list[Any] = [{"or": [{f"tag:{key}": "absent"} for key in truths.REQUIRED]}]
_OPEN = (("Endpoint", "enabled"), ("Tokens", "optional"))
_DENIES = {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
_IS = {"type": "value", "op": "eq"}
_COVERS = [
    {"Status": "Enabled"},
    {"type": "value", "key": "Filter.Prefix", "value": "empty"},
    {"type": "value", "key": "Expiration.Days", "op": "lte", "value": truths.OLD},
]
_CUSTODIAN: Mapping[str, tuple[str, list[Any]]] = MappingProxyType(
    {
        truths.TAGS: ("aws.ec2", _LACKS_A_TAG),
        truths.TOKENS: (
            "aws.ec2",
            [_IS | {"key": f"MetadataOptions.Http{name}", "value": value} for name, value in _OPEN],
        ),
        truths.MONITORING: (
            "aws.ec2",
            [_IS | {"key": "State.Name", "value": "running"}, _IS | {"key": "Monitoring.State", "value": "disabled"}],
        ),
        truths.TAGS + _BUCKETS: ("aws.s3", _LACKS_A_TAG),
        truths.ENCRYPTION: ("aws.s3", [{"type": "bucket-encryption", "state": False}]),
        truths.LIFECYCLE: (
            "aws.s3",
            [{"not": [{"type": "list-item", "key": "Lifecycle.Rules", "attrs": _COVERS}]}],
        ),
        truths.VERSIONING: ("aws.s3", [{"not": [_IS | {"key": "Versioning.Status", "value": "Enabled"}]}]),
        truths.PUBLIC_ACCESS: ("aws.s3", [{"type": "check-public-block"}]),
        truths.TLS: ("aws.s3", [{"not": [{"type": "has-statement", "statements": [_DENIES]}]}]),
    }
)
_PROWLER = MappingProxyType(
    {
        "ec2_instance_imdsv2_enabled": truths.TOKENS,
        "ec2_instance_detailed_monitoring_enabled": truths.MONITORING,
        "s3_bucket_default_encryption": truths.ENCRYPTION,
        "s3_bucket_lifecycle_enabled": truths.LIFECYCLE,
        "s3_bucket_object_versioning": truths.VERSIONING,
        "s3_bucket_level_public_access_block": truths.PUBLIC_ACCESS,
        "s3_bucket_secure_transport_policy": truths.TLS,
    }
)


def _custodian(folder: Path) -> list[str]:
    policies = [
        {"name": name, "resource": kind, "filters": filters} | ({"query": _READ} if kind == "aws.s3" else {})
        for name, (kind, filters) in _CUSTODIAN.items()
    ]
    (folder / "policies.json").write_text(json.dumps({"policies": policies}), encoding="utf-8")
    options = ["--region", "eu-west-1", "--output-dir", str(folder / "out"), "--cache-period", "5"]
    return ["custodian", "run", *options, "--cache", str(folder / "cache"), str(folder / "policies.json")]


def _custodian_failing(folder: Path) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for name in _CUSTODIAN:
        file = folder / "out" / name / "resources.json"
        found[name.removesuffix(_BUCKETS)] += len(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else 0
    return found


def _custodian_right(estate: Estate) -> Mapping[str, int]:
    return _failing(estate, {name.removesuffix(_BUCKETS) for name in _CUSTODIAN})


def _prowler(folder: Path) -> list[str]:
    options = ["--region", "eu-west-1", "--no-banner", "--ignore-exit-code-3", "--output-formats", "csv"]
    where = ["--output-directory", str(folder), "--output-filename", "found"]
    return ["prowler", "aws", *options, *where, "--checks", *_PROWLER]


def _prowler_failing(folder: Path) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    file = folder / "found.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    for row in csv.DictReader(lines, delimiter=";"):
        found[_PROWLER[row["CHECK_ID"]]] += row["STATUS"] == "FAIL"
    return found


def _prowler_right(estate: Estate) -> Mapping[str, int]:
    """Return what fails by Prowler's own rules: it judges stopped instances, and any lifecycle rule will do."""
    instances, buckets = map(estate.instance, range(estate.instances)), map(estate.bucket, range(estate.buckets))
    own = {
        truths.MONITORING: sum(instance.monitoring == "disabled" for instance in instances),
        truths.LIFECYCLE: sum(not bucket.expiry_days for bucket in buckets),
    }
    return _failing(estate, set(_PROWLER.values())) | own


def _failing(estate: Estate, checks: set[str]) -> dict[str, int]:
    found = truths.tally(truths.truth(estate))
    return {check: found[check, truths.NON_COMPLIANT] for check in checks}


KNOWN = (
    Peer(
        "Cloud Custodian",
        "c7n",
        "a policy for each of eight checks, request metrics left out; what it reads is cached between them",
        _custodian,
        _custodian_failing,
        _custodian_right,
    ),
    Peer(
        "Prowler",
        "prowler",
        "seven checks, required tags and request metrics left out; it gathers all that its services know, with a call "
        "for each instance, and for some of what it asks the fake AWS has no answer",
        _prowler,
        _prowler_failing,
        _prowler_right,
    ),
)

if __name__ == "__main__":
    main()
