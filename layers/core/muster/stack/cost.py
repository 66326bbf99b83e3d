"""What a scan uses of the stack and what that costs, beside what AWS asks for the same evaluations."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from muster.estimate.prices import Cost, Price
from muster.estimate.workload import Demand, Seconds, findings_of
from muster.model.shard import Shard
from muster.stack.limits import (
    ENOUGH,
    FUNCTIONS_AN_ACCOUNT,
    MAX_BATCHES,
    MAX_CONCURRENCY,
    MEMORY,
    PUBLISHED,
    RESERVE,
    SIDE_BY_SIDE,
    TIMEOUT,
)
from muster.storage.limits import ONE_GO, PIECE

_METRICS_AT_ONCE = 500
"""How many metrics one GetMetricData takes; AWS asks a price for each, whatever the number of calls."""
RUN = TIMEOUT - RESERVE
"""Seconds that a function scans before it hands over."""
TRANSITIONS = (5, 4, 3, 2)
"""States that are entered for a scan, an account, a batch, and each time a batch or an account goes on in another
function."""
SETTLING_AT_ONCE, SETTLING_CALL, SETTLING_FINDING = 16, 0.02, 25e-6
"""How many objects settling an account reads at a time, the seconds of a request, and those of a finding.

A failing finding took 18 to 28 microseconds of CPU (2026-11-29, Python 3.11), the others less.
"""
BYTES_PER_FINDING = 38.0
"""What a finding takes of a part: 1,000 instances with three tags, judged by four checks, written by
`muster.storage.parquet` (31 for 5,000 instances; a test measures it again)."""
LOG_BYTES_PER_SHARD, LOG_BYTES_PER_RUN, LOG_BYTES_PER_SCAN = 680, 1_600, 60_000
"""What a shard, a function's run and a summary write to the log, with the 26 bytes that CloudWatch adds to each line.

The line of a shard and the last of a run were measured (650 and 470; a test measures the first again). Lambda's own
lines of a run, and the summary's lines of coverage and metrics, are estimates.
"""
_KEY_REQUESTS_PER_RUN = 2
"""How often a run makes S3 ask KMS: the bucket has an S3 Bucket Key, which S3 fetches once a session to write and once
to read, and keeps for a time. An estimate: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html"""
DAYS = 30
"""What a month is."""
WORK_DAYS, REPORT_DAYS = 30, 365
"""How long the parts and commits of a scan stay, and its tables, as in the template by default."""
_COMMIT_BYTES = 4_000
"""What a commit takes: the mean of the shards of an ordinary account of 17 regions, as the benchmark writes them."""


@dataclass(frozen=True, slots=True)
class Work:
    """The resources that a scan on the stack uses; a recorded scan without faults and without changes.

    `seconds` are those of the functions that scan shards and settle accounts, added up, and `wall` is from the first to
    the last of them when all functions are equally full; starting them, and the short functions before and after them,
    are left out, as is what AWS writes on our behalf. `messages` go to the result queue.
    """

    shards: int
    batches: int
    invocations: int
    seconds: float
    wall: float
    transitions: int
    reads: int
    writes: int
    bytes: float
    metrics: int = 0
    messages: int = 0
    logged: int = 0
    key_requests: int = 0


def work_of(demand: Demand, seconds: Seconds) -> Work:
    """Return what the stack uses when its shards take so long one after the other."""
    findings = sum(findings_of(demand).values())
    one = demand.shards({shard.id: _size(demand, shard) for shard in demand.shards()})
    shard_writes = [_writes(demand, shard) for shard in one]
    saved, parts = sum(made - 1 for made, _ in shard_writes), sum(found for _, found in shard_writes)
    count, accounts = len(one) * demand.accounts, demand.accounts
    batches = accounts * min(max(1, MAX_BATCHES // accounts), len({shard.region for shard in one}))
    settling = _settling(len(one), parts, findings)
    billed = seconds.waiting / max(1, min(SIDE_BY_SIDE, count / batches)) + seconds.cpu
    functions = min(accounts, MAX_CONCURRENCY) * min(batches // accounts, FUNCTIONS_AN_ACCOUNT)
    runs = batches * max(1, math.ceil(billed / batches / RUN))
    invocations = runs + accounts + 3
    scan, account, batch, again = TRANSITIONS
    return Work(
        shards=count,
        batches=batches,
        invocations=invocations,
        seconds=billed + accounts * settling.seconds,
        wall=billed / functions + math.ceil(accounts / MAX_CONCURRENCY) * settling.seconds,
        transitions=scan + account * accounts + batch * batches + again * (runs - batches),
        # Of a shard: its commit and its progress. Of a scan: what the others read, of an account its result.
        reads=runs + accounts * (2 * len(one) + settling.reads + 1) + 12,
        # Of a shard: its commit, parts and progress. Of a scan: two of the plan, eight of the summary, an alert.
        writes=accounts * (len(one) + parts + saved + settling.writes) + 11,
        bytes=findings * accounts * BYTES_PER_FINDING,
        metrics=sum(_metrics(demand, shard) for shard in one) * demand.accounts,
        messages=count,
        logged=count * LOG_BYTES_PER_SHARD + invocations * LOG_BYTES_PER_RUN + LOG_BYTES_PER_SCAN,
        key_requests=invocations * _KEY_REQUESTS_PER_RUN,
    )


@dataclass(frozen=True, slots=True)
class _Settling:
    """What settling one account takes that was settled before: seconds of its function, GETs, PUTs and LISTs."""

    seconds: float
    reads: int
    writes: int


def _settling(shards: int, parts: int, findings: int) -> _Settling:
    stored = findings * BYTES_PER_FINDING
    files = max(math.ceil(stored / PUBLISHED), 1) if parts else 0
    # The plan, the result, the state and the progress of settling; commits, parts, and what is in `latest`.
    reads = 4 + shards + parts + files
    # Published files, in pieces where they are large, and those of `latest`; the ledger, the state and the result.
    puts = _published(files, stored) + files + 3
    lists = _lists(shards) + _lists(parts) + _lists(files) + _lists(files)
    waited = (shards + parts) / SETTLING_AT_ONCE + reads - shards - parts + puts + lists
    return _Settling(waited * SETTLING_CALL + findings * SETTLING_FINDING, reads, puts + lists)


METRICS = "cloudwatch:GetMetricData"


def _metrics(demand: Demand, shard: Shard) -> int:
    """Return how many metrics are asked for: those of a resource times those resources, whether or not they idle."""
    return sum(
        demand.count(plan, shard) * (_METRICS_AT_ONCE // call.at_once)
        for plan in demand.plan.of(shard)
        for call in plan.calls
        if call.reader.permission == METRICS
    )


def _size(demand: Demand, shard: Shard) -> int:
    return sum(demand.count(plan, shard) for plan in demand.plan.of(shard) if plan.lister)


def _writes(demand: Demand, shard: Shard) -> tuple[int, int]:
    """Return the inputs of parts that a shard has, and the parts: the inputs with findings."""
    bound: list[int] = []
    open_ = False
    for plan in demand.plan.of(shard):
        pages, count = demand.pages(plan, shard), demand.count(plan, shard)
        if pages > 1:
            bound += [count // pages or 1] * pages
            open_ = False
        elif open_ and bound[-1] < ENOUGH:
            bound[-1] += count
        else:
            bound.append(count)
            open_ = True
    return len(bound), sum(count > 0 for count in bound)


def _published(files: int, stored: float) -> int:
    """Return the requests that write published files: a large one has requests that begin and end it."""
    if stored <= ONE_GO:
        return files
    return 2 * files + math.ceil(stored / PIECE)


def _lists(keys: int) -> int:
    return max(1, math.ceil(keys / 1000))


def cost(work: Work, prices: Mapping[str, Price], scans_per_day: int = 4) -> tuple[Cost, ...]:
    """Return what scans of a month cost on the stack, part by part; Athena reads each day's findings once."""
    scans = scans_per_day * DAYS
    read = max(work.bytes * scans_per_day, 10e6) * DAYS / 2**40
    stored = scans_per_day * (work.bytes * (REPORT_DAYS + WORK_DAYS) + work.shards * _COMMIT_BYTES * WORK_DAYS)
    used = (
        ("Lambda", "GB-seconds", "lambda_gb_second", work.seconds * MEMORY / 1024 * scans),
        ("Lambda", "requests", "lambda_request", float(work.invocations * scans)),
        ("Step Functions", "state transitions", "states_transition", float(work.transitions * scans)),
        ("S3", "PUT and LIST requests", "s3_write", float(work.writes * scans)),
        ("S3", "GET requests", "s3_read", float(work.reads * scans)),
        ("S3", "GB stored, when the first scans expire", "s3_gigabyte", stored / 2**30),
        ("CloudWatch", "metrics read with GetMetricData", "cloudwatch_metric", float(work.metrics * scans)),
        ("CloudWatch", "GB of logs", "cloudwatch_logs_gigabyte", work.logged * scans / 2**30),
        ("SQS", "messages of the result queue", "sqs_request", float(work.messages * scans)),
        ("KMS", "requests, by S3 Bucket Key", "kms_request", float(work.key_requests * scans)),
        ("X-Ray", "traces, at most", "xray_trace", float(work.invocations * scans)),
        ("Athena", "TB read, each day's findings once", "athena_terabyte", read),
    )
    return tuple(
        Cost(service, what, units, prices[name].of(units) if name in prices else None)
        for service, what, name, units in used
    )


def elsewhere(demand: Demand, prices: Mapping[str, Price], scans_per_day: int = 4) -> tuple[Cost, ...]:
    """Return what AWS Config and Security Hub cost for as many evaluations; each resource is recorded once a month.

    It is the least: Config records a resource each time it changes, and Security Hub's checks need what it records.
    """
    regions = [count * scans_per_day * DAYS for count in findings_of(demand).values()]
    evaluations = float(sum(regions) * demand.accounts)
    items = float(sum(_size(demand, shard) for shard in demand.shards()) * demand.accounts)

    def tiered(name: str) -> float | None:
        return sum(prices[name].of(count) for count in regions) * demand.accounts if name in prices else None

    recorded = prices["config_item"].of(items) if "config_item" in prices else None
    return (
        Cost("AWS Config", "configuration items", items, recorded),
        Cost("AWS Config", "rule evaluations", evaluations, tiered("config_evaluation")),
        Cost("Security Hub CSPM", "security checks", evaluations, tiered("security_hub_check")),
    )


EVENTS = 1_000
"""The number of events in the life of findings of which the estimate states the cost."""
_UNITS_AN_EVENT = 2
"""Write units: one of the table, and one of its index by status, for an item of up to 1 KB.

The 68 items of the scans in tests/golden have 438 to 758 bytes (2026-11-29).
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html"""
_EVENTS_AN_INVOCATION = 100
"""Events of which the stream's function writes one file by day at most, as in the template."""


def events(count: int, prices: Mapping[str, Price]) -> tuple[Cost, ...]:
    """Return what so many events cost once, part by part, where the stream's batches are full.

    Lambda reads a stream for nothing, and DynamoDB deletes expired items for nothing. Objects of the audit move to
    Glacier after 90 days; those that expire earlier do not.
    """
    used = (
        ("DynamoDB", "write units of the table and its index", "dynamodb_write", float(count * _UNITS_AN_EVENT)),
        ("S3", "PUT requests of the audit", "s3_write", float(count + math.ceil(count / _EVENTS_AN_INVOCATION))),
        ("S3", "moves of the audit to Glacier", "s3_glacier_move", float(count)),
    )
    return tuple(
        Cost(service, what, units, prices[name].of(units) if name in prices else None)
        for service, what, name, units in used
    )


FIXED = (
    ("CloudWatch", "alarm metrics", "cloudwatch_alarm", 26),
    ("CloudWatch", "dashboards", "cloudwatch_dashboard", 1),
    ("CloudWatch", "metrics that Muster writes", "cloudwatch_custom_metric", 21),
    ("CloudWatch", "request metrics of the bucket, at most", "cloudwatch_custom_metric", 16),
    ("KMS", "keys", "kms_key", 1),
)
"""Service, part, name of the price, and how many: tests count them in the template and in `muster.stack.metrics`.

An alarm on an expression is billed for each metric in it. The request metrics of S3 are billed as custom metrics:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html lists 16.
"""


def fixed(prices: Mapping[str, Price]) -> tuple[Cost, ...]:
    """Return the monthly cost of what the stack holds, part by part."""
    return tuple(
        Cost(service, what, float(units), prices[name].of(units) if name in prices else None)
        for service, what, name, units in FIXED
    )
