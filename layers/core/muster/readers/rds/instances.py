"""Reading DB instances, and the parameter groups that matter."""

import typing
from typing import Any

from muster.facets.rds.engines import MARIADB, SQLSERVER, family
from muster.facets.rds.instances import DbInstance
from muster.facets.rds.parameters import InstanceParameters
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.rds.listed import PAGE, by_name, page_of, rds_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

INSTANCE = "AWS::RDS::DBInstance"

_BEING_MADE_OR_DELETED = frozenset({"creating", "deleting", "delete-precheck", "incompatible-create"})
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html"""

_WITH_TLS_PARAMETER = frozenset({MARIADB, SQLSERVER})


@lists(
    INSTANCE, permission="rds:DescribeDBInstances", facets=(DbInstance, Tags), page=PAGE,
    arn="rds:{region}:{account}:db:{id}", only=by_name("DBInstanceIdentifier"),
    gone=("DBInstanceNotFound", "DBInstanceNotFoundFault"),
)  # fmt: skip
def instances(rds: "RDSClient", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the DB instances of a region, 100 a page, those of DocumentDB and Neptune among them.

    Those that are being made or deleted are left out: endpoint and port are missing there.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
    """
    answer = rds.describe_db_instances(**page_of(token, only))
    items = (
        rds_listed(shard, INSTANCE, "DBInstanceIdentifier", item, DbInstance)
        for item in answer.get("DBInstances", ())
        if item.get("DBInstanceStatus") not in _BEING_MADE_OR_DELETED
    )
    return Page(items, answer.get("Marker"))


def _groups(instance: DbInstance) -> tuple[str, ...]:
    if isinstance(instance.engine, str) and family(instance.engine) in _WITH_TLS_PARAMETER:
        return tuple(each.name for each in instance.parameter_groups)
    return ()


instance_parameters = reads(
    INSTANCE, InstanceParameters, "rds:DescribeDBParameters",
    lambda rds, _instance, group: all_pages(
        rds, "describe_db_parameters", "Parameters", page=PAGE, DBParameterGroupName=group
    ),
    of=DbInstance, keys=_groups, on="arn:{partition}:rds:*:*:pg:*",
)  # fmt: skip
"""The parameters of the groups of MariaDB and SQL Server, the engine's defaults among them: they differ by version."""
