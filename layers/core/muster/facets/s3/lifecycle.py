"""A bucket's lifecycle configuration, in every form that S3 still returns."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.text import counted

_STANDS_OUT = "all_storage_classes_128K"
"""The default since September 2024: transitions leave objects under 128 KB where they are.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""


_NOTHING: tuple[object, ...] = (None, "", (), [])


@dataclass(frozen=True, slots=True)
class When:
    """The time of an action: so many days after an object was made, or a date (aware UTC)."""

    days: int | None = None
    date: datetime | None = None

    def within(self, days: int, now: datetime) -> bool:
        """Whether it reaches every object that is older than so many days."""
        if self.date is not None:
            return self.date <= now
        return self.days is not None and self.days <= days

    def __str__(self) -> str:
        """Return it in words: `after 90 days` or `on 2030-01-01`."""
        return f"on {self.date:%Y-%m-%d}" if self.date else f"after {counted(self.days or 0, 'day')}"


def _days(value: object, _name: str = "", _question: str = "") -> int | None:
    return None if value is None else int(str(value))


def _when(value: Any, _name: str = "", _question: str = "") -> When | None:
    item = value or {}
    days, date = _days(item.get("Days")), item.get("Date")
    if date is not None:
        if not isinstance(date, datetime):
            raise TypeError(f"the Date of a lifecycle rule is not a date: {date!r}")
        return When(date=date if date.tzinfo else date.replace(tzinfo=UTC))
    return When(days=days) if days is not None else None


def _transitions(items: Any, _name: str, _question: str = "") -> tuple[When, ...]:
    return tuple(when for when in map(_when, items or ()) if when)


def _condition(rule: Answer) -> Answer:
    condition: Answer = rule.get("Filter") or {}
    return condition.get("And") or condition


def _prefix(rule: Answer) -> str:
    """Return the prefix, which stands in Filter, in Filter.And, or, in the oldest form, in the rule itself."""
    return str(_condition(rule).get("Prefix") or rule.get("Prefix") or "")


def _limited(rule: Answer) -> bool:
    return any(name != "Prefix" and value not in _NOTHING for name, value in _condition(rule).items())


@facet
class Rule(Parsed):
    """One rule; `limited` says that tags, sizes or conditions that are new to S3 narrow it besides the prefix.

    `noncurrent` are the days until noncurrent versions expire, of which the newest `keeps` never do; `aborts` those
    until unfinished uploads are given up.
    """

    id: str = read("ID", kinds.text)
    enabled: bool = read("Status", kinds.equals("Enabled"))
    prefix: str = computed(_prefix)
    limited: bool = computed(_limited)
    expiration: When | None = read("Expiration", _when)
    transitions: tuple[When, ...] = read("Transitions", _transitions)
    noncurrent: int | None = read("NoncurrentVersionExpiration.NoncurrentDays", _days)
    aborts: int | None = read("AbortIncompleteMultipartUpload.DaysAfterInitiation", _days)
    keeps: int = read("NoncurrentVersionExpiration.NewerNoncurrentVersions", kinds.count(), default=0)

    @property
    def whole(self) -> bool:
        """Whether it is on and covers every object of the bucket."""
        return self.enabled and not self.prefix and not self.limited


@facet
class BucketLifecycle(Parsed):
    """GetBucketLifecycleConfiguration: the rules, and whether transitions leave small objects where they are."""

    rules: tuple[Rule, ...] = read("Rules", kinds.many(Rule.parse))
    small_stay: bool = computed(
        lambda response: response.get("TransitionDefaultMinimumObjectSize", _STANDS_OUT) == _STANDS_OUT, default=True
    )
