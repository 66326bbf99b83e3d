"""Where moto's CloudFront answers otherwise than AWS documents: it drops parts of a distribution's configuration.

Of origins it drops S3OriginConfig and OriginAccessControlId; it calls every certificate the default one; it has neither
ConnectionMode nor Staging. The configuration that was sent is kept, and answered with CloudFront's defaults.
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
"""

from collections.abc import Callable
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer
from local.inference.services import model_of

_NONE = {"Quantity": 0}
_OFF = {"Enabled": False, "Quantity": 0}
_DEFAULTS: dict[str, Any] = {
    "Aliases": _NONE,
    "OriginGroups": _NONE,
    "CacheBehaviors": _NONE,
    "CustomErrorResponses": _NONE,
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "Comment": "",
    "PriceClass": "PriceClass_All",
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "Staging": False,
    "ConnectionMode": "direct",
    "DefaultRootObject": "",
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
}
_DEFAULT_CERTIFICATE = {
    "CloudFrontDefaultCertificate": True,
    "SSLSupportMethod": "vip",
    "MinimumProtocolVersion": "TLSv1",
    "CertificateSource": "cloudfront",
}


def corrections() -> dict[str, Correction]:
    """Return what corrects CloudFront, by operation."""
    return {
        "cloudfront:CreateDistribution": _creating(lambda given: given["DistributionConfig"]),
        "cloudfront:CreateDistributionWithTags": _creating(
            lambda given: given["DistributionConfigWithTags"]["DistributionConfig"]
        ),
        "cloudfront:UpdateDistribution": _update,
        "cloudfront:GetDistributionConfig": _config,
        "cloudfront:ListDistributions": _list,
    }


def _backend(request: Request) -> Any:
    from moto.cloudfront.models import cloudfront_backends  # noqa: PLC0415 - moto takes seconds to import

    return cloudfront_backends[place(request)[0]]["aws"]


def _creating(config: Callable[[Any], Any]) -> Correction:
    def create(request: Request) -> Answer:
        before = set(_backend(request).distributions)
        status, body = request.ask()
        for name in set(_backend(request).distributions) - before:
            made = _backend(request).distributions[name]
            made.sent = _whole(config(request.parameters))
            request.headers["ETag"] = made.etag
        return status, body

    return create


def _update(request: Request) -> Answer:
    status, body = request.ask()
    found = _backend(request).distributions.get(request.parameters.get("Id"))
    if status == HTTPStatus.OK and found:
        found.sent = _whole(request.parameters["DistributionConfig"])
        request.headers["ETag"] = found.etag
    return status, body


def _whole(sent: Any) -> dict[str, Any]:
    """Return a configuration with what CloudFront adds to it."""
    config = {**_DEFAULTS, **deepcopy(dict(sent))}
    config["Origins"] = _counted(config["Origins"])
    for origin in config["Origins"]["Items"]:
        origin.setdefault("OriginAccessControlId", "")
        if "CustomOriginConfig" in origin:
            ssl = origin["CustomOriginConfig"].get("OriginSslProtocols") or {"Items": ["TLSv1", "SSLv3"]}
            origin["CustomOriginConfig"]["OriginSslProtocols"] = _counted(ssl)
    for behavior in (config["DefaultCacheBehavior"], *(config["CacheBehaviors"].get("Items") or ())):
        for name in ("TrustedSigners", "TrustedKeyGroups"):
            behavior[name] = _counted(behavior.get(name) or _OFF)
    certificate = config.get("ViewerCertificate") or {}
    if "ACMCertificateArn" in certificate or "IAMCertificateId" in certificate:
        config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": False, **certificate}
    else:
        config["ViewerCertificate"] = _DEFAULT_CERTIFICATE
    return config


def _counted(items: dict[str, Any]) -> dict[str, Any]:
    return {**items, "Quantity": len(items["Items"])} if items.get("Items") else items


def _config(request: Request) -> Answer | None:
    found = _backend(request).distributions.get(request.parameters.get("Id"))
    if found is None:
        return None
    request.headers["ETag"] = found.etag
    return request.answer({"DistributionConfig": found.sent})


def _list(request: Request) -> Answer:
    given = request.parameters
    size = int(given.get("MaxItems") or 100)
    page, following = _backend(request).list_distributions(marker=given.get("Marker"), max_items=size)
    found: dict[str, Any] = {"Marker": given.get("Marker") or "", "MaxItems": size, "Quantity": len(page)}
    found |= {"IsTruncated": following is not None, **({"NextMarker": following} if following else {})}
    if page:
        found["Items"] = [_summary(each) for each in page]
    return request.answer({"DistributionList": found})


def _summary(distribution: Any) -> dict[str, Any]:
    members = model_of("cloudfront").shape_for("DistributionSummary").members
    config = {name: value for name, value in distribution.sent.items() if name in members}
    return {
        **config,
        "Id": distribution.id,
        "ARN": distribution.arn,
        "Status": "Deployed",
        "LastModifiedTime": distribution.last_modified_time,
        "DomainName": distribution.domain_name,
    }
