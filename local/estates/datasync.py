"""DataSync: a task that writes a log, one in each way that does not, and one of the newer mode."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "data"}, {"Key": "Environment", "Value": "production"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    datasync = aws.client("datasync", region)
    role = {"BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/copies"}
    ends = {
        end: datasync.create_location_s3(S3BucketArn=f"arn:aws:s3:::{name}", S3Config=role)["LocationArn"]
        for end, name in (("SourceLocationArn", "orders"), ("DestinationLocationArn", "lake"))
    }
    group = {"CloudWatchLogGroupArn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/copies"}
    tasks: dict[str, dict[str, Any]] = {
        "orders": {**group, "Options": {"LogLevel": "TRANSFER"}, "Tags": _TAGS},
        "silent": {**group, "Options": {"LogLevel": "OFF"}},
        "trial": {"Options": {"LogLevel": "BASIC"}},
        "large": {"Options": {"LogLevel": "BASIC"}, "TaskMode": "ENHANCED"},
    }
    for name, given in tasks.items():
        datasync.create_task(Name=name, **ends, **given)
