"""Reading CloudFront: distributions, and the buckets that are their origins.

CloudFront is one for the whole account: its distributions are in no region.
"""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.edge.cloudfront import Distribution, DistributionSettings, OriginBucket
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Page, after, listed
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

DISTRIBUTION = "AWS::CloudFront::Distribution"

_REGION_HEADER = "x-amz-bucket-region"


@lists(
    DISTRIBUTION, permission="cloudfront:ListDistributions", facets=(Distribution,), once_per_account=True,
    on="arn:{partition}:cloudfront::*:distribution/*",
    arn="cloudfront::{account}:distribution/{id}", gone=("NoSuchDistribution", "NoSuchResource"),
)  # fmt: skip
def distributions(cloudfront: "CloudFrontClient", shard: Shard, token: str | None) -> Page:
    """List the account's distributions, 100 a page, those that are disabled and staging ones among them.

    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDistributions.html
    """
    answer: Mapping[str, Any] = cloudfront.list_distributions(MaxItems="100", **after(token, "Marker"))
    found = answer.get("DistributionList") or {}
    items = (
        listed(shard.resource(DISTRIBUTION, str(item["Id"]), str(item["ARN"])), item, (Distribution,))
        for item in found.get("Items") or ()
    )
    return Page(items, found.get("NextMarker") if found.get("IsTruncated") else None)


settings = reads(
    DISTRIBUTION, DistributionSettings, "cloudfront:GetDistributionConfig",
    lambda cloudfront, distribution: cloudfront.get_distribution_config(Id=distribution.id),
)  # fmt: skip
"""The default root object and the logs, which the list does not have."""

tags = reads(
    DISTRIBUTION, Tags, "cloudfront:ListTagsForResource",
    lambda cloudfront, distribution: {
        "Tags": cloudfront.list_tags_for_resource(Resource=distribution.arn)["Tags"].get("Items")
    },
)  # fmt: skip


@describes(
    DISTRIBUTION, permission="s3:ListBucket", operation="HeadBucket", on="arn:{partition}:s3:::*", absent=("404",),
    of=Distribution, keys=lambda distribution: distribution.buckets,
)  # fmt: skip
def origin_bucket(s3: "S3Client", _distribution: Resource, name: str) -> OriginBucket:
    """Ask whether a bucket exists; each is looked up once, whichever distributions name it.

    S3 answers with the region of a bucket. Another account's bucket refuses the call, with the region in a header.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the catalogue loads without the SDK

    try:
        region = s3.head_bucket(Bucket=name)["BucketRegion"]
    except ClientError as error:
        headers = error.response["ResponseMetadata"].get("HTTPHeaders") or {}
        if error.response["Error"].get("Code") == "404" or _REGION_HEADER not in headers:
            raise
        region = str(headers[_REGION_HEADER])
    return OriginBucket.parse({"BucketRegion": region})
