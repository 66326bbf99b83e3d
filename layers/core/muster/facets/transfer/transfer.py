"""Transfer Family: protocols of servers, and logs of connectors."""

from typing import Any

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


def _protocols(value: Any, name: str, noun: str = "") -> tuple[str, ...] | Unknown:
    return kinds.texts(value) if value else kinds.silent(name, noun)


@facet
class TransferServer(Parsed):
    """DescribeServer: the protocols of one server, at least one.

    https://docs.aws.amazon.com/transfer/latest/APIReference/API_DescribedServer.html
    """

    protocols: tuple[str, ...] | Unknown = read("Server.Protocols", _protocols)


@facet
class TransferConnector(Parsed):
    """DescribeConnector: the role by which one connector writes its log, empty where it writes none.

    https://docs.aws.amazon.com/transfer/latest/APIReference/API_DescribedConnector.html
    """

    logging_role: str = read("Connector.LoggingRole", kinds.text)
