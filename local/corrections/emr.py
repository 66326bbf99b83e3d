"""Where moto's EMR answers otherwise than AWS documents: primary nodes, security configurations, public access.

https://docs.aws.amazon.com/emr/latest/APIReference/API_ListInstances.html
https://docs.aws.amazon.com/emr/latest/APIReference/API_ListSecurityConfigurations.html
https://docs.aws.amazon.com/emr/latest/APIReference/API_BlockPublicAccessConfiguration.html
"""

import json
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_SINCE = 1574640000
"""25 November 2019, since when EMR blocks public access by default."""
_AS_MOTO_ANSWERS = (
    "AddTags", "CreateSecurityConfiguration", "DeleteSecurityConfiguration", "DescribeSecurityConfiguration",
    "ListClusters", "RemoveTags", "TerminateJobFlows",
)  # fmt: skip


def corrections() -> dict[str, Correction]:
    """Return what corrects EMR, by operation."""
    return {
        **{f"emr:{name}": _of_the_region for name in _AS_MOTO_ANSWERS},
        "emr:RunJobFlow": _run,
        "emr:DescribeCluster": _describe,
        "emr:ListInstances": _instances,
        "emr:GetBlockPublicAccessConfiguration": _public_access,
        "emr:PutBlockPublicAccessConfiguration": _put_public_access,
        "emr:ListSecurityConfigurations": _configurations,
    }


def _of_the_region(_request: Request) -> None:
    """Have moto read the region out of the signature, as for other services; for EMR it looks at the host alone."""
    from moto.core.responses import BaseResponse  # noqa: PLC0415 - moto takes seconds to import
    from moto.emr.responses import ElasticMapReduceResponse  # noqa: PLC0415 - the same

    setattr(ElasticMapReduceResponse, "get_region_from_url", BaseResponse.get_region_from_url)  # noqa: B010 - mypy


def _backend(request: Request) -> Any:
    from moto.emr.models import emr_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return emr_backends[account][region]


def _run(request: Request) -> Answer:
    """Start a cluster, and its primary node; moto starts nodes of instance groups only."""
    _of_the_region(request)
    status, body = request.ask()
    if status == HTTPStatus.OK:
        given = request.parameters["Instances"]
        cluster = _backend(request).clusters[json.loads(body)["JobFlowId"]]
        subnets = [given.get("Ec2SubnetId"), *given.get("Ec2SubnetIds", ())]
        cluster.collection = "INSTANCE_FLEET" if given.get("InstanceFleets") else "INSTANCE_GROUP"
        cluster.primary = _primary_node(request, next((each for each in subnets if each), None))
    return status, body


def _primary_node(request: Request, subnet: str | None) -> dict[str, Any]:
    """Return a node that has a public IP address unless its subnet assigns none."""
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    found = ec2_backends[account][region].get_subnet(subnet) if subnet else None
    node = {
        "Id": f"ci-{mock_random.get_random_hex(13).upper()}",
        "Ec2InstanceId": f"i-{mock_random.get_random_hex(17)}",
        "PrivateIpAddress": "10.0.0.10",
        "Status": {"State": "RUNNING"},
        "Market": "ON_DEMAND",
    }
    # moto writes the switch of a subnet as a text.
    public = found is None or str(found.map_public_ip_on_launch).lower() == "true"
    return {**node, "PublicIpAddress": "198.51.100.10"} if public else node


def _describe(request: Request) -> Answer:
    """Say whether a cluster is made of instance groups or of instance fleets."""
    _of_the_region(request)
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    answer = json.loads(body)
    cluster = _backend(request).clusters[answer["Cluster"]["Id"]]
    answer["Cluster"]["InstanceCollectionType"] = getattr(cluster, "collection", "INSTANCE_GROUP")
    return status, json.dumps(answer)


def _instances(request: Request) -> Answer | None:
    """List the primary node of a cluster by the kind of instances that the cluster is made of."""
    _of_the_region(request)
    given = request.parameters
    cluster = _backend(request).clusters.get(str(given["ClusterId"]))
    if cluster is None or not hasattr(cluster, "primary"):
        return None
    wanted = "INSTANCE_FLEET" if "InstanceFleetType" in given else "INSTANCE_GROUP"
    if wanted != cluster.collection:
        return request.refuse("InvalidRequestException", "Instance fleets and instance groups are mutually exclusive.")
    return request.answer({"Instances": [cluster.primary]})


def _public_access(request: Request) -> Answer | None:
    """Block public access with port 22 as an exception, which is AWS's default."""
    _of_the_region(request)
    if _backend(request).block_public_access_configuration:
        return None
    account, _ = place(request)
    return request.answer(
        {
            "BlockPublicAccessConfiguration": {
                "BlockPublicSecurityGroupRules": True,
                "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 22, "MaxRange": 22}],
            },
            "BlockPublicAccessConfigurationMetadata": {
                "CreationDateTime": _SINCE,
                "CreatedByArn": f"arn:aws:iam::{account}:root",
            },
        }
    )


def _put_public_access(request: Request) -> Answer:
    """Switch the block off, too, which moto takes for on."""
    _of_the_region(request)
    status, body = request.ask()
    wanted = request.parameters["BlockPublicAccessConfiguration"]["BlockPublicSecurityGroupRules"]
    if status == HTTPStatus.OK:
        held = _backend(request).block_public_access_configuration["block_public_access_configuration"]
        held["block_public_security_group_rules"] = wanted
    return status, body


def _configurations(request: Request) -> Answer:
    """List the security configurations, which moto only describes."""
    found = _backend(request).security_configurations.values()
    items = [{"Name": each.name, "CreationDateTime": each.creation_date_time} for each in found]
    return request.answer({"SecurityConfigurations": items})
