"""A finding as the JSON that every format starts from: its keys are a contract."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from muster.model.finding import Finding
from muster.model.json_values import to_json
from muster.model.text import printable

__all__ = ["from_row", "printable", "record", "timestamp"]

Record = dict[str, Any]


def record(finding: Finding, scan_id: str) -> Record:
    """Return a finding as plain JSON; `unavailable` is there only when something could not be read."""
    resource = finding.resource
    found: Record = {
        "finding_id": finding.finding_id,
        "check_id": finding.check_id,
        "check_version": finding.check_version,
        "variant": finding.variant,
        "title": finding.title,
        "severity": finding.severity.value,
        "status": finding.status.value,
        "reason": finding.reason,
        "resource": {
            "type": resource.type,
            "arn": resource.arn,
            "id": resource.id,
            "account_id": resource.account_id,
            "region": resource.region,
            "tags": None if resource.tags is None else dict(resource.tags),
        },
        "account_name": finding.account_name,
        "controls": list(finding.controls),
        "settings": to_json(finding.settings),
        "remediation": finding.remediation,
        "docs_url": finding.docs_url,
        "scan_id": scan_id,
        "observed_at": timestamp(finding.observed_at),
        "first_seen": None if finding.first_seen is None else timestamp(finding.first_seen),
        "suppression": None if finding.suppression is None else asdict(finding.suppression),
    }
    if finding.unavailable:
        found["unavailable"] = [asdict(gap) for gap in finding.unavailable]
    return found


def from_row(row: Mapping[str, Any]) -> Record:
    """Return a row of the table `findings` as the same JSON; its times are naive and in UTC."""
    found: Record = {
        **{key: row[key] for key in ("finding_id", "check_id", "check_version", "variant", "title")},
        **{key: row[key] for key in ("severity", "status", "reason")},
        "resource": {
            "type": row["resource_type"],
            "arn": row["resource_arn"],
            "id": row["resource_id"],
            "account_id": row["account_id"],
            "region": row["region"],
            "tags": _loaded(row["tags"]),
        },
        "account_name": row["account_name"],
        "controls": _loaded(row["controls"]),
        "settings": _loaded(row["settings"]),
        **{key: row[key] for key in ("remediation", "docs_url", "scan_id")},
        "observed_at": timestamp(row["observed_at"].replace(tzinfo=UTC)),
        "first_seen": timestamp(row["first_seen"].replace(tzinfo=UTC)) if row["first_seen"] else None,
        "suppression": _loaded(row["suppression"]),
    }
    if row["unavailable"]:
        found["unavailable"] = _loaded(row["unavailable"])
    return found


def _loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def timestamp(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the second, with a Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
