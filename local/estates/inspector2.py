"""Inspector: everything is scanned, and nothing in the other region."""

from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    aws.client("inspector2", region).enable(resourceTypes=["EC2", "ECR", "LAMBDA", "LAMBDA_CODE"])
