"""CloudWatch log groups."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.cloudwatch.logs import cloudwatch_log_group_encrypted, cloudwatch_log_group_retention_set
from muster.facets.cloudwatch.logs import LogGroup
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
FOR_EVER = None


def group(days: int | Unknown | None, log_class: str = "STANDARD", policy: str = "", key: str = "") -> LogGroup:
    return LogGroup(log_class, days, policy, key)


@pytest.mark.parametrize(
    ("days", "settings", "status", "reason"),
    [
        pytest.param(365, {}, C, "Log retention is 365 days", id="a year"),
        pytest.param(400, {}, C, "", id="more than a year"),
        pytest.param(180, {}, N, "Log retention is 180 days; at least 365 required", id="less than a year"),
        pytest.param(30, {"min_days": 30}, C, "", id="the least that is asked for"),
        pytest.param(14, {"min_days": 30}, N, "", id="less than that"),
        pytest.param(3653, {}, C, "", id="no most by default"),
        pytest.param(731, {"max_days": 731}, C, "", id="the most that is asked for"),
        pytest.param(
            1096, {"max_days": 731}, N, "Log retention is 1,096 days; at most 731 allowed", id="more than that"
        ),
        pytest.param(FOR_EVER, {}, N, "Log events never expire", id="for ever"),
        pytest.param(FOR_EVER, {"max_days": 731}, N, "", id="for ever where there is a most"),
        pytest.param(
            FOR_EVER,
            {"never_expires_allowed": True},
            C,
            "Log events never expire, which is allowed",
            id="for ever, allowed",
        ),
        pytest.param(
            FOR_EVER,
            {"never_expires_allowed": True, "max_days": 731},
            C,
            "",
            id="for ever, allowed whatever the most is",
        ),
        pytest.param(30, {"never_expires_allowed": True}, N, "", id="allowed or not"),
    ],
)
def test_cloudwatch_log_group_retention_set(
    days: int | None, settings: dict[str, Any], status: Status, reason: str
) -> None:
    verdict = cloudwatch_log_group_retention_set(group(days), **settings)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_the_reason_names_the_policy_of_the_account() -> None:
    reason = cloudwatch_log_group_retention_set(group(400, policy="a-year")).reason
    assert reason == "Log retention is 400 days (account policy a-year)"
    reason = cloudwatch_log_group_retention_set(group(FOR_EVER, policy="for-good")).reason
    assert reason == "Log events never expire (account policy for-good)"


def test_a_group_for_delivery_alone_has_no_retention_to_set() -> None:
    assert cloudwatch_log_group_retention_set(group(FOR_EVER, "DELIVERY")).status is NA


@pytest.mark.parametrize("log_class", ["STANDARD", "INFREQUENT_ACCESS", "ESSENTIALS"])
def test_every_other_class_is_judged(log_class: str) -> None:
    assert cloudwatch_log_group_retention_set(group(30, log_class)).status is N


def test_a_retention_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        cloudwatch_log_group_retention_set(group(Unknown("AWS said nonsense")))


@given(days=st.integers(1, 4000), least=st.integers(0, 4000), most=st.integers(1, 4000))
def test_a_retention_passes_between_the_least_and_the_most(days: int, least: int, most: int) -> None:
    verdict = cloudwatch_log_group_retention_set(group(days), min_days=least, max_days=most)
    assert (verdict.status is C) is (least <= days <= most)


@pytest.mark.parametrize(
    ("key", "status"),
    [
        pytest.param("arn:aws:kms:eu-west-1:123456789012:key/1", C, id="a key"),
        pytest.param("", N, id="none"),
    ],
)
def test_cloudwatch_log_group_encrypted(key: str, status: Status) -> None:
    verdict = cloudwatch_log_group_encrypted(group(365, key=key))
    assert verdict.status is status
    assert key in verdict.reason


@pytest.mark.parametrize(("days", "wanted"), [(365, "365"), (366, "400"), (1, "1")])
def test_the_fix_sets_the_shortest_retention_that_cloudwatch_logs_takes(days: int, wanted: str) -> None:
    assert cloudwatch_log_group_retention_set(group(FOR_EVER), min_days=days).values == (("DAYS", wanted),)


@pytest.mark.parametrize(
    ("least", "most", "values"),
    [(100, 120, (("DAYS", "120"),)), (100, 110, ()), (9999, 0, ())],
)
def test_the_fix_sets_no_retention_that_the_check_refuses(
    least: int, most: int, values: tuple[tuple[str, str], ...]
) -> None:
    assert cloudwatch_log_group_retention_set(group(400), min_days=least, max_days=most).values == values
