"""The calls of Transfer Family."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    servers = there.all("transfer", "list_servers", "Servers")
    connectors = there.all("transfer", "list_connectors", "Connectors")
    return {
        "transfer:ListServers": REGIONS,
        "transfer:ListConnectors": REGIONS,
        "transfer:DescribeServer": len(servers),
        "transfer:DescribeConnector": len(connectors),
        "transfer:ListTagsForResource": len(servers) + len(connectors),
    }
