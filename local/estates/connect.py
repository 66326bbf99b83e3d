"""Amazon Connect: an instance that writes flow logs, and one that does not."""

from local import estate
from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    connect = aws.client("connect", region)
    for name, tags, logs in (("support", estate.GOOD_TAGS, "true"), ("trials", {}, "false")):
        instance = connect.create_instance(
            IdentityManagementType="CONNECT_MANAGED", InstanceAlias=name, InboundCallsEnabled=True,
            OutboundCallsEnabled=False, **({"Tags": tags} if tags else {}),
        )["Id"]  # fmt: skip
        connect.update_instance_attribute(InstanceId=instance, AttributeType="CONTACTFLOW_LOGS", Value=logs)
