"""Where moto's DAX puts all nodes of a cluster into one Availability Zone: AWS spreads them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html
"""

import json
from http import HTTPStatus

from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects DAX, by operation."""
    return {"dax:DescribeClusters": _describe_clusters}


def _describe_clusters(request: Request) -> Answer:
    """Have clusters available at once, and put the nodes of each into the zones a, b and c in turn."""
    from moto.moto_api import state_manager  # noqa: PLC0415 - moto takes seconds to import

    state_manager.set_transition("dax::cluster", {"progression": "immediate"})
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    document = json.loads(body)
    for cluster in document.get("Clusters", ()):
        for number, node in enumerate(cluster.get("Nodes", ())):
            node["AvailabilityZone"] = f"{node['AvailabilityZone'][:-1]}{'abc'[number % 3]}"
    return status, json.dumps(document)
