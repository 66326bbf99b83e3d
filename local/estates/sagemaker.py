"""Machine learning: notebook instances, models, endpoint configurations, monitoring and feature groups.

One of each is as it should be, and one is not.
"""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "data"}, {"Key": "Environment", "Value": "production"}]
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/sagemaker"
_IMAGE = "registry.example.com/churn:1"
_JOBS = ("data_quality", "model_quality", "model_bias", "model_explainability")


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    sagemaker = aws.client("sagemaker", region)
    _notebooks(sagemaker)
    _models(sagemaker)
    for kind in _JOBS:
        _job(sagemaker, kind, "watched", instances=2, safe=True, Tags=_TAGS)
        _job(sagemaker, kind, "trial", instances=2, safe=False)
    _schedules(sagemaker)
    _feature_groups(sagemaker, region)


def _notebooks(sagemaker: Any) -> None:
    sagemaker.create_notebook_instance(
        NotebookInstanceName="churn", InstanceType="ml.t3.medium", RoleArn=_ROLE, SubnetId="subnet-0a1b2c3d",
        SecurityGroupIds=["sg-0a1b2c3d"], DirectInternetAccess="Disabled", RootAccess="Disabled",
        PlatformIdentifier="notebook-al2023-v1", Tags=_TAGS,
    )  # fmt: skip
    sagemaker.create_notebook_instance(
        NotebookInstanceName="sketches", InstanceType="ml.t3.medium", RoleArn=_ROLE,
        PlatformIdentifier="notebook-al2-v2",
    )  # fmt: skip


def _models(sagemaker: Any) -> None:
    private = {"Image": _IMAGE, "ImageConfig": {"RepositoryAccessMode": "Vpc"}}
    sagemaker.create_model(
        ModelName="churn", ExecutionRoleArn=_ROLE, PrimaryContainer=private, EnableNetworkIsolation=True, Tags=_TAGS,
        VpcConfig={"SecurityGroupIds": ["sg-0a1b2c3d"], "Subnets": ["subnet-0a1b2c3d"]},
    )  # fmt: skip
    sagemaker.create_model(ModelName="sketches", ExecutionRoleArn=_ROLE, Containers=[private, {"Image": _IMAGE}])
    for name, count, more in (("churn", 2, {"Tags": _TAGS}), ("sketches", 1, {})):
        variant = {
            "VariantName": "all", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": count
        }  # fmt: skip
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], **more)


def _job(sagemaker: Any, kind: str, name: str, *, instances: int, safe: bool, **more: Any) -> None:
    """Make a job definition of one kind."""
    words = "".join(each.title() for each in kind.split("_"))
    data: dict[str, Any] = {"EndpointInput": {"EndpointName": "churn", "LocalPath": "/opt/ml/input"}}
    if kind in ("model_quality", "model_bias"):
        data["GroundTruthS3Input"] = {"S3Uri": "s3://models/truth"}
    image = {"ImageUri": _IMAGE, **({} if kind.endswith("quality") else {"ConfigUri": "s3://models/config"})}
    getattr(sagemaker, f"create_{kind}_job_definition")(
        JobDefinitionName=name, RoleArn=_ROLE,
        **{f"{words}AppSpecification": image, f"{words}JobInput": data, f"{words}JobOutputConfig": _output()},
        JobResources=_resources(instances),
        NetworkConfig={"EnableInterContainerTrafficEncryption": safe, "EnableNetworkIsolation": safe}, **more,
    )  # fmt: skip


def _output() -> dict[str, Any]:
    return {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://models/reports", "LocalPath": "/opt/ml/output"}}]}


def _resources(instances: int) -> dict[str, Any]:
    return {"ClusterConfig": {"InstanceCount": instances, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}}


def _schedules(sagemaker: Any) -> None:
    hourly = {"ScheduleExpression": "cron(0 * ? * * *)"}
    job = {
        "MonitoringInputs": [{"EndpointInput": {"EndpointName": "churn", "LocalPath": "/opt/ml/input"}}],
        "MonitoringOutputConfig": _output(),
        "MonitoringAppSpecification": {"ImageUri": _IMAGE},
        "RoleArn": _ROLE,
    }
    safe = {"EnableInterContainerTrafficEncryption": True, "EnableNetworkIsolation": True}
    jobs: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
        ("watched", {**job, "MonitoringResources": _resources(2), "NetworkConfig": safe}, {"Tags": _TAGS}),
        ("trial", {**job, "MonitoringResources": _resources(1)}, {}),
    )
    for name, inline, more in jobs:
        config = {"ScheduleConfig": hourly, "MonitoringJobDefinition": inline}
        sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name, MonitoringScheduleConfig=config, **more
        )  # fmt: skip
    named = {
        "ScheduleConfig": hourly, "MonitoringJobDefinitionName": "watched", "MonitoringType": "DataQuality"
    }  # fmt: skip
    sagemaker.create_monitoring_schedule(MonitoringScheduleName="by-definition", MonitoringScheduleConfig=named)


def _feature_groups(sagemaker: Any, region: str) -> None:
    features = [{"FeatureName": name, "FeatureType": "String"} for name in ("customer", "at")]
    for name, key in (("customers", f"arn:aws:kms:{region}:{ACCOUNT}:alias/features"), ("clicks", "")):
        store = {"S3Uri": "s3://models/features", **({"KmsKeyId": key} if key else {})}
        sagemaker.create_feature_group(
            FeatureGroupName=name, RecordIdentifierFeatureName="customer", EventTimeFeatureName="at",
            FeatureDefinitions=features, OfflineStoreConfig={"S3StorageConfig": store}, RoleArn=_ROLE,
            Tags=_TAGS if key else [],
        )  # fmt: skip
