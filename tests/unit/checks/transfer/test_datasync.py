"""DataSync: logs of tasks."""

from typing import Any

import pytest

from muster.checks.transfer.datasync import datasync_task_logging_enabled
from muster.facets.transfer.datasync import DataSyncTask
from muster.model.finding import Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/copies"


def task(level: str | None, **given: Any) -> DataSyncTask:
    return DataSyncTask.parse({"Options": {"LogLevel": level}, **given})


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        (task("BASIC", CloudWatchLogGroupArn=GROUP), C, f"Task writes its log with level BASIC to {GROUP}"),
        (task("TRANSFER", CloudWatchLogGroupArn=GROUP), C, f"Task writes its log with level TRANSFER to {GROUP}"),
        (task("OFF", CloudWatchLogGroupArn=GROUP), N, "Log level is OFF"),
        (task("BASIC"), N, "Task has no log group"),
        (task("BASIC", TaskMode="BASIC"), N, "Task has no log group"),
        (task("BASIC", TaskMode="ENHANCED"), C, "Task writes its log with level BASIC to /aws/datasync"),
        (task("OFF", TaskMode="ENHANCED"), N, "Log level is OFF"),
    ],
)
def test_a_task_writes_a_log(judged: DataSyncTask, status: Status, reason: str) -> None:
    found = datasync_task_logging_enabled(judged)
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    "unclear",
    [
        pytest.param(task(None, CloudWatchLogGroupArn=GROUP), id="no level"),
        pytest.param(task("LOUD", CloudWatchLogGroupArn=GROUP), id="a new level"),
        pytest.param(task("BASIC", TaskMode="NEW"), id="a new mode"),
        pytest.param(DataSyncTask.parse({}), id="nothing"),
    ],
)
def test_what_is_not_known_is_no_verdict(unclear: DataSyncTask) -> None:
    with pytest.raises(UnknownField):
        datasync_task_logging_enabled(unclear)
