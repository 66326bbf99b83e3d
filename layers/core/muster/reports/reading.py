"""A finding read back from its JSON, as every format writes it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from muster.model.finding import Finding, Resource, Severity, Status, Suppression, Unavailable
from muster.reports.fields import Entry

_WRONG = (AttributeError, KeyError, TypeError, ValueError)
"""What reading a value raises that is not the record of a finding."""


def entry_of(record: Mapping[str, Any]) -> Entry:
    """Return the finding of a record with the id of its scan.

    Fields that only people read may be missing: they are empty then.

    Raises:
        ValueError: it is no record of a finding.
    """
    try:
        return Entry(_finding(_object(record, "it")), str(record.get("scan_id", "")))
    except _WRONG as error:
        missing = isinstance(error, KeyError)
        raise ValueError(f"{error} is missing" if missing else str(error)) from error


def _finding(record: Mapping[str, Any]) -> Finding:
    place, accepted = _object(record["resource"], "its resource"), record.get("suppression")
    return Finding(
        finding_id=_text(record["finding_id"]),
        check_id=_text(record["check_id"]),
        check_version=int(record.get("check_version") or 1),
        title=_text(record.get("title") or ""),
        severity=Severity(record["severity"]),
        status=Status(record["status"]),
        reason=_text(record.get("reason") or ""),
        resource=Resource(
            type=_text(place["type"]),
            id=_text(place["id"]),
            account_id=_text(place["account_id"]),
            region=_text(place["region"]),
            arn=None if place.get("arn") is None else _text(place["arn"]),
            tags=None if place.get("tags") is None else {str(key): str(value) for key, value in place["tags"].items()},
        ),
        service=_text(record.get("service", "")),
        observed_at=_time(record.get("observed_at")) or datetime.fromtimestamp(0, UTC),
        controls=tuple(map(_text, record.get("controls") or ())),
        settings=dict(record.get("settings") or {}),
        variant=_text(record.get("variant") or ""),
        remediation=_text(record.get("remediation") or ""),
        docs_url=_text(record.get("docs_url") or ""),
        unavailable=tuple(
            Unavailable(each.get("permission"), _text(each["reason"])) for each in record.get("unavailable") or ()
        ),
        suppression=None if accepted is None else _suppression(accepted),
        first_seen=_time(record.get("first_seen")),
        account_name=_text(record.get("account_name") or ""),
        values=None,
    )


def _suppression(accepted: Mapping[str, Any]) -> Suppression:
    return Suppression(
        reason=_text(accepted["reason"]),
        owner=_text(accepted["owner"]),
        expires=_text(accepted["expires"]),
        ticket=_text(accepted.get("ticket", "")),
    )


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} is no JSON object")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:80]!r} is no string")
    return value


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(_text(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
