"""CloudFront: distributions, with their origins, cache behaviors and certificates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

T = TypeVar("T")
S3, CUSTOM, VPC = "S3", "custom", "VPC"
ALLOW_ALL = "allow-all"
HTTP_ONLY, MATCH_VIEWER = "http-only", "match-viewer"
TENANT_ONLY = "tenant-only"
_POLICY = kinds.one_of(ALLOW_ALL, "https-only", "redirect-to-https")
_PROTOCOL = kinds.one_of(HTTP_ONLY, MATCH_VIEWER, "https-only")

RECOMMENDED_TLS_POLICIES = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
"""The security policies that the control CloudFront.15 accepted on 2026-10-01.

https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-15
"""
_TLS_POLICIES = ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019")

_BUCKET = re.compile(r"(?P<name>.+)\.s3[.-](?:[a-z0-9.-]+\.)?amazonaws\.com(?:\.cn)?", re.IGNORECASE)
_WEBSITE = re.compile(r".+\.s3-website[.-][a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", re.IGNORECASE)
_FUNCTION_URL = re.compile(r".+\.lambda-url\.[a-z0-9-]+\.on\.aws", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """One origin: `kind` is S3, custom or VPC; `protocol` and `ssl` are those of a custom origin.

    A website endpoint of a bucket is a custom origin, and so is a function URL of Lambda.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistS3AndCustomOrigins.html
    """

    id: str
    domain: str
    kind: str | Unknown
    access_control: bool = False
    identity: bool = False
    protocol: str | Unknown = ""
    ssl: tuple[str, ...] | Unknown = ()

    @property
    def bucket(self) -> str:
        """The bucket of an S3 origin's domain name; empty where the name has another form."""
        found = _BUCKET.fullmatch(self.domain)
        return found["name"] if found else ""

    @property
    def website(self) -> bool:
        """Whether it is the website endpoint of a bucket, which takes HTTP only."""
        return _WEBSITE.fullmatch(self.domain) is not None

    @property
    def function_url(self) -> bool:
        """Whether it is the URL of a Lambda function."""
        return _FUNCTION_URL.fullmatch(self.domain) is not None


@dataclass(frozen=True, slots=True)
class Behavior:
    """One cache behavior: its path (`default` for the default one), target, viewer protocol policy and signers."""

    path: str
    target: str
    policy: str | Unknown
    key_groups: bool | Unknown
    signers: bool | Unknown


def _origin(item: Answer) -> Origin:
    custom, s3 = item.get("CustomOriginConfig"), item.get("S3OriginConfig")
    name = str(item["Id"])
    kind = CUSTOM if custom is not None else S3 if s3 is not None else VPC if item.get("VpcOriginConfig") else None
    protocols = (custom or {}).get("OriginSslProtocols")
    return Origin(
        id=name,
        domain=str(item["DomainName"]),
        kind=kind or Unknown(f"AWS did not return the type of origin {name}"),
        access_control=bool(item.get("OriginAccessControlId")),
        identity=bool((s3 or {}).get("OriginAccessIdentity")),
        protocol=_PROTOCOL(custom.get("OriginProtocolPolicy"), "OriginProtocolPolicy") if custom is not None else "",
        ssl=_ssl(protocols) if custom is not None else (),
    )


def _ssl(protocols: Answer | None) -> tuple[str, ...] | Unknown:
    """Read the protocols that CloudFront uses to the origin; only a list that has none may be missing."""
    if protocols is None:
        return kinds.silent("OriginSslProtocols", "the SSL protocols of the origin")
    return _items(protocols, "the SSL protocols of the origin", str)


def _items(structure: Answer | None, noun: str, parse: Callable[[Any], T]) -> tuple[T, ...] | Unknown:
    """Parse the items of a list with a quantity: CloudFront leaves `Items` out where the quantity is 0."""
    if structure is None:
        return kinds.silent("", noun)
    items = structure.get("Items")
    if items is None:
        return () if structure.get("Quantity") == 0 else kinds.silent("", noun)
    return tuple(parse(item) for item in items)


def _origins(response: Answer) -> tuple[Origin, ...] | Unknown:
    return _items(response.get("Origins"), "the origins", _origin)


def _groups(response: Answer) -> Mapping[str, tuple[str, ...]] | Unknown:
    structure = response.get("OriginGroups")
    if structure is None:
        return {}
    found = _items(structure, "the origin groups", _group)
    return found if isinstance(found, Unknown) else dict(found)


def _group(item: Answer) -> tuple[str, tuple[str, ...]]:
    members = item.get("Members") or {}
    return str(item["Id"]), tuple(str(each["OriginId"]) for each in members.get("Items") or ())


def _behavior(item: Answer) -> Behavior:
    path = str(item.get("PathPattern") or "default")
    return Behavior(
        path=path,
        target=str(item["TargetOriginId"]),
        policy=_POLICY(item.get("ViewerProtocolPolicy"), "ViewerProtocolPolicy"),
        key_groups=_enabled(item.get("TrustedKeyGroups"), f"whether behavior {path} has trusted key groups"),
        signers=_enabled(item.get("TrustedSigners"), f"whether behavior {path} has trusted signers"),
    )


def _enabled(structure: Answer | None, noun: str) -> bool | Unknown:
    """Read whether a structure is enabled; the structure itself is optional."""
    return kinds.flag(structure.get("Enabled"), "Enabled", noun) if structure is not None else False


def _behaviors(response: Answer) -> tuple[Behavior, ...] | Unknown:
    default = response.get("DefaultCacheBehavior")
    if default is None:
        return kinds.silent("DefaultCacheBehavior", "the default cache behavior")
    others = _items(response.get("CacheBehaviors"), "the cache behaviors", _behavior)
    return others if isinstance(others, Unknown) else (_behavior(default), *others)


_CERTIFICATE = "ViewerCertificate.CloudFrontDefaultCertificate"


def _default_certificate(response: Answer) -> bool | Unknown:
    """Read whether the certificate is that of *.cloudfront.net; AWS may leave the flag out beside another one.

    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
    """
    certificate = response.get("ViewerCertificate") or {}
    stated = certificate.get("CloudFrontDefaultCertificate")
    if stated is None and (certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId")):
        return False
    return kinds.flag(stated, "CloudFrontDefaultCertificate", "which certificate the distribution uses")


@facet
class Distribution(Parsed):
    """One distribution of ListDistributions.

    `groups` are the origins of each origin group. `mode` is direct, or tenant-only for a multi-tenant distribution,
    whose certificates may be those of its tenants.
    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionSummary.html
    """

    origins: tuple[Origin, ...] | Unknown = computed(_origins, "Origins")
    groups: Mapping[str, tuple[str, ...]] | Unknown = computed(_groups, "OriginGroups")
    behaviors: tuple[Behavior, ...] | Unknown = computed(_behaviors, "DefaultCacheBehavior", "CacheBehaviors")
    web_acl: str | Unknown = read(
        "WebACLId", lambda value, *_: kinds.silent("WebACLId", "the web ACL") if value is None else str(value)
    )
    default_certificate: bool | Unknown = computed(
        _default_certificate, _CERTIFICATE, "ViewerCertificate.ACMCertificateArn", "ViewerCertificate.IAMCertificateId"
    )
    ssl_method: str | Unknown = read(
        "ViewerCertificate.SSLSupportMethod", kinds.one_of("sni-only", "vip", "static-ip"),
        "how the distribution serves HTTPS",
    )  # fmt: skip
    tls_policy: str | Unknown = read(
        "ViewerCertificate.MinimumProtocolVersion", kinds.one_of(*_TLS_POLICIES, *RECOMMENDED_TLS_POLICIES),
        "the security policy",
    )  # fmt: skip
    mode: str | Unknown = read("ConnectionMode", kinds.defaulting("direct", kinds.one_of("direct", TENANT_ONLY)))

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets of the S3 origins, each once."""
        if isinstance(self.origins, Unknown):
            return ()
        names = (each.bucket for each in self.origins if each.kind == S3)
        return tuple(dict.fromkeys(name for name in names if name))


@facet
class DistributionSettings(Parsed):
    """What only GetDistributionConfig has: the default root object, and whether standard logging (legacy) is on."""

    root_object: str = read("DistributionConfig.DefaultRootObject", kinds.text)
    logging: bool | Unknown = read(
        "DistributionConfig.Logging", lambda value, *_: _enabled(value, "whether standard logging is on")
    )
    log_bucket: str = read("DistributionConfig.Logging.Bucket", kinds.text)


@dataclass(frozen=True, slots=True)
class OriginBucket:
    """Whether the bucket of an S3 origin exists, in whichever account."""

    exists: bool = False

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> "OriginBucket":
        """Parse `BucketRegion` of HeadBucket; an empty answer means that there is no such bucket."""
        return cls(bool(response.get("BucketRegion")))
