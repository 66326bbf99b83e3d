"""Checks of state machines of Step Functions."""

from muster.facets.messaging.stepfunctions import OFF, StateMachine
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP StepFunctions.1",))
def step_functions_state_machine_logging_enabled(machine: StateMachine, *, level: str = "") -> Verdict:
    """State machines of Step Functions should write a log.

    Any level but OFF passes. With the setting `level` (ALL, ERROR or FATAL) exactly that level is required, as in
    Security Hub.

    Problem: state machine writes no log
    Why: Without a log, nothing shows why an execution failed after its history is deleted (90 days), and Express
      workflows have no history at all.
    Fix: The role of the state machine needs permission to write logs. `aws stepfunctions update-state-machine
      --state-machine-arn ARN --logging-configuration
      level=ERROR,includeExecutionData=false,destinations=[{cloudWatchLogsLogGroup={logGroupArn=LOG-GROUP-ARN}}]`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/stepfunctions-controls.html#stepfunctions-1
    """
    if machine.status == "DELETING":
        return not_applicable("State machine is being deleted")
    found = known(machine.log_level)
    if found == OFF:
        return non_compliant("Logging is off (level OFF)")
    if level and found != level:
        return non_compliant(f"Log level is {found}; {level} is required")
    return compliant(f"Logging is on (level {found})")
