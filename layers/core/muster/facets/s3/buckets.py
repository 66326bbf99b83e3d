"""S3: a bucket, and the account's buckets as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"

ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse", "aws:fsx", "aws:backup")
OWNERSHIPS = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")


def word(*words: str) -> kinds.Kind[str | Unknown]:
    """Read one of the words that AWS documents, empty where it leaves the member out."""

    def kind(value: object, name: str, _question: str = "") -> str | Unknown:
        if not value or value in words:
            return str(value or "")
        return Unknown(f"AWS said of {name} what Muster does not know: {value!r}")

    return kind


@facet
class BucketVersioning(Parsed):
    """GetBucketVersioning: `status` is Enabled, Suspended or empty: never versioned.

    `mfa_delete` is Enabled, Disabled or empty: never.
    """

    status: str | Unknown = read("Status", word("Enabled", "Suspended"), name="versioning")
    mfa_delete: str | Unknown = read("MFADelete", word("Enabled", "Disabled"), name="MFA delete", default="")


@dataclass(frozen=True, slots=True)
class BucketEncryption:
    """The default encryption: the algorithm (empty: none is configured), the key where it names one, the bucket key.

    `blocked` are the kinds of encryption with which nothing may be written.
    """

    algorithm: str | Unknown
    key_id: str
    bucket_key: bool
    blocked: tuple[str, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketEncryption."""
        rules = (response.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or ()
        kinds = ((rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType") or () for rule in rules)
        blocked = tuple(str(kind) for each in kinds for kind in each)
        for rule in rules:
            default = rule.get("ApplyServerSideEncryptionByDefault") or {}
            if default.get("SSEAlgorithm"):
                return cls(
                    word(*ALGORITHMS)(default["SSEAlgorithm"], "the default encryption"),
                    str(default.get("KMSMasterKeyID", "")),
                    bool(rule.get("BucketKeyEnabled", False)),
                    blocked,
                )
        return cls("", "", bucket_key=False, blocked=blocked)

    @property
    def kms(self) -> bool:
        """Whether the algorithm is one of KMS's."""
        return self.algorithm in ("aws:kms", "aws:kms:dsse")

    @property
    def aws_managed(self) -> bool:
        """Whether the key, if KMS encrypts, is aws/s3, AWS's own, which is taken where none is named."""
        return not self.key_id or self.key_id.endswith("alias/aws/s3")


def _switch(value: object, _name: str, _question: str = "") -> bool:
    return bool(value)


@facet
class PublicAccessBlock(Parsed):
    """GetPublicAccessBlock, of S3 or S3 Control: the four switches; absent means that all are off."""

    block_public_acls: bool = read("PublicAccessBlockConfiguration.BlockPublicAcls", _switch, default=False)
    ignore_public_acls: bool = read("PublicAccessBlockConfiguration.IgnorePublicAcls", _switch, default=False)
    block_public_policy: bool = read("PublicAccessBlockConfiguration.BlockPublicPolicy", _switch, default=False)
    restrict_public_buckets: bool = read("PublicAccessBlockConfiguration.RestrictPublicBuckets", _switch, default=False)

    @property
    def off(self) -> tuple[str, ...]:
        """The switches that are off, in AWS's spelling."""
        switches = {
            "BlockPublicAcls": self.block_public_acls,
            "IgnorePublicAcls": self.ignore_public_acls,
            "BlockPublicPolicy": self.block_public_policy,
            "RestrictPublicBuckets": self.restrict_public_buckets,
        }
        return tuple(name for name, on in switches.items() if not on)

    def joined(self, other: "PublicAccessBlock") -> "PublicAccessBlock":
        """Return the block in force where there are two: S3 applies the stricter, switch by switch.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
        """
        return PublicAccessBlock(
            self.block_public_acls or other.block_public_acls,
            self.ignore_public_acls or other.ignore_public_acls,
            self.block_public_policy or other.block_public_policy,
            self.restrict_public_buckets or other.restrict_public_buckets,
        )


@facet
class BucketPublicAccessBlock(PublicAccessBlock):
    """The switches of one bucket."""


@facet
class AccountPublicAccessBlock(PublicAccessBlock):
    """The switches of the account."""


@dataclass(frozen=True, slots=True)
class BucketPolicyStatus:
    """Whether S3 itself calls the bucket's policy public."""

    public: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketPolicyStatus; without a policy nothing is public by it."""
        if not response:
            return cls(False)
        public = (response.get("PolicyStatus") or {}).get("IsPublic")
        return cls(public if isinstance(public, bool) else Unknown("S3 did not say whether the policy is public"))


def _grant(grant: Answer) -> tuple[str, str]:
    """Return the URI of the group, empty where the grantee is none, and the permission.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee

    Raises:
        ValueError: the group is one that S3 does not document, or the grantee is left out: it may be everybody.
    """
    grantee = grant.get("Grantee") or {}
    uri = str(grantee.get("URI") or "")
    if (uri or grantee.get("Type") == "Group") and uri not in (ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY):
        raise ValueError(f"a grant is for the group {uri!r}, which Muster does not know")
    if not (uri or grantee.get("ID") or grantee.get("EmailAddress")):
        raise ValueError("a grant does not say whom it is for")
    return uri, str(grant.get("Permission", ""))


@facet
class BucketAcl(Parsed):
    """GetBucketAcl: the grants of the access control list, as (grantee's group URI or empty, permission)."""

    grants: tuple[tuple[str, str], ...] = read("Grants", kinds.many(_grant))

    @property
    def public(self) -> tuple[str, ...]:
        """The grants to everybody, or to everybody with an AWS account: `AllUsers READ`."""
        return tuple(
            f"{uri.rpartition('/')[2]} {permission}"
            for uri, permission in self.grants
            if uri in (ALL_USERS, AUTHENTICATED_USERS)
        )

    @property
    def log_target(self) -> bool:
        """Whether S3's log delivery may write to the bucket."""
        return any(uri == LOG_DELIVERY and permission in ("WRITE", "FULL_CONTROL") for uri, permission in self.grants)


@facet
class BucketPolicy(Parsed):
    """GetBucketPolicy: the bucket's policy, empty where there is none; Unknown where it cannot be understood."""

    policy: Policy | Unknown = computed(lambda response: policy_of(response.get("Policy"), "the bucket"))


def _ownership(rules: Any, name: str, _question: str = "") -> str | Unknown:
    first = next((rule.get("ObjectOwnership") for rule in rules or ()), None)
    return word(*OWNERSHIPS)(first, name)


@facet
class BucketOwnershipControls(Parsed):
    """GetBucketOwnershipControls: who owns objects that others write; empty means the oldest way, ObjectWriter."""

    object_ownership: str | Unknown = read("OwnershipControls.Rules", _ownership, name="object ownership")


@facet
class BucketLogging(Parsed):
    """GetBucketLogging: the bucket and the prefix where access logs go; an empty bucket means that logging is off.

    `partitioned` says that account, region and bucket follow the prefix in the names of the logs.
    """

    target: str = read("LoggingEnabled.TargetBucket", kinds.text)
    prefix: str = read("LoggingEnabled.TargetPrefix", kinds.text, default="")
    partitioned: bool = read("LoggingEnabled.TargetObjectKeyFormat.PartitionedPrefix", kinds.present, default=False)


def _configuration(item: Answer) -> tuple[str, bool]:
    return str(item.get("Id", "")), not any((item.get("Filter") or {}).values())


@facet
class BucketMetrics(Parsed):
    """ListBucketMetricsConfigurations: the request metrics, as (id, whether they cover the whole bucket)."""

    configurations: tuple[tuple[str, bool], ...] = read("MetricsConfigurationList", kinds.many(_configuration))
