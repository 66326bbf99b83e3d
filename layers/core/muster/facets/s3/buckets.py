"""What S3 answers about a bucket and about the account's buckets as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.model.finding import Unknown

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"

ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse", "aws:fsx", "aws:backup")
OWNERSHIPS = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")


@dataclass(frozen=True, slots=True)
class BucketVersioning:
    """`status` is Enabled, Suspended or empty: never versioned; `mfa_delete` is Enabled, Disabled or empty: never."""

    status: str | Unknown
    mfa_delete: str | Unknown = ""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketVersioning."""
        return cls(
            _word("versioning", response.get("Status"), ("Enabled", "Suspended")),
            _word("MFA delete", response.get("MFADelete"), ("Enabled", "Disabled")),
        )


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
                    _word("the default encryption", default["SSEAlgorithm"], ALGORITHMS),
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


@dataclass(frozen=True, slots=True)
class PublicAccessBlock:
    """The four switches; absent means that all are off."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetPublicAccessBlock, of S3 or S3 Control."""
        said = response.get("PublicAccessBlockConfiguration") or {}
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        return cls(*(bool(said.get(name, False)) for name in names))

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
        """Return what holds when both stand: S3 applies the stricter of the two, switch by switch.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
        """
        return PublicAccessBlock(
            self.block_public_acls or other.block_public_acls,
            self.ignore_public_acls or other.ignore_public_acls,
            self.block_public_policy or other.block_public_policy,
            self.restrict_public_buckets or other.restrict_public_buckets,
        )


@dataclass(frozen=True, slots=True)
class BucketPublicAccessBlock(PublicAccessBlock):
    """The switches of one bucket."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class BucketAcl:
    """The grants of the access control list, as (grantee's group URI or empty, permission)."""

    grants: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketAcl.

        Raises:
            ValueError: a grant is for a group that S3 does not document, or does not say for whom: it may be all.
        """
        grants = response.get("Grants") or ()
        return cls(tuple((_group(grant.get("Grantee") or {}), str(grant.get("Permission", ""))) for grant in grants))

    @property
    def public(self) -> tuple[str, ...]:
        """What everybody, or everybody with an AWS account, may do: `AllUsers READ`."""
        return tuple(
            f"{uri.rpartition('/')[2]} {permission}"
            for uri, permission in self.grants
            if uri in (ALL_USERS, AUTHENTICATED_USERS)
        )

    @property
    def log_target(self) -> bool:
        """Whether S3's log delivery may write to the bucket."""
        return any(uri == LOG_DELIVERY and permission in ("WRITE", "FULL_CONTROL") for uri, permission in self.grants)


def _group(grantee: Mapping[str, Any]) -> str:
    """Return the URI of a group, empty for whoever is none.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee
    """
    uri = str(grantee.get("URI") or "")
    if (uri or grantee.get("Type") == "Group") and uri not in (ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY):
        raise ValueError(f"a grant is for the group {uri!r}, which Muster does not know")
    if not (uri or grantee.get("ID") or grantee.get("EmailAddress")):
        raise ValueError("a grant does not say whom it is for")
    return uri


@dataclass(frozen=True, slots=True)
class BucketPolicy:
    """The bucket's policy, empty where there is none; Unknown where it cannot be understood."""

    policy: Policy | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketPolicy."""
        return cls(policy_of(response.get("Policy"), "the bucket"))


@dataclass(frozen=True, slots=True)
class BucketOwnershipControls:
    """Who owns objects that others write; empty means the oldest way, ObjectWriter."""

    object_ownership: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketOwnershipControls."""
        rules = (response.get("OwnershipControls") or {}).get("Rules") or ()
        said = next((rule.get("ObjectOwnership") for rule in rules), None)
        return cls(_word("object ownership", said, OWNERSHIPS))


@dataclass(frozen=True, slots=True)
class BucketLogging:
    """The bucket and the prefix where access logs go; an empty bucket means that logging is off.

    `partitioned` says that account, region and bucket follow the prefix in the names of the logs.
    """

    target: str
    prefix: str = ""
    partitioned: bool = False

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketLogging."""
        said = response.get("LoggingEnabled") or {}
        partition = (said.get("TargetObjectKeyFormat") or {}).get("PartitionedPrefix")
        return cls(str(said.get("TargetBucket", "")), str(said.get("TargetPrefix", "")), partition is not None)


@dataclass(frozen=True, slots=True)
class BucketMetrics:
    """The request-metrics configurations, as (id, whether it covers the whole bucket)."""

    configurations: tuple[tuple[str, bool], ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListBucketMetricsConfigurations."""
        items = response.get("MetricsConfigurationList") or ()
        return cls(tuple((str(item.get("Id", "")), not any((item.get("Filter") or {}).values())) for item in items))


def _word(what: str, said: object, expected: tuple[str, ...]) -> str | Unknown:
    """Return one of the words that AWS documents, or empty where it says nothing."""
    if not said or said in expected:
        return str(said or "")
    return Unknown(f"AWS said of {what} what Muster does not know: {said!r}")
