"""Reading ACM: certificates of every key type."""

import typing
from typing import Any

from muster.facets.edge.acm import KEY_TYPES, Certificate
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.listing import Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_acm import ACMClient

CERTIFICATE = "AWS::ACM::Certificate"

_EVERY_KEY_TYPE: Any = {"keyTypes": list(KEY_TYPES)}


@lists(
    CERTIFICATE, client="acm", permission="acm:ListCertificates", facets=(Certificate,), page=1000,
    on="arn:{partition}:acm:*:*:certificate/*", arn="acm:{region}:{account}:certificate/{id}",
    gone=("ResourceNotFoundException",),
)  # fmt: skip
def certificates(acm: "ACMClient", shard: Shard, token: str | None) -> Page:
    """List the certificates of a region, 1000 a page, with keys of every type.

    https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
    """
    answer = acm.list_certificates(MaxItems=1000, Includes=_EVERY_KEY_TYPE, **after(token))
    items = (
        listed(shard.resource(CERTIFICATE, Arn.of(item["CertificateArn"]).name, item["CertificateArn"]), item, _FACETS)
        for item in answer.get("CertificateSummaryList") or ()
    )
    return Page(items, answer.get("NextToken"))


_FACETS = (Certificate,)

tags = reads(
    CERTIFICATE, Tags, "acm:ListTagsForCertificate",
    lambda acm, certificate: acm.list_tags_for_certificate(CertificateArn=certificate.arn),
)  # fmt: skip
