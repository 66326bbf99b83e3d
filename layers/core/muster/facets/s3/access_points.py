"""What S3 answers about access points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets.s3.buckets import PublicAccessBlock
from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """An access point: its bucket, the VPC from which alone it answers (empty: from everywhere), its own block."""

    bucket: str
    vpc: str
    block: PublicAccessBlock | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetAccessPoint; each access point has a block of its own, whose switches may be off."""
        block = response.get("PublicAccessBlockConfiguration")
        return cls(
            bucket=str(response.get("Bucket") or ""),
            vpc=str((response.get("VpcConfiguration") or {}).get("VpcId") or ""),
            block=Unknown("AWS did not say the access point's block")
            if block is None
            else PublicAccessBlock.parse(response),
        )
