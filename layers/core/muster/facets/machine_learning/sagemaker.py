"""SageMaker: notebook instances, models, endpoint configurations, monitoring jobs and feature groups."""

import functools
import re
from dataclasses import dataclass
from typing import Any

from muster.data import package_data
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

_PLATFORM = re.compile(r"notebook-al(\d+)-v(\d+)")
VPC, PLATFORM = "Vpc", "Platform"
"""Where the image of a container is pulled from: a registry in the VPC, or Amazon ECR.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ImageConfig.html
"""


@dataclass(frozen=True, slots=True, order=True)
class NotebookPlatform:
    """The platform of a notebook instance, as `notebook-al2023-v1`; a later one is greater."""

    linux: int
    version: int

    @classmethod
    def of(cls, value: object, name: str, noun: str = "") -> "NotebookPlatform | Unknown":
        """Read an identifier."""
        if value is None:
            return kinds.silent(name, noun)
        found = _PLATFORM.fullmatch(str(value))
        if found is None:
            return Unknown(f"AWS returned an unknown value for {name}: {value!r}")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """Return the identifier."""
        return f"notebook-al{self.linux}-v{self.version}"


@functools.cache
def oldest_platform() -> tuple[str, NotebookPlatform]:
    """Return the oldest platform that is accepted, and when that was read."""
    document: dict[str, Any] = package_data.read("notebook_platforms.yaml")
    platform = NotebookPlatform.of(document["minimum"], "minimum")
    assert isinstance(platform, NotebookPlatform)  # noqa: S101 - the package's own data
    return str(document["read"]), platform


@facet
class Notebook(Parsed):
    """One notebook instance; `subnet` is empty where it is in no VPC of the account.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeNotebookInstance.html
    """

    internet: str | Unknown = read("DirectInternetAccess", kinds.one_of("Enabled", "Disabled"))
    root: str | Unknown = read("RootAccess", kinds.one_of("Enabled", "Disabled"))
    subnet: str = read("SubnetId", kinds.text)
    platform: NotebookPlatform | Unknown = read("PlatformIdentifier", NotebookPlatform.of)


@dataclass(frozen=True, slots=True)
class Variant:
    """One production variant; `instances` is None where it is serverless."""

    name: str
    instances: int | Unknown | None

    @classmethod
    def parse(cls, item: Answer) -> "Variant":
        """Read one item of ProductionVariants."""
        serverless = item.get("ServerlessConfig") is not None
        count = None if serverless else kinds.number(item.get("InitialInstanceCount"), "InitialInstanceCount")
        return cls(str(item.get("VariantName") or ""), count)


@facet
class EndpointConfig(Parsed):
    """The production variants of an endpoint configuration, without shadow variants.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpointConfig.html
    """

    variants: tuple[Variant, ...] = read("ProductionVariants", kinds.many(Variant.parse))


_mode = kinds.defaulting(PLATFORM, kinds.one_of(VPC, PLATFORM))


def _registry(container: Answer) -> str | Unknown:
    mode = (container.get("ImageConfig") or {}).get("RepositoryAccessMode")
    return _mode(mode, "RepositoryAccessMode")


def _registries(response: Answer) -> tuple[str | Unknown, ...]:
    primary = response.get("PrimaryContainer")
    return tuple(_registry(each) for each in ((primary,) if primary else response.get("Containers") or ()))


@facet
class Model(Parsed):
    """One model; `registries` says of each container where its image is pulled from, Amazon ECR unless AWS says so.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html
    """

    isolated: bool | Unknown = read("EnableNetworkIsolation", kinds.flag)
    registries: tuple[str | Unknown, ...] = computed(_registries, "PrimaryContainer", "Containers")


@facet
class MonitoringJob(Parsed):
    """The network of a monitoring job, from its definition or from the schedule that has it inline.

    The settings are off where AWS leaves them out. `definition` is the name of the definition that a schedule uses
    instead of its own.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringNetworkConfig.html
    """

    isolated: bool = read("NetworkConfig.EnableNetworkIsolation", kinds.is_true)
    encrypted: bool = read("NetworkConfig.EnableInterContainerTrafficEncryption", kinds.is_true)
    instances: int | Unknown = read("JobResources.ClusterConfig.InstanceCount", kinds.number)
    definition: str = read("MonitoringJobDefinitionName", kinds.text, default="")


def scheduled(response: Answer) -> Answer:
    """Return the job of DescribeMonitoringSchedule with the members of a job definition."""
    config = response["MonitoringScheduleConfig"]
    job = config.get("MonitoringJobDefinition") or {}
    return {
        "NetworkConfig": job.get("NetworkConfig"),
        "JobResources": job.get("MonitoringResources"),
        "MonitoringJobDefinitionName": config.get("MonitoringJobDefinitionName"),
    }


@facet
class FeatureGroup(Parsed):
    """The offline store of a feature group, and its KMS key, if it has them.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeFeatureGroup.html
    """

    offline: bool = read("OfflineStoreConfig", kinds.present)
    key: str = read("OfflineStoreConfig.S3StorageConfig.KmsKeyId", kinds.text)
