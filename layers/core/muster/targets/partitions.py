"""The partitions of AWS, as the SDK's data has them: which a region belongs to, and where global services live."""

import functools
import re
from dataclasses import dataclass
from typing import Any

import botocore.loaders

from muster.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition: the region of its global services, and how the names of its regions are spelled."""

    home: str
    spelled: re.Pattern[str]


@functools.cache
def partitions() -> dict[str, Partition]:
    """Return the partitions by name: aws, aws-cn, aws-us-gov, aws-eusc and the isolated ones."""
    found: Any = botocore.loaders.create_loader().load_data("partitions")
    return {
        str(each["id"]): Partition(str(each["outputs"]["implicitGlobalRegion"]), re.compile(each["regionRegex"]))
        for each in found["partitions"]
    }


def home_region(partition: str) -> str:
    """Return the region where a partition's global services live: us-east-1, eusc-de-east-1, ...

    Raises:
        ConfigurationError: the SDK does not know the partition.
    """
    if partition not in partitions():
        raise ConfigurationError(f"the AWS SDK does not know the partition {partition}: upgrade botocore")
    return partitions()[partition].home


def partition_of(region: str) -> str:
    """Return the partition that a region belongs to by its spelling, known to the SDK or not; `aws` for all others."""
    return next((name for name, each in partitions().items() if each.spelled.fullmatch(region)), "aws")
