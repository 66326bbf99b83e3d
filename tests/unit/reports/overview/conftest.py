"""Findings of a few resources, from which each example takes some."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.model.finding import Finding, Resource, Severity, Status, finding_id

AT = datetime(2026, 11, 28, 6, tzinfo=UTC)
Make = Callable[..., Finding]


def failure(name: str, severity: Severity = Severity.HIGH, *, check: str = "bucket-closed", **changed: Any) -> Finding:
    """Return a failing finding of a bucket."""
    arn, account = f"arn:aws:s3:::{name}", changed.pop("account", "111122223333")
    bucket = Resource("AWS::S3::Bucket", name, account, "eu-west-1", arn=arn, tags={"Team": f"{name}-team"})
    found = Finding(
        finding_id(bucket, check),
        check,
        1,
        "Buckets should be closed",
        severity,
        Status.NON_COMPLIANT,
        f"{name} is open",
        bucket,
        "s3",
        AT,
        remediation="`aws s3api close --bucket NAME`",
    )
    return replace(found, **changed)


@pytest.fixture
def make() -> Make:
    return failure
