"""SageMaker: notebook instances, models, endpoint configurations, monitoring jobs and feature groups."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.machine_learning.models import (
    sagemaker_endpoint_config_prod_instance_count,
    sagemaker_featuregroup_encryption_at_rest,
    sagemaker_model_isolation_enabled,
    sagemaker_model_private_registry_required,
)
from muster.checks.machine_learning.monitoring import (
    sagemaker_monitoring_job_encrypt_in_transit,
    sagemaker_monitoring_job_isolation,
)
from muster.checks.machine_learning.notebooks import (
    sagemaker_notebook_instance_inside_vpc,
    sagemaker_notebook_instance_platform_version,
    sagemaker_notebook_instance_root_access_check,
    sagemaker_notebook_no_direct_internet_access,
)
from muster.facets.machine_learning.sagemaker import (
    EndpointConfig,
    FeatureGroup,
    Model,
    MonitoringJob,
    Notebook,
    NotebookPlatform,
    scheduled,
)
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
NOTEBOOK = Notebook.parse(
    {"DirectInternetAccess": "Disabled", "RootAccess": "Disabled", "SubnetId": "subnet-1",
     "PlatformIdentifier": "notebook-al2023-v1"}
)  # fmt: skip


@pytest.mark.parametrize(
    ("check", "changed", "reason"),
    [
        (sagemaker_notebook_no_direct_internet_access, {"internet": "Enabled"}, "Direct internet access is enabled"),
        (sagemaker_notebook_instance_inside_vpc, {"subnet": ""}, "Notebook instance is in no VPC of the account"),
        (sagemaker_notebook_instance_root_access_check, {"root": "Enabled"}, "Users have root access"),
        (
            sagemaker_notebook_instance_platform_version,
            {"platform": NotebookPlatform(2, 3)},
            "Platform is notebook-al2-v3; use notebook-al2023-v1 or later",
        ),
    ],
)
def test_one_thing_is_wrong_with_a_notebook_instance(check: Check, changed: dict[str, Any], reason: str) -> None:
    assert check(NOTEBOOK).status is C
    found = check(replace(NOTEBOOK, **changed))
    assert (found.status, found.reason) == (N, reason)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("notebook-al1-v1", N),
        ("notebook-al2-v1", N),
        ("notebook-al2-v3", N),
        ("notebook-al2023-v1", C),
        ("notebook-al2023-v2", C),
        ("notebook-al2026-v1", C),
    ],
)
def test_platforms_from_the_oldest_accepted_one_on_pass(name: str, status: Status) -> None:
    notebook = Notebook.parse({"PlatformIdentifier": name})
    assert sagemaker_notebook_instance_platform_version(notebook).status is status


def test_a_platform_that_is_newer_than_the_list_is_said_to_be() -> None:
    found = sagemaker_notebook_instance_platform_version(replace(NOTEBOOK, platform=NotebookPlatform(2023, 2)))
    assert found.reason == "Platform is notebook-al2023-v2, which is newer than Muster's list of 2026-10"


@pytest.mark.parametrize(
    "check",
    [
        sagemaker_notebook_no_direct_internet_access,
        sagemaker_notebook_instance_root_access_check,
        sagemaker_notebook_instance_platform_version,
    ],
)
@pytest.mark.parametrize(
    "answer", [{}, {"DirectInternetAccess": "Some", "RootAccess": "Some", "PlatformIdentifier": "studio"}]
)
def test_what_is_not_known_of_a_notebook_instance_is_no_verdict(check: Check, answer: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        check(Notebook.parse(answer))


def variants(*items: dict[str, Any]) -> EndpointConfig:
    return EndpointConfig.parse(
        {"ProductionVariants": [{"VariantName": f"v{number}", **each} for number, each in enumerate(items)],
         "ShadowProductionVariants": [{"VariantName": "shadow", "InitialInstanceCount": 1}]}
    )  # fmt: skip


SERVERLESS = {"ServerlessConfig": {"MaxConcurrency": 5}}


@pytest.mark.parametrize(
    ("config", "status"),
    [
        pytest.param(variants({"InitialInstanceCount": 2}), C, id="two instances"),
        pytest.param(variants({"InitialInstanceCount": 1}), N, id="one instance"),
        pytest.param(variants({"InitialInstanceCount": 2}, {"InitialInstanceCount": 1}), N, id="one of two variants"),
        pytest.param(variants({"InitialInstanceCount": 1}, {}), N, id="another variant is not known"),
        pytest.param(variants({"InitialInstanceCount": 2}, SERVERLESS), C, id="a serverless variant besides"),
        pytest.param(variants(SERVERLESS), NA, id="serverless"),
    ],
)
def test_instances_of_variants(config: EndpointConfig, status: Status) -> None:
    assert sagemaker_endpoint_config_prod_instance_count(config).status is status


@pytest.mark.parametrize("config", [variants({"InitialInstanceCount": 2}, {}), variants()])
def test_variants_that_are_not_known_are_no_verdict(config: EndpointConfig) -> None:
    with pytest.raises(UnknownField):
        sagemaker_endpoint_config_prod_instance_count(config)


def test_the_least_number_of_instances_is_a_setting() -> None:
    config = variants({"InitialInstanceCount": 2})
    found = sagemaker_endpoint_config_prod_instance_count(config, min_instances=3)
    assert (found.status, found.reason) == (N, "Variants with fewer than 3 instances: v0 (2)")


def test_isolation_of_models() -> None:
    assert sagemaker_model_isolation_enabled(Model.parse({"EnableNetworkIsolation": True})).status is C
    found = sagemaker_model_isolation_enabled(Model.parse({"EnableNetworkIsolation": False}))
    assert (found.status, found.reason) == (N, "Network isolation is disabled")
    with pytest.raises(UnknownField):
        sagemaker_model_isolation_enabled(Model.parse({}))


PRIVATE: dict[str, Any] = {"ImageConfig": {"RepositoryAccessMode": "Vpc"}}
ECR: dict[str, Any] = {"ImageConfig": {"RepositoryAccessMode": "Platform"}}
STRANGE: dict[str, Any] = {"ImageConfig": {"RepositoryAccessMode": "Moon"}}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param({"PrimaryContainer": PRIVATE}, C, id="private"),
        pytest.param({"PrimaryContainer": ECR}, N, id="ECR"),
        pytest.param({"PrimaryContainer": {"Image": "x"}}, N, id="not said: ECR"),
        pytest.param({"Containers": [PRIVATE, PRIVATE]}, C, id="a private pipeline"),
        pytest.param({"PrimaryContainer": {}, "Containers": [PRIVATE, ECR]}, N, id="one container of a pipeline"),
        pytest.param({"Containers": [STRANGE, ECR]}, N, id="another container is not known"),
        pytest.param({}, NA, id="no container"),
    ],
)
def test_registries_of_models(answer: dict[str, Any], status: Status) -> None:
    assert sagemaker_model_private_registry_required(Model.parse(answer)).status is status


def test_a_registry_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sagemaker_model_private_registry_required(Model.parse({"Containers": [PRIVATE, STRANGE]}))


def test_the_reason_counts_the_containers() -> None:
    found = sagemaker_model_private_registry_required(Model.parse({"Containers": [PRIVATE, ECR]}))
    assert found.reason == "Images of 1 of 2 containers are not from a private registry in the VPC"


JOB = MonitoringJob.parse(
    {"NetworkConfig": {"EnableNetworkIsolation": True, "EnableInterContainerTrafficEncryption": True},
     "JobResources": {"ClusterConfig": {"InstanceCount": 2}}}
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="encrypted"),
        pytest.param({"encrypted": False}, N, id="not encrypted"),
        pytest.param({"encrypted": False, "instances": 1}, NA, id="one instance"),
        pytest.param({"instances": Unknown("not answered")}, C, id="encrypted, on any number of instances"),
        pytest.param({"encrypted": False, "definition": "d"}, NA, id="a schedule with a definition"),
    ],
)
def test_encryption_of_monitoring_jobs(changed: dict[str, Any], status: Status) -> None:
    assert sagemaker_monitoring_job_encrypt_in_transit(replace(JOB, **changed)).status is status


def test_a_job_on_an_unknown_number_of_instances_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sagemaker_monitoring_job_encrypt_in_transit(MonitoringJob.parse({}))


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="isolated"),
        pytest.param({"isolated": False}, N, id="not isolated"),
        pytest.param({"isolated": False, "definition": "d"}, NA, id="a schedule with a definition"),
    ],
)
def test_isolation_of_monitoring_jobs(changed: dict[str, Any], status: Status) -> None:
    assert sagemaker_monitoring_job_isolation(replace(JOB, **changed)).status is status


def test_reasons_of_monitoring_jobs() -> None:
    bad = MonitoringJob.parse({"JobResources": {"ClusterConfig": {"InstanceCount": 3}}})
    found = sagemaker_monitoring_job_encrypt_in_transit(bad)
    assert found.reason == "Traffic between containers on 3 instances is not encrypted"
    found = sagemaker_monitoring_job_isolation(replace(bad, definition="churn"))
    assert found.reason == "Schedule uses job definition churn, which is checked itself"


def test_a_schedule_has_its_job_inline_or_names_a_definition() -> None:
    inline = {"NetworkConfig": {"EnableNetworkIsolation": True}, "MonitoringResources": {"ClusterConfig": {}}}
    found = scheduled({"MonitoringScheduleConfig": {"MonitoringJobDefinition": inline}})
    assert MonitoringJob.parse(found) == MonitoringJob(
        isolated=True, encrypted=False, instances=Unknown("AWS did not return InstanceCount")
    )
    found = scheduled({"MonitoringScheduleConfig": {"MonitoringJobDefinitionName": "churn"}})
    assert MonitoringJob.parse(found).definition == "churn"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param({"OfflineStoreConfig": {"S3StorageConfig": {"KmsKeyId": "k"}}}, C, id="a key"),
        pytest.param({"OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": "s3://b"}}}, N, id="no key"),
        pytest.param({"OnlineStoreConfig": {}}, NA, id="no offline store"),
    ],
)
def test_offline_stores(answer: dict[str, Any], status: Status) -> None:
    assert sagemaker_featuregroup_encryption_at_rest(FeatureGroup.parse(answer)).status is status
