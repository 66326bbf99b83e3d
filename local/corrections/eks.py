"""Where moto's EKS answers otherwise than AWS documents: what a cluster and a node group are by default.

https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigResponse.html
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
"""

from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_VERSION = "1.36"
_ENDPOINT = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}


def corrections() -> dict[str, Correction]:
    """Return what corrects EKS, by operation."""
    return {"eks:CreateCluster": _create_cluster, "eks:CreateNodegroup": _create_nodegroup}


def _cluster(request: Request, name: str) -> Any:
    from moto.eks.models import eks_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return eks_backends[account][region].clusters[name]


def _create_cluster(request: Request) -> Answer:
    """Give a cluster a public endpoint unless it says otherwise, and two entries of logs: those on and those off."""
    status, body = request.ask()
    given = request.parameters
    if status == HTTPStatus.OK:
        made = _cluster(request, given["name"])
        made.resources_vpc_config = {**_ENDPOINT, **given["resourcesVpcConfig"]}
        made.version = given.get("version", _VERSION)
        entries = (given.get("logging") or {}).get("clusterLogging") or ()
        on = [each for each in _LOGS if any(entry["enabled"] and each in entry["types"] for entry in entries)]
        off = [each for each in _LOGS if each not in on]
        made.logging = {"clusterLogging": [{"types": types, "enabled": types is on} for types in (on, off) if types]}
    return status, body


def _create_nodegroup(request: Request) -> Answer:
    """Give a node group the version of its cluster unless it says otherwise."""
    status, body = request.ask()
    given = request.parameters
    if status == HTTPStatus.OK:
        cluster = _cluster(request, given["clusterName"])
        cluster.nodegroups[given["nodegroupName"]].version = given.get("version", cluster.version)
    return status, body
