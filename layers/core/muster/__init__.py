"""Muster reads the resources of AWS accounts, and reports which of them fail a check, and why.

What stands in `__all__` may be built upon: the words of a check and of its findings, and the errors. They change only
with a line in CHANGELOG.md, as the command, the bucket and the reports do. Every other name is Muster's own business.
"""

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
    "Severity",
    "Status",
    "Throttled",
    "Transient",
    "Unavailable",
    "Unknown",
    "Verdict",
    "__version__",
    "check",
    "compliant",
    "known",
    "non_compliant",
    "not_applicable",
]
