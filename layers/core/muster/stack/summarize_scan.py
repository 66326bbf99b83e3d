"""The end of a scan: what no commit names is deleted, the rest is published, and the whole is summed up."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from muster.errors import EventError, Transient
from muster.estimate.forecast import Forecast
from muster.model.coverage import ALL
from muster.model.finding import Severity
from muster.reports.formats.email import CHANGES
from muster.reports.tables import ScanHeader
from muster.reports.tally import STATUSES
from muster.sdk.session import Clients
from muster.stack.bounds import fitted
from muster.stack.documents import events, objects
from muster.stack.documents.request import Environment
from muster.stack.publish import REPORTED, DamagedPart, delete_orphans, publish_findings, publish_tables
from muster.stack.results import commits_of, unfinished_shards
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict, scratch

Json = dict[str, Any]

NAMED = 20
"""How many incomplete shards the summary names: an execution's output is small whatever the estate."""
_SHORT = 300
"""Characters that the summary says of a damaged object."""

ROUNDS = 10
"""How often a scan is published anew because another execution published it meanwhile."""
LEDGER = ("account_id", "region", "service", "api", "calls", "items", "retries", "denials", "errors", "seconds",
          "out_of_scope", "reason")  # fmt: skip
"""What the report says of each API in each region of each account."""


def summarize_scan(event: object, environment: Environment, clients: Clients) -> Json:
    """Publish what the shards committed and return the summary, at most 32 KiB of JSON.

    Running it again for the same scan writes the same objects again. When another execution of the scan published
    meanwhile, it is done again from what is committed by now: who comes last never leaves less than who came before.

    Raises:
        EventError: it is no such event, or there is no such scan.
        Damaged: the plan of the scan cannot be read.
        Transient: others published again and again.
    """
    scan_id, attempt = events.scan("summarize_scan", event)
    bucket = Bucket(environment.bucket, clients, environment.region)
    plan = objects.content(bucket, keys.plan(scan_id), objects.PLAN)
    if plan is None:
        raise EventError(f"there is no scan {scan_id!r} in s3://{bucket.name}/scans/")
    for _ in range(ROUNDS):
        before = bucket.get_bytes(keys.summary(scan_id))
        summary, commits = _published(bucket, plan, attempt)
        try:
            bucket.put_json(keys.summary(scan_id), summary, etag=before[1] if before else None)
        except Conflict:
            continue
        if plan["scan"]["record"]:
            _remember_sizes(bucket, commits)
        return summary
    raise Transient(f"other executions of the scan {scan_id} publish it again and again")


def _published(bucket: Bucket, plan: Json, attempt: str) -> tuple[Json, list[Json]]:
    """Publish all but the summary; return it, and the commits that it sums up."""
    scan_id = plan["scan"]["scan_id"]
    header = ScanHeader(scan_id, plan["scan"]["scan_kind"], datetime.fromisoformat(plan["scan"]["started_at"]))
    # In this order: what another execution writes from now on is either not among the parts, or it is known to run.
    parts = [key for key, _ in bucket.keys(keys.parts(scan_id))]
    alone = len(list(bucket.keys(keys.every_batches(scan_id)))) == 1
    damaged: dict[str, str] = {}
    found = commits_of(bucket, scan_id, damaged)
    while True:
        commits = [commit for commit in found if commit["shard"] not in damaged]
        committed = len(commits)
        done = None if alone else {commit["shard"] for commit in commits if commit["complete"]}
        commits += unfinished_shards(bucket, plan, header, attempt, commits, damaged)
        kept = {part for part in parts if keys.shard_of(part) in damaged}
        delete_orphans(bucket, parts, kept | {part for commit in commits for part in commit["parts"]}, done)
        try:
            with scratch() as folder:
                failing = publish_findings(bucket, header, commits, Path(folder))
                publish_tables(bucket, header, commits, _coverage(commits), Path(folder))
            break
        except DamagedPart as error:
            damaged[error.shard] = str(error)
    summary = {**_summary(plan, commits, committed, bucket.name, header), "attempt": attempt}
    summary["damaged"] = _damaged(plan, commits, damaged)
    summary["coverage"] = _by_api(commits)
    summary["changes"] = changes_of(attempt, commits)
    bucket.put_json(keys.report(scan_id), _report(plan, summary, failing, commits, bucket.name, header))
    bucket.put_json(keys.incomplete(scan_id), [item["shard"] for item in _incomplete(commits)])
    return fitted(summary), commits


def _damaged(plan: Json, commits: Sequence[Json], damaged: Mapping[str, str]) -> list[str]:
    """Return what is wrong with objects of the bucket that Muster could not read, some of them, shortened."""
    lost = (commit["changes"]["lost"] for commit in commits if commit["changes"].get("lost"))
    told = dict.fromkeys((*plan["scan"].get("damaged", ()), *sorted(damaged.values()), *lost))
    return [text[:_SHORT] for text in told][:NAMED]


def _remember_sizes(bucket: Bucket, commits: Sequence[Json]) -> None:
    """Note how large each shard is, so that the next plan foresees its calls and cuts the large ones.

    One that was cut counts as a whole.
    """
    sizes: dict[str, Json] = {}
    for commit in commits:
        if not commit["complete"]:
            continue
        name = f"{commit['account_id']}.{commit['region']}.{commit['service']}"
        size = sizes.setdefault(name, {"resources": 0, "listed": {}})
        size["resources"] += commit["resources"]["scanned"]
        size["listed"] |= {row["api"]: row["items"] - row["out_of_scope"] for row in commit["coverage"] if row["items"]}
    known = objects.or_none(bucket, keys.sizes(), objects.SIZES, []) or {}
    bucket.put_json(keys.sizes(), {**known, **sizes})


def _coverage(commits: Sequence[Json]) -> Iterator[Json]:
    """Yield the rows of the ledger; a region that a policy blocks has one for all its services."""
    blocked: dict[tuple[str, str], Json] = {}
    for commit in commits:
        for row in commit["coverage"]:
            if not commit["blocked"]:
                yield row
                continue
            whole = blocked.setdefault((row["account_id"], row["region"]), {**row, "service": ALL, "calls": 0})
            whole["calls"] += row["calls"]
    yield from blocked.values()


def _by_api(commits: Sequence[Json]) -> list[Json]:
    """Return the ledger's totals by API: few rows whatever the number of accounts."""
    totals: dict[str, Counter[str]] = {}
    for row in _coverage(commits):
        wanted = ("calls", "items", "retries", "denials", "errors", "out_of_scope")
        totals.setdefault(row["api"], Counter()).update({key: row[key] for key in wanted})
        totals[row["api"]]["milliseconds"] += round(row["seconds"] * 1000)
    return [{"api": api, **counts} for api, counts in sorted(totals.items())]


def _summary(plan: Json, commits: Sequence[Json], committed: int, bucket: str, header: ScanHeader) -> Json:
    incomplete = _incomplete(commits)
    expected = Forecast.from_json(plan.get("foreseen"))
    calls = sum(row["calls"] for commit in commits for row in commit["coverage"])
    checks = _by_check(commits)
    statuses = Counter({status: sum(check[status] for check in checks) for status in STATUSES})
    severities: Counter[str] = Counter()
    for check in checks:
        severities[check["severity"]] += check["non_compliant"]
    scanned = sum(commit["resources"]["scanned"] for commit in commits)
    failing = sum(commit["resources"]["non_compliant"] for commit in commits)
    return {
        "version": 1,
        **{
            key: plan["scan"][key]
            for key in ("scan_id", "scan_kind", "started_at", "record", "stack", "regions", "packs")
        },
        # A plan that was made before there was this key says nothing of it, and was most likely the schedule's.
        "whole": plan["scan"].get("whole", True),
        "accounts": len(plan["scan"]["accounts"]),
        "accounts_excluded": dict(list(plan["scan"].get("accounts_excluded", {}).items())[:NAMED]),
        "complete": not incomplete,
        "incomplete": incomplete[:NAMED],
        "shards": {"planned": plan["scan"]["shards"], "committed": committed, "incomplete": len(incomplete)},
        "blocked": len({(commit["account_id"], commit["region"]) for commit in commits if commit["blocked"]}),
        "resources": {"scanned": scanned, "compliant": scanned - failing, "non_compliant": failing},
        "findings": dict(statuses),
        "failing": {severity.value: severities[severity.value] for severity in reversed(Severity)},
        "checks": checks,
        "calls": calls,
        "foreseen": {**plan["foreseen"], "difference": expected.against(calls)} if expected else None,
        "report": f"s3://{bucket}/{keys.report(header.scan_id)}",
        "findings_at": f"s3://{bucket}/findings/scan_date={header.scan_date}/",
    }


def _incomplete(commits: Sequence[Json]) -> list[Json]:
    return [
        {"shard": commit["shard"], "reason": "; ".join(commit["reasons"])}
        for commit in commits
        if not commit["complete"]
    ]


def _by_check(commits: Sequence[Json]) -> list[Json]:
    totals: dict[str, Counter[str]] = {}
    severities: dict[str, str] = {}
    for commit in commits:
        for check in commit["checks"]:
            severities[check["check_id"]] = check["severity"]
            totals.setdefault(check["check_id"], Counter()).update({key: check[key] for key in STATUSES})
    return [
        {"check_id": check_id, "severity": severities[check_id], **{key: totals[check_id][key] for key in STATUSES}}
        for check_id in sorted(totals)
    ]


def changes_of(attempt: str, commits: Sequence[Json]) -> Json:
    """Return how much changed of each kind by what an attempt found, and whether it was the first look."""
    commits = [commit for commit in commits if commit["attempt"] == attempt]
    counts: Counter[str] = Counter()
    for commit in commits:
        counts.update({event: told["count"] for event, told in commit["changes"]["events"].items()})
    baseline = any(commit["changes"]["baseline"] for commit in commits)
    return {
        "baseline": baseline,
        **dict(sorted((f"{event}", count) for event, count in counts.items() if event != "baseline")),
    }


def worst_of(attempt: str, commits: Sequence[Json]) -> Json:
    """Return the worst changes of each kind that an attempt found, as many as an e-mail names."""
    events: dict[str, list[Json]] = {}
    for commit in commits:
        for event, told in commit["changes"]["events"].items() if commit["attempt"] == attempt else ():
            merged = [*events.get(event, ()), *told["worst"]]
            merged.sort(
                key=lambda change: (-Severity(change["severity"]).rank, change["check_id"], change["resource_id"])
            )
            events[event] = merged[:CHANGES]
    return events


def _report(  # noqa: PLR0913 - all that the report is made of
    plan: Json, summary: Json, failing: list[Json], commits: Sequence[Json], bucket: str, header: ScanHeader
) -> Json:
    rows = sorted(_coverage(commits), key=lambda row: (not row["reason"], -row["denials"] - row["errors"]))
    return {
        "findings": failing,
        "changes": worst_of(summary["attempt"], commits),
        "truncated": summary["findings"]["non_compliant"] > len(failing),
        "all_findings": f"s3://{bucket}/findings/scan_date={header.scan_date}/{header.scan_id}-*.parquet",
        "summary": summary,
        "scan": {
            **plan["scan"],
            "complete": summary["complete"],
            "coverage": [{column: row[column] for column in LEDGER} for row in rows[:REPORTED]],
            "coverage_truncated": len(rows) > REPORTED,
        },
    }
