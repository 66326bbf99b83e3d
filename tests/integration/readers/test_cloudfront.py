"""Reading CloudFront against AWS's documented answers."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.facets.edge.cloudfront import Distribution, OriginBucket
from muster.facets.tagging.tags import Tags
from muster.model.finding import GLOBAL, Resource
from muster.model.shard import Shard
from muster.readers.edge.cloudfront import DISTRIBUTION, distributions, origin_bucket, tags
from tests.integration.conftest import listing

ACCOUNT, HERE = "123456789012", "eu-west-1"
SHARD = Shard(ACCOUNT, GLOBAL, "cloudfront", HERE, (HERE, GLOBAL))
ARN = f"arn:aws:cloudfront::{ACCOUNT}:distribution/"
NONE: dict[str, Any] = {"Quantity": 0}
S3 = {"OriginAccessIdentity": ""}
HEADERS = {"x-amz-bucket-region": "us-west-2"}


def summary(name: str) -> dict[str, Any]:
    return {
        "Id": name, "ARN": f"{ARN}{name}", "Status": "Deployed", "DomainName": "d111111abcdef8.cloudfront.net",
        "LastModifiedTime": datetime(2026, 11, 1, tzinfo=UTC), "Aliases": NONE, "CacheBehaviors": NONE,
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "d", "S3OriginConfig": S3}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
        "CustomErrorResponses": NONE, "Comment": "", "PriceClass": "PriceClass_All", "Enabled": True,
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True}, "WebACLId": "", "HttpVersion": "http2",
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}, "IsIPV6Enabled": True,
        "Staging": False,
    }  # fmt: skip


def page(*names: str, **then: str) -> dict[str, Any]:
    items = {"Items": [summary(name) for name in names]} if names else {}
    said = {"Marker": "", "MaxItems": 100, "Quantity": len(names), "IsTruncated": bool(then), **items, **then}
    return {"DistributionList": said}


def test_distributions_are_listed_once_for_the_account_to_the_last_page() -> None:
    cloudfront = boto3.client("cloudfront", HERE)
    with Stubber(cloudfront) as stub:
        stub.add_response("list_distributions", page("E1", NextMarker="E1"), {"MaxItems": "100"})
        stub.add_response("list_distributions", page("E2"), {"MaxItems": "100", "Marker": "E1"})
        found = listing(distributions, cloudfront, SHARD)
    assert [each.resource for each in found] == [
        Resource(DISTRIBUTION, name, ACCOUNT, GLOBAL, arn=f"{ARN}{name}") for name in ("E1", "E2")
    ]
    assert all(isinstance(each.facets[Distribution], Distribution) for each in found)


def test_an_account_without_distributions() -> None:
    cloudfront = boto3.client("cloudfront", HERE)
    with Stubber(cloudfront) as stub:
        stub.add_response("list_distributions", page())
        assert listing(distributions, cloudfront, SHARD) == []


def test_tags_are_within_a_structure() -> None:
    cloudfront = boto3.client("cloudfront", HERE)
    with Stubber(cloudfront) as stub:
        answer = {"Tags": {"Items": [{"Key": "Owner", "Value": "a=b 🌍"}]}}
        stub.add_response("list_tags_for_resource", answer, {"Resource": f"{ARN}E1"})
        one = Resource(DISTRIBUTION, "E1", ACCOUNT, GLOBAL, arn=f"{ARN}E1")
        assert tags.function(cloudfront, one) == Tags({"Owner": "a=b 🌍"})


def looked_up(code: str = "", status: int = 200, headers: dict[str, str] | None = None) -> OriginBucket:
    s3 = boto3.client("s3", HERE)
    with Stubber(s3) as stub:
        if code:
            stub.add_client_error("head_bucket", code, http_status_code=status, response_meta={"HTTPHeaders": headers})
        else:
            stub.add_response("head_bucket", {"BucketRegion": HERE}, {"Bucket": "site"})
        found: OriginBucket = origin_bucket.function(s3, Resource(DISTRIBUTION, "E1", ACCOUNT, GLOBAL), "site")
    return found


def test_a_bucket_of_another_account_exists() -> None:
    """It refuses the call, and says where it is."""
    assert looked_up() == OriginBucket(exists=True)
    assert looked_up("403", 403, HEADERS) == OriginBucket(exists=True)


def test_a_bucket_that_is_gone_is_absent() -> None:
    with pytest.raises(ClientError, match="404"):
        looked_up("404", 404)
    assert (origin_bucket.absent, OriginBucket.parse({})) == ({"404"}, OriginBucket(exists=False))


def test_a_refusal_that_does_not_say_where_the_bucket_is_is_no_answer() -> None:
    with pytest.raises(ClientError, match="403"):
        looked_up("403", 403, {})
