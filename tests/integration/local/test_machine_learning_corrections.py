"""The embedded AWS answers about SageMaker and Bedrock AgentCore as AWS documents them."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
TAGS = [{"Key": "Owner", "Value": "data"}]


def test_notebook_instances_keep_their_platform_and_have_defaults(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeNotebookInstance.html."""
    sagemaker = aws.client("sagemaker")
    common: dict[str, Any] = {"InstanceType": "ml.t3.medium", "RoleArn": ROLE}
    sagemaker.create_notebook_instance(NotebookInstanceName="plain", **common)
    found = sagemaker.describe_notebook_instance(NotebookInstanceName="plain")
    assert (found["DirectInternetAccess"], found["RootAccess"]) == ("Enabled", "Enabled")
    sagemaker.create_notebook_instance(
        NotebookInstanceName="new", PlatformIdentifier="notebook-al2023-v1", RootAccess="Disabled", **common
    )
    found = sagemaker.describe_notebook_instance(NotebookInstanceName="new")
    assert (found["PlatformIdentifier"], found["RootAccess"]) == ("notebook-al2023-v1", "Disabled")


@pytest.mark.parametrize("isolated", [True, False])
def test_models_keep_whether_their_network_is_isolated(aws: EmbeddedAws, isolated: bool) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html."""
    sagemaker = aws.client("sagemaker")
    name = f"isolated-{isolated}"
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, EnableNetworkIsolation=isolated)
    assert sagemaker.describe_model(ModelName=name)["EnableNetworkIsolation"] is isolated


def test_endpoint_configurations_are_listed_by_their_tags(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html."""
    sagemaker = aws.client("sagemaker")
    sagemaker.create_model(ModelName="churn", ExecutionRoleArn=ROLE)
    variant = {"VariantName": "all", "ModelName": "churn", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    arn = sagemaker.create_endpoint_config(EndpointConfigName="churn", ProductionVariants=[variant], Tags=TAGS)[
        "EndpointConfigArn"
    ]
    found = aws.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    assert {"ResourceARN": arn, "Tags": TAGS} in found


def test_feature_groups_are_listed_and_have_tags(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListFeatureGroups.html."""
    sagemaker = aws.client("sagemaker")
    arn = sagemaker.create_feature_group(
        FeatureGroupName="clicks", RecordIdentifierFeatureName="id", EventTimeFeatureName="at", Tags=TAGS,
        FeatureDefinitions=[{"FeatureName": "id", "FeatureType": "String"}],
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": "s3://models/features"}},
    )["FeatureGroupArn"]  # fmt: skip
    [found] = sagemaker.list_feature_groups()["FeatureGroupSummaries"]
    assert (found["FeatureGroupName"], found["FeatureGroupArn"], found["FeatureGroupStatus"]) == (
        "clicks",
        arn,
        "Created",
    )
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == TAGS


def test_monitoring_schedules_are_made_described_listed_and_tagged(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeMonitoringSchedule.html."""
    sagemaker = aws.client("sagemaker")
    config = {"MonitoringJobDefinitionName": "drift", "MonitoringType": "ModelBias"}
    arn = sagemaker.create_monitoring_schedule(
        MonitoringScheduleName="hourly", MonitoringScheduleConfig=config, Tags=TAGS
    )["MonitoringScheduleArn"]
    found = sagemaker.describe_monitoring_schedule(MonitoringScheduleName="hourly")
    assert (found["MonitoringScheduleConfig"], found["MonitoringType"]) == (config, "ModelBias")
    [item] = sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"]
    assert (item["MonitoringScheduleArn"], item["MonitoringJobDefinitionName"]) == (arn, "drift")
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == TAGS
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.describe_monitoring_schedule(MonitoringScheduleName="daily")


def test_an_explainability_job_definition_without_tags_has_none(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html."""
    sagemaker = aws.client("sagemaker")
    output = {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://models/reports", "LocalPath": "/opt"}}]}
    arn = sagemaker.create_model_explainability_job_definition(
        JobDefinitionName="why", RoleArn=ROLE,
        ModelExplainabilityAppSpecification={"ImageUri": "image", "ConfigUri": "s3://models/config"},
        ModelExplainabilityJobInput={"EndpointInput": {"EndpointName": "churn", "LocalPath": "/opt"}},
        ModelExplainabilityJobOutputConfig=output,
        JobResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
        },
    )["JobDefinitionArn"]  # fmt: skip
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_browsers_are_made_described_listed_and_tagged(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetBrowser.html."""
    agentcore = aws.client("bedrock-agentcore-control")
    network, recording = {"networkMode": "PUBLIC"}, {"enabled": True}
    made = agentcore.create_browser(
        name="shop", networkConfiguration=network, recording=recording, tags={"Owner": "agents"}
    )
    found = agentcore.get_browser(browserId=made["browserId"])
    assert (found["networkConfiguration"], found["recording"], found["status"]) == (network, recording, "READY")
    [item] = agentcore.list_browsers(type="CUSTOM")["browserSummaries"]
    assert (item["browserArn"], item["status"]) == (made["browserArn"], "READY")
    assert agentcore.list_tags_for_resource(resourceArn=made["browserArn"])["tags"] == {"Owner": "agents"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        agentcore.get_browser(browserId="shop-0a1b2c3d4e")


def test_runtimes_and_gateways_are_named_as_aws_names_them(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreateAgentRuntime.html."""
    agentcore = aws.client("bedrock-agentcore-control")
    tags, image = {"Owner": "agents"}, {"containerConfiguration": {"containerUri": "image"}}
    made = agentcore.create_agent_runtime(
        agentRuntimeName="shop", agentRuntimeArtifact=image, roleArn=ROLE, tags=tags,
        networkConfiguration={"networkMode": "PUBLIC"},
    )  # fmt: skip
    assert re.fullmatch(
        r"arn:aws:bedrock-agentcore:[a-z0-9-]+:\d{12}:runtime/shop-[a-z0-9]{10}", made["agentRuntimeArn"]
    )
    found = agentcore.get_agent_runtime(agentRuntimeId=made["agentRuntimeId"])
    assert found["lifecycleConfiguration"] == {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800}
    gateway = agentcore.create_gateway(
        name="Shop", roleArn=ROLE, protocolType="MCP", authorizerType="AWS_IAM", tags=tags
    )
    assert re.fullmatch(r"arn:aws:bedrock-agentcore:[a-z0-9-]+:\d{12}:gateway/shop-[a-z0-9]{10}", gateway["gatewayArn"])
    assert agentcore.get_gateway(gatewayIdentifier=gateway["gatewayId"])["name"] == "Shop"
    for arn in (made["agentRuntimeArn"], gateway["gatewayArn"]):
        assert agentcore.list_tags_for_resource(resourceArn=arn)["tags"] == tags
