"""Checks of Athena: workgroups."""

from muster.facets.analytics.athena import AthenaWorkgroup
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP Athena.4",))
def athena_workgroup_logging_enabled(workgroup: AthenaWorkgroup) -> Verdict:
    """Athena workgroups should publish metrics of their queries to CloudWatch.

    Problem: workgroup publishes no metrics
    Why: Without metrics you cannot see which queries fail, how much data they read and what they cost.
    Fix: `aws athena update-work-group --work-group NAME --configuration-updates PublishCloudWatchMetricsEnabled=true`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/athena-workgroup-logging-enabled.html
    """
    if known(workgroup.metrics):
        return compliant("Workgroup publishes metrics to CloudWatch")
    return non_compliant("Workgroup publishes no metrics to CloudWatch")
