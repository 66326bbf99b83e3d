"""What S3 answers about how long objects are locked in a bucket and where they are copied to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.model.finding import Unknown

_YEAR = 365


@dataclass(frozen=True, slots=True)
class BucketObjectLock:
    """Object Lock: `mode` and `days` are the retention that new objects get by default, empty and 0 without one."""

    enabled: bool
    mode: str | Unknown
    days: int

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetObjectLockConfiguration; a year is counted as 365 days."""
        said = response.get("ObjectLockConfiguration") or {}
        retention = (said.get("Rule") or {}).get("DefaultRetention") or {}
        days = int(retention.get("Days") or 0) + _YEAR * int(retention.get("Years") or 0)
        return cls(said.get("ObjectLockEnabled") == "Enabled", _mode(retention.get("Mode")), days)

    @property
    def retains(self) -> bool:
        """Whether new objects are retained by default."""
        return self.enabled and self.mode != "" and self.days > 0


@dataclass(frozen=True, slots=True)
class ReplicationRule:
    """One rule: `bucket` is the destination's name, `part` whether it copies only some of the objects."""

    id: str
    enabled: bool | Unknown
    bucket: str | Unknown
    part: bool

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Self:
        """Parse one rule; what it copies is said by a filter, or by the prefix of the older form."""
        said = str((item.get("Destination") or {}).get("Bucket") or "")
        name = said.rpartition(":::")[2]
        return cls(
            id=str(item.get("ID", "")),
            enabled=_enabled(item.get("Status")),
            bucket=name if name and ":" not in name else Unknown(f"a rule replicates to what is no bucket: {said!r}"),
            part=bool(item.get("Prefix")) or any((item.get("Filter") or {}).values()),
        )


@dataclass(frozen=True, slots=True)
class BucketReplication:
    """The rules by which objects are copied to other buckets; none means that there is no replication."""

    rules: tuple[ReplicationRule, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketReplication."""
        rules = (response.get("ReplicationConfiguration") or {}).get("Rules") or ()
        return cls(tuple(map(ReplicationRule.parse, rules)))

    @property
    def destinations(self) -> tuple[str, ...]:
        """The buckets that rules in force, as far as is known, copy to."""
        names = (rule.bucket for rule in self.rules if rule.enabled is not False)
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def _mode(said: object) -> str | Unknown:
    if not said or said in ("GOVERNANCE", "COMPLIANCE"):
        return str(said or "")
    return Unknown(f"AWS said of the retention's mode what Muster does not know: {said!r}")


def _enabled(said: object) -> bool | Unknown:
    if said in ("Enabled", "Disabled"):
        return said == "Enabled"
    return Unknown(f"AWS said of a replication rule's status what Muster does not know: {said!r}")
