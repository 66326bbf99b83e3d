"""S3: access points, and those of several regions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.s3.buckets import PublicAccessBlock
from muster.model.finding import Unknown


def _block(response: Answer) -> PublicAccessBlock | Unknown:
    """Return the Block Public Access settings, which every access point has."""
    if response.get("PublicAccessBlockConfiguration") is None:
        return Unknown("AWS returned no Block Public Access settings for the access point")
    return PublicAccessBlock.parse(response)


@facet
class AccessPoint(Parsed):
    """GetAccessPoint: its bucket, the VPC it is restricted to (empty: none), its Block Public Access settings."""

    bucket: str = read("Bucket", kinds.text)
    vpc: str = read("VpcConfiguration.VpcId", kinds.text)
    block: PublicAccessBlock | Unknown = computed(_block)


_NOT_THERE = frozenset({"CREATING", "PARTIALLY_CREATED", "DELETING"})
"""The states of a Multi-Region Access Point that is being made, could not be made, or is being deleted.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/multi-region-access-points.html
"""


def _settings(item: Answer) -> PublicAccessBlock | Unknown:
    return _block({"PublicAccessBlockConfiguration": item.get("PublicAccessBlock")})


def _regions(item: Answer) -> tuple[str, ...]:
    return tuple(str(each.get("Region") or each.get("Bucket") or "") for each in item.get("Regions") or ())


@facet
class MultiRegionAccessPoint(Parsed):
    """One item of ListMultiRegionAccessPoints: its name, its regions and its Block Public Access settings.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_MultiRegionAccessPointReport.html
    """

    name: str = read("Name", kinds.text)
    regions: tuple[str, ...] = computed(_regions, "Regions")
    block: PublicAccessBlock | Unknown = computed(_settings, "PublicAccessBlock")


@facet
class NamedMultiRegionAccessPoint(Parsed):
    """A Multi-Region Access Point with the alias that its ARN holds."""

    alias: str = read("Alias", kinds.required)
    facet: MultiRegionAccessPoint = computed(MultiRegionAccessPoint.parse)


@dataclass(frozen=True, slots=True)
class MultiRegionAccessPoints:
    """The Multi-Region Access Points of an account that are there, 100 at most."""

    all: tuple[NamedMultiRegionAccessPoint, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListMultiRegionAccessPoints, all pages joined."""
        items = (item for item in response.get("AccessPoints") or () if item.get("Status") not in _NOT_THERE)
        return cls(tuple(map(NamedMultiRegionAccessPoint.parse, items)))
