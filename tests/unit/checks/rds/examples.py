"""One good value of each facet of RDS; a test changes one thing."""

from dataclasses import replace
from typing import Any

from muster.facets.rds.clusters import ClusterMember, DbCluster
from muster.facets.rds.instances import DbInstance, ParameterGroupUse
from muster.facets.tagging.tags import Tags
from muster.model.finding import Status, Unknown

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")

_INSTANCE = DbInstance(
    engine="postgres",
    version="16.4",
    status="available",
    cluster="",
    source="",
    public=False,
    encrypted=True,
    multi_az=True,
    monitoring=60,
    deletion_protection=True,
    log_exports=("postgresql", "upgrade"),
    iam_authentication=True,
    backup_days=7,
    minor_upgrades=True,
    copies_tags=True,
    port=6000,
    administrator="keeper",
    parameter_groups=(ParameterGroupUse("own", "in-sync"),),
    vpc="vpc-1",
    subnets=("subnet-1", "subnet-2"),
)
_CLUSTER = DbCluster(
    id="orders",
    arn="arn:aws:rds:eu-west-1:123456789012:cluster:orders",
    engine="aurora-mysql",
    mode="provisioned",
    multi_az=True,
    encrypted=True,
    deletion_protection=True,
    copies_tags=True,
    iam_authentication=True,
    backup_days=7,
    log_exports=("audit",),
    administrator="keeper",
    minor_upgrades=True,
    backtrack=86400,
    parameter_group="own",
    members=(ClusterMember("orders-a", "in-sync"),),
    tags=Tags({}),
)


def instance(**changed: Any) -> DbInstance:
    """Return a good instance of PostgreSQL with some fields changed."""
    return replace(_INSTANCE, **changed)


def cluster(**changed: Any) -> DbCluster:
    """Return a good cluster of Aurora MySQL with some fields changed."""
    return replace(_CLUSTER, **changed)
