"""AWS Config: a recorder of everything, and no recorder in the other region."""

from local.server import ACCOUNT, EmbeddedAws

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    config = aws.client("config", region)
    everything = {"allSupported": True, "includeGlobalResourceTypes": True}
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": _ROLE, "recordingGroup": everything}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
