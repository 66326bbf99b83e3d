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
_PUBLIC = {ALL_USERS: "everyone (AllUsers)", AUTHENTICATED_USERS: "every AWS account (AuthenticatedUsers)"}

ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse", "aws:fsx", "aws:backup")
OWNERSHIPS = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")


def word(*words: str) -> kinds.Kind[str | Unknown]:
    """Read one of the values that AWS documents, empty where AWS leaves the member out."""

    def kind(value: object, name: str, _question: str = "") -> str | Unknown:
        if not value or value in words:
            return str(value or "")
        return Unknown(f"AWS returned a value of {name} that Muster does not know: {value!r}")

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
    """The default encryption: the algorithm (empty: none is configured), the key ID if there is one, the bucket key.

    `blocked` are the encryption types that uploads may not use.
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
        """Whether the algorithm uses KMS."""
        return self.algorithm in ("aws:kms", "aws:kms:dsse")

    @property
    def aws_managed(self) -> bool:
        """Whether KMS encryption uses the AWS managed key aws/s3, which S3 takes if no key is named."""
        return not self.key_id or self.key_id.endswith("alias/aws/s3")


def _switch(value: object, _name: str, _question: str = "") -> bool:
    return bool(value)


@facet
class PublicAccessBlock(Parsed):
    """GetPublicAccessBlock of S3 or S3 Control: the four settings; without an answer all are off."""

    block_public_acls: bool = read("PublicAccessBlockConfiguration.BlockPublicAcls", _switch, default=False)
    ignore_public_acls: bool = read("PublicAccessBlockConfiguration.IgnorePublicAcls", _switch, default=False)
    block_public_policy: bool = read("PublicAccessBlockConfiguration.BlockPublicPolicy", _switch, default=False)
    restrict_public_buckets: bool = read("PublicAccessBlockConfiguration.RestrictPublicBuckets", _switch, default=False)

    @property
    def off(self) -> tuple[str, ...]:
        """The settings that are off, in AWS's spelling."""
        settings = {
            "BlockPublicAcls": self.block_public_acls,
            "IgnorePublicAcls": self.ignore_public_acls,
            "BlockPublicPolicy": self.block_public_policy,
            "RestrictPublicBuckets": self.restrict_public_buckets,
        }
        return tuple(name for name, on in settings.items() if not on)

    def joined(self, other: "PublicAccessBlock") -> "PublicAccessBlock":
        """Return the combined settings of two levels: S3 applies the stricter one of each setting.

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
    """The settings of one bucket."""


@facet
class AccountPublicAccessBlock(PublicAccessBlock):
    """The settings of the account."""


@dataclass(frozen=True, slots=True)
class BucketPolicyStatus:
    """Whether S3 itself calls the bucket's policy public."""

    public: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketPolicyStatus; a bucket without a policy is not public by policy."""
        if not response:
            return cls(False)
        public = (response.get("PolicyStatus") or {}).get("IsPublic")
        return cls(
            public if isinstance(public, bool) else Unknown("S3 did not return whether the bucket policy is public")
        )


def _grant(grant: Answer) -> tuple[str, str]:
    """Return the URI of the group, empty where the grantee is none, and the permission.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee

    Raises:
        ValueError: S3 does not document the group, or the grantee is missing and could be everyone.
    """
    grantee = grant.get("Grantee") or {}
    uri = str(grantee.get("URI") or "")
    if (uri or grantee.get("Type") == "Group") and uri not in (ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY):
        raise ValueError(f"the bucket ACL has a grant to the group {uri!r}, which Muster does not know")
    if not (uri or grantee.get("ID") or grantee.get("EmailAddress")):
        raise ValueError("the bucket ACL has a grant without a grantee")
    return uri, str(grant.get("Permission", ""))


@facet
class BucketAcl(Parsed):
    """GetBucketAcl: the grants of the ACL as (group URI of the grantee or empty, permission)."""

    grants: tuple[tuple[str, str], ...] = read("Grants", kinds.many(_grant))

    @property
    def public(self) -> tuple[str, ...]:
        """The grants to everyone, or to everyone with an AWS account: `READ to everyone (AllUsers)`."""
        return tuple(f"{permission} to {_PUBLIC[uri]}" for uri, permission in self.grants if uri in _PUBLIC)

    @property
    def log_target(self) -> bool:
        """Whether the ACL lets S3 log delivery write to the bucket."""
        return any(uri == LOG_DELIVERY and permission in ("WRITE", "FULL_CONTROL") for uri, permission in self.grants)


@facet
class BucketPolicy(Parsed):
    """GetBucketPolicy: the bucket policy, empty if there is none; Unknown if Muster cannot parse it."""

    policy: Policy | Unknown = computed(lambda response: policy_of(response.get("Policy"), "the bucket"))


def _ownership(rules: Any, name: str, _question: str = "") -> str | Unknown:
    first = next((rule.get("ObjectOwnership") for rule in rules or ()), None)
    return word(*OWNERSHIPS)(first, name)


@facet
class BucketOwnershipControls(Parsed):
    """GetBucketOwnershipControls: the Object Ownership setting; empty means ObjectWriter, the oldest default."""

    object_ownership: str | Unknown = read("OwnershipControls.Rules", _ownership, name="Object Ownership")


@facet
class BucketLogging(Parsed):
    """GetBucketLogging: the target bucket and prefix of access logs; without a target bucket logging is off.

    If `partitioned`, the account, region and bucket follow the prefix in the keys of the logs.
    """

    target: str = read("LoggingEnabled.TargetBucket", kinds.text)
    prefix: str = read("LoggingEnabled.TargetPrefix", kinds.text, default="")
    partitioned: bool = read("LoggingEnabled.TargetObjectKeyFormat.PartitionedPrefix", kinds.present, default=False)


def _configuration(item: Answer) -> tuple[str, bool]:
    return str(item.get("Id", "")), not any((item.get("Filter") or {}).values())


@facet
class BucketMetrics(Parsed):
    """ListBucketMetricsConfigurations: the request metrics as (ID, whether they cover the whole bucket)."""

    configurations: tuple[tuple[str, bool], ...] = read("MetricsConfigurationList", kinds.many(_configuration))
