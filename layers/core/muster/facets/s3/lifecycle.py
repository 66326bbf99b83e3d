"""A bucket's lifecycle configuration, in every shape that S3 still answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

STANDS_OUT = "all_storage_classes_128K"
"""The default since September 2024: transitions leave objects under 128 KB where they are.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""


_NOTHING: tuple[object, ...] = (None, "", (), [])


@dataclass(frozen=True, slots=True)
class When:
    """When an action happens: so many days after an object was made, or on a date (aware UTC)."""

    days: int | None = None
    date: datetime | None = None

    def within(self, days: int, now: datetime) -> bool:
        """Whether it reaches every object that is older than so many days."""
        if self.date is not None:
            return self.date <= now
        return self.days is not None and self.days <= days

    def __str__(self) -> str:
        """Say it: `after 90 days` or `on 2030-01-01`."""
        return f"on {self.date:%Y-%m-%d}" if self.date else f"after {self.days} days"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `limited` says that tags, sizes or what S3 may think of next narrow it besides the prefix.

    `noncurrent` are the days until noncurrent versions expire, of which the newest `keeps` never do; `aborts` those
    until unfinished uploads are given up.
    """

    id: str
    enabled: bool
    prefix: str
    limited: bool
    expiration: When | None
    transitions: tuple[When, ...]
    noncurrent: int | None
    aborts: int | None
    keeps: int = 0

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Self:
        """Parse one rule: the prefix stands in Filter, in Filter.And, or, in the oldest form, in the rule itself."""
        condition = item.get("Filter") or {}
        inner = condition.get("And") or condition
        expiration = item.get("Expiration") or {}
        noncurrent = item.get("NoncurrentVersionExpiration") or {}
        transitions = (_when(each) for each in item.get("Transitions") or ())
        return cls(
            id=str(item.get("ID", "")),
            enabled=item.get("Status") == "Enabled",
            prefix=str(inner.get("Prefix") or item.get("Prefix") or ""),
            limited=any(name != "Prefix" and value not in _NOTHING for name, value in inner.items()),
            expiration=_when(expiration),
            transitions=tuple(when for when in transitions if when),
            noncurrent=_number(noncurrent.get("NoncurrentDays")),
            aborts=_number((item.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation")),
            keeps=_number(noncurrent.get("NewerNoncurrentVersions")) or 0,
        )

    @property
    def whole(self) -> bool:
        """Whether it is on and covers every object of the bucket."""
        return self.enabled and not self.prefix and not self.limited


@dataclass(frozen=True, slots=True)
class BucketLifecycle:
    """The rules, and whether transitions leave small objects where they are."""

    rules: tuple[Rule, ...]
    small_stay: bool = True

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetBucketLifecycleConfiguration."""
        rules = tuple(Rule.parse(item) for item in response.get("Rules") or ())
        return cls(rules, response.get("TransitionDefaultMinimumObjectSize", STANDS_OUT) == STANDS_OUT)


def _when(item: Mapping[str, Any]) -> When | None:
    days, date = _number(item.get("Days")), item.get("Date")
    if date is not None:
        if not isinstance(date, datetime):
            raise TypeError(f"a rule's Date is no date: {date!r}")
        return When(date=date if date.tzinfo else date.replace(tzinfo=UTC))
    return When(days=days) if days is not None else None


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))
