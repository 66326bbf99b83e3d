"""Reading AWS Private CA: certificate authorities of the account, and their tags."""

from typing import Any

from muster.facets.edge.pca import CertificateAuthority
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.listing import Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

_AUTHORITY = "AWS::ACMPCA::CertificateAuthority"
_NOT_THERE = frozenset({"CREATING", "DELETED", "FAILED"})
"""The states of an authority that is being made, could not be made, or can only be restored."""


@lists(
    _AUTHORITY, permission="acm-pca:ListCertificateAuthorities", facets=(CertificateAuthority,), page=1000,
    on="arn:{partition}:acm-pca:*:*:certificate-authority/*",
    arn="acm-pca:{region}:{account}:certificate-authority/{id}", gone=("ResourceNotFoundException",),
)  # fmt: skip
def authorities(pca: Any, shard: Shard, token: str | None) -> Page:
    """List the account's own certificate authorities of a region, 1000 a page, without deleted ones.

    https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListCertificateAuthorities.html
    """
    answer = pca.list_certificate_authorities(MaxResults=1000, ResourceOwner="SELF", **after(token))
    items = (
        listed(
            shard.resource(_AUTHORITY, Arn.of(item["Arn"]).name, str(item["Arn"])), item, (CertificateAuthority,)
        )
        for item in answer.get("CertificateAuthorities", ())
        if item.get("Status") not in _NOT_THERE
    )  # fmt: skip
    return Page(items, answer.get("NextToken"))


tags = reads(
    _AUTHORITY, Tags, "acm-pca:ListTags",
    lambda pca, authority: all_pages(pca, "list_tags", "Tags", page=1000, CertificateAuthorityArn=authority.arn),
)  # fmt: skip
