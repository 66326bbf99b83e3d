"""Global clusters, and the versions of Aurora MySQL that Security Hub accepts for them."""

import functools
from dataclasses import dataclass
from typing import Any

from muster.data import package_data
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.rds.engines import version_numbers
from muster.model.finding import Unknown


def _writer(response: Answer) -> str:
    members = response.get("GlobalClusterMembers") or ()
    return next((str(each.get("DBClusterArn") or "") for each in members if each.get("IsWriter")), "")


@facet
class GlobalCluster(Parsed):
    """One cluster of DescribeGlobalClusters; `writer` is the ARN of the primary cluster, empty where there is none.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_GlobalCluster.html
    """

    engine: str | Unknown = read("Engine", kinds.stated, "the engine")
    version: str | Unknown = read("EngineVersion", kinds.stated, "the engine version")
    writer: str = computed(_writer, "GlobalClusterMembers")


@dataclass(frozen=True, slots=True)
class AuroraVersions:
    """The accepted versions of Aurora MySQL, as numbers: all from `minimum` on, and those of `older`."""

    read: str
    minimum: tuple[int, ...]
    older: frozenset[tuple[int, ...]]

    def accepts(self, version: tuple[int, ...]) -> bool:
        """Return whether a version is accepted, or newer than the list."""
        return version >= self.minimum or version in self.older or self.newer(version)

    def newer(self, version: tuple[int, ...]) -> bool:
        """Return whether a version is a later patch than the last accepted one of its line."""
        line = [each for each in self.older if each[:2] == version[:2]]
        return bool(line) and version > max(line)


@functools.cache
def aurora_versions() -> AuroraVersions:
    """Read the list."""
    document: dict[str, Any] = package_data.read("aurora_versions.yaml")
    mysql = document["aurora-mysql"]
    return AuroraVersions(
        str(document["read"]),
        version_numbers(mysql["minimum"]),
        frozenset(version_numbers(each) for each in mysql["older"]),
    )
