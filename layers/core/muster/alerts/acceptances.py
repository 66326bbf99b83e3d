"""Suppressions that people must hear of: they end soon, have ended, or accept nothing. Pure: today is given."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from muster.alerts.news import Acceptance
from muster.configuration import SuppressionRule
from muster.configuration.suppression import is_expired
from muster.reports.overview import Accepted


class Condition(StrEnum):
    """The condition of a suppression that is announced."""

    ENDING = "ending"
    ENDED = "ended"
    STALE = "stale"


_STATES: Mapping[Condition | None, str] = MappingProxyType(
    {Condition.ENDED: "expired", Condition.ENDING: "ending", Condition.STALE: "stale", None: "active"}
)
"""The state of a suppression in a report, those to look at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The failures that each suppression accepts, or accepted before it expired, by the keys of the suppressions.

    `judged` has the checks of which the scan saw every resource and knows every answer: only of their suppressions it
    is certain that they match nothing.
    """

    counts: Mapping[str, int]
    judged: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Announced:
    """The suppressions to announce now, and the names to remember with the alert once it was sent."""

    acceptances: tuple[Acceptance, ...]
    remember: tuple[str, ...]


def judged_checks(
    insufficient: Mapping[str, int], *, whole: bool, complete: bool, recorded: bool = True
) -> frozenset[str]:
    """Return the checks whose suppressions may be called stale.

    `insufficient` has the number of INSUFFICIENT_DATA findings of each check of the scan. A scan of one pack or region,
    an incomplete one, and one that is not recorded judge none.
    """
    if not (whole and complete and recorded):
        return frozenset()
    return frozenset(check for check, count in insufficient.items() if not count)


def acceptances(
    rules: Iterable[SuppressionRule], today: date, warn_days: int, matches: Matches
) -> dict[str, Acceptance]:
    """Return what is to say of suppressions, by a name for the suppression and its condition.

    A suppression has at most one condition. It has ended after its last day. A stale one accepts no failure that the
    scan found. One that ends within `warn_days` days, counted from today, is ending.
    """
    found: dict[str, Acceptance] = {}
    for rule in rules:
        condition = _condition(rule, today, warn_days, matches)
        if condition is not None:
            found.setdefault(_name(rule, condition), _acceptance(rule, condition, matches.counts.get(rule.key, 0)))
    return dict(sorted(found.items(), key=lambda item: _order(item[1])))


def announced(
    rules: Iterable[SuppressionRule], today: date, warn_days: int, matches: Matches, before: Collection[str]
) -> Announced:
    """Return the suppressions that the next alert announces: each once for each condition.

    `before` are the names that the last alert left. Those that still hold stay; that a suppression is stale also stays
    where this scan did not judge it, so that it is not announced again by the next one that does.
    """
    rules = tuple(rules)
    now = acceptances(rules, today, warn_days, matches)
    unjudged = {_name(rule, Condition.STALE) for rule in rules if rule.check not in matches.judged}
    return Announced(
        tuple(acceptance for name, acceptance in now.items() if name not in before),
        tuple(sorted({*now, *(unjudged & set(before))})),
    )


def accepted(rules: Iterable[SuppressionRule], today: date, warn_days: int, matches: Matches) -> tuple[Accepted, ...]:
    """Return all suppressions as a report shows them: those to look at first, then those that are in force."""
    found = [(_STATES[_condition(rule, today, warn_days, matches)], rule) for rule in rules]
    order = list(_STATES.values())
    ranked = sorted(found, key=lambda each: (order.index(each[0]), each[1].suppression.expires, each[1].check))
    return tuple(
        Accepted(
            check_id=rule.check,
            where=rule.where,
            owner=rule.suppression.owner,
            reason=rule.suppression.reason,
            ticket=rule.suppression.ticket,
            until=rule.suppression.expires,
            state=state,
            count=matches.counts.get(rule.key, 0),
        )
        for state, rule in ranked
    )


def _condition(rule: SuppressionRule, today: date, warn_days: int, matches: Matches) -> Condition | None:
    if is_expired(rule, today):
        return Condition.ENDED
    if rule.check in matches.judged and not matches.counts.get(rule.key):
        return Condition.STALE
    last = date.fromisoformat(rule.suppression.expires)
    return Condition.ENDING if last - today <= timedelta(days=warn_days) else None


def _name(rule: SuppressionRule, condition: Condition) -> str:
    return f"{rule.key} {condition}"


def _acceptance(rule: SuppressionRule, condition: Condition, count: int) -> Acceptance:
    accepted = rule.suppression
    return Acceptance(
        state=condition.value,
        check_id=rule.check,
        resource=rule.where,
        owner=accepted.owner,
        reason=accepted.reason,
        ticket=accepted.ticket,
        until=accepted.expires,
        count=count,
    )


def _order(acceptance: Acceptance) -> tuple[object, ...]:
    """What has ended first, with the most failures that fail again; then what ends first; stale ones last."""
    return (
        _FIRST.index(acceptance.state),
        -acceptance.count if acceptance.state == Condition.ENDED else 0,
        acceptance.until,
        acceptance.check_id,
        acceptance.resource,
    )


_FIRST = (Condition.ENDED, Condition.ENDING, Condition.STALE)
