"""S3: access points."""

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
