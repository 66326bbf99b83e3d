"""Where moto's RDS answers otherwise than AWS documents.

It refuses clusters of DocumentDB, whose API is RDS's. It leaves out `PubliclyAccessible` unless it was set. Of a
parameter group it knows only what was changed, and the default groups of clusters not at all: AWS returns every
parameter, with the engine's default.

https://docs.aws.amazon.com/documentdb/latest/developerguide/API_CreateDBCluster.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameters.html
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_DOCDB_PORT = 27017
_DOCDB_GROUP = "default.docdb5.0"
_INSTANCE_DEFAULTS = {
    "sqlserver": {"rds.force_ssl": "0"},
    "mariadb": {"require_secure_transport": "0"},
}
_CLUSTER_DEFAULTS = {
    "aurora": {"server_audit_logging": "0", "server_audit_events": ""},
    "docdb": {"tls": "enabled", "audit_logs": "disabled"},
}
"""The parameters that matter here, with the engine's defaults, by the beginning of the group's family."""


def corrections() -> dict[str, Correction]:
    """Return what corrects RDS, by operation."""
    return {
        "rds:CreateDBCluster": _create_cluster,
        "rds:CreateDBInstance": _create_instance,
        "rds:DescribeDBParameters": _parameters,
        "rds:DescribeDBClusterParameters": _cluster_parameters,
    }


def _backend(request: Request) -> Any:
    from moto.rds.models import rds_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return rds_backends[account][region]


def _create_cluster(request: Request) -> Answer | None:
    """Make a cluster of DocumentDB as one of Neptune, which moto knows, and change what differs."""
    given = request.parameters
    if given["Engine"] != "docdb":
        return None
    sent = re.sub(r"\bEngine=docdb\b", "Engine=neptune", request.body)
    sent = re.sub(r"(^|&)EngineVersion=[^&]*", "", sent)
    status, body = request.ask(sent.encode())
    if status != HTTPStatus.OK:
        return status, body
    cluster = _backend(request).clusters[given["DBClusterIdentifier"]]
    cluster.engine, cluster.engine_version = "docdb", given.get("EngineVersion", "5.0.0")
    cluster.port = given.get("Port", _DOCDB_PORT)
    cluster.parameter_group = given.get("DBClusterParameterGroupName", _DOCDB_GROUP)
    described = request.client("rds", as_service=True).describe_db_clusters(DBClusterIdentifier=cluster.resource_id)
    return request.answer({"DBCluster": described["DBClusters"][0]})


def _create_instance(request: Request) -> Answer:
    """Keep what AWS defaults: an instance is private unless its subnet group is that of a default VPC."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        made = _backend(request).databases[request.parameters["DBInstanceIdentifier"].lower()]
        if made.publicly_accessible is None:
            made.publicly_accessible = False
    return status, body


def _parameters(request: Request) -> Answer:
    name = str(request.parameters["DBParameterGroupName"])
    group = _backend(request).db_parameter_groups.get(name)
    if group is None:
        return request.refuse("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}", HTTPStatus.NOT_FOUND)
    changed = dict(group.parameters)
    return _all(request, group.family, changed, _INSTANCE_DEFAULTS)


def _cluster_parameters(request: Request) -> Answer:
    name = str(request.parameters["DBClusterParameterGroupName"])
    group = _backend(request).db_cluster_parameter_groups.get(name)
    if group is None and not name.startswith("default."):
        return request.refuse("DBParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}",
                              HTTPStatus.NOT_FOUND)  # fmt: skip
    family = group.db_parameter_group_family if group else name.removeprefix("default.")
    changed = dict(group.parameters) if group else {}
    return _all(request, family, changed, _CLUSTER_DEFAULTS)


def _all(
    request: Request, family: str, changed: Mapping[str, Any], defaults: Mapping[str, Mapping[str, str]]
) -> Answer:
    """Answer the parameters that were changed, and the defaults of the engine for the others."""
    own = next((values for engine, values in defaults.items() if family.startswith(engine)), {})
    found = {
        key: {
            "ParameterName": key,
            **({"ParameterValue": value} if value else {}),
            "Source": "engine-default",
            "IsModifiable": True,
        }
        for key, value in own.items()
    }
    found |= {key: {**each, "Source": "user", "IsModifiable": True} for key, each in changed.items()}
    return request.answer({"Parameters": list(found.values())})
