"""SES: configuration sets."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class ConfigurationSet(Parsed):
    """Whether a configuration set sends mail without TLS to servers that have none, as it does by default.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_DeliveryOptions.html
    """

    tls: str | Unknown = read(
        "DeliveryOptions.TlsPolicy", kinds.defaulting("OPTIONAL", kinds.one_of("REQUIRE", "OPTIONAL"))
    )
