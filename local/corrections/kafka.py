"""Where moto's MSK answers otherwise than AWS documents: ARNs, states, defaults, and public access.

https://docs.aws.amazon.com/msk/1.0/apireference/clusters.html
"""

import json
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects MSK, by operation."""
    return {
        "kafka:CreateCluster": _create,
        "kafka:CreateClusterV2": _create,
        "kafka:UpdateConnectivity": _update_connectivity,
    }


def _backend(request: Request) -> Any:
    from moto.kafka.models import kafka_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return kafka_backends[account][region]


def _create(request: Request) -> Answer:
    """Make a cluster that is active at once, with its name in its ARN and AWS's defaults."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    backend, (account, region) = _backend(request), place(request)
    old = json.loads(body)["clusterArn"]
    cluster = backend.clusters.pop(old)
    tags = backend.tagger.get_tag_dict_for_resource(old)
    backend.tagger.delete_all_tags_for_resource(old)
    kind = "1" if cluster.cluster_type == "PROVISIONED" else "s1"
    cluster.arn = f"arn:aws:kafka:{region}:{account}:cluster/{cluster.cluster_name}/{mock_random.uuid4()}-{kind}"
    cluster.state = "ACTIVE"
    if cluster.cluster_type == "PROVISIONED":
        _set_defaults(cluster)
    backend.clusters[cluster.arn] = cluster
    backend.tag_resource(cluster.arn, tags)
    return status, json.dumps({**json.loads(body), "clusterArn": cluster.arn})


def _set_defaults(cluster: Any) -> None:
    """Encrypt in transit and allow no access from the internet, unless the request says otherwise."""
    given = cluster.encryption_info or {}
    in_transit = {"clientBroker": "TLS", "inCluster": True, **given.get("encryptionInTransit", {})}
    cluster.encryption_info = {**given, "encryptionInTransit": in_transit}
    cluster.enhanced_monitoring = cluster.enhanced_monitoring or "DEFAULT"
    cluster.broker_node_group_info = {
        "connectivityInfo": {"publicAccess": {"type": "DISABLED"}},
        **(cluster.broker_node_group_info or {}),
    }


def _update_connectivity(request: Request) -> Answer:
    """Open a cluster to the internet, or close it; it cannot be made open."""
    arn = str(request.parameters["ClusterArn"])
    cluster = _backend(request).clusters.get(arn)
    if cluster is None:
        return request.refuse("NotFoundException", "The cluster does not exist.", HTTPStatus.NOT_FOUND)
    kind = request.parameters["ConnectivityInfo"]["PublicAccess"]["Type"]
    cluster.broker_node_group_info["connectivityInfo"] = {"publicAccess": {"type": kind}}
    return request.answer({"ClusterArn": arn})
