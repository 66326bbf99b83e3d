"""Reading IAM: the server certificates of the account."""

import typing

from muster.facets.iam.identities import ServerCertificate
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_SERVER_CERTIFICATE = "AWS::IAM::ServerCertificate"


@lists(
    _SERVER_CERTIFICATE, permission="iam:ListServerCertificates", facets=(ServerCertificate,), page=1000,
    once_per_account=True, on="arn:{partition}:iam::*:server-certificate/*",
    arn="iam::{account}:server-certificate/{...}{id}",
)  # fmt: skip
def server_certificates(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the server certificates, attached or not, up to 1000 a page; the list has no tags of them.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServerCertificates.html
    """
    answer = iam.list_server_certificates(MaxItems=1000, **after(token, "Marker"))
    items = (
        listed(
            shard.resource(_SERVER_CERTIFICATE, item["ServerCertificateName"], item["Arn"]), item, (ServerCertificate,)
        )
        for item in answer.get("ServerCertificateMetadataList", ())
    )
    return Page(items, answer.get("Marker") if answer.get("IsTruncated") else None)


tags = reads(
    _SERVER_CERTIFICATE, Tags, "iam:ListServerCertificateTags",
    lambda iam, certificate: all_pages(
        iam, "list_server_certificate_tags", "Tags", page=1000, ServerCertificateName=certificate.id
    ),
)  # fmt: skip
"""The tags of a server certificate.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServerCertificateTags.html
"""
