"""The embedded AWS answers about EMR, Athena, Amazon Connect and Service Catalog as each documents."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
SSH = {"MinRange": 22, "MaxRange": 22}


def cluster(aws: EmbeddedAws, **instances: Any) -> str:
    started = aws.client("emr", HOME).run_job_flow(
        Name="nightly", JobFlowRole="nodes", ServiceRole="emr",
        Instances={"KeepJobFlowAliveWhenNoSteps": True, **instances},
    )  # fmt: skip
    return str(started["JobFlowId"])


def test_a_cluster_has_a_primary_node_which_its_subnet_keeps_private(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/emr/latest/APIReference/API_ListInstances.html."""
    emr, ec2 = aws.client("emr", HOME), aws.client("ec2", HOME)
    vpc = ec2.create_vpc(CidrBlock="10.14.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.14.1.0/24")["Subnet"]["SubnetId"]
    fleet = {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1}
    fleets = cluster(aws, InstanceFleets=[fleet], Ec2SubnetIds=[subnet])
    groups = cluster(aws, MasterInstanceType="m5.xlarge", InstanceCount=1)
    kinds = [emr.describe_cluster(ClusterId=each)["Cluster"]["InstanceCollectionType"] for each in (fleets, groups)]
    assert kinds == ["INSTANCE_FLEET", "INSTANCE_GROUP"]
    [private] = emr.list_instances(ClusterId=fleets, InstanceFleetType="MASTER")["Instances"]
    [public] = emr.list_instances(ClusterId=groups, InstanceGroupTypes=["MASTER"])["Instances"]
    assert "PublicIpAddress" not in private
    assert public["PublicIpAddress"]
    with pytest.raises(ClientError, match="mutually exclusive"):
        emr.list_instances(ClusterId=fleets, InstanceGroupTypes=["MASTER"])


def test_a_cluster_is_in_its_region(aws: EmbeddedAws) -> None:
    cluster(aws, MasterInstanceType="m5.xlarge", InstanceCount=1)
    assert len(aws.client("emr", HOME).list_clusters()["Clusters"]) == 1
    assert aws.client("emr", AWAY).list_clusters()["Clusters"] == []


def test_security_configurations_are_listed(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/emr/latest/APIReference/API_ListSecurityConfigurations.html."""
    emr = aws.client("emr", HOME)
    emr.create_security_configuration(Name="plain", SecurityConfiguration="{}")
    assert [each["Name"] for each in emr.list_security_configurations()["SecurityConfigurations"]] == ["plain"]
    assert aws.client("emr", AWAY).list_security_configurations()["SecurityConfigurations"] == []


def test_emr_blocks_public_access_but_for_port_22_until_that_is_changed(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/emr/latest/APIReference/API_BlockPublicAccessConfiguration.html."""
    emr = aws.client("emr", HOME)
    found = emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    assert found == {"BlockPublicSecurityGroupRules": True, "PermittedPublicSecurityGroupRuleRanges": [SSH]}
    emr.put_block_public_access_configuration(BlockPublicAccessConfiguration={"BlockPublicSecurityGroupRules": False})
    found = emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    assert found["BlockPublicSecurityGroupRules"] is False


def test_a_workgroup_without_tags_has_none(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTagsForResource.html."""
    athena, arn = aws.client("athena", HOME), f"arn:aws:athena:{HOME}:{ACCOUNT}:workgroup"
    athena.create_work_group(Name="plain")
    athena.create_work_group(Name="ours", Tags=[{"Key": "Owner", "Value": "data"}])
    assert athena.list_tags_for_resource(ResourceARN=f"{arn}/plain")["Tags"] == []
    assert athena.list_tags_for_resource(ResourceARN=f"{arn}/ours")["Tags"] == [{"Key": "Owner", "Value": "data"}]
    with pytest.raises(ClientError, match="Does Not Exist"):
        athena.list_tags_for_resource(ResourceARN=f"{arn}/missing")


def test_an_instance_of_connect_writes_no_flow_logs_until_that_is_changed(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeInstanceAttribute.html."""
    connect = aws.client("connect", HOME)
    made = connect.create_instance(
        IdentityManagementType="CONNECT_MANAGED", InboundCallsEnabled=True, OutboundCallsEnabled=True,
        Tags={"Owner": "support"},
    )  # fmt: skip
    asked = {"InstanceId": made["Id"], "AttributeType": "CONTACTFLOW_LOGS"}
    assert connect.describe_instance_attribute(**asked)["Attribute"]["Value"] == "false"
    connect.update_instance_attribute(**asked, Value="true")
    assert connect.describe_instance_attribute(**asked)["Attribute"]["Value"] == "true"
    [listed] = connect.list_instances()["InstanceSummaryList"]
    assert (listed["Id"], listed["Arn"], listed["InstanceStatus"]) == (made["Id"], made["Arn"], "ACTIVE")
    assert connect.list_tags_for_resource(resourceArn=made["Arn"])["tags"] == {"Owner": "support"}
    assert aws.client("connect", AWAY).list_instances()["InstanceSummaryList"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        connect.describe_instance_attribute(InstanceId="0a1b", AttributeType="CONTACTFLOW_LOGS")


def test_a_portfolio_is_shared_with_an_account(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/servicecatalog/latest/dg/API_DescribePortfolioShares.html."""
    catalog = aws.client("servicecatalog", HOME)
    made = catalog.create_portfolio(DisplayName="platform", ProviderName="platform")["PortfolioDetail"]["Id"]
    assert catalog.describe_portfolio_shares(PortfolioId=made, Type="ACCOUNT")["PortfolioShareDetails"] == []
    catalog.create_portfolio_share(PortfolioId=made, AccountId="444455556666")
    [share] = catalog.describe_portfolio_shares(PortfolioId=made, Type="ACCOUNT")["PortfolioShareDetails"]
    assert (share["PrincipalId"], share["Type"]) == ("444455556666", "ACCOUNT")
