"""What S3 answers about buckets that another bucket's configuration names: where its logs and its copies go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets.s3 import BucketAcl, BucketEncryption, BucketOwnershipControls, BucketPolicy
from muster.facets.s3_resilience import BucketObjectLock


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """The region of a bucket; empty means that there is no such bucket."""

    region: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `BucketRegion`, as HeadBucket says it."""
        return cls(str(response.get("BucketRegion") or ""))


@dataclass(frozen=True, slots=True)
class ReplicaPlace(BucketPlace):
    """The region of a bucket that objects are copied to."""


@dataclass(frozen=True, slots=True)
class LogTargetPlace(BucketPlace):
    """The region of a bucket that logs go to."""


@dataclass(frozen=True, slots=True)
class LogTargetPolicy(BucketPolicy):
    """The policy of a bucket that logs go to."""


@dataclass(frozen=True, slots=True)
class LogTargetAcl(BucketAcl):
    """The access control list of a bucket that logs go to."""


@dataclass(frozen=True, slots=True)
class LogTargetOwnership(BucketOwnershipControls):
    """Who owns objects in a bucket that logs go to."""


@dataclass(frozen=True, slots=True)
class LogTargetLock(BucketObjectLock):
    """The Object Lock of a bucket that logs go to."""


@dataclass(frozen=True, slots=True)
class LogTargetEncryption(BucketEncryption):
    """The default encryption of a bucket that logs go to."""
