"""Athena: workgroups."""

import pytest

from muster.checks.analytics.athena import athena_workgroup_logging_enabled
from muster.facets.analytics.athena import AthenaWorkgroup
from muster.model.finding import Status, UnknownField


@pytest.mark.parametrize(
    ("metrics", "status", "reason"),
    [
        (True, Status.COMPLIANT, "Workgroup publishes metrics to CloudWatch"),
        (False, Status.NON_COMPLIANT, "Workgroup publishes no metrics to CloudWatch"),
    ],
)
def test_metrics(metrics: bool, status: Status, reason: str) -> None:
    group = AthenaWorkgroup.parse({"Configuration": {"PublishCloudWatchMetricsEnabled": metrics}})
    found = athena_workgroup_logging_enabled(group)
    assert (found.status, found.reason) == (status, reason)


def test_what_aws_left_out_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        athena_workgroup_logging_enabled(AthenaWorkgroup.parse({"Name": "primary"}))
