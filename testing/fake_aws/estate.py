"""A seeded estate: the facts of each instance and bucket follow from its number, and so does the right verdict.

Nothing is kept in memory, so an estate of a million instances costs what one of ten does.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ACCOUNT = "123456789012"
REQUIRED = ("Environment", "Owner", "CostCenter", "Project")
OLD = 90
"""The age in days that the check of lifecycle rules asks for by default."""
COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE = "COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"
TAGS = "required-tags"
TOKENS = "ec2-instance-imdsv2-required"
MONITORING = "ec2-instance-detailed-monitoring-enabled"
ENCRYPTION = "s3-bucket-encrypted"
LIFECYCLE = "s3-bucket-lifecycle-covers-old-objects"
VERSIONING = "s3-bucket-versioning-enabled"
PUBLIC_ACCESS = "s3-bucket-level-public-access-prohibited"
METRICS = "s3-bucket-request-metrics-configured"
TLS = "s3-bucket-ssl-requests-only"
CHECKS = (TAGS, TOKENS, MONITORING, ENCRYPTION, LIFECYCLE, VERSIONING, PUBLIC_ACCESS, METRICS, TLS)
"""What every tool of the benchmark judges, by Muster's names: seven calls a bucket, one for each check of buckets."""

Judged = tuple[str, str, str]
"""The check, the resource's id and the status."""

_SWITCHES = ((True,) * 4, (True, True, False, False), (False, False, False, False), None)
_ABROAD = 5
"""One bucket in so many lies abroad, where an estate has regions abroad."""
_EXPIRY = ((0, ""), (30, ""), (365, ""), (30, "logs/"))


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: what is asked about it, and the number that the rest of it follows from."""

    number: int
    id: str
    state: str
    tokens: str
    endpoint: str
    monitoring: str
    public_ip: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket: empty, None or 0 where nothing is configured.

    `switches` are those of the public access block in the order of S3's answer; `prefix` and `metrics_prefix` narrow
    the lifecycle rule and the metrics configuration.
    """

    name: str
    region: str
    algorithm: str
    expiry_days: int
    prefix: str
    versioning: str
    switches: tuple[bool, ...] | None
    metrics: str
    metrics_prefix: str
    log_target: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Estate:
    """So many instances and buckets, dealt out to the regions one after the other.

    With `abroad`, every fifth bucket lies in one of those regions instead; there is no instance in them.
    """

    instances: int = 1_000
    buckets: int = 20
    seed: int = 1
    regions: tuple[str, ...] = ("eu-west-1",)
    abroad: tuple[str, ...] = ()

    @property
    def all_regions(self) -> tuple[str, ...]:
        """The regions that the account has enabled."""
        return *self.regions, *self.abroad

    def instance(self, number: int) -> Instance:
        """Return one instance."""
        draw = self._drawn("i", number)
        tags = {"Name": f"host-{number:07d}"}
        tags |= {key: f"{key.lower()}-{draw[5] % 7}" for key in REQUIRED}
        if draw[0] % 3 == 0:
            del tags[REQUIRED[draw[1] % len(REQUIRED)]]
        return Instance(
            number=number,
            id=f"i-{self.seed:03x}{number:014x}",
            state="stopped" if draw[6] % 4 == 0 else "running",
            tokens="optional" if draw[2] % 8 < 3 else "required",  # noqa: PLR2004 - three of eight
            endpoint="disabled" if draw[7] % 16 == 0 else "enabled",
            monitoring="enabled" if draw[3] % 4 == 0 else "disabled",
            public_ip=f"198.51.{number >> 8 & 255}.{number & 255}" if draw[4] % 5 == 0 else "",
            tags=tags,
        )

    def bucket(self, number: int) -> Bucket:
        """Return one bucket."""
        draw = self._drawn("b", number)
        metrics = ("", "EntireBucket", "part")[draw[4] % 3]
        days, prefix = _EXPIRY[draw[1] % 4]
        return Bucket(
            name=f"bucket-{number:05d}",
            region=self._region_of_bucket(number),
            algorithm="aws:kms" if draw[0] % 3 == 0 else "AES256",
            expiry_days=days,
            prefix=prefix,
            versioning=("", "Enabled", "Enabled", "Suspended")[draw[2] % 4],
            switches=_SWITCHES[draw[3] % 4],
            metrics=metrics,
            metrics_prefix="in/" if metrics == "part" else "",
            log_target="access-logs" if draw[5] % 2 else "",
            tags={key: f"{key.lower()}-{draw[7] % 5}" for key in REQUIRED[: (0, 2, 4, 4)[draw[6] % 4]]},
        )

    def numbers(self, region: str) -> range:
        """Return the numbers of a region's instances."""
        if region not in self.regions:
            return range(0)
        return range(self.regions.index(region), self.instances, len(self.regions))

    def _region_of_bucket(self, number: int) -> str:
        if self.abroad and number % _ABROAD == _ABROAD - 1:
            return self.abroad[number // _ABROAD % len(self.abroad)]
        return self.regions[number % len(self.regions)]

    def _drawn(self, kind: str, number: int) -> bytes:
        return hashlib.blake2b(f"{self.seed}/{kind}/{number}".encode(), digest_size=8).digest()


def truth(estate: Estate) -> Iterator[Judged]:
    """Yield check, resource id and the right status, for every pair there is."""
    for number in range(estate.instances):
        yield from judged_instance(estate.instance(number))
    for number in range(estate.buckets):
        yield from judged_bucket(estate.bucket(number))


def tally(judged: Iterator[Judged]) -> Counter[tuple[str, str]]:
    """Count verdicts by check and status."""
    return Counter((check, status) for check, _, status in judged)


def judged_instance(instance: Instance) -> Iterator[Judged]:
    """Yield the right verdicts on an instance."""
    yield TAGS, instance.id, _whether(instance.tags.keys() >= set(REQUIRED))
    yield TOKENS, instance.id, _whether(instance.endpoint == "disabled" or instance.tokens == "required")
    running = instance.state == "running"
    yield MONITORING, instance.id, _whether(instance.monitoring == "enabled") if running else NOT_APPLICABLE


def judged_bucket(bucket: Bucket) -> Iterator[Judged]:
    """Yield the right verdicts on a bucket."""
    yield TAGS, bucket.name, _whether(bucket.tags.keys() >= set(REQUIRED))
    yield ENCRYPTION, bucket.name, _whether(bucket.algorithm)
    yield LIFECYCLE, bucket.name, _whether(0 < bucket.expiry_days <= OLD and not bucket.prefix)
    yield VERSIONING, bucket.name, _whether(bucket.versioning == "Enabled")
    yield PUBLIC_ACCESS, bucket.name, _whether(bucket.switches and all(bucket.switches))
    yield METRICS, bucket.name, _whether(bucket.metrics and not bucket.metrics_prefix)
    yield TLS, bucket.name, NON_COMPLIANT  # no bucket of an estate has a policy


def _whether(fine: object) -> str:
    return COMPLIANT if fine else NON_COMPLIANT
