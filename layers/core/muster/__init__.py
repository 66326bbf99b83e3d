"""Muster reads the resources of AWS accounts, and reports which of them fail a check, and why.

    from muster import scan

    for finding in scan(packs=["s3-compliance"], regions=["eu-west-1"]):
        print(finding.status, finding.resource.arn, finding.reason)

Other programs may use the names in `__all__`: a scan, the words of a check and of its findings, and the errors. They
change only with a line in CHANGELOG.md, as the command, the bucket and the reports do. Every other name may change at
any time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from muster.errors import (
    ConfigurationError,
    CredentialsError,
    Damaged,
    EventError,
    MusterError,
    Refused,
    Throttled,
    Transient,
)
from muster.model.check import Check, check
from muster.model.finding import (
    Finding,
    ObservedAt,
    Related,
    Resource,
    Severity,
    Status,
    Unavailable,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)

if TYPE_CHECKING:
    from muster.library import Scan, Unread, scan

__version__ = "0.1.0"
__all__ = [
    "Check",
    "ConfigurationError",
    "CredentialsError",
    "Damaged",
    "EventError",
    "Finding",
    "MusterError",
    "ObservedAt",
    "Refused",
    "Related",
    "Resource",
    "Scan",
    "Severity",
    "Status",
    "Throttled",
    "Transient",
    "Unavailable",
    "Unknown",
    "Unread",
    "Verdict",
    "__version__",
    "check",
    "compliant",
    "known",
    "non_compliant",
    "not_applicable",
    "scan",
]
_LIBRARY = ("Scan", "Unread", "scan")
"""The names that are imported when they are first used: they load the SDK and the catalogue."""


def __getattr__(name: str) -> Any:
    if name not in _LIBRARY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("muster.library"), name)
