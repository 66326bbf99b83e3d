"""Checks of Amazon Connect."""

from muster.facets.management.connect import ConnectFlowLogs
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP Connect.2",))
def connect_instance_logging_enabled(logs: ConnectFlowLogs) -> Verdict:
    """Amazon Connect instances should write flow logs to CloudWatch Logs.

    Problem: Connect instance writes no flow logs
    Why: Flow logs show which steps a contact took, where a flow failed, and what a changed flow did.
    Fix: `aws connect update-instance-attribute --instance-id ID --attribute-type CONTACTFLOW_LOGS --value true`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/connect-instance-logging-enabled.html
    """
    if known(logs.enabled) == "true":
        return compliant("Flow logs are on")
    return non_compliant("Flow logs are off")
