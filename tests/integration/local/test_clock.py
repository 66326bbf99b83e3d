"""When schedules start their target, as EventBridge Scheduler documents it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.clock import Clock, due
from local.server import ACCOUNT, EmbeddedAws

MADE = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)


def schedule(expression: str, **changed: Any) -> dict[str, Any]:
    return {"State": "ENABLED", "ScheduleExpression": expression, "CreationDate": MADE, **changed}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (schedule("rate(6 hours)"), "2026-11-28T21:30"),
        (schedule("rate(1 minute)"), "2026-11-28T21:30"),
        (schedule("rate(6 hours)", StartDate=at("2026-12-01T00:00")), "2026-12-01T00:00"),
        (schedule("rate(6 hours)", StartDate=at("2026-11-01T00:00")), "2026-11-28T21:30"),
        (schedule("cron(17 0/6 * * ? *)"), "2026-11-29T00:17"),
        (schedule("cron(17 0/6 * * ? *)", ScheduleExpressionTimezone="Asia/Kolkata"), "2026-11-29T00:47"),
        (schedule("at(2026-12-24T18:00:00)"), "2026-12-24T18:00"),
        (schedule("at(2026-12-24T18:00:00)", ScheduleExpressionTimezone="Europe/Berlin"), "2026-12-24T17:00"),
    ],
)
def test_the_first_start(asked: dict[str, Any], first: str) -> None:
    assert due(asked) == at(first)


@pytest.mark.parametrize(
    "asked",
    [
        schedule("rate(6 hours)", State="DISABLED"),
        schedule("cron(17 0/6 * * ? *)", EndDate=MADE + timedelta(hours=1)),
    ],
)
def test_a_schedule_that_is_off_or_over_never_starts(asked: dict[str, Any]) -> None:
    assert due(asked) is None


@pytest.mark.parametrize(
    ("expression", "after", "second"),
    [
        ("rate(6 hours)", "2026-11-28T21:31", "2026-11-29T03:30"),
        ("rate(6 hours)", "2026-11-29T03:30", "2026-11-29T09:30"),
        ("cron(17 0/6 * * ? *)", "2026-11-29T00:17", "2026-11-29T06:17"),
    ],
)
def test_the_next_start(expression: str, after: str, second: str) -> None:
    assert due(schedule(expression), at(after)) == at(second)


def test_a_single_start_has_no_next_and_nonsense_is_refused() -> None:
    assert due(schedule("at(2026-12-24T18:00:00)"), at("2026-12-24T18:00")) is None
    with pytest.raises(ValueError, match="no rate, cron or at expression"):
        due(schedule("every(6 hours)"))


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as embedded:
        yield embedded


def machine_of(aws: EmbeddedAws, expression: str) -> str:
    """Make a state machine that does nothing, and a schedule that starts it."""
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    role = f"arn:aws:iam::{ACCOUNT}:role/scheduler"
    made = aws.client("stepfunctions").create_state_machine(
        name="scan", definition=json.dumps(definition), roleArn=role
    )
    aws.client("scheduler").create_schedule(
        Name="scan",
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": made["stateMachineArn"], "RoleArn": role, "Input": "{}"},
    )
    return str(made["stateMachineArn"])


def executions(aws: EmbeddedAws, machine: str) -> int:
    return len(aws.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"])


@pytest.mark.parametrize(("expression", "started"), [("rate(6 hours)", ["scan"]), ("cron(0 0 1 1 ? 2198)", [])])
def test_a_rate_starts_its_target_at_once_and_a_cron_expression_does_not(
    aws: EmbeddedAws, expression: str, started: list[str]
) -> None:
    machine = machine_of(aws, expression)
    clock, now = Clock(aws), datetime.now(UTC) + timedelta(seconds=1)
    assert clock.tick(now) == started
    assert clock.tick(now) == []
    assert executions(aws, machine) == len(started)


def test_a_clock_runs_by_itself(aws: EmbeddedAws) -> None:
    machine = machine_of(aws, "rate(1 minute)")
    with Clock(aws):
        for _ in range(100):
            if executions(aws, machine):
                break
            time.sleep(0.1)
    assert executions(aws, machine) == 1
