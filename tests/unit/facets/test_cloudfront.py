"""CloudFront's answers, parsed."""

from typing import Any

import pytest

from muster.facets.edge.cloudfront import Behavior, Distribution, DistributionSettings, Origin
from muster.model.finding import Unknown

SUMMARY: dict[str, Any] = {
    "Id": "EDFDVBD6EXAMPLE",
    "Origins": {
        "Quantity": 2,
        "Items": [
            {
                "Id": "site",
                "DomainName": "my.site.s3.eu-west-1.amazonaws.com",
                "S3OriginConfig": {"OriginAccessIdentity": ""},
                "OriginAccessControlId": "E2QWRUHAPOMQZL",
            },
            {
                "Id": "api",
                "DomainName": "api.example.com",
                "CustomOriginConfig": {
                    "HTTPPort": 80,
                    "HTTPSPort": 443,
                    "OriginProtocolPolicy": "https-only",
                    "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
                },
                "OriginAccessControlId": "",
            },
        ],
    },
    "OriginGroups": {"Quantity": 0},
    "DefaultCacheBehavior": {
        "TargetOriginId": "site",
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": ["k"]},
        "ViewerProtocolPolicy": "https-only",
    },
    "CacheBehaviors": {"Quantity": 0},
    "WebACLId": "",
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": False,
        "ACMCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    },
    "Staging": False,
    "ConnectionMode": "direct",
}


def parsed(**changed: Any) -> Distribution:
    return Distribution.parse({name: value for name, value in {**SUMMARY, **changed}.items() if value is not None})


def test_a_distribution_is_parsed() -> None:
    assert parsed() == Distribution(
        origins=(
            Origin("site", "my.site.s3.eu-west-1.amazonaws.com", "S3", access_control=True),
            Origin("api", "api.example.com", "custom", protocol="https-only", ssl=("TLSv1.2",)),
        ),
        groups={},
        behaviors=(Behavior("default", "site", "https-only", key_groups=True, signers=False),),
        web_acl="",
        default_certificate=False,
        ssl_method="sni-only",
        tls_policy="TLSv1.2_2021",
        mode="direct",
    )
    assert parsed().buckets == ("my.site",)


def test_origin_groups_and_behaviors_are_parsed() -> None:
    members = {"Quantity": 2, "Items": [{"OriginId": "site"}, {"OriginId": "api"}]}
    groups = {"Quantity": 1, "Items": [{"Id": "both", "Members": members}]}
    other = {"PathPattern": "/a", "TargetOriginId": "both", "ViewerProtocolPolicy": "allow-all"}
    found = parsed(OriginGroups=groups, CacheBehaviors={"Quantity": 1, "Items": [other]})
    assert found.groups == {"both": ("site", "api")}
    assert not isinstance(found.behaviors, Unknown)
    assert found.behaviors[1] == Behavior("/a", "both", "allow-all", key_groups=False, signers=False)


@pytest.mark.parametrize(
    ("domain", "bucket"),
    [
        ("site.s3.amazonaws.com", "site"),
        ("site.s3.eu-west-1.amazonaws.com", "site"),
        ("site.s3-eu-west-1.amazonaws.com", "site"),
        ("site.s3.dualstack.eu-west-1.amazonaws.com", "site"),
        ("site.s3.cn-north-1.amazonaws.com.cn", "site"),
        ("www.example.com.s3.amazonaws.com", "www.example.com"),
        ("a.s3.b.s3.eu-west-1.amazonaws.com", "a.s3.b"),
        ("www.example.com", ""),
    ],
)
def test_the_bucket_of_a_domain_name(domain: str, bucket: str) -> None:
    assert Origin("o", domain, "S3").bucket == bucket


@pytest.mark.parametrize(
    ("domain", "website", "function"),
    [
        ("b.s3-website-us-east-1.amazonaws.com", True, False),
        ("b.s3-website.eu-central-1.amazonaws.com", True, False),
        ("abc.lambda-url.us-east-1.on.aws", False, True),
        ("lambda-url.example.com", False, False),
    ],
)
def test_the_kind_of_a_custom_origin(domain: str, website: bool, function: bool) -> None:
    origin = Origin("o", domain, "custom")
    assert (origin.website, origin.function_url) == (website, function)


def test_origins_of_a_vpc_and_of_no_kind() -> None:
    items = [
        {"Id": "v", "DomainName": "d", "VpcOriginConfig": {"VpcOriginId": "vo_1"}},
        {"Id": "x", "DomainName": "d"},
        {"Id": "c", "DomainName": "d", "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}},
    ]
    found = parsed(Origins={"Quantity": 3, "Items": items}).origins
    assert not isinstance(found, Unknown)
    assert [found[0].kind, found[1].kind] == ["VPC", Unknown("AWS did not return the type of origin x")]
    assert isinstance(found[2].ssl, Unknown)


@pytest.mark.parametrize(
    ("certificate", "default"),
    [
        ({"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"}, True),
        ({"ACMCertificateArn": "arn"}, False),
        ({"IAMCertificateId": "ASCA"}, False),
    ],
)
def test_the_default_certificate(certificate: dict[str, Any], default: bool) -> None:
    assert parsed(ViewerCertificate=certificate).default_certificate is default


@pytest.mark.parametrize(
    ("left_out", "field"),
    [
        ("Origins", "origins"),
        ("DefaultCacheBehavior", "behaviors"),
        ("CacheBehaviors", "behaviors"),
        ("WebACLId", "web_acl"),
        ("ViewerCertificate", "default_certificate"),
    ],
)
def test_what_aws_leaves_out_is_unknown(left_out: str, field: str) -> None:
    assert isinstance(getattr(parsed(**{left_out: None}), field), Unknown)


def test_a_list_without_items_is_unknown_unless_its_quantity_is_0() -> None:
    assert isinstance(parsed(CacheBehaviors={"Quantity": 2}).behaviors, Unknown)
    assert parsed(OriginGroups=None).groups == {}


def test_settings_are_parsed() -> None:
    logging = {"Enabled": True, "IncludeCookies": False, "Bucket": "logs.s3.amazonaws.com", "Prefix": ""}
    config = {"DefaultRootObject": "index.html", "Logging": logging}
    assert DistributionSettings.parse({"DistributionConfig": config}) == DistributionSettings(
        "index.html", logging=True, log_bucket="logs.s3.amazonaws.com"
    )
    assert DistributionSettings.parse({"DistributionConfig": {}}) == DistributionSettings(
        "", logging=False, log_bucket=""
    )
