"""One batch of shards: scan each that is not committed yet, write its part, settle the state, commit, and say so."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from muster import diff, keys, state
from muster.catalog import Catalog
from muster.diff import Change, Memory, Seen, Subject
from muster.errors import EventError, Throttled, Transient
from muster.evaluate import Rule
from muster.model import ACCOUNT, REGION, TARGET, Finding, Severity, Status
from muster.pipeline import Annotator, scope_of
from muster.reading import Shard
from muster.refusals import READ_ERRORS, code_of
from muster.scan import ShardScan
from muster.select import rules_from_json
from muster.session import Clients
from muster.settings import Configuration
from muster.sinks import parquet
from muster.sinks.bucket import Bucket, scratch
from muster.sinks.tables import FINDINGS, ScanHeader, coverage_row, finding_row
from muster.stack.request import Environment

_NONE: Counter[str] = Counter()
TOLD = 200
"""How many changes of each kind a commit names, the worst first; the counts are of all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What plan.json fixed: shards read nothing else of what they are to do."""

    header: ScanHeader
    record: bool
    rules: tuple[Rule, ...]
    configuration: Configuration

    @classmethod
    def read(cls, bucket: Bucket, scan_id: str, catalog: Catalog) -> "Plan":
        """Read the plan of a scan.

        Raises:
            EventError: there is no such scan.
        """
        document = bucket.get_json(keys.plan(scan_id))
        if document is None:
            raise EventError(f"there is no scan {scan_id}: s3://{bucket.name}/{keys.plan(scan_id)} does not exist")
        scan = document["scan"]
        header = ScanHeader(scan["scan_id"], scan["scan_kind"], datetime.fromisoformat(scan["started_at"]))
        rules = rules_from_json(catalog, document["rules"])
        return cls(header, scan["record"], rules, Configuration.from_json(document["configuration"]))


@dataclass(slots=True)
class Tally:
    """Counts what passes: findings by check, region and status, resources by whether anything of them fails."""

    checks: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    scanned: int = 0
    failing: int = 0
    _resource: tuple[str, str] = ("", "")
    _failed: bool = False

    def count(self, finding: Finding) -> None:
        """Count one finding; those of one resource come one after another."""
        status = "SUPPRESSED" if finding.suppression else finding.status.value
        self.checks.setdefault((finding.check_id, finding.resource.region), Counter())[status] += 1
        if finding.resource.type in (ACCOUNT, REGION, TARGET):
            return
        resource = (finding.resource.region, finding.resource.key)
        if resource != self._resource:
            self._resource, self._failed = resource, False
            self.scanned += 1
        if finding.failing and not self._failed:
            self._failed = True
            self.failing += 1


def scan_batch(
    event: Mapping[str, Any], environment: Environment, catalog: Catalog, clients: Clients
) -> dict[str, Any]:
    """Scan the shards of one batch; a shard that is committed already is not scanned again.

    A shard that fails stops none of the others. What a retry may mend is raised before what it cannot.

    Raises:
        EventError: it is not the event that the state machine sends.
        Exception: shards failed; one shard's error, after all the others were done.
    """
    scan_id, shards = _parse(event)
    bucket = Bucket(environment.bucket, clients, environment.region)
    plan = Plan.read(bucket, scan_id, catalog)
    failed: list[Exception] = []
    done = 0
    for shard in shards:
        try:
            commit = bucket.get_json(keys.commit(scan_id, shard.id)) or _scan(shard, plan, catalog, clients, bucket)
            _announce(commit, environment, clients)
            done += 1
        except Exception as error:  # noqa: BLE001 - whatever breaks one shard, the others are scanned
            failed.append(error)
    if failed:
        raise min(failed, key=lambda error: not isinstance(error, Throttled | Transient))
    return {"scan_id": scan_id, "shards": done}


def _parse(event: Mapping[str, Any]) -> tuple[str, list[Shard]]:
    try:
        batch = event["batch"]
        shards = [Shard(**{**shard, "scope": tuple(shard["scope"])}) for shard in batch["shards"]]
        return str(event["scan_id"]), shards
    except (KeyError, TypeError) as error:
        raise EventError(
            "scan_shards is invoked by the state machine with scan_id and batch; see events/scan_shards.json"
        ) from error


def _scan(shard: Shard, plan: Plan, catalog: Catalog, clients: Clients, bucket: Bucket) -> dict[str, Any]:
    header = plan.header
    memories = state.read(bucket, _state_key(shard))[0]
    scan = ShardScan(shard, plan.rules, catalog, clients, header.observed_at, scope=scope_of(plan.configuration))
    tally = Tally()
    found: dict[str, dict[str, Seen]] = {rule.check.id: {} for rule in scan.rules}
    findings = _watched(scan, plan, memories, tally, found)
    with scratch() as folder:
        path = Path(folder) / "part.parquet"
        count = parquet.write(path, FINDINGS, (finding_row(each, header, shard.id) for each in findings))
        part = keys.part(header.scan_id, shard.id)
        if count:
            bucket.upload(path, part)
    changes = _remember(shard, scan, plan, found, bucket) if plan.record else {"baseline": False, "events": {}}
    commit = _commit(shard, scan, header, tally, [part] if count else [], changes)
    bucket.put_json(keys.commit(header.scan_id, shard.id), commit)
    return commit


def _watched(
    scan: ShardScan,
    plan: Plan,
    memories: Mapping[str, Memory],
    tally: Tally,
    found: dict[str, dict[str, Seen]],
) -> Iterator[Finding]:
    annotate = Annotator(plan.configuration, plan.header.observed_at.date())
    for bare in scan:
        finding = annotate(bare)
        since = diff.first_seen(memories.get(finding.check_id), finding, plan.header.scan_id)
        finding = replace(finding, first_seen=since)
        tally.count(finding)
        if noted := diff.seen(finding):
            found[finding.check_id][finding.finding_id] = noted
        yield finding


def _remember(
    shard: Shard, scan: ShardScan, plan: Plan, found: Mapping[str, Mapping[str, Seen]], bucket: Bucket
) -> dict[str, Any]:
    """Settle what was found with what is remembered, and return the changes as the commit tells them."""
    told: dict[str, list[Change]] = {}
    baseline = False

    def looked_at(subject: Subject) -> bool:
        listed = subject.resource_type not in scan.outcome.unlisted
        return listed and (subject.region in shard.scope or subject.region == shard.region)

    def settle(memories: state.Memories) -> state.Memories:
        nonlocal baseline
        told.clear()
        settled = {
            check_id: diff.settle(memories.get(check_id), seen, plan.header.scan_id, plan.header.observed_at, looked_at)
            for check_id, seen in found.items()
        }
        for one in settled.values():
            for change in one.changes:
                told.setdefault("baseline" if one.baseline else change.event.value, []).append(change)
        baseline = any(one.baseline for one in settled.values())
        return {**memories, **{check_id: one.memory for check_id, one in settled.items()}}

    state.update(bucket, _state_key(shard), settle)
    return {"baseline": baseline, "events": {event: _told(changes) for event, changes in sorted(told.items())}}


def _told(changes: list[Change]) -> dict[str, Any]:
    worst = diff.worst_first(changes, lambda severity: Severity(severity).rank)[:TOLD]
    return {
        "count": len(changes),
        "worst": [
            {
                "finding_id": change.finding_id,
                **asdict(change.subject),
                "reason": change.reason,
                "first_seen": change.first_seen.isoformat(),
            }
            for change in worst
        ],
    }


def _commit(  # noqa: PLR0913 - everything a commit says, once
    shard: Shard, scan: ShardScan, header: ScanHeader, tally: Tally, parts: list[str], changes: dict[str, Any]
) -> dict[str, Any]:
    outcome = scan.outcome
    kinds: dict[str, set[str]] = {}
    for rule in scan.rules:
        kinds.setdefault(rule.check.id, set()).add(rule.resource_type)
    reasons = [f"{kind} could not be listed: {gap.reason}" for kind, gap in sorted(outcome.unlisted.items())]
    return {
        "version": 1,
        "scan_id": header.scan_id,
        "shard": shard.id,
        "account_id": shard.account_id,
        "region": shard.region,
        "service": shard.service,
        "complete": outcome.complete,
        "reasons": [*reasons, *([outcome.lost] if outcome.lost else [])],
        "resources": {"scanned": tally.scanned, "non_compliant": tally.failing},
        "checks": [
            {
                "check_id": rule.check.id,
                "severity": rule.check.severity.value,
                "region": region,
                "complete": not outcome.lost and not (kinds[rule.check.id] & outcome.unlisted.keys()),
                **{status.value.lower(): tally.checks.get((rule.check.id, region), _NONE)[status] for status in Status},
                "suppressed": tally.checks.get((rule.check.id, region), _NONE)["SUPPRESSED"],
            }
            for rule in {rule.check.id: rule for rule in scan.rules}.values()
            for region in dict.fromkeys([*shard.scope, shard.region])
        ],
        "coverage": [dict(coverage_row(row, header, shard.id)) for row in outcome.ledger.rows()],
        "parts": parts,
        "changes": changes,
    }


def _announce(commit: Mapping[str, Any], environment: Environment, clients: Clients) -> None:
    if not environment.queue_url:
        return
    statuses: Counter[str] = Counter()
    for check in commit["checks"]:
        statuses.update({key: check[key] for key in (*(status.value.lower() for status in Status), "suppressed")})
    message = {
        "version": 1,
        **{key: commit[key] for key in ("scan_id", "shard", "account_id", "region", "service", "complete", "parts")},
        "statuses": dict(statuses),
        "commit": keys.commit(commit["scan_id"], commit["shard"]),
    }
    try:
        queue = clients.get("sqs", environment.region)
        queue.send_message(QueueUrl=environment.queue_url, MessageBody=json.dumps(message))
    except READ_ERRORS as error:
        raise Transient(f"the queue {environment.queue_url} did not take a result ({code_of(error)})") from error


def _state_key(shard: Shard) -> str:
    return keys.state(shard.account_id, shard.region, shard.service)
