"""Remarks on the suppressions of a valid configuration: those that do nothing, end soon, or have ended. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from muster.analysis.patterns.globs import covers
from muster.catalog.catalog import Catalog
from muster.catalog.resource_arns import ANY, can_name
from muster.configuration.configuration import SuppressionRule
from muster.configuration.suppression import is_expired
from muster.model.text import counted, listed, shortened

_COMPARED = 100
"""How many earlier entries of a check an entry is compared with: ten thousand entries are compared in seconds."""
_FEW = 3


class About(StrEnum):
    """The subject of a remark: its last day, its check, the resources it can match, or an earlier entry like it."""

    DATE = "date"
    CHECK = "check"
    REACH = "reach"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about the suppression with this place in the list, counted from 0."""

    place: int
    about: About
    sentence: str


def remarks(
    rules: Sequence[SuppressionRule], catalog: Catalog, selected: Collection[str], today: date, warn_days: int
) -> list[Remark]:
    """Return the remarks, sorted by place; `selected` has the checks that the configuration selects."""
    found: list[Remark] = []
    earlier: dict[str, _Earlier] = {}
    for place, rule in enumerate(rules):
        before = earlier.setdefault(rule.check, _Earlier())
        sentences = {
            About.DATE: _date(rule, today, warn_days),
            About.CHECK: _selection(rule, selected),
            About.REACH: _reach(rule, catalog),
            About.REPEATED: before.repeats(rule),
        }
        found += [
            Remark(place, about, f"{sentence} ({_named(rule)})") for about, sentence in sentences.items() if sentence
        ]
        before.add(place, rule)
    return found


def _named(rule: SuppressionRule) -> str:
    return f"{rule.check} on {shortened(rule.where)}, owner {shortened(rule.suppression.owner)}"


def _date(rule: SuppressionRule, today: date, warn_days: int) -> str:
    last = date.fromisoformat(rule.suppression.expires)
    if is_expired(rule, today):
        return f"expired on {last}: its failures fail again; renew or remove it"
    days = (last - today).days
    if days > warn_days:
        return ""
    when = f"in {counted(days, 'day')}" if days else "today"
    return f"ends on {last}, {when}; renew it or fix the failures"


def _selection(rule: SuppressionRule, selected: Collection[str]) -> str:
    return "" if rule.check in selected else "the configuration does not select its check, so it accepts nothing"


def _reach(rule: SuppressionRule, catalog: Catalog) -> str:
    """Name a pattern that no resource of the check's types can match."""
    check = catalog.checks.get(rule.check)
    types = catalog.resource_types(check) if check else ()
    if rule.resource is None or any(can_name(rule.resource, each, rule.account or ANY) for each in types):
        return ""
    pattern, judged = shortened(rule.resource), listed(types, _FEW)
    if rule.account and any(can_name(rule.resource, each) for each in types):
        return f"it accepts nothing: {pattern} names resources of another account than {rule.account}"
    return f"it accepts nothing: {pattern} is no ARN of {judged}, which the check applies to"


class _Earlier:
    """The earlier entries of one check, found by what they accept or by the literal beginning of their patterns."""

    def __init__(self) -> None:
        self._same: dict[tuple[object, ...], int] = {}
        self._by_prefix: dict[str, list[tuple[int, SuppressionRule]]] = {}

    def add(self, place: int, rule: SuppressionRule) -> None:
        self._same.setdefault(target_of(rule), place)
        self._by_prefix.setdefault(_prefix(rule.resource), []).append((place, rule))

    def repeats(self, rule: SuppressionRule) -> str:
        """Name the earlier entry that accepts the same failures, or all of them as long."""
        if (place := self._same.get(target_of(rule))) is not None:
            return f"suppressions[{place}] names the same failures; keep one of them"
        for place, other in self._candidates(rule):
            if other.suppression.expires >= rule.suppression.expires and _includes(other, rule):
                until = other.suppression.expires
                return f"suppressions[{place}] accepts all its failures, until {until}; remove one of them"
        return ""

    def _candidates(self, rule: SuppressionRule) -> Iterator[tuple[int, SuppressionRule]]:
        """Yield the entries whose pattern may include another: its literal beginning begins the other, too."""
        prefix, left = _prefix(rule.resource), _COMPARED
        for length in range(len(prefix) + 1):
            for place, other in self._by_prefix.get(prefix[:length], ()):
                if not left:
                    return
                left -= 1
                yield place, other


def target_of(rule: SuppressionRule) -> tuple[object, ...]:
    """Return what an entry accepts, besides its check: entries of the same target accept the same failures."""
    return rule.resource, rule.account, tuple(sorted(rule.tag.items()))


def _prefix(resource: str | None) -> str:
    return (resource or "").partition("*")[0].partition("?")[0]


def _includes(one: SuppressionRule, other: SuppressionRule) -> bool:
    """Whether one entry accepts every failure that another accepts."""
    return (
        one.account in (None, other.account)
        and _tags_include(one.tag, other.tag)
        and covers(one.resource or "*", other.resource or "*")
    )


def _tags_include(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(key in other and covers(pattern, other[key]) for key, pattern in one.items())
