"""Where moto's Redshift answers otherwise than AWS documents: Availability Zones, and parameters that were changed.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyClusterParameterGroup.html
"""

from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects Redshift, by operation."""
    return {
        "redshift:CreateCluster": _create_cluster,
        "redshift:ModifyClusterParameterGroup": _modify_group,
        "redshift:DescribeClusterParameters": _parameters,
    }


def _backend(request: Request) -> Any:
    from moto.redshift.models import redshift_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return redshift_backends[account][region]


def _create_cluster(request: Request) -> Answer:
    """Say whether a cluster is in several Availability Zones, in AWS's words."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        made = _backend(request).clusters[request.parameters["ClusterIdentifier"]]
        made.multi_az = "Enabled" if request.parameters.get("MultiAZ") else "Disabled"
    return status, body


def _modify_group(request: Request) -> Answer:
    """Keep the values of parameters, which moto cannot change."""
    name = str(request.parameters["ParameterGroupName"])
    group = _backend(request).parameter_groups.get(name)
    if group is None:
        return _missing(request, name)
    changed = {str(each["ParameterName"]): str(each["ParameterValue"]) for each in request.parameters["Parameters"]}
    group.changed = {**getattr(group, "changed", {}), **changed}
    return request.answer({"ParameterGroupName": name, "ParameterGroupStatus": "Your parameter group was updated."})


def _parameters(request: Request) -> Answer:
    """Answer the defaults, and the values that were changed."""
    name, backend = str(request.parameters["ParameterGroupName"]), _backend(request)
    group = backend.parameter_groups.get(name)
    if group is None:
        return _missing(request, name)
    own = getattr(group, "changed", {})
    found = [
        {**each, **({"ParameterValue": own[each["ParameterName"]], "Source": "user"} if each["ParameterName"] in own
                    else {})}
        for each in backend.describe_default_cluster_parameters()
    ]  # fmt: skip
    return request.answer({"Parameters": found})


def _missing(request: Request, name: str) -> Answer:
    return request.refuse("ClusterParameterGroupNotFound", f"Parameter group not found: {name}", HTTPStatus.NOT_FOUND)
