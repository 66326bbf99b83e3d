"""Environments of Elastic Beanstalk."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.compute.elasticbeanstalk import (
    beanstalk_enhanced_health_reporting_enabled,
    elastic_beanstalk_logs_to_cloudwatch,
    elastic_beanstalk_managed_updates_enabled,
)
from muster.facets.compute.elasticbeanstalk import EnvironmentSettings
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
GOOD = EnvironmentSettings("enhanced", "true", "minor", "true", 30)
CHECKS = (
    beanstalk_enhanced_health_reporting_enabled,
    elastic_beanstalk_managed_updates_enabled,
    elastic_beanstalk_logs_to_cloudwatch,
)


@pytest.mark.parametrize(
    ("check", "changed", "passing", "failing"),
    [
        (
            beanstalk_enhanced_health_reporting_enabled, {"health": "basic"}, "Health reporting is enhanced",
            "Health reporting is basic",
        ),
        (
            elastic_beanstalk_managed_updates_enabled, {"managed": "false"}, "Managed updates are on",
            "Managed updates are off",
        ),
        (
            elastic_beanstalk_logs_to_cloudwatch, {"streams": "false"}, "Logs are streamed to CloudWatch Logs",
            "Logs are not streamed to CloudWatch Logs",
        ),
    ],
)  # fmt: skip
def test_one_thing_is_wrong(check: Check, changed: dict[str, Any], passing: str, failing: str) -> None:
    good, bad = check(GOOD), check(replace(GOOD, **changed))
    assert (good.status, good.reason) == (C, passing)
    assert (bad.status, bad.reason) == (N, failing)


@pytest.mark.parametrize(
    ("found", "required", "status", "reason"),
    [
        ("minor", "minor", C, "Managed updates are on (level minor)"),
        ("patch", "minor", N, "Managed updates have the level patch, minor required"),
        ("minor", "patch", N, "Managed updates have the level minor, patch required"),
        (None, "patch", N, "Managed updates have the level none, patch required"),
        (None, "", C, "Managed updates are on"),
        (Unknown("?"), "", C, ""),
    ],
)
def test_the_level_of_updates(found: Any, required: str, status: Status, reason: str) -> None:
    verdict = elastic_beanstalk_managed_updates_enabled(replace(GOOD, updates=found), update_level=required)
    assert verdict.status is status
    assert reason in (verdict.reason, "")


@pytest.mark.parametrize(("required", "level"), [("", "minor"), ("patch", "patch")])
def test_the_fix_sets_the_level_that_is_required(required: str, level: str) -> None:
    found = elastic_beanstalk_managed_updates_enabled(replace(GOOD, managed="false"), update_level=required)
    assert found.values == (("LEVEL", level),)


@pytest.mark.parametrize(("days", "required", "status"), [(30, 0, C), (30, 30, C), (29, 30, N), (1, -1, C)])
def test_how_long_logs_are_kept(days: int, required: int, status: Status) -> None:
    found = elastic_beanstalk_logs_to_cloudwatch(replace(GOOD, retention_days=days), min_days=required)
    assert found.status is status


def test_the_reason_says_how_long_logs_are_kept() -> None:
    found = elastic_beanstalk_logs_to_cloudwatch(replace(GOOD, retention_days=1), min_days=30)
    assert found.reason == "Logs are streamed to CloudWatch Logs and kept for 1 day, 30 required"
    assert found.values == (("DAYS", "30"),)
    assert elastic_beanstalk_logs_to_cloudwatch(replace(GOOD, streams="false")).values == (("DAYS", "7"),)


def option(namespace: str, name: str, value: str | None) -> dict[str, Any]:
    return {"Namespace": f"aws:elasticbeanstalk:{namespace}", "OptionName": name, "Value": value}


def answer(*options: dict[str, Any], status: str | None = "deployed") -> dict[str, Any]:
    return {"DeploymentStatus": status, "OptionSettings": list(options)}


DEPLOYED = answer(
    option("healthreporting:system", "SystemType", "enhanced"),
    option("managedactions", "ManagedActionsEnabled", "true"),
    option("managedactions:platformupdate", "UpdateLevel", "minor"),
    option("cloudwatch:logs", "StreamLogs", "true"),
    option("cloudwatch:logs", "RetentionInDays", "30"),
    option("application:environment", "DB_PASSWORD", "hunter2"),
)


def test_what_is_deployed_counts_and_no_draft() -> None:
    draft = answer(option("healthreporting:system", "SystemType", "basic"), status="pending")
    found = EnvironmentSettings.parse({"ConfigurationSettings": [draft, DEPLOYED]})
    assert found == GOOD
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "sets",
    [
        pytest.param([], id="AWS answers nothing to those who may not read it"),
        pytest.param([answer(status="deployed")], id="no options"),
        pytest.param([answer(option("cloudwatch:logs", "StreamLogs", "true"), status="failed")], id="a draft alone"),
        pytest.param([answer(option("cloudwatch:logs", "StreamLogs", "true"), status=None)], id="no status"),
    ],
)
@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.id)
def test_settings_that_are_not_there_are_no_verdict(check: Check, sets: list[dict[str, Any]]) -> None:
    with pytest.raises(UnknownField):
        check(EnvironmentSettings.parse({"ConfigurationSettings": sets}))


def test_an_option_that_is_not_there_has_its_default() -> None:
    other = answer(option("application:environment", "A", None), option("cloudwatch:logs", "StreamLogs", None))
    found = EnvironmentSettings.parse({"ConfigurationSettings": [other]})
    assert found == EnvironmentSettings("basic", "false", None, "false", 7)


@pytest.mark.parametrize(
    ("namespace", "name", "field"),
    [
        ("healthreporting:system", "SystemType", "health"),
        ("managedactions", "ManagedActionsEnabled", "managed"),
        ("managedactions:platformupdate", "UpdateLevel", "updates"),
        ("cloudwatch:logs", "StreamLogs", "streams"),
        ("cloudwatch:logs", "RetentionInDays", "retention_days"),
    ],
)
def test_a_value_that_aws_does_not_document_is_not_known(namespace: str, name: str, field: str) -> None:
    found = EnvironmentSettings.parse({"ConfigurationSettings": [answer(option(namespace, name, "²"))]})
    assert isinstance(getattr(found, field), Unknown)
