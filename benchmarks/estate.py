"""A seeded estate: the facts of each instance and bucket follow from its number, and so does the right verdict.

Nothing is kept in memory, so an estate of a million instances costs what one of ten does.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

REQUIRED = ("Environment", "Owner", "CostCenter", "Project")
COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE = "COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"
CHECKS = (
    "required-tags",
    "ec2-instance-imdsv2-required",
    "ec2-instance-detailed-monitoring-enabled",
    "s3-bucket-encrypted",
    "s3-bucket-lifecycle-covers-old-objects",
    "s3-bucket-versioning-enabled",
    "s3-bucket-level-public-access-prohibited",
    "s3-bucket-request-metrics-configured",
    "s3-bucket-logging-enabled",
)
"""What every tool of the benchmark judges."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: what is asked about it."""

    id: str
    tokens: str
    monitoring: str
    public_ip: str
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket: None or empty where nothing is configured."""

    name: str
    algorithm: str
    expiry_days: int
    versioning: str
    blocked: bool
    metrics: bool
    logging: bool
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Estate:
    """So many instances and buckets, in one region."""

    instances: int = 1_000
    buckets: int = 20
    seed: int = 1

    def instance(self, number: int) -> Instance:
        """Return one instance."""
        draw = self._drawn("i", number)
        tags = {key: f"{key.lower()}-{draw[5] % 7}" for key in REQUIRED}
        if draw[0] < 85:  # noqa: PLR2004 - a third of 256
            del tags[REQUIRED[draw[1] % len(REQUIRED)]]
        tags["Name"] = f"host-{number:07d}"
        return Instance(
            id=f"i-{self.seed:03x}{number:014x}",
            tokens="required" if draw[2] < 160 else "optional",  # noqa: PLR2004
            monitoring="enabled" if draw[3] < 60 else "disabled",  # noqa: PLR2004
            public_ip=f"198.51.{number >> 8 & 255}.{number & 255}" if draw[4] < 50 else "",  # noqa: PLR2004
            tags=tags,
        )

    def bucket(self, number: int) -> Bucket:
        """Return one bucket."""
        draw = self._drawn("b", number)
        tags = {key: f"{key.lower()}-{draw[7] % 5}" for key in REQUIRED[: draw[6] % 5]}
        return Bucket(
            name=f"bucket-{self.seed:03x}-{number:06d}",
            algorithm=("AES256", "AES256", "aws:kms", "aws:kms:dsse")[draw[0] % 4],
            expiry_days=(0, 30, 90, 365)[draw[1] % 4],
            versioning=("", "Enabled", "Enabled", "Suspended")[draw[2] % 4],
            blocked=draw[3] < 200,  # noqa: PLR2004
            metrics=draw[4] < 100,  # noqa: PLR2004
            logging=draw[5] < 128,  # noqa: PLR2004
            tags=tags,
        )

    def truth(self) -> Iterator[tuple[str, str, str]]:
        """Yield check, resource id and the right status, for every pair there is."""
        for number in range(self.instances):
            yield from judged_instance(self.instance(number))
        for number in range(self.buckets):
            yield from judged_bucket(self.bucket(number))

    def _drawn(self, kind: str, number: int) -> bytes:
        return hashlib.blake2b(f"{self.seed}/{kind}/{number}".encode(), digest_size=8).digest()


def judged_instance(instance: Instance) -> Iterator[tuple[str, str, str]]:
    """Yield the right verdicts on an instance."""
    yield CHECKS[0], instance.id, _whether(instance.tags.keys() >= set(REQUIRED))
    yield CHECKS[1], instance.id, _whether(instance.tokens == "required")
    yield CHECKS[2], instance.id, _whether(instance.monitoring == "enabled")


def judged_bucket(bucket: Bucket) -> Iterator[tuple[str, str, str]]:
    """Yield the right verdicts on a bucket."""
    yield CHECKS[0], bucket.name, _whether(bucket.tags.keys() >= set(REQUIRED))
    yield CHECKS[3], bucket.name, COMPLIANT
    yield CHECKS[4], bucket.name, _whether(0 < bucket.expiry_days <= 90)  # noqa: PLR2004 - the check's own setting
    yield CHECKS[5], bucket.name, _whether(bucket.versioning == "Enabled")
    yield CHECKS[6], bucket.name, _whether(bucket.blocked)
    yield CHECKS[7], bucket.name, _whether(bucket.metrics)
    yield CHECKS[8], bucket.name, _whether(bucket.logging)


def _whether(fine: object) -> str:
    return COMPLIANT if fine else NON_COMPLIANT
