"""Distributions: one that passes, one that fails what can be failed, and an origin whose bucket is gone."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = {"Owner": "web", "Environment": "production"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the distributions of the account; the bucket of two is one of the larger estate."""
    cloudfront = aws.client("cloudfront", region)
    control = {"SigningProtocol": "sigv4", "SigningBehavior": "always"}
    ids = [
        cloudfront.create_origin_access_control(
            OriginAccessControlConfig={"Name": kind, "OriginAccessControlOriginType": kind, **control}
        )["OriginAccessControl"]["Id"]
        for kind in ("s3", "lambda")
    ]
    _create(cloudfront, _good(*ids), _TAGS)
    _create(cloudfront, _bad(), {})
    _create(cloudfront, _plain(), {})


def _create(cloudfront: Any, config: dict[str, Any], tags: dict[str, str]) -> None:
    items = [{"Key": key, "Value": value} for key, value in tags.items()]
    cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": items}}
    )


def _good(bucket_control: str, function_control: str) -> dict[str, Any]:
    bucket = {"Id": "site", "DomainName": "good-bucket.s3.eu-west-1.amazonaws.com"}
    function = {
        "Id": "api",
        "DomainName": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws",
        "OriginAccessControlId": function_control,
        "CustomOriginConfig": _custom("https-only", "TLSv1.2"),
    }
    return {
        "CallerReference": "site",
        "Comment": "site",
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "Origins": _items(
            {**bucket, "S3OriginConfig": {"OriginAccessIdentity": ""}, "OriginAccessControlId": bucket_control},
            function,
        ),
        "OriginGroups": _items(
            {
                "Id": "site-or-api",
                "FailoverCriteria": {"StatusCodes": _items(500)},
                "Members": _items({"OriginId": "site"}, {"OriginId": "api"}),
            }
        ),
        "DefaultCacheBehavior": {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": "redirect-to-https",
            "TrustedKeyGroups": {"Enabled": True, **_items("members")},
        },
        "WebACLId": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/site/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
        "ViewerCertificate": {
            "ACMCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012",
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
        "Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": "logs.s3.amazonaws.com", "Prefix": ""},
    }


def _bad() -> dict[str, Any]:
    function = {
        "Id": "api",
        "DomainName": "543210zyxwvutsrqponmlkjihgfedcba.lambda-url.eu-west-1.on.aws",
        "CustomOriginConfig": _custom("http-only", "SSLv3"),
    }
    gone = {
        "Id": "gone",
        "DomainName": "was-deleted-long-ago.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E127EXAMPLE51Z"},
    }
    return {
        "CallerReference": "old",
        "Comment": "old",
        "Enabled": True,
        "Origins": _items(function, gone),
        "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "allow-all"},
        "ViewerCertificate": {
            "ACMCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/87654321-1234-1234-1234-123456789012",
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1_2016",
        },
    }


def _plain() -> dict[str, Any]:
    """Return a distribution with the certificate of cloudfront.net, as a new one has it."""
    bucket = {"Id": "site", "DomainName": "good-bucket.s3.amazonaws.com"}
    return {
        "CallerReference": "plain",
        "Comment": "plain",
        "Enabled": False,
        "Origins": _items({**bucket, "S3OriginConfig": {"OriginAccessIdentity": ""}}),
        "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only"},
    }


def _custom(policy: str, protocol: str) -> dict[str, Any]:
    ports = {"HTTPPort": 80, "HTTPSPort": 443}
    return {**ports, "OriginProtocolPolicy": policy, "OriginSslProtocols": _items(protocol)}


def _items(*items: Any) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": list(items)}
