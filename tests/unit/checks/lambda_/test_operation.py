"""How Lambda functions are run and watched."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.lambda_.operation import (
    lambda_concurrency_pool_sufficient,
    lambda_errors_alarmed,
    lambda_reserved_concurrency_set,
    lambda_runtime_supported,
    lambda_tracing_enabled,
)
from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.lambda_.functions import Function, FunctionConcurrency, RegionConcurrency
from muster.facets.lambda_.runtimes import table
from muster.model.finding import ObservedAt, Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
OWN_RUNTIME = "arn:aws:lambda:eu-west-1:111122223333:runtime/cobol"


def at(day: date) -> ObservedAt:
    return ObservedAt(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def function(**said: Any) -> Function:
    return Function.parse({"FunctionName": "orders", "PackageType": "Zip", "Runtime": "python3.13", **said})


@pytest.mark.parametrize(
    ("said", "today", "status", "reason"),
    [
        pytest.param(
            {"Runtime": "python3.13"}, date(2026, 11, 21), C, "python3.13 is supported until 2029-06-30", id="supported"
        ),
        pytest.param(
            {"Runtime": "python3.9"},
            date(2026, 11, 21),
            N,
            "Runtime python3.9 was deprecated on 2025-12-15; creating functions will be blocked from "
            "2027-02-01; updating functions will be blocked from 2027-03-03; use python3.14",
            id="deprecated",
        ),
        pytest.param(
            {"Runtime": "python3.6"},
            date(2026, 11, 21),
            N,
            "Runtime python3.6 was deprecated on 2022-07-18; creating functions has been blocked "
            "since 2022-07-18; updating functions has been blocked since 2022-08-29; use python3.14",
            id="blocked long ago",
        ),
        pytest.param(
            {"Runtime": "nodejs18.x"}, date(2026, 11, 21), N, "2025-09-01", id="nodejs18.x, which others let pass"
        ),
        pytest.param(
            {"Runtime": "nodejs22.x"},
            date(2027, 4, 1),
            N,
            "Runtime nodejs22.x will be deprecated on 2027-04-30, in 29 days; creating functions will "
            "be blocked from 2027-06-01; updating functions will be blocked from 2027-07-01; use "
            "nodejs24.x",
            id="soon",
        ),
        pytest.param({"Runtime": "nodejs22.x"}, date(2027, 1, 30), N, "", id="90 days ahead"),
        pytest.param({"Runtime": "nodejs22.x"}, date(2027, 1, 29), C, "for 91 days", id="91 days ahead"),
        pytest.param({"Runtime": "nodejs22.x"}, date(2027, 4, 30), N, "was deprecated on", id="on the day itself"),
        pytest.param(
            {"Runtime": "nodejs20.x"},
            date(2027, 2, 1),
            N,
            "Runtime nodejs20.x was deprecated on 2026-04-30; creating functions has been blocked "
            "since 2027-02-01; updating functions will be blocked from 2027-03-03; use nodejs24.x",
            id="on the day of a block",
        ),
        pytest.param({"Runtime": "provided.al2"}, date(2026, 11, 21), N, "", id="a custom runtime"),
        pytest.param({"PackageType": "Image", "Runtime": None}, date(2026, 11, 21), NA, "image", id="an image"),
        pytest.param(
            {"Runtime": "custom", "RuntimeConfig": {"RuntimeArn": OWN_RUNTIME, "RuntimeAlias": "stable"}},
            date(2026, 11, 21),
            NA,
            f"The runtime {OWN_RUNTIME} is customer-managed; its publisher patches it",
            id="a customer's runtime",
        ),
        pytest.param({"Runtime": "custom"}, date(2026, 11, 21), NA, "publisher patches it", id="custom alone"),
        pytest.param(
            {"Runtime": "nodejs26.x"},
            date(2026, 11, 21),
            C,
            "Runtime nodejs26.x has no deprecation date",
            id="a preview",
        ),
        pytest.param({"Runtime": "java17.al2023"}, date(2026, 11, 28), C, "until 2029-06-30", id="Java on AL2023"),
        pytest.param(
            {"Runtime": "java8.al2023"},
            date(2029, 7, 1),
            N,
            "Runtime java8.al2023 was deprecated on 2029-06-30; use java25",
            id="blocks that are not announced",
        ),
    ],
)
def test_lambda_runtime_supported(said: dict[str, Any], today: date, status: Status, reason: str) -> None:
    verdict = lambda_runtime_supported(function(**said), at(today))
    assert verdict.status is status
    assert reason in verdict.reason


def test_the_warning_can_be_turned_off_and_widened() -> None:
    soon = at(date(2027, 4, 29))
    assert lambda_runtime_supported(function(Runtime="nodejs22.x"), soon).status is N
    assert lambda_runtime_supported(function(Runtime="nodejs22.x"), soon, days_ahead=0).status is C
    assert lambda_runtime_supported(function(Runtime="nodejs22.x"), at(date(2026, 11, 21)), days_ahead=365).status is N


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param({"Runtime": "cobol85"}, "cobol85 is not in Muster's table", id="newer than the table"),
        pytest.param({"Runtime": None}, "did not return the runtime", id="no runtime"),
        pytest.param({"PackageType": None}, "PackageType", id="neither file nor image"),
        pytest.param({"PackageType": "Wasm"}, "'Wasm'", id="a new kind of package"),
    ],
)
def test_a_runtime_that_is_not_known_is_no_verdict(said: dict[str, Any], says: str) -> None:
    with pytest.raises(UnknownField, match=says):
        lambda_runtime_supported(function(**said), at(date(2026, 11, 21)))


DATED = {name: runtime.deprecated for name, runtime in table().runtimes.items() if runtime.deprecated}


@given(st.sampled_from(sorted(DATED)), st.integers(-400, 400), st.integers(0, 200))
def test_a_runtime_is_good_until_so_many_days_before_its_deprecation(name: str, days: int, ahead: int) -> None:
    today = DATED[name] - timedelta(days=days)
    verdict = lambda_runtime_supported(function(Runtime=name), at(today), days_ahead=ahead)
    assert (verdict.status is C) is (days > ahead)


@pytest.mark.parametrize(
    ("mode", "status", "says"),
    [("Active", C, "is active"), ("PassThrough", N, "is not active (TracingConfig: PassThrough)")],
)
def test_lambda_tracing_enabled(mode: str, status: Status, says: str) -> None:
    verdict = lambda_tracing_enabled(function(TracingConfig={"Mode": mode}))
    assert verdict.status is status
    assert says in verdict.reason


@pytest.mark.parametrize("said", [{}, {"TracingConfig": {}}, {"TracingConfig": {"Mode": "Sometimes"}}])
def test_tracing_that_is_not_known_is_no_verdict(said: dict[str, Any]) -> None:
    with pytest.raises(UnknownField, match="Mode"):
        lambda_tracing_enabled(function(**said))


@pytest.mark.parametrize(
    ("reserved", "required", "status", "reason"),
    [
        pytest.param(None, False, NA, "The setting required is off", id="nobody asks for it"),
        pytest.param(5, False, NA, "", id="nobody asks for it, and it is there"),
        pytest.param(None, True, N, "The function has no reserved concurrency", id="asked for and missing"),
        pytest.param(5, True, C, "The reserved concurrency is 5", id="asked for and there"),
        pytest.param(0, True, NA, "the function is disabled", id="0 disables the function"),
        pytest.param(0, False, NA, "", id="0 is said, asked for or not"),
    ],
)
def test_lambda_reserved_concurrency_set(reserved: int | None, required: bool, status: Status, reason: str) -> None:
    verdict = lambda_reserved_concurrency_set(FunctionConcurrency(reserved), required=required)
    assert verdict.status is status
    assert reason in verdict.reason


def test_nobody_is_asked_for_a_reservation_unless_the_setting_says_so() -> None:
    assert lambda_reserved_concurrency_set(FunctionConcurrency(None)).status is NA


@pytest.mark.parametrize(
    ("limit", "rest", "status", "reason"),
    [
        pytest.param(
            1000,
            1000,
            C,
            "No concurrency is reserved; all functions share 1000 concurrent executions",
            id="no reservation",
        ),
        pytest.param(10, 10, C, "share 10", id="a fresh account"),
        pytest.param(1000, 200, C, "200 of 1000 concurrent executions are unreserved", id="just enough"),
        pytest.param(
            1000, 199, N, "199 of 1000 concurrent executions are unreserved; keep at least 20 %", id="one too few"
        ),
        pytest.param(1000, 100, N, "", id="as few as AWS permits"),
        pytest.param(1000, 0, N, "", id="none"),
    ],
)
def test_lambda_concurrency_pool_sufficient(limit: int, rest: int, status: Status, reason: str) -> None:
    verdict = lambda_concurrency_pool_sufficient(RegionConcurrency(limit, rest))
    assert verdict.status is status
    assert reason in verdict.reason


def test_how_much_must_be_left_is_a_setting() -> None:
    region = RegionConcurrency(1000, 100)
    assert lambda_concurrency_pool_sufficient(region, unreserved_percent=10).status is C
    assert lambda_concurrency_pool_sufficient(region, unreserved_percent=11).status is N


@pytest.mark.parametrize("said", [{}, {"ConcurrentExecutions": 1000}, {"UnreservedConcurrentExecutions": 1000}])
def test_concurrency_that_aws_does_not_say_is_no_verdict(said: dict[str, int]) -> None:
    with pytest.raises(UnknownField, match="ConcurrentExecutions"):
        lambda_concurrency_pool_sufficient(RegionConcurrency.parse({"AccountLimit": said}))


def alarm(name: str, metric: str, *, of: str = "", actions: tuple[str, ...] = (TOPIC,), **more: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
        "ActionsEnabled": True,
        "AlarmActions": list(actions),
        "Namespace": "AWS/Lambda",
        "MetricName": metric,
        "Dimensions": [{"Name": "FunctionName", "Value": of}] if of else [],
        **more,
    }


ABOVE = {
    "AlarmName": "shop",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC],
    "AlarmRule": "ALARM(errors)",
}


@pytest.mark.parametrize(
    ("found", "above", "status", "reason"),
    [
        pytest.param([], [], N, "No alarm watches Errors of the function or of all functions", id="none"),
        pytest.param([alarm("errors", "Errors", of="orders")], [], C, "errors watches Errors of orders", id="its own"),
        pytest.param([alarm("errors", "Errors")], [], C, "errors watches Errors of all functions", id="of all"),
        pytest.param(
            [alarm("errors", "Errors", of="other")],
            [],
            N,
            "No alarm watches Errors of the function or of all functions",
            id="of another function",
        ),
        pytest.param([alarm("slow", "Duration", of="orders")], [], N, "", id="of another metric"),
        pytest.param(
            [alarm("errors", "Errors", of="orders", Namespace="Shop")],
            [],
            N,
            "No alarm watches Errors of the function or of all functions",
            id="another namespace",
        ),
        pytest.param(
            [alarm("errors", "Errors", of="orders", actions=())],
            [],
            N,
            "The alarms on Errors have no enabled action: errors",
            id="without an action",
        ),
        pytest.param(
            [alarm("errors", "Errors", of="orders", ActionsEnabled=False)],
            [],
            N,
            "The alarms on Errors have no enabled action: errors",
            id="actions are off",
        ),
        pytest.param(
            [alarm("errors", "Errors", of="orders", actions=())], [ABOVE], C, "errors watches", id="one above it acts"
        ),
        pytest.param(
            [alarm("mute", "Errors", of="orders", actions=()), alarm("loud", "Errors")],
            [],
            C,
            "loud watches Errors of all functions",
            id="one of two is heard",
        ),
    ],
)
def test_lambda_errors_alarmed(
    found: list[dict[str, Any]], above: list[dict[str, Any]], status: Status, reason: str
) -> None:
    alarms = Alarms.parse({"MetricAlarms": found, "CompositeAlarms": above})
    verdict = lambda_errors_alarmed(function(), alarms)
    assert verdict.status is status
    assert reason in verdict.reason


def test_throttles_are_asked_for_by_a_setting() -> None:
    errors, throttles = alarm("errors", "Errors", of="orders"), alarm("throttles", "Throttles")
    one, both = Alarms.parse({"MetricAlarms": [errors]}), Alarms.parse({"MetricAlarms": [errors, throttles]})
    missing = lambda_errors_alarmed(function(), one, throttles=True)
    assert (missing.status, "Throttles" in missing.reason) == (N, True)
    assert lambda_errors_alarmed(function(), both, throttles=True).status is C
