"""Database proxies."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class DbProxy(Parsed):
    """One proxy of DescribeDBProxies, and whether clients must use TLS.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBProxy.html
    """

    requires_tls: bool | Unknown = read("RequireTLS", kinds.flag)
