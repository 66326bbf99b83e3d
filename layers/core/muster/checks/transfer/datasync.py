"""The check of DataSync: logs of tasks."""

from muster.facets.transfer.datasync import DataSyncTask
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP DataSync.1",))
def datasync_task_logging_enabled(task: DataSyncTask) -> Verdict:
    """Tasks of DataSync should write a log.

    A task in the mode ENHANCED without a log group writes to /aws/datasync.

    Problem: logging is off
    Why: Without a log you cannot prove which files were copied, or find out which ones were not.
    Fix: `aws datasync update-task --task-arn ARN --cloud-watch-log-group-arn LOG-GROUP-ARN --options LogLevel=BASIC`
      CloudWatch Logs needs a resource policy that lets DataSync write to the log group.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/datasync-task-logging-enabled.html
    """
    level = known(task.log_level)
    if level == "OFF":
        return non_compliant("Log level is OFF")
    if task.log_group:
        return compliant(f"Task writes its log with level {level} to {task.log_group}")
    if known(task.mode) == "ENHANCED":
        return compliant(f"Task writes its log with level {level} to /aws/datasync")
    return non_compliant("Task has no log group")
