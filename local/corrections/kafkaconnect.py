"""MSK Connect, which moto does not have: connectors that are made, listed and tagged.

https://docs.aws.amazon.com/MSKC/latest/mskc/Welcome.html
"""

from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_KEPT = ("connectorName", "capacity", "kafkaCluster", "kafkaClusterEncryptionInTransit", "logDelivery", "plugins")


def corrections() -> dict[str, Correction]:
    """Return the operations by name; what was made is remembered in them."""
    made = _Connect()
    return {
        "kafkaconnect:CreateConnector": made.create,
        "kafkaconnect:ListConnectors": made.list_connectors,
        "kafkaconnect:ListTagsForResource": made.list_tags,
    }


@dataclass(slots=True)
class _Connect:
    connectors: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Make a connector, which runs at once."""
        given, (account, region) = request.parameters, place(request)
        arn = f"arn:aws:kafkaconnect:{region}:{account}:connector/{given['connectorName']}/{mock_random.uuid4()}-2"
        item = {name: given[name] for name in _KEPT if name in given}
        item |= {"connectorArn": arn, "connectorState": "RUNNING", "currentVersion": "K1X5R6FKA87"}
        self.connectors.setdefault(place(request), []).append(item)
        self.tags[arn] = dict(given.get("tags", {}))
        return request.answer({key: item[key] for key in ("connectorArn", "connectorName", "connectorState")})

    def list_connectors(self, request: Request) -> Answer:
        """List the connectors of a region, all at once."""
        return request.answer({"connectors": self.connectors.get(place(request), [])})

    def list_tags(self, request: Request) -> Answer:
        """List the tags of a connector."""
        return request.answer({"tags": self.tags.get(str(request.parameters["resourceArn"]), {})})
