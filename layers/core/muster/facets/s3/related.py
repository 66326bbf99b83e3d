"""Facets of buckets that another bucket's configuration names: the targets of its logs and its copies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from muster.facets.s3.buckets import BucketAcl, BucketEncryption, BucketLogging, BucketOwnershipControls, BucketPolicy
from muster.facets.s3.resilience import BucketObjectLock
from muster.model.finding import Unavailable, Unknown, UnknownField

LOG_DELIVERY_SERVICE = "logging.s3.amazonaws.com"
_NAMED = f"service:{LOG_DELIVERY_SERVICE}"


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """The region of a bucket; empty means that there is no such bucket."""

    region: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `BucketRegion`, as HeadBucket answers it."""
        return cls(str(response.get("BucketRegion") or ""))


class ReplicaPlace(BucketPlace):
    """The region of a bucket that objects are copied to."""


class LogTargetPlace(BucketPlace):
    """The region of a bucket that logs go to."""


class LogTargetPolicy(BucketPolicy):
    """The policy of a bucket that logs go to."""


class LogTargetAcl(BucketAcl):
    """The ACL of a bucket that logs go to."""


class LogTargetOwnership(BucketOwnershipControls):
    """The owner of objects in a bucket that logs go to."""


class LogTargetLock(BucketObjectLock):
    """The Object Lock of a bucket that logs go to."""


class LogTargetEncryption(BucketEncryption):
    """The default encryption of a bucket that logs go to."""


@dataclass(frozen=True, slots=True)
class LogSources:
    """The access logs between the buckets of one page of the listing; made from their facets, without a call.

    `targets` are the buckets that others send their logs to, without those known to refuse S3's log delivery: no logs
    arrive there. `takers` are those that send no logs themselves, and that S3's log delivery may write to as far as is
    known. `whole` is true where the account has no buckets on other pages. `unread` says of each of the takers why it
    is not known.
    """

    MADE_OF: ClassVar[tuple[type, ...]] = (BucketLogging, BucketAcl, BucketPolicy)

    targets: frozenset[str]
    takers: frozenset[str]
    whole: bool
    unread: Mapping[str, Unavailable] = field(default_factory=dict)

    def takes(self, name: str) -> bool:
        """Whether S3's log delivery may write to a bucket that sends no logs itself.

        Raises:
            UnknownField: the bucket's ACL or policy could not be read.
        """
        if name in self.unread:
            raise UnknownField(self.unread[name])
        return name in self.takers

    @classmethod
    def gather(cls, buckets: Iterable[tuple[str, Mapping[type, object]]], *, whole: bool) -> Self:
        """Read buckets by name, each with its facets; one whose logging could not be read counts for nothing."""
        targets: set[str] = set()
        takers: set[str] = set()
        refusing: set[str] = set()
        unread: dict[str, Unavailable] = {}
        for name, facets in buckets:
            logging, acl, policy = (facets.get(each) for each in (BucketLogging, BucketAcl, BucketPolicy))
            if isinstance(logging, BucketLogging):
                targets.update({logging.target} - {"", name})
                if not logging.target:
                    found = _takes(acl, policy)
                    (takers if found else refusing).add(name)
                    unread |= {name: found} if isinstance(found, Unavailable) else {}
        return cls(frozenset(targets - refusing), frozenset(takers), whole, unread)


@dataclass(frozen=True, slots=True)
class AllLogTargets:
    """The buckets that any bucket of the account sends its access logs to."""

    names: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `Targets`, the answers of GetBucketLogging put together."""
        return cls(frozenset(response.get("Targets") or ()))


def _takes(acl: object, policy: object) -> bool | Unavailable:
    """Whether log delivery may write to a bucket, or why that is not known; either its ACL or its policy is enough."""
    if isinstance(acl, BucketAcl) and acl.log_target:
        return True
    document = policy.policy if isinstance(policy, BucketPolicy) else None
    if isinstance(document, Unknown):
        return Unavailable(None, document.reason)
    if document is not None and any(each.allow and _NAMED in each.principals for each in document.statements):
        return True
    unread = next((each for each in (acl, policy) if isinstance(each, Unavailable)), None)
    return unread or False
