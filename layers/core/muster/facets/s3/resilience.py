"""S3: Object Lock and replication of a bucket."""

from typing import Any

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.s3.buckets import word
from muster.model.finding import Unknown

_YEAR = 365
_RETENTION = "ObjectLockConfiguration.Rule.DefaultRetention"


def _days(retention: Any, _name: str, _question: str = "") -> int:
    """Return the days of a retention; a year is counted as 365 days."""
    period = retention or {}
    return int(period.get("Days") or 0) + _YEAR * int(period.get("Years") or 0)


@facet
class BucketObjectLock(Parsed):
    """GetObjectLockConfiguration: `mode` and `days` are the retention that new objects get, empty and 0 without one."""

    enabled: bool = read("ObjectLockConfiguration.ObjectLockEnabled", kinds.equals("Enabled"))
    mode: str | Unknown = read(f"{_RETENTION}.Mode", word("GOVERNANCE", "COMPLIANCE"), name="the retention's mode")
    days: int = read(_RETENTION, _days)

    @property
    def retains(self) -> bool:
        """Whether new objects are retained by default."""
        return self.enabled and self.mode != "" and self.days > 0


def _enabled(value: object, _name: str, _question: str = "") -> bool | Unknown:
    if value in ("Enabled", "Disabled"):
        return value == "Enabled"
    return Unknown(f"AWS returned a status of a replication rule that Muster does not know: {value!r}")


def _bucket(value: object, _name: str, _question: str = "") -> str | Unknown:
    arn = str(value or "")
    name = arn.rpartition(":::")[2]
    return (
        name if name and ":" not in name else Unknown(f"The destination of a replication rule is not a bucket: {arn!r}")
    )


def _part(rule: Answer) -> bool:
    """Whether a filter, or the prefix of the older form, narrows what a rule copies."""
    return bool(rule.get("Prefix")) or any((rule.get("Filter") or {}).values())


@facet
class ReplicationRule(Parsed):
    """One rule: `bucket` is the destination's name, `part` whether it copies only some of the objects."""

    id: str = read("ID", kinds.text)
    enabled: bool | Unknown = read("Status", _enabled)
    bucket: str | Unknown = read("Destination.Bucket", _bucket)
    part: bool = computed(_part)


@facet
class BucketReplication(Parsed):
    """GetBucketReplication: the rules by which objects are copied to other buckets; none means no replication."""

    rules: tuple[ReplicationRule, ...] = read("ReplicationConfiguration.Rules", kinds.many(ReplicationRule.parse))

    @property
    def destinations(self) -> tuple[str, ...]:
        """The buckets that rules in force, as far as is known, copy to."""
        names = (rule.bucket for rule in self.rules if rule.enabled is not False)
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))
