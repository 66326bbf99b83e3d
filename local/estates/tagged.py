"""Resources of types without a lister: they are found by their tags, one that has all of them and one that has few."""

from local import estate
from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    codedeploy = aws.client("codedeploy", region)
    for name, tags in (("orders", estate.GOOD_TAGS), ("bills", {"owner": "web", "environment": "Production"})):
        codedeploy.create_application(
            applicationName=name, tags=[{"Key": key, "Value": value} for key, value in tags.items()]
        )
