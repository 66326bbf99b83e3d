"""Starts what schedules of EventBridge Scheduler are for, when they are due; moto keeps schedules and starts nothing.

A rate begins at the schedule's creation unless it has a StartDate; a cron expression waits for its next time.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from pyawscron import AWSCron

from local.server import EmbeddedAws

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)\Z")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_POLL_SECONDS = 0.5


def due(schedule: Mapping[str, Any], after: datetime | None = None) -> datetime | None:
    """Return when a schedule starts its target first, or first after a start of it; None when it never does.

    `schedule` is an answer of GetSchedule.

    Raises:
        ValueError: the expression is none of the scheduler's.
    """
    if schedule.get("State", "ENABLED") != "ENABLED":
        return None
    begins = max(schedule.get("StartDate") or schedule["CreationDate"], schedule["CreationDate"])
    found = _next(
        str(schedule["ScheduleExpression"]), schedule.get("ScheduleExpressionTimezone") or "UTC", begins, after
    )
    ends = schedule.get("EndDate")
    return None if found is None or (ends and found > ends) else found


def _next(expression: str, zone: str, begins: datetime, after: datetime | None) -> datetime | None:
    if rate := _RATE.match(expression):
        step = int(rate[1]) * _UNITS[rate[2]]
        return begins if after is None else begins + step * ((after - begins) // step + 1)
    if expression.startswith("cron("):
        start = (after or begins - timedelta(minutes=1)).astimezone(ZoneInfo(zone))
        found: datetime = AWSCron(expression[5:-1]).occurrence(start.replace(tzinfo=UTC)).next()
        return found.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if expression.startswith("at("):
        once = datetime.fromisoformat(expression[3:-1]).replace(tzinfo=ZoneInfo(zone))
        return once if after is None else None
    raise ValueError(f"{expression!r} is no rate, cron or at expression of EventBridge Scheduler")


class Clock:
    """Watches the schedules of one region and starts what they are for, until the block ends."""

    def __init__(self, aws: EmbeddedAws, region: str = "eu-west-1") -> None:
        """Make ready; nothing is started before the block is entered."""
        self._scheduler = aws.client("scheduler", region)
        self._states = aws.client("stepfunctions", region)
        self._functions = aws.client("lambda", region)
        self._last: dict[str, datetime] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="clock")

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching; what was started runs on."""
        self._ended.set()
        self._thread.join()

    def tick(self, now: datetime) -> list[str]:
        """Start what is due, and return the names of its schedules."""
        started = []
        for row in self._scheduler.list_schedules()["Schedules"]:
            schedule = self._scheduler.get_schedule(Name=row["Name"], GroupName=row["GroupName"])
            when = due(schedule, self._last.get(schedule["Arn"]))
            if when is None or when > now:
                continue
            self._last[schedule["Arn"]] = now
            target = schedule["Target"]
            self._start(str(target["Arn"]), str(target.get("Input", "{}")))
            started.append(str(schedule["Name"]))
        return started

    def _start(self, target: str, given: str) -> None:
        """Start a state machine, or a function, which the scheduler does not wait for."""
        if ":lambda:" in target:
            request = {"FunctionName": target, "InvocationType": "Event", "Payload": given.encode()}
            threading.Thread(target=self._functions.invoke, kwargs=request, daemon=True, name="schedule").start()
            return
        self._states.start_execution(stateMachineArn=target, name=str(uuid.uuid4()), input=given)

    def _watch(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            self.tick(datetime.now(UTC))
