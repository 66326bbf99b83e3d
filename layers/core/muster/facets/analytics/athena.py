"""Athena: workgroups."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class AthenaWorkgroup(Parsed):
    """Whether a workgroup publishes metrics of its queries to CloudWatch.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html
    """

    metrics: bool | Unknown = read("Configuration.PublishCloudWatchMetricsEnabled", kinds.flag)
