"""Macie: on with automated discovery, and paused in the other region."""

from local.server import EmbeddedAws

_AWAY = {"us-east-1": "eu-west-1"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region, and a session of another one."""
    macie = aws.client("macie2", region)
    macie.enable_macie()
    macie.update_automated_discovery_configuration(status="ENABLED")
    aws.client("macie2", _AWAY.get(region, "us-east-1")).enable_macie(status="PAUSED")
