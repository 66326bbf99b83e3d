"""The credential report as IAM writes it: the root user's row, N/A where there is none, one report in four hours.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.corrections.caller import place
from local.corrections.iam_account import backend_of, root_has_mfa
from local.corrections.request import Correction, Request
from local.front import Answer

_VALID = timedelta(hours=4)
_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_COLUMNS = (
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
    "password_next_rotation", "mfa_active", *(f"access_key_{number}_{name}" for number in (1, 2) for name in _KEY),
    "cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated", "additional_credentials_info",
)  # fmt: skip
_SHOWN = 2
"""How many access keys and certificates of a user have columns."""
_GONE = 410


def corrections() -> dict[str, Correction]:
    """Return what corrects the credential report; the last one of each account is remembered in it."""
    reports = _Reports()
    return {"iam:GenerateCredentialReport": reports.generate, "iam:GetCredentialReport": reports.get}


@dataclass(slots=True)
class _Reports:
    by_account: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def generate(self, request: Request) -> Answer:
        """Make a report if the last is older than four hours; the next question finds it complete."""
        account, now = place(request)[0], datetime.now(UTC)
        made, _ = self.by_account.get(account, (None, ""))
        if made and now - made < _VALID:
            return request.answer({"State": "COMPLETE"})
        self.by_account[account] = (now, _written(backend_of(request)))
        return request.answer(
            {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}
        )

    def get(self, request: Request) -> Answer:
        """Answer the last report, unless it is too old."""
        made, content = self.by_account.get(place(request)[0], (None, ""))
        if made is None:
            return request.refuse("ReportNotPresent", "No report exists. Generate one first", _GONE)
        if datetime.now(UTC) - made >= _VALID:
            return request.refuse("ReportExpired", "The report has expired. Generate a new one", _GONE)
        return request.answer({"Content": content.encode(), "ReportFormat": "text/csv", "GeneratedTime": made})


def _written(backend: Any) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerow(_root(backend))
    for _, user in sorted(backend.users.items(), key=lambda item: str(item[0]).lower()):
        writer.writerow(_row(user))
    return text.getvalue().rstrip("\n")


def _root(backend: Any) -> list[str]:
    """Return the row of a root user who has a password, never used, and no access key."""
    keys = ["false", "N/A", "N/A", "N/A", "N/A"] * _SHOWN
    arn = f"arn:aws:iam::{backend.account_id}:root"
    return [
        "<root_account>", arn, "2020-01-01T00:00:00Z", "true", "no_information", "not_supported",
        "not_supported", _flag(root_has_mfa(backend)), *keys, *["false", "N/A"] * _SHOWN, "N/A",
    ]  # fmt: skip


def _row(user: Any) -> list[str]:
    enabled = bool(user.password)
    certificates = list(user.signing_certificates.values())
    more = {
        "access keys": max(len(user.access_keys) - _SHOWN, 0),
        "certificates": max(len(certificates) - _SHOWN, 0),
    }
    info = "; ".join(f"{count} more {kind}" for kind, count in more.items() if count)
    return [
        user.name, user.arn, _time(user.create_date), _flag(enabled),
        _time(user.password_last_used, "no_information") if enabled else "N/A",
        _time(user.create_date) if enabled else "N/A", "N/A", _flag(bool(user.mfa_devices)),
        *_keys(user.access_keys), *_certificates(certificates), info or "N/A",
    ]  # fmt: skip


def _keys(keys: list[Any]) -> Iterator[str]:
    for key in keys[:_SHOWN]:
        # moto keeps a record of the call; a test may set the time alone.
        used = key.last_used
        moment = used if isinstance(used, datetime) else getattr(used, "_timestamp", None)
        yield from (_flag(key.status == "Active"), _time(key.create_date), _time(moment))
        yield from (getattr(used, "region", "N/A"), getattr(used, "service", "N/A"))
    yield from ["false", "N/A", "N/A", "N/A", "N/A"] * max(_SHOWN - len(keys), 0)


def _certificates(certificates: list[Any]) -> Iterator[str]:
    for each in certificates[:_SHOWN]:
        yield from (_flag(each.status == "Active"), _time(each.upload_date))
    yield from ["false", "N/A"] * max(_SHOWN - len(certificates), 0)


def _flag(value: object) -> str:
    return "true" if value else "false"


def _time(moment: datetime | None, missing: str = "N/A") -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else missing
