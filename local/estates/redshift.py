"""Warehouses: clusters, workgroups and namespaces, one as it should be and one as bad as may be of each."""

from local.server import EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "data"}, {"Key": "Environment", "Value": "production"}]
_PASSWORD = "Not-a-real-passw0rd"


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2, redshift = aws.client("ec2", region), aws.client("redshift", region)
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    closed, opened = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("warehouse", "sandbox")
    )
    ec2.authorize_security_group_ingress(
        GroupId=opened, IpProtocol="tcp", FromPort=5400, ToPort=5500, CidrIp="0.0.0.0/0"
    )
    redshift.create_cluster_parameter_group(
        ParameterGroupName="tls", ParameterGroupFamily="redshift-1.0", Description="tls"
    )
    redshift.modify_cluster_parameter_group(
        ParameterGroupName="tls", Parameters=[{"ParameterName": "require_ssl", "ParameterValue": "true"}]
    )
    redshift.create_cluster(
        ClusterIdentifier="warehouse", NodeType="ra3.xlplus", ClusterType="multi-node", NumberOfNodes=2,
        MasterUsername="keeper", MasterUserPassword=_PASSWORD, Encrypted=True, EnhancedVpcRouting=True,
        AllowVersionUpgrade=True, AutomatedSnapshotRetentionPeriod=14, PubliclyAccessible=False, MultiAZ=True,
        VpcSecurityGroupIds=[closed], ClusterParameterGroupName="tls", Tags=_TAGS,
    )  # fmt: skip
    redshift.enable_logging(
        ClusterIdentifier="warehouse", LogDestinationType="cloudwatch", LogExports=["connectionlog", "userlog"]
    )
    redshift.create_cluster(
        ClusterIdentifier="sandbox", NodeType="dc2.large", ClusterType="single-node", MasterUsername="awsuser",
        MasterUserPassword=_PASSWORD, AllowVersionUpgrade=False, AutomatedSnapshotRetentionPeriod=1,
        PubliclyAccessible=True, VpcSecurityGroupIds=[opened],
    )  # fmt: skip
    _serverless(aws, region)


def _serverless(aws: EmbeddedAws, region: str) -> None:
    serverless = aws.client("redshift-serverless", region)
    tags = [{"key": each["Key"], "value": each["Value"]} for each in _TAGS]
    serverless.create_namespace(
        namespaceName="reports", adminUsername="keeper", logExports=["connectionlog", "userlog"], tags=tags
    )
    serverless.create_namespace(namespaceName="trials")
    serverless.create_workgroup(
        workgroupName="reports", namespaceName="reports", enhancedVpcRouting=True, tags=tags,
        configParameters=[{"parameterKey": "require_ssl", "parameterValue": "true"}],
    )  # fmt: skip
    serverless.create_workgroup(workgroupName="trials", namespaceName="trials", publiclyAccessible=True)
