"""The embedded AWS answers about databases as AWS documents."""

from typing import Any

from local.server import EmbeddedAws

HOME = "eu-west-1"
PASSWORD = "not-a-real-password"


def values(parameters: list[Any]) -> dict[str, str | None]:
    return {each["ParameterName"]: each.get("ParameterValue") for each in parameters}


def test_databases_are_answered_as_aws_documents(aws: EmbeddedAws) -> None:
    """One test, for each start costs a second.

    https://docs.aws.amazon.com/documentdb/latest/developerguide/API_CreateDBCluster.html
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html
    """
    rds = aws.client("rds", HOME)
    made = rds.create_db_cluster(
        DBClusterIdentifier="drafts", Engine="docdb", MasterUsername="keeper", MasterUserPassword=PASSWORD
    )["DBCluster"]
    assert (made["Engine"], made["Port"], made["DBClusterParameterGroup"]) == ("docdb", 27017, "default.docdb5.0")
    rds.create_db_instance(
        DBInstanceIdentifier="forum", DBInstanceClass="db.t3.small", Engine="mariadb", EngineVersion="10.6.14",
        MasterUsername="keeper", MasterUserPassword=PASSWORD,
    )  # fmt: skip
    (instance,) = rds.describe_db_instances()["DBInstances"]
    assert instance["PubliclyAccessible"] is False
    group = instance["DBParameterGroups"][0]["DBParameterGroupName"]
    found = rds.describe_db_parameters(DBParameterGroupName=group)["Parameters"]
    assert values(found) == {"require_secure_transport": "0"}
    assert {each["Source"] for each in found} == {"engine-default"}
    found = rds.describe_db_cluster_parameters(DBClusterParameterGroupName="default.docdb5.0")["Parameters"]
    assert values(found) == {"tls": "enabled", "audit_logs": "disabled"}
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="own", DBParameterGroupFamily="docdb5.0", Description="own"
    )
    changed = [{"ParameterName": "tls", "ParameterValue": "tls1.2+", "ApplyMethod": "pending-reboot"}]
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="own", Parameters=changed)
    found = rds.describe_db_cluster_parameters(DBClusterParameterGroupName="own")["Parameters"]
    assert values(found) == {"tls": "tls1.2+", "audit_logs": "disabled"}
