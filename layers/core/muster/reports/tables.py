"""The tables that Athena reads: their columns, and rows from findings, tallies and coverage."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from muster.model.coverage import Coverage
from muster.model.finding import Finding
from muster.model.json_values import to_json
from muster.model.text import shown

Row = Mapping[str, Any]

FINDINGS: Mapping[str, str] = MappingProxyType(
    {
        "finding_id": "string",
        "check_id": "string",
        "check_version": "int",
        "title": "string",
        "severity": "string",
        "status": "string",
        "reason": "string",
        "resource_type": "string",
        "resource_arn": "string",
        "resource_id": "string",
        "account_id": "string",
        "account_name": "string",
        "region": "string",
        "tags": "string",
        "controls": "string",
        "settings": "string",
        "variant": "string",
        "remediation": "string",
        "docs_url": "string",
        "suppression": "string",
        "unavailable": "string",
        "shard": "string",
        "service": "string",
        "scan_id": "string",
        "scan_kind": "string",
        "observed_at": "timestamp",
        "first_seen": "timestamp",
    }
)
TALLIES: Mapping[str, str] = MappingProxyType(
    {
        "scan_id": "string",
        "scan_kind": "string",
        "shard": "string",
        "account_id": "string",
        "region": "string",
        "service": "string",
        "check_id": "string",
        "severity": "string",
        "started_at": "timestamp",
        "complete": "boolean",
        "compliant": "bigint",
        "non_compliant": "bigint",
        "not_applicable": "bigint",
        "insufficient_data": "bigint",
        "suppressed": "bigint",
    }
)
COVERAGE: Mapping[str, str] = MappingProxyType(
    {
        "scan_id": "string",
        "scan_kind": "string",
        "shard": "string",
        "account_id": "string",
        "region": "string",
        "service": "string",
        "api": "string",
        "calls": "bigint",
        "items": "bigint",
        "retries": "bigint",
        "denials": "bigint",
        "errors": "bigint",
        "seconds": "double",
        "out_of_scope": "bigint",
        "reason": "string",
    }
)
"""Columns and their Glue types; `scan_date` is the partition and no column of the files.

Timestamps are milliseconds without a zone, in UTC: what Athena's `timestamp` reads.
"""


@dataclass(frozen=True, slots=True)
class ScanHeader:
    """What every row says of the scan it came from; `observed_at` is when the scan began, in aware UTC."""

    scan_id: str
    scan_kind: str
    observed_at: datetime

    @property
    def scan_date(self) -> str:
        """The partition: the day the scan began, in UTC."""
        return self.observed_at.strftime("%Y-%m-%d")


def finding_row(finding: Finding, header: ScanHeader, shard: str) -> Row:
    """Lay a finding out as a row of the table `findings`."""
    resource = finding.resource
    return {
        "finding_id": finding.finding_id,
        "check_id": finding.check_id,
        "check_version": finding.check_version,
        "title": finding.title,
        "severity": finding.severity.value,
        "status": finding.status.value,
        "reason": finding.reason,
        "resource_type": resource.type,
        "resource_arn": resource.arn,
        "resource_id": resource.id,
        "account_id": resource.account_id,
        "account_name": finding.account_name,
        "region": resource.region,
        "tags": None if resource.tags is None else _tags(resource.tags),
        "controls": _controls(finding.controls),
        "settings": _settings(finding.settings),
        "variant": finding.variant,
        "remediation": finding.remediation,
        "docs_url": finding.docs_url,
        "suppression": None if finding.suppression is None else _text(asdict(finding.suppression)),
        "unavailable": _text([asdict(gap) for gap in finding.unavailable]) if finding.unavailable else None,
        "shard": shard,
        "service": finding.service,
        "scan_id": header.scan_id,
        "scan_kind": header.scan_kind,
        "observed_at": finding.observed_at,
        "first_seen": finding.first_seen,
    }


def coverage_row(row: Coverage, header: ScanHeader, shard: str) -> Row:
    """Lay a row of the ledger out as a row of the table `coverage`."""
    return {"scan_id": header.scan_id, "scan_kind": header.scan_kind, "shard": shard, **asdict(row)}


class _Last:
    """Spells a value as JSON, and the same object again as it did before: findings that follow each other share them.

    The object is kept, so that its identity cannot pass to another.
    """

    def __init__(self, spell: Callable[[Any], str], size: int) -> None:
        self._spell, self._size = spell, size
        self._known: dict[int, tuple[object, str]] = {}

    def __call__(self, value: Any) -> str:
        known = self._known.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        text = self._spell(value)
        known_by_now = {} if len(self._known) >= self._size else self._known
        self._known = {**known_by_now, id(value): (value, text)} if self._size > 1 else {id(value): (value, text)}
        return text


def _text(value: object) -> str:
    return shown(json.dumps(value, ensure_ascii=False, sort_keys=True))


_tags = _Last(lambda tags: _text(dict(tags)), 1)
_controls = _Last(lambda controls: _text(list(controls)), 512)
_settings = _Last(lambda settings: _text(to_json(settings)), 512)
