"""The words of a scan as frozen values: resource, verdict, finding and what could not be read."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from muster.errors import Signal

GLOBAL = "global"
"""The region of resources and shards that no region owns."""

ACCOUNT = "AWS::::Account"
"""The pseudo-resource type of an account, spelled as AWS Config spells it."""

REGION = "AWS::::Region"
"""The pseudo-resource type of one region of an account."""

TAGGED = "AWS::::TaggedResource"
"""The type of the resources that are found by their tags and that no lister lists."""

TARGET = "AWS::::Target"
"""The pseudo-resource type that stands for resources which could not be listed."""


class Status(StrEnum):
    """The result of judging one resource by one check, in AWS Config's words.

    https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
    """

    COMPLIANT = "COMPLIANT"
    NON_COMPLIANT = "NON_COMPLIANT"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Severity(StrEnum):
    """The weight of a failure; members compare by rank, INFORMATIONAL lowest."""

    INFORMATIONAL = "INFORMATIONAL"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        """0 for INFORMATIONAL up to 4 for CRITICAL."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing of an account that is judged.

    `type` is in CloudFormation's spelling, `arn` is None where AWS gives no ARN (an account, a region),
    `tags` is None while nobody has read them.
    """

    type: str
    id: str
    account_id: str
    region: str
    partition: str = "aws"
    arn: str | None = None
    tags: Mapping[str, str] | None = None

    @property
    def key(self) -> str:
        """The resource's name in finding ids: the ARN, or a fixed word for an account or region."""
        return self.arn or _KEYS.get(self.type, self.type + "/" + self.id)

    @property
    def identity(self) -> tuple[str, str, str]:
        """The resource's name within a scan: account, region and key."""
        return self.account_id, self.region, self.key


_KEYS = {ACCOUNT: "aws:account", REGION: "aws:region"}


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A part that could not be read: its IAM permission (None when no permission would help) and the reason."""

    permission: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A field that AWS answered without a usable value; reading it as a value is refused by `known`."""

    reason: str


class UnknownField(Signal):
    """A check read a field that is not known; caught by the engine alone."""

    def __init__(self, unavailable: Unavailable) -> None:
        """Carry what could not be read."""
        super().__init__(unavailable.reason)
        self.unavailable = unavailable


T = TypeVar("T")


def known(value: T | Unknown) -> T:
    """Return the value of a field, or stop the check when the field is not known.

    Raises:
        UnknownField: the field is `Unknown`; the engine answers INSUFFICIENT_DATA.
    """
    if isinstance(value, Unknown):
        raise UnknownField(Unavailable(None, value.reason))
    return value


@dataclass(frozen=True, slots=True)
class Related(Generic[T]):
    """Facets of other resources that the judged one names, by the name it uses for them."""

    by_key: Mapping[str, "T | Unavailable"] = field(default_factory=dict)

    def __getitem__(self, key: str) -> T:
        """Return the facet of one related resource, or stop the check when it could not be read."""
        value = self.by_key.get(key, Unavailable(None, f"{key} was not read"))
        if isinstance(value, Unavailable):
            raise UnknownField(value)
        return value

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self.by_key)


@dataclass(frozen=True, slots=True)
class ObservedAt:
    """The facet every check may read without a call: when the scan began, as an aware UTC time."""

    at: datetime


Values = tuple[tuple[str, str], ...]
"""What a fix needs besides the resource's own names: words in capitals of the check's fix, each with its value."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check: a status, a reason an auditor can read, and values for the check's fix.

    `facts` name each thing that is wrong, in words that checks share which find the same things. `rest` judges again
    without some of them; without it, the verdict stays whole. `adds` is what the other check's reason lacks.
    `controls` are those of the check's controls that concern the resource; None stands for all of them.
    """

    status: Status
    reason: str
    values: Values = ()
    facts: frozenset[str] = field(default=frozenset(), compare=False)
    rest: "Callable[[frozenset[str]], Verdict] | None" = field(default=None, compare=False, repr=False)
    adds: str = field(default="", compare=False)
    controls: tuple[str, ...] | None = field(default=None, compare=False)

    def citing(self, *controls: str) -> "Verdict":
        """Return the verdict on a resource that only these of the check's controls concern."""
        return replace(self, controls=controls)

    def about(
        self, *facts: str, rest: "Callable[[frozenset[str]], Verdict] | None" = None, adds: str = ""
    ) -> "Verdict":
        """Return the verdict with the facts that it is about."""
        return replace(self, facts=frozenset(facts), rest=rest, adds=adds)


def compliant(reason: str) -> Verdict:
    """Return that the resource passes."""
    return Verdict(Status.COMPLIANT, reason)


def non_compliant(reason: str, **values: str) -> Verdict:
    """Return that the resource fails.

    `values` are for the check's fix: `port="22"` stands for PORT in its commands, `statement_id` for STATEMENT-ID.
    """
    named = tuple((name.upper().replace("_", "-"), value) for name, value in values.items())
    return Verdict(Status.NON_COMPLIANT, reason, named)


def failing(facts: Mapping[str, str], suffix: str = "", **values: str) -> Verdict:
    """Return that the resource fails for these facts, each with its part of the reason."""

    def rest(covered: frozenset[str]) -> Verdict:
        return failing({fact: text for fact, text in facts.items() if fact not in covered}, suffix, **values)

    return non_compliant("; ".join(dict.fromkeys(facts.values())) + suffix, **values).about(*facts, rest=rest)


def not_applicable(reason: str) -> Verdict:
    """Return that the check does not apply to this resource."""
    return Verdict(Status.NOT_APPLICABLE, reason)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A failure that somebody accepted for a while."""

    reason: str
    owner: str
    expires: str
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on one resource by one check at one time; `settings` are the check's as they were used.

    `remediation` is the check's fix, and `values` are the verdict's for it. A finding that was read back from a report
    has None for them: there the fix has the resource's names already.
    """

    finding_id: str
    check_id: str
    check_version: int
    title: str
    severity: Severity
    status: Status
    reason: str
    resource: Resource
    service: str
    observed_at: datetime
    controls: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    variant: str = ""
    remediation: str = ""
    docs_url: str = ""
    unavailable: tuple[Unavailable, ...] = ()
    suppression: Suppression | None = None
    first_seen: datetime | None = None
    account_name: str = ""
    values: Values | None = ()

    @property
    def failing(self) -> bool:
        """Whether it fails and nobody accepted the failure."""
        return self.status is Status.NON_COMPLIANT and self.suppression is None

    @property
    def unread(self) -> tuple[Unavailable, ...] | None:
        """What could not be read, None where everything was."""
        return self.unavailable or None


def finding_id(resource: Resource, check_id: str, variant: str = "") -> str:
    """Name a finding so that the same check on the same resource has the same name in every scan."""
    parts = (resource.partition, resource.account_id, resource.region, check_id, resource.key, variant)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
