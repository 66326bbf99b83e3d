"""Secrets: rotation and use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.checks.management.secrets import (
    secretsmanager_rotation_enabled,
    secretsmanager_scheduled_rotation_success,
    secretsmanager_secret_periodic_rotation,
    secretsmanager_secret_used,
)
from muster.facets.management.secrets import Secret
from muster.model.finding import ObservedAt, Resource, Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
AT = ObservedAt(NOW)
HERE = Resource("AWS::SecretsManager::Secret", "orders", "123456789012", "eu-west-1")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def secret(**members: Any) -> Secret:
    return Secret.parse({"CreatedDate": ago(300), **members})


def every(days: int) -> dict[str, Any]:
    return {"RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": days}}


def by(expression: str) -> dict[str, Any]:
    return {"RotationEnabled": True, "RotationRules": {"ScheduleExpression": expression}}


@pytest.mark.parametrize(
    ("members", "max_days", "status", "reason"),
    [
        pytest.param(every(30), None, C, "Automatic rotation is on", id="on"),
        pytest.param({}, None, N, "Automatic rotation is off", id="AWS leaves it out where it is off"),
        pytest.param({"RotationEnabled": False}, None, N, "", id="off"),
        pytest.param(
            {"OwningService": "rds"}, None, N, "Automatic rotation is off (owned by rds)", id="owned by a service"
        ),
        pytest.param(every(30), 30, C, "Secret is rotated every 30 days; at most 30 allowed", id="often enough"),
        pytest.param(every(31), 30, N, "Secret is rotated every 31 days; at most 30 allowed", id="too seldom"),
        pytest.param(by("rate(12 hours)"), 1, C, "", id="a rate in hours"),
        pytest.param(by("rate(40 days)"), 30, N, "", id="a rate in days"),
        pytest.param(by("cron(0 8 1 * ? *)"), None, C, "", id="a cron expression, no maximum"),
        pytest.param({"PrimaryRegion": "eu-west-1"}, None, N, "", id="the primary"),
        pytest.param(
            {"PrimaryRegion": "us-east-1"}, None, NA, "Secret is a replica; it is rotated in us-east-1", id="a copy"
        ),
    ],
)
def test_secretsmanager_rotation_enabled(
    members: dict[str, Any], max_days: int | None, status: Status, reason: str
) -> None:
    verdict = secretsmanager_rotation_enabled(secret(**members), HERE, max_days=max_days)
    assert verdict.status is status
    assert reason in (verdict.reason, "")


def test_the_days_of_a_cron_expression_are_not_known() -> None:
    with pytest.raises(UnknownField, match="cron"):
        secretsmanager_rotation_enabled(secret(**by("cron(0 8 1 * ? *)")), HERE, max_days=30)


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        pytest.param({**every(30), "NextRotationDate": ago(-3)}, C, "Next rotation is due by 2026-12-02", id="to come"),
        pytest.param({**every(30), "NextRotationDate": ago(0.5)}, C, "", id="today"),
        pytest.param({**every(30), "NextRotationDate": ago(1)}, N, "Rotation was due by 2026-11-28", id="yesterday"),
        pytest.param({"NextRotationDate": ago(9)}, NA, "Automatic rotation is off", id="off"),
        pytest.param({**every(30), "PrimaryRegion": "us-east-1"}, NA, "", id="a copy"),
    ],
)
def test_secretsmanager_scheduled_rotation_success(members: dict[str, Any], status: Status, reason: str) -> None:
    verdict = secretsmanager_scheduled_rotation_success(secret(**members), HERE, AT)
    assert verdict.status is status
    assert reason in (verdict.reason, "")


def test_a_rotation_of_which_no_date_is_known_is_no_failure() -> None:
    with pytest.raises(UnknownField):
        secretsmanager_scheduled_rotation_success(secret(**every(30)), HERE, AT)


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        pytest.param({"LastAccessedDate": ago(90)}, C, "Secret was last used on 2026-08-31", id="90 days ago"),
        pytest.param(
            {"LastAccessedDate": ago(91)},
            N,
            "Secret was last used on 2026-08-30, more than 90 days ago",
            id="91 days ago",
        ),
        pytest.param(
            {}, N, "Secret was never used; it was created on 2026-02-02, more than 90 days ago", id="never, and old"
        ),
        pytest.param({"CreatedDate": ago(1)}, C, "Secret was never used; it was created on 2026-11-28", id="new"),
    ],
)
def test_secretsmanager_secret_used(members: dict[str, Any], status: Status, reason: str) -> None:
    verdict = secretsmanager_secret_used(secret(**members), AT)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_the_days_of_use_are_a_setting() -> None:
    assert secretsmanager_secret_used(secret(LastAccessedDate=ago(31)), AT, days=30).status is N


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        pytest.param({"LastRotatedDate": ago(90)}, C, "Secret was last rotated on 2026-08-31", id="90 days ago"),
        pytest.param(
            {"LastRotatedDate": ago(91)},
            N,
            "Secret was last rotated on 2026-08-30, more than 90 days ago",
            id="91 days ago",
        ),
        pytest.param(
            {"LastChangedDate": ago(1)},
            N,
            "Secret was never rotated; it was created on 2026-02-02, more than 90 days ago",
            id="an edit",
        ),
        pytest.param({"CreatedDate": ago(1)}, C, "", id="new"),
        pytest.param({"PrimaryRegion": "us-east-1"}, NA, "", id="a copy"),
    ],
)
def test_secretsmanager_secret_periodic_rotation(members: dict[str, Any], status: Status, reason: str) -> None:
    verdict = secretsmanager_secret_periodic_rotation(secret(**members), HERE, AT)
    assert verdict.status is status
    assert reason in (verdict.reason, "")


def test_a_secret_whose_age_is_not_known_is_no_failure() -> None:
    unknown = Secret.parse({})
    with pytest.raises(UnknownField):
        secretsmanager_secret_used(unknown, AT)
    with pytest.raises(UnknownField):
        secretsmanager_secret_periodic_rotation(unknown, HERE, AT)
