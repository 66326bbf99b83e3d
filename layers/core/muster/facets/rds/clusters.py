"""DB clusters of Aurora, of Multi-AZ deployments, of DocumentDB and of Neptune."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unknown

_BEING_MADE_OR_DELETED = frozenset({"creating", "deleting"})
"""https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html"""


@facet
class ClusterMember(Parsed):
    """An instance of a cluster, and whether it runs with the values of the cluster's parameter group (`in-sync`)."""

    id: str = read("DBInstanceIdentifier", kinds.required)
    parameter_status: str | Unknown = read("DBClusterParameterGroupStatus", kinds.stated)


@facet
class DbCluster(Parsed):
    """One cluster of DescribeDBClusters.

    `mode` is `serverless` for Aurora Serverless v1. `minor_upgrades` is None where AWS leaves the setting out.
    `administrator` is empty where the cluster has none of its own, as a secondary one of a global cluster. `backtrack`
    is in seconds; it is 0 where backtracking is off.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html
    """

    id: str = read("DBClusterIdentifier", kinds.required)
    arn: str = read("DBClusterArn", kinds.required)
    engine: str | Unknown = read("Engine", kinds.stated, "the engine")
    mode: str = read("EngineMode", kinds.text)
    multi_az: bool | Unknown = read("MultiAZ", kinds.flag)
    encrypted: bool | Unknown = read("StorageEncrypted", kinds.flag)
    deletion_protection: bool | Unknown = read("DeletionProtection", kinds.flag)
    copies_tags: bool | Unknown = read("CopyTagsToSnapshot", kinds.flag)
    iam_authentication: bool | Unknown = read("IAMDatabaseAuthenticationEnabled", kinds.flag)
    backup_days: int | Unknown = read("BackupRetentionPeriod", kinds.number)
    log_exports: tuple[str, ...] = read("EnabledCloudwatchLogsExports", kinds.texts)
    administrator: str = read("MasterUsername", kinds.text)
    minor_upgrades: bool | None = read("AutoMinorVersionUpgrade", kinds.as_is)
    backtrack: int = read("BacktrackWindow", kinds.count())
    parameter_group: str = read("DBClusterParameterGroup", kinds.text)
    members: tuple[ClusterMember, ...] = read("DBClusterMembers", kinds.many(ClusterMember.parse))
    tags: Tags = read("TagList", lambda value, *_: Tags.parse({"Tags": value}))


@dataclass(frozen=True, slots=True)
class DbClusters:
    """The clusters of a region, some 2 kB each: 40 by AWS's default quota.

    Those that are being made or deleted are left out.
    """

    clusters: tuple[DbCluster, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeDBClusters, all pages joined."""
        items = response.get("DBClusters") or ()
        return cls(tuple(DbCluster.parse(item) for item in items if item.get("Status") not in _BEING_MADE_OR_DELETED))

    def named(self, name: str) -> DbCluster | Unknown:
        """Return the cluster of a name."""
        found = (each for each in self.clusters if each.id == name)
        return next(found, Unknown(f"AWS did not return the DB cluster {name}"))
