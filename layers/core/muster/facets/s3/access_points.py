"""S3: access points."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.s3.buckets import PublicAccessBlock
from muster.model.finding import Unknown


def _block(response: Answer) -> PublicAccessBlock | Unknown:
    """Return the block: each access point has one of its own, whose switches may be off."""
    if response.get("PublicAccessBlockConfiguration") is None:
        return Unknown("AWS did not say the access point's block")
    return PublicAccessBlock.parse(response)


@facet
class AccessPoint(Parsed):
    """GetAccessPoint: its bucket, the VPC from which alone it answers (empty: from everywhere), its own block."""

    bucket: str = read("Bucket", kinds.text)
    vpc: str = read("VpcConfiguration.VpcId", kinds.text)
    block: PublicAccessBlock | Unknown = computed(_block)
