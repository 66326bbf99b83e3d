"""CloudFront distributions: origins, behaviors, certificates and logs."""

import dataclasses
from typing import Any

import pytest

from muster.checks.cloudfront import origins, viewers
from muster.facets.edge.cloudfront import (
    CUSTOM,
    S3,
    TENANT_ONLY,
    VPC,
    Behavior,
    Distribution,
    DistributionSettings,
    Origin,
    OriginBucket,
)
from muster.model.finding import Related, Status, Unavailable, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
UNKNOWN = Unknown("AWS did not say")
BUCKET = Origin("site", "site.s3.amazonaws.com", S3, access_control=True)
SERVER = Origin("server", "www.example.com", CUSTOM, protocol="https-only", ssl=("TLSv1.2",))
PRIVATE = Origin("inside", "internal.example.com", VPC)
WEBSITE = Origin("website", "b.s3-website-eu-west-1.amazonaws.com", CUSTOM, protocol="http-only", ssl=("TLSv1.2",))
FUNCTION = dataclasses.replace(SERVER, domain="abc.lambda-url.eu-west-1.on.aws")
HTTPS = Behavior("default", "site", "redirect-to-https", key_groups=True, signers=False)
GOOD = Distribution(
    origins=(BUCKET, SERVER),
    groups={"both": ("site", "server")},
    behaviors=(HTTPS,),
    web_acl="arn:aws:wafv2:us-east-1:123456789012:global/webacl/w/1",
    default_certificate=False,
    ssl_method="sni-only",
    tls_policy="TLSv1.2_2021",
    mode="direct",
)
SETTINGS = DistributionSettings(root_object="index.html", logging=True, log_bucket="logs.s3.amazonaws.com")


def distribution(**fields: Any) -> Distribution:
    return dataclasses.replace(GOOD, **fields)


def origin(given: Origin, **fields: Any) -> Origin:
    return dataclasses.replace(given, **fields)


def behavior(**fields: Any) -> Behavior:
    return dataclasses.replace(HTTPS, **fields)


def buckets(**exists: bool | Unavailable) -> Related[OriginBucket]:
    return Related({name: OriginBucket(each) if isinstance(each, bool) else each for name, each in exists.items()})


@pytest.mark.parametrize(
    ("found", "root_object", "status", "reason"),
    [
        pytest.param((BUCKET,), "index.html", C, "Default root object is index.html", id="set"),
        pytest.param((BUCKET, SERVER), "", N, "Distribution has an S3 origin and no default root object", id="none"),
        pytest.param((SERVER, PRIVATE), "", NA, "Distribution has no S3 origin", id="no S3 origin"),
        pytest.param((WEBSITE,), "", NA, "", id="a website endpoint is no S3 origin"),
    ],
)
def test_default_root_object(found: tuple[Origin, ...], root_object: str, status: Status, reason: str) -> None:
    settings = dataclasses.replace(SETTINGS, root_object=root_object)
    verdict = viewers.cloudfront_default_root_object_configured(distribution(origins=found), settings)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        pytest.param((HTTPS, behavior(path="/a", policy="https-only")), C,
                     "All behaviors require HTTPS (https-only, redirect-to-https)", id="all HTTPS"),
        pytest.param((behavior(policy="allow-all"),), N,
                     "Viewers may use HTTP (allow-all) in behavior default", id="the default one"),
        pytest.param((HTTPS, behavior(path="/images/*", policy="allow-all")), N, "", id="another one"),
        pytest.param((behavior(path="/a", policy=UNKNOWN), behavior(policy="allow-all")), N, "", id="beside unknown"),
    ],
)  # fmt: skip
def test_viewers_use_https(found: tuple[Behavior, ...], status: Status, reason: str) -> None:
    verdict = viewers.cloudfront_viewer_policy_https(distribution(behaviors=found))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("logging", "status", "reason"),
    [
        (True, C, "Access logs go to logs.s3.amazonaws.com"),
        (False, N, "Standard logging is off"),
    ],
)
def test_access_logs(logging: bool, status: Status, reason: str) -> None:
    verdict = viewers.cloudfront_accesslogs_enabled(dataclasses.replace(SETTINGS, logging=logging))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("web_acl", "status", "reason"),
    [
        ("arn:aws:wafv2:us-east-1:123456789012:global/webacl/w/1", C, ""),
        pytest.param("473e64fd-f30b-4765-81a0-62ad96dd167a", C, "", id="of WAF Classic"),
        ("", N, "Distribution has no web ACL"),
    ],
)
def test_web_acl(web_acl: str, status: Status, reason: str) -> None:
    verdict = viewers.cloudfront_associated_with_waf(distribution(web_acl=web_acl))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


CERTIFICATES = [
    pytest.param({}, C, C, C, id="its own certificate with SNI"),
    pytest.param({"default_certificate": True, "ssl_method": "vip", "tls_policy": "TLSv1"}, N, N, NA, id="the default"),
    pytest.param({"default_certificate": True, "mode": TENANT_ONLY}, NA, NA, NA, id="of tenants"),
    pytest.param({"mode": TENANT_ONLY}, C, C, C, id="multi-tenant with a certificate of its own"),
    pytest.param({"ssl_method": "vip"}, C, N, NA, id="dedicated addresses"),
    pytest.param({"ssl_method": "static-ip"}, C, N, NA, id="anycast addresses"),
    pytest.param({"tls_policy": "TLSv1.2_2025"}, C, C, C, id="a newer policy"),
    pytest.param({"tls_policy": "TLSv1.3_2025"}, C, C, C, id="TLS 1.3"),
    pytest.param({"tls_policy": "TLSv1.2_2019"}, C, C, N, id="an older policy"),
    pytest.param({"tls_policy": "TLSv1.1_2016"}, C, C, N, id="a policy with TLS 1.1"),
]


@pytest.mark.parametrize(("fields", "own", "sni", "policy"), CERTIFICATES)
def test_certificates(fields: dict[str, Any], own: Status, sni: Status, policy: Status) -> None:
    given = distribution(**fields)
    assert viewers.cloudfront_custom_ssl_certificate(given).status is own
    assert viewers.cloudfront_sni_enabled(given).status is sni
    assert viewers.cloudfront_ssl_policy_current(given).status is policy


def test_the_accepted_policies_are_a_setting() -> None:
    strict = viewers.cloudfront_ssl_policy_current(GOOD, policies=("TLSv1.3_2025",))
    assert (strict.status, strict.reason) == (N, "Security policy is TLSv1.2_2021, which is not recommended")


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        pytest.param({}, C, "1 behavior with trusted key groups", id="signed"),
        pytest.param({"behaviors": (HTTPS, behavior(path="/a", key_groups=False))}, N,
                     "No key group is trusted in behavior /a", id="one is not"),
        pytest.param({"behaviors": (behavior(signers=True),)}, N,
                     "AWS accounts are trusted signers of behavior default", id="signers beside the key group"),
        pytest.param({"mode": TENANT_ONLY, "behaviors": (behavior(key_groups=False),)}, NA,
                     "Distribution is multi-tenant", id="multi-tenant"),
    ],
)  # fmt: skip
def test_key_groups(fields: dict[str, Any], status: Status, reason: str) -> None:
    verdict = viewers.cloudfront_distribution_key_group_enabled(distribution(**fields))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("groups", "status", "reason"),
    [
        ({"both": ("site", "server")}, C, "Origin group both has 2 origins"),
        ({}, N, "Distribution has no origin group with two origins"),
        ({"one": ("site",)}, N, ""),
    ],
)
def test_origin_failover(groups: dict[str, tuple[str, ...]], status: Status, reason: str) -> None:
    verdict = origins.cloudfront_origin_failover_enabled(distribution(groups=groups))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


MATCHING = origin(SERVER, protocol="match-viewer")
PLAIN = behavior(policy="allow-all", target="server")


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        pytest.param({}, C, "Traffic to 1 custom origin is encrypted", id="HTTPS only"),
        pytest.param({"origins": (BUCKET, PRIVATE)}, NA, "Distribution has no custom origin", id="S3 and VPC"),
        pytest.param({"origins": (origin(SERVER, protocol="http-only"),)}, N,
                     "Origin server is reached over HTTP", id="HTTP only"),
        pytest.param({"origins": (WEBSITE,)}, N,
                     "Origin website is a website endpoint of S3, which takes HTTP only", id="a website of S3"),
        pytest.param({"origins": (MATCHING,), "behaviors": (PLAIN,)}, N,
                     "Origin server is reached as viewers connect (match-viewer), and they may use HTTP", id="mixed"),
        pytest.param({"origins": (MATCHING,), "behaviors": (behavior(target="server"),)}, C, "", id="over HTTPS"),
        pytest.param({"origins": (MATCHING, BUCKET), "behaviors": (behavior(policy="allow-all"),)}, C, "",
                     id="HTTP to another origin"),
        pytest.param({"origins": (MATCHING, BUCKET), "behaviors": (behavior(policy="allow-all", target="both"),)},
                     N, "", id="HTTP to a group with the origin"),
    ],
)  # fmt: skip
def test_traffic_to_origins(fields: dict[str, Any], status: Status, reason: str) -> None:
    verdict = origins.cloudfront_traffic_to_origin_encrypted(distribution(**fields))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        ((BUCKET, SERVER), C, "1 custom origin without SSLv3"),
        ((origin(SERVER, ssl=("TLSv1.2", "SSLv3")),), N, "SSLv3 is allowed to origin server"),
        ((BUCKET,), NA, "Distribution has no custom origin"),
    ],
)
def test_old_protocols_to_origins(found: tuple[Origin, ...], status: Status, reason: str) -> None:
    verdict = origins.cloudfront_no_deprecated_ssl_protocols(distribution(origins=found))
    assert (verdict.status, verdict.reason) == (status, reason)


DENIED = Unavailable("s3:ListBucket", "access denied")


@pytest.mark.parametrize(
    ("found", "related", "status", "reason"),
    [
        ((BUCKET, SERVER), buckets(site=True), C, "Bucket site exists"),
        ((BUCKET,), buckets(site=False), N, "Bucket site does not exist"),
        ((SERVER,), buckets(), NA, "Distribution has no S3 origin"),
        pytest.param((BUCKET, origin(BUCKET, id="b", domain="b.s3.amazonaws.com")), buckets(site=DENIED, b=False),
                     N, "", id="one is gone, the other cannot be read"),
    ],
)  # fmt: skip
def test_buckets_exist(found: tuple[Origin, ...], related: Related[OriginBucket], status: Status, reason: str) -> None:
    verdict = origins.cloudfront_s3_origin_bucket_exists(distribution(origins=found), related)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        ((BUCKET, SERVER), C, "All S3 origins have origin access control"),
        ((SERVER,), NA, "Distribution has no S3 origin"),
        ((origin(BUCKET, access_control=False),), N, "S3 origin site has no origin access control"),
        pytest.param((origin(BUCKET, access_control=False, identity=True),), N,
                     "S3 origin site has no origin access control; it uses an origin access identity", id="identity"),
    ],
)  # fmt: skip
def test_origin_access_control(found: tuple[Origin, ...], status: Status, reason: str) -> None:
    verdict = origins.cloudfront_s3_origin_access_control_enabled(distribution(origins=found))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        ((origin(FUNCTION, access_control=True),), C, "All function URLs have origin access control"),
        ((FUNCTION,), N, "Function URL of origin server has no origin access control"),
        ((SERVER, BUCKET), NA, "Distribution has no Lambda function URL as an origin"),
    ],
)
def test_function_urls(found: tuple[Origin, ...], status: Status, reason: str) -> None:
    verdict = origins.cloudfront_origin_lambda_url_oac_enabled(distribution(origins=found))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        (viewers.cloudfront_viewer_policy_https, {"behaviors": (behavior(policy=UNKNOWN),)}),
        (viewers.cloudfront_distribution_key_group_enabled, {"behaviors": (behavior(signers=UNKNOWN),)}),
        (viewers.cloudfront_distribution_key_group_enabled, {"behaviors": (behavior(key_groups=UNKNOWN),)}),
        (viewers.cloudfront_associated_with_waf, {"web_acl": UNKNOWN}),
        (viewers.cloudfront_custom_ssl_certificate, {"default_certificate": UNKNOWN}),
        (viewers.cloudfront_sni_enabled, {"ssl_method": UNKNOWN}),
        (viewers.cloudfront_ssl_policy_current, {"tls_policy": UNKNOWN}),
        (origins.cloudfront_origin_failover_enabled, {"groups": UNKNOWN}),
        (origins.cloudfront_traffic_to_origin_encrypted, {"origins": (origin(SERVER, protocol=UNKNOWN),)}),
        (origins.cloudfront_traffic_to_origin_encrypted,
         {"origins": (MATCHING,), "behaviors": (behavior(target="server", policy=UNKNOWN),)}),
        (origins.cloudfront_no_deprecated_ssl_protocols, {"origins": (origin(SERVER, ssl=UNKNOWN),)}),
        (origins.cloudfront_s3_origin_access_control_enabled, {"origins": (origin(BUCKET, kind=UNKNOWN),)}),
        (origins.cloudfront_origin_lambda_url_oac_enabled, {"origins": UNKNOWN}),
    ],
)  # fmt: skip
def test_what_is_not_known_is_no_verdict(check: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        check(distribution(**fields))


@pytest.mark.parametrize(
    ("found", "related"),
    [
        pytest.param((BUCKET,), buckets(site=DENIED), id="denied"),
        pytest.param((origin(BUCKET, domain="x.example.com"),), buckets(), id="the domain names no bucket"),
        pytest.param((origin(BUCKET, kind=UNKNOWN),), buckets(), id="the kind of origin"),
    ],
)
def test_a_bucket_that_is_not_known_is_no_verdict(found: tuple[Origin, ...], related: Related[OriginBucket]) -> None:
    with pytest.raises(UnknownField):
        origins.cloudfront_s3_origin_bucket_exists(distribution(origins=found), related)
