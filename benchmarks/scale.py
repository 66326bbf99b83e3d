"""Drives the functions of the stack at the size of an organization, and writes a section of docs/benchmarks.md.

An S3 in memory answers after a latency, from a process of its own; each function runs in a fresh process, as in Lambda.
What the scanning functions would have left in the bucket is written by the product's own writers.
"""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from benchmarks.run import Target, machine, markdown, show, wide_console, write_section
from benchmarks.running import ROOT, environment
from benchmarks.scale_account import REGIONS, Account, a_quarter, all_rules, every_one, giant, ordinary
from benchmarks.scale_call import BUCKET, REGION
from muster.data import package_data
from muster.estimate.prices import Price
from muster.estimate.workload import Assumptions, Demand, calls_of, findings_of, seconds_of
from muster.model.shard import Shard
from muster.reports.tables import ScanHeader
from muster.sdk.session import Clients, open_session
from muster.stack import cost
from muster.stack.documents.notes import Size, Sizes
from muster.storage import keys
from muster.storage.bucket import Bucket
from testing.fake_s3.process import FakeS3

TITLE = "A thousand accounts"
_AT = datetime(2026, 11, 29, 6, tzinfo=UTC)
_EXECUTION = f"arn:aws:states:{REGION}:123456789012:execution:muster-scan-dev:"
_SECONDS, _MB, _SUMMARY_SECONDS, _GIANT_MB, _OFF = 300, 1024, 60, 400, 0.05
_READ, _WRITTEN = ("GetObject",), ("PutObject", "ListObjectsV2", "CreateMultipartUpload", "UploadPart",
                                   "CompleteMultipartUpload")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function: what it took, and its requests to S3 by operation."""

    name: str
    cpu: float
    wall: float
    waited: float
    peak_mb: float
    requests: Mapping[str, int]
    answer: Mapping[str, Any]

    def of(self, operations: Iterable[str]) -> int:
        """Return how many requests there were of some operations."""
        return sum(self.requests.get(operation, 0) for operation in operations)


class Stack:
    """The report bucket of a stack whose functions are called one by one."""

    def __init__(self, s3: FakeS3, latency: float) -> None:
        """Use an S3, whose answers take so many milliseconds while a function runs."""
        self._s3, self._latency = s3, latency
        clients = Clients(open_session(), endpoint_url=s3.url)
        clients.get("s3", REGION).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.bucket = Bucket(BUCKET, clients, REGION)

    def call(self, name: str, function: str, event: Mapping[str, Any], regions: Sequence[str] = REGIONS) -> Call:
        """Call a function in a process of its own; `regions` are the stack's parameter.

        Raises:
            click.ClickException: it failed.
        """
        self._s3.set(latency_ms=self._latency, forget=True)
        command = [sys.executable, "-m", "benchmarks.scale_call", function, "--endpoint", self._s3.url]
        done = subprocess.run(  # noqa: S603 - our own module
            [*command, "--regions", ",".join(regions)],
            input=json.dumps(event), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        counts = {name.removeprefix("s3:"): count for name, count in self._s3.counts().items()}
        self._s3.set(latency_ms=0, forget=True)
        if done.returncode:
            raise click.ClickException(f"{function} failed: see what it said")
        took = json.loads(done.stdout)
        return Call(name, took["cpu"], took["wall"], took["bucket_seconds"], took["peak_mb"], counts, took["answer"])

    def plan(self, accounts: int, number: int) -> Call:
        """Plan a scan of all accounts; scans with other numbers begin at other times."""
        started = (_AT + timedelta(hours=6 * number)).isoformat()
        event = {"input": {"record": True}, "execution": f"{_EXECUTION}{accounts}-{number}", "started_at": started}
        return self.call(f"Plan, {accounts:,} accounts", "plan", event)

    def plan_all_regions(self, accounts: int) -> Call:
        """Plan a scan of the regions that each account has enabled: its role is assumed, and EC2 lists them."""
        event = {"input": {}, "execution": f"{_EXECUTION}{accounts}-all", "started_at": _AT.isoformat()}
        return self.call(f"Plan, {accounts:,} accounts, a role in each", "plan", event, ["all"])

    def resume(self, accounts: int, scan_id: str) -> Call:
        """Plan what is missing of a scan."""
        event = {
            "input": {"resume": scan_id},
            "execution": f"{_EXECUTION}{accounts}-again",
            "started_at": _AT.isoformat(),
        }
        return self.call(f"Plan to resume, {accounts:,} accounts", "plan", event)

    def items(self, planned: Call) -> list[Any]:
        """Return the accounts of a scan with their batches, as the Distributed Map reads them."""
        return list(self.bucket.get_json(planned.answer["batches_key"]) or ())

    def header(self, planned: Call) -> ScanHeader:
        """Return the columns of rows about a scan."""
        plan: Any = self.bucket.get_json(keys.plan(planned.answer["scan_id"]))
        scan = plan["scan"]
        return ScanHeader(scan["scan_id"], scan["scan_kind"], datetime.fromisoformat(scan["started_at"]))

    def scan(self, account: Account, planned: Call, item: Mapping[str, Any]) -> tuple[Counter[str], int]:
        """Leave what the scan of an account leaves; return its requests, and how often it would save its progress."""
        self._s3.set(latency_ms=0, forget=True)
        header = self.header(planned)
        saved = sum(account.leave(self.bucket, shard, header)[1] for shard in _shards(item))
        counts = Counter({name.removeprefix("s3:"): count for name, count in self._s3.counts().items()})
        # Reading the plan's header is no request of the scan.
        counts["GetObject"] = 0
        return counts, saved

    def settle(self, name: str, planned: Call, item: Mapping[str, Any]) -> Call:
        """Settle an account."""
        event = {"scan_id": planned.answer["scan_id"], "attempt": "", "account": item}
        settled = self.call(name, "settle", event)
        if settled.answer["left"]:
            raise click.ClickException(f"{name}: one call was not enough")
        return settled

    def copy(self, result: str, of: tuple[str, str], scan_id: str, account_ids: Iterable[str]) -> None:
        """Write the result of an account, `of` a scan and an account, as that of other accounts of another scan."""
        for account_id in account_ids:
            text = result.replace(of[0], scan_id).replace(of[1], account_id)
            self.bucket.put_bytes(keys.account(scan_id, account_id), gzip.compress(text.encode(), 6, mtime=0))


def _shards(item: Mapping[str, Any]) -> list[Shard]:
    return [Shard(**{**each, "scope": tuple(each["scope"])}) for batch in item["batches"] for each in batch["shards"]]


@click.command(help=__doc__)
@click.option("--latency", default=20.0, show_default=True, help="Milliseconds before each answer of S3.")
@click.option("--accounts", default=1_000, show_default=True, type=click.IntRange(1))
@click.option("--failing", default=2_000_000, show_default=True, help="Failing findings of the giant account.")
@click.option("--write/--no-write", default=True, help="Write docs/benchmarks.md.")
def main(*, latency: float, accounts: int, failing: int, write: bool) -> None:
    """Measure, print the table and write the page."""
    # This process writes what scans leave, with the same keys as the functions, whatever the caller's profile is.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(environment())
    console = wide_console()
    began = (
        f"Measured on {datetime.now(UTC).date()}, each call once, on {machine()}, {latency:g} ms before each answer."
    )
    with FakeS3(0, accounts, REGIONS) as s3:
        measured = _organization(Stack(s3, latency), accounts, failing)
    with FakeS3(0, 5 * accounts, REGIONS) as s3:
        calls = [*measured.calls, *_summed(Stack(s3, latency), 5 * accounts, measured)]
    rows = _rows(calls)
    show(console, TITLE, rows)
    demand = Demand(Account("", ordinary(), all_rules(), a_quarter).reads, ordinary(), REGIONS, accounts)
    work = cost.work_of(demand, seconds_of(calls_of(demand), _findings(demand), Assumptions()))
    flow = _flow(measured, work)
    show(console, "Requests to S3 of a whole scan, without what the scanning functions read", flow)
    bill = _bill(work, accounts)
    show(console, "Cost", bill)
    targets = _targets(calls, accounts, flow)
    for each in targets:
        console.print(f"{'met' if each.met else 'MISSED'}: {each.text}: {each.measured}")
    if write:
        judged = [["target", "measured", "met"], *([each.text, each.measured, _yes(each.met)] for each in targets)]
        write_section(TITLE, [began, _ABOUT, *map(markdown, (rows, flow, bill, judged))])


_ABOUT = (
    "An ordinary account has 206 shards in 17 regions, work in one region, a quarter of it in a second and little "
    "elsewhere, judged by all checks; a quarter of its findings fail. The giant has volumes in four regions beside it, "
    "each of which fails every check. Both are settled in two scans: the second finds what the first remembered. "
    "Waiting is that for S3, added up over threads. The scan that is resumed lacks the result of one account. The "
    "results of the other accounts are copies of the ordinary one's. Requests are those of a scan whose accounts are "
    "all ordinary, without what the functions that scan shards read; "
    "`tests/integration/stack/test_requests.py` compares the requests of all functions."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The calls of a scan of an organization, and the requests of one ordinary account in it."""

    calls: Sequence[Call]
    plan: Call
    scan: Counter[str]
    saved: int
    settle: Call
    rest: Sequence[Call]
    accounts: int
    result: str
    of: tuple[str, str]


def _organization(stack: Stack, accounts: int, failing: int) -> Measured:
    """Plan two scans of an organization, and settle and sum up in the second what the first found, too."""
    rules = all_rules()
    plans = [stack.plan(accounts, 1)]
    usual, large = stack.items(plans[0])[-2:]
    _sizes(stack, Account("", ordinary(), rules, a_quarter), stack.items(plans[0]))
    plans.append(stack.plan(accounts, 2))
    one = Account(usual["account_id"], ordinary(), rules, a_quarter)
    two = Account(large["account_id"], giant(failing, rules), rules, every_one)
    settled = []
    for number, planned in enumerate(plans, 1):
        again = f"scan {number}"
        scanned, saved = stack.scan(one, planned, usual)
        settled.append(stack.settle(f"Settle an ordinary account, {again}", planned, usual))
        stack.scan(two, planned, large)
        settled.append(stack.settle(f"Settle {failing:,} failing findings, {again}", planned, large))
    scan_id = plans[-1].answer["scan_id"]
    body, _ = stack.bucket.get_bytes(keys.account(scan_id, usual["account_id"])) or (b"", "")
    result = gzip.decompress(body).decode()
    others = [item["account_id"] for item in stack.items(plans[-1])[:-2]]
    stack.copy(result, (scan_id, usual["account_id"]), scan_id, others)
    event = {"scan_id": scan_id, "attempt": ""}
    rest = [
        stack.call(f"Summarize, {accounts:,} accounts", "summarize", event),
        stack.call(f"Alert, {accounts:,} accounts", "alert", event),
    ]
    every_region = stack.plan_all_regions(accounts)
    stack.bucket.delete(keys.account(scan_id, large["account_id"]))
    resumed = stack.resume(accounts, scan_id)
    if resumed.answer["accounts"] != 1:
        raise click.ClickException(f"one account was not settled, and {resumed.answer['accounts']} are planned")
    calls = [*plans[1:], every_region, resumed, *settled, *rest]
    return Measured(
        calls, plans[1], scanned, saved, settled[-2], rest, accounts, result, (scan_id, usual["account_id"])
    )


def _sizes(stack: Stack, account: Account, items: Sequence[Mapping[str, Any]]) -> None:
    """Remember the sizes of all shards of all accounts, as the scan before left them."""
    sizes: dict[str, Size] = {}
    for item in items:
        sizes |= {shard: size for shard, size in account.sizes(_shards(item)).items() if size.resources}
    stack.bucket.put_json(keys.sizes(), Sizes(sizes).to_json())


def _summed(stack: Stack, accounts: int, measured: Measured) -> list[Call]:
    """Plan and sum up a scan of more accounts, all of which have the result of the ordinary one."""
    planned = stack.plan(accounts, 1)
    scan_id = planned.answer["scan_id"]
    ids = [item["account_id"] for item in stack.items(planned)]
    stack.copy(measured.result, measured.of, scan_id, ids)
    event = {"scan_id": scan_id, "attempt": ""}
    return [planned, stack.call(f"Summarize, {accounts:,} accounts", "summarize", event)]


def _findings(demand: Demand) -> int:
    return sum(findings_of(demand).values()) * demand.accounts


def _rows(calls: Iterable[Call]) -> list[list[str]]:
    rows = [["call", "GET", "PUT and LIST", "CPU", "waiting", "wall", "peak RSS"]]
    for call in calls:
        numbers = f"{call.of(_READ):,}", f"{call.of(_WRITTEN):,}"
        times = (f"{seconds:.1f} s" for seconds in (call.cpu, call.waited, call.wall))
        rows.append([call.name, *numbers, *times, f"{call.peak_mb:.0f} MB"])
    return rows


def _flow(measured: Measured, work: cost.Work) -> list[list[str]]:
    """Return the requests of a scan whose accounts are all ordinary, counted and predicted."""
    rows = [["requests", "counted", "predicted", "off by"]]
    once, accounts = [measured.plan, *measured.rest], measured.accounts
    runs = work.invocations - accounts - 3
    # The scanning functions read their plan, and of a shard its commit and its progress; the Map reads the work list.
    predicted = work.reads - runs - 2 * work.shards - 1, work.writes - accounts * measured.saved
    for name, operations, expected in zip(("GET", "PUT and LIST"), (_READ, _WRITTEN), predicted, strict=True):
        each = measured.settle.of(operations) + sum(measured.scan[operation] for operation in operations)
        counted = sum(call.of(operations) for call in once) + accounts * each
        rows.append([name, f"{counted:,}", f"{expected:,}", f"{100 * (expected - counted) / counted:.1f} %"])
    return rows


def _bill(work: cost.Work, accounts: int) -> list[list[str]]:
    """Return what a scan costs, and a month of four scans a day, by `muster estimate`."""
    prices = {name: Price.from_json(price) for name, price in package_data.read("prices.yaml")["prices"].items()}
    parts, scans = cost.cost(work, prices), 4 * cost.DAYS
    rows = [[f"{accounts:,} ordinary accounts", "a scan", "a month of four a day"]]
    rows += [[f"{part.service}, {part.what}", f"${(part.month or 0) / scans:,.2f}", f"${part.month or 0:,.2f}"]
             for part in parts]  # fmt: skip
    rows += [[f"{part.service}, {part.what}", "", f"${part.month or 0:,.2f}"] for part in cost.fixed(prices)]
    month = sum(part.month or 0 for part in parts)
    whole = month + sum(part.month or 0 for part in cost.fixed(prices))
    return [*rows, ["together", f"${month / scans:,.2f}", f"${whole:,.2f}"]]


def _targets(calls: Sequence[Call], accounts: int, flow: Sequence[Sequence[str]]) -> list[Target]:
    longest, largest = max(calls, key=lambda call: call.wall), max(calls, key=lambda call: call.peak_mb)
    summary = next(call for call in calls if call.name == f"Summarize, {accounts:,} accounts")
    giants = max(call.peak_mb for call in calls if "failing findings" in call.name)
    off = max(abs(float(row[-1].removesuffix(" %"))) for row in flow[1:])
    return [
        Target(f"No call over {_SECONDS} s", f"{longest.wall:.0f} s", longest.wall <= _SECONDS),
        Target("No call over 1 GB", f"{largest.peak_mb:.0f} MB", largest.peak_mb <= _MB),
        Target(
            f"Summarize {accounts:,} accounts under {_SUMMARY_SECONDS} s",
            f"{summary.wall:.1f} s",
            summary.wall < _SUMMARY_SECONDS,
        ),
        Target(f"The giant account under {_GIANT_MB} MB, twice in a row", f"{giants:.0f} MB", giants < _GIANT_MB),
        Target("The estimate within 5 % of the requests counted", f"{off:.1f} %", off <= 100 * _OFF),
    ]


def _yes(met: bool) -> str:
    return "yes" if met else "no"


if __name__ == "__main__":
    main()
