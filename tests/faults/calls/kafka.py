"""The calls of Amazon MSK and MSK Connect."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    return {
        "kafka:ListClustersV2": REGIONS,
        "kafkaconnect:ListConnectors": REGIONS,
        "kafkaconnect:ListTagsForResource": len(there.all("kafkaconnect", "list_connectors", "connectors")),
    }
