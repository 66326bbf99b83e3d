"""Events and digests for the tests of alerts."""

from typing import Any

from muster.alerts.digest import Digest
from muster.alerts.layout import Section
from muster.lifecycle.events import FindingEvent

NOON = 1_795_953_600_000
"""2026-11-29T12:00:00Z in milliseconds."""


def event(number: int = 1, **changes: Any) -> FindingEvent:
    """Return the event of a bucket whose failure opened, with some fields changed."""
    fields: dict[str, Any] = {
        "finding_id": f"{number:032x}",
        "timestamp": NOON,
        "event": "opened",
        "status": "FAILED",
        "baseline": False,
        "check_id": "s3-bucket-encryption-enabled",
        "title": "Buckets should be encrypted",
        "severity": "HIGH",
        "reason": f"Bucket logs-{number} has no default encryption",
        "resource_type": "AWS::S3::Bucket",
        "resource_id": f"logs-{number}",
        "resource_arn": f"arn:aws:s3:::logs-{number}",
        "account_id": "111122223333",
        "account_name": "shop",
        "region": "eu-west-1",
        "owner": "team-a",
        "first_seen": NOON,
        "scan_id": "20261129T120000Z-0a1b2c3d",
        "cause": "scan",
    }
    return FindingEvent(**{**fields, **changes})


def digest(lines: int = 3, line: str = "HIGH  logs-1 (bucket) <a & b>", **changes: str) -> Digest:
    """Return a digest with one section of so many lines."""
    texts = {
        "id": "0011223344556677",
        "subject": "[Muster prod] 1 HIGH new: no encryption (logs-1)",
        "text": "One new failure.\n\nNEW (1)\nHIGH  logs-1 (bucket)\n",
        "html": "<p>One new failure.</p>",
        "short": "Muster: 1 new failure",
        "headline": "1 new failure",
        "report": "https://eu-west-1.console.aws.amazon.com/s3/object/reports?region=eu-west-1&prefix=report.json",
    }
    sections = (Section("NEW (1)", tuple(f"{line} {number}" for number in range(lines)), 0),)
    return Digest(**{**texts, **changes}, sections=sections)
