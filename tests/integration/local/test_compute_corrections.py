"""The embedded AWS answers about EKS, ECR and Elastic Beanstalk as AWS documents."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

HOME = "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/eks"


def cluster(eks: Any, name: str, **more: Any) -> Any:
    eks.create_cluster(name=name, roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-0a1b2c3d"]}, **more)
    return eks.describe_cluster(name=name)["cluster"]


def test_a_cluster_is_public_and_writes_no_log_by_default(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigRequest.html."""
    plain = cluster(aws.client("eks", HOME), "plain")
    endpoint = plain["resourcesVpcConfig"]
    assert (endpoint["endpointPublicAccess"], endpoint["endpointPrivateAccess"]) == (True, False)
    assert endpoint["publicAccessCidrs"] == ["0.0.0.0/0"]
    assert [each["enabled"] for each in plain["logging"]["clusterLogging"]] == [False]


def test_logs_that_are_on_stand_beside_those_that_are_off(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_Logging.html."""
    logging = {"clusterLogging": [{"types": ["audit"], "enabled": True}]}
    on, off = cluster(aws.client("eks", HOME), "logs", logging=logging)["logging"]["clusterLogging"]
    assert (on, off["enabled"]) == ({"types": ["audit"], "enabled": True}, False)
    assert "audit" not in off["types"]


def test_a_node_group_has_the_version_of_its_cluster(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html."""
    eks = aws.client("eks", HOME)
    cluster(eks, "old", version="1.33")
    names = {"clusterName": "old", "nodegroupName": "workers"}
    eks.create_nodegroup(**names, nodeRole=ROLE, subnets=["subnet-0a1b2c3d"])
    assert eks.describe_nodegroup(**names)["nodegroup"]["version"] == "1.33"


def test_an_environment_has_the_settings_that_it_was_made_with_and_defaults(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeConfigurationSettings.html."""
    beanstalk = aws.client("elasticbeanstalk", HOME)
    beanstalk.create_application(ApplicationName="trial")
    names = {"ApplicationName": "trial", "EnvironmentName": "trial-web"}
    logs = "aws:elasticbeanstalk:cloudwatch:logs"
    beanstalk.create_environment(
        **names, OptionSettings=[{"Namespace": logs, "OptionName": "StreamLogs", "Value": "true"}]
    )
    [found] = beanstalk.describe_configuration_settings(**names)["ConfigurationSettings"]
    options = {each["OptionName"]: each["Value"] for each in found["OptionSettings"]}
    assert found["DeploymentStatus"] == "deployed"
    assert (options["StreamLogs"], options["RetentionInDays"], options["SystemType"]) == ("true", "7", "basic")
    with pytest.raises(ClientError, match="No Environment found"):
        beanstalk.describe_configuration_settings(ApplicationName="trial", EnvironmentName="gone")
