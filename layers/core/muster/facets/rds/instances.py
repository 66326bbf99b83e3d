"""DB instances."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown


@facet
class ParameterGroupUse(Parsed):
    """A parameter group of an instance, and whether the instance runs with its values (`in-sync`)."""

    name: str = read("DBParameterGroupName", kinds.required)
    status: str | Unknown = read("ParameterApplyStatus", kinds.stated)


def _source(response: Answer) -> str:
    names = ("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier")
    return next((str(response[name]) for name in names if response.get(name)), "")


@facet
class DbInstance(Parsed):
    """One instance of DescribeDBInstances.

    `cluster` is the DB cluster that it is a member of, `source` what it is a read replica of; empty where there is
    none. The port is that of the endpoint: DbInstancePort is 0 for most instances. `monitoring` is the interval of
    enhanced monitoring in seconds, 0 where it is off. `subnets` are those of the subnet group, whose VPC is `vpc`.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
    """

    engine: str | Unknown = read("Engine", kinds.stated, "the engine")
    version: str | Unknown = read("EngineVersion", kinds.stated, "the engine version")
    status: str | Unknown = read("DBInstanceStatus", kinds.stated, "the status")
    cluster: str = read("DBClusterIdentifier", kinds.text)
    source: str = computed(_source, "ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier")
    public: bool | Unknown = read("PubliclyAccessible", kinds.flag)
    encrypted: bool | Unknown = read("StorageEncrypted", kinds.flag)
    multi_az: bool | Unknown = read("MultiAZ", kinds.flag)
    monitoring: int | Unknown = read("MonitoringInterval", kinds.number)
    deletion_protection: bool | Unknown = read("DeletionProtection", kinds.flag)
    log_exports: tuple[str, ...] = read("EnabledCloudwatchLogsExports", kinds.texts)
    iam_authentication: bool | Unknown = read("IAMDatabaseAuthenticationEnabled", kinds.flag)
    backup_days: int | Unknown = read("BackupRetentionPeriod", kinds.number)
    minor_upgrades: bool | Unknown = read("AutoMinorVersionUpgrade", kinds.flag)
    copies_tags: bool | Unknown = read("CopyTagsToSnapshot", kinds.flag)
    port: int | Unknown = read("Endpoint.Port", kinds.number, "the port of the endpoint")
    administrator: str | Unknown = read("MasterUsername", kinds.stated, "the administrator's name")
    parameter_groups: tuple[ParameterGroupUse, ...] = read("DBParameterGroups", kinds.many(ParameterGroupUse.parse))
    vpc: str = read("DBSubnetGroup.VpcId", kinds.text)
    subnets: tuple[str, ...] = read("DBSubnetGroup.Subnets", kinds.text_of_each("SubnetIdentifier"))
