"""Athena: a workgroup that publishes metrics, and one that does not."""

from local import estate
from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    athena = aws.client("athena", region)
    tags = [{"Key": key, "Value": value} for key, value in estate.GOOD_TAGS.items()]
    athena.create_work_group(Name="reports", Configuration={"PublishCloudWatchMetricsEnabled": True}, Tags=tags)
    athena.create_work_group(Name="sandbox", Configuration={"PublishCloudWatchMetricsEnabled": False})
