"""A finding as a Compliance Finding of the Open Cybersecurity Schema Framework (OCSF). Pure.

https://schema.ocsf.io/1.8.0/classes/compliance_finding?profiles=cloud,datetime
Every attribute that is used exists since OCSF 1.5 and is not deprecated in 1.8.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from muster import __version__
from muster.model.finding import GLOBAL, Finding, Severity, Status
from muster.model.json_values import timestamp, to_json
from muster.model.text import json_text
from muster.reports.remedy import fix_text
from muster.reports.wording import FAILING, NOT_APPLICABLE, PASSING, SUPPRESSED, UNREAD, owner_of, status_name

VERSION = "1.8.0"
_CLASS, _CATEGORY = 2003, 2
_AWS_ACCOUNT, _RULE = 10, 1
_OTHER = 99
_CREATE, _UPDATE = (1, "Create"), (2, "Update")
_SEVERITIES: Mapping[Severity, int] = MappingProxyType(
    {each: place for place, each in enumerate(Severity, 1)}  # 1 is Informational, 5 is Critical
)
_STATUSES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        FAILING: (1, "New"),
        SUPPRESSED: (3, "Suppressed"),
        PASSING: (4, "Resolved"),
        UNREAD: (_OTHER, "Not Evaluated"),
        NOT_APPLICABLE: (_OTHER, "Not Applicable"),
    }
)
"""The status of the finding itself."""
_RESULTS: Mapping[Status, tuple[int, str]] = MappingProxyType(
    {
        Status.COMPLIANT: (1, "Pass"),
        Status.INSUFFICIENT_DATA: (2, "Warning"),
        Status.NON_COMPLIANT: (3, "Fail"),
        Status.NOT_APPLICABLE: (_OTHER, "Not Applicable"),
    }
)
"""The result of the check."""


def ocsf(finding: Finding, scan_id: str, owner_tag: str) -> dict[str, Any]:
    """Return a finding as plain JSON; times are milliseconds since 1970 in UTC."""
    observed, first_seen = finding.observed_at, finding.first_seen or finding.observed_at
    activity_id, activity = _UPDATE if first_seen < observed else _CREATE
    status_id, status = _STATUSES[status_name(finding)]
    fix = fix_text(finding)
    references = {"references": [finding.docs_url]} if finding.docs_url else {}
    return {
        "message": finding.reason,
        "time": _millis(observed),
        "time_dt": timestamp(observed),
        "severity_id": _SEVERITIES[finding.severity],
        "severity": finding.severity.capitalize(),
        "status_id": status_id,
        "status": status,
        "status_code": finding.status.value,
        "activity_id": activity_id,
        "activity_name": activity,
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "type_uid": _CLASS * 100 + activity_id,
        "type_name": f"Compliance Finding: {activity}",
        "finding_info": _info(finding, first_seen),
        "compliance": _compliance(finding),
        "resources": [_resource(finding, owner_tag)],
        **({"remediation": {"desc": fix, **references}} if fix else {}),
        "cloud": _cloud(finding),
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud", "datetime"],
            "product": {"name": "Muster", "vendor_name": "Muster", "version": __version__},
            "event_code": finding.check_id,
            "correlation_uid": scan_id,
            "uid": f"{scan_id}/{finding.finding_id}",
        },
        **_unmapped(finding),
    }


def _info(finding: Finding, first_seen: datetime) -> dict[str, Any]:
    return {
        "uid": finding.finding_id,
        "title": finding.title,
        "desc": finding.reason,
        "created_time": _millis(first_seen),
        "first_seen_time": _millis(first_seen),
        "last_seen_time": _millis(finding.observed_at),
        "analytic": {
            "uid": finding.check_id,
            "name": finding.title,
            "type_id": _RULE,
            "type": "Rule",
            "version": str(finding.check_version),
        },
    }


def _compliance(finding: Finding) -> dict[str, Any]:
    status_id, status = _RESULTS[finding.status]
    parameters = [
        {"name": name, "value": value if isinstance(value, str) else json_text(to_json(value))}
        for name, value in finding.settings.items()
    ]
    return {
        "control": finding.check_id,
        "desc": finding.title,
        "standards": list(dict.fromkeys(control.rpartition(" ")[0] or control for control in finding.controls)),
        "requirements": list(finding.controls),
        "status_id": status_id,
        "status": status,
        "status_code": finding.status.value,
        "status_details": [finding.reason, *(each.reason for each in finding.unavailable)],
        **({"control_parameters": parameters} if parameters else {}),
    }


def _resource(finding: Finding, owner_tag: str) -> dict[str, Any]:
    resource, owner = finding.resource, owner_of(finding, owner_tag)
    tags = [{"name": key, "value": value} for key, value in (resource.tags or {}).items()]
    return {
        "uid": resource.key,
        "name": resource.id,
        "type": resource.type,
        "namespace": resource.account_id,
        "cloud_partition": resource.partition,
        **_region(resource.region),
        **({"owner": {"name": owner}} if owner else {}),
        **({"tags": tags} if tags else {}),
    }


def _cloud(finding: Finding) -> dict[str, Any]:
    resource, name = finding.resource, finding.account_name
    account = {"uid": resource.account_id, "type_id": _AWS_ACCOUNT, "type": "AWS Account"}
    return {"provider": "AWS", "account": account | ({"name": name} if name else {}), **_region(resource.region)}


def _region(region: str) -> dict[str, str]:
    return {} if region == GLOBAL else {"region": region}


def _unmapped(finding: Finding) -> dict[str, Any]:
    """Return the facts that OCSF has no attribute for, under the names that they have in Muster's JSON."""
    found = {
        "variant": finding.variant,
        "suppression": to_json(finding.suppression),
        "unavailable": to_json(finding.unavailable),
    }
    kept = {key: value for key, value in found.items() if value}
    return {"unmapped": kept} if kept else {}


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
