"""SES: a configuration set that requires TLS, and one that does not."""

from local import estate
from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ses = aws.client("sesv2", region)
    tags = [{"Key": key, "Value": value} for key, value in estate.GOOD_TAGS.items()]
    ses.create_configuration_set(ConfigurationSetName="bills", DeliveryOptions={"TlsPolicy": "REQUIRE"}, Tags=tags)
    ses.create_configuration_set(ConfigurationSetName="news")
