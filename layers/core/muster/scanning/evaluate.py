"""Judging: one rule, one resource, its facets become one finding. Pure; the one place that says INSUFFICIENT_DATA.

One fact gives one finding: where two checks report the same of a resource, the one that yields is silent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from muster.model.check import Check
from muster.model.finding import (
    TARGET,
    Finding,
    ObservedAt,
    Resource,
    Status,
    Unavailable,
    UnknownField,
    Verdict,
    finding_id,
    not_applicable,
)
from muster.model.rule import Rule
from muster.model.text import sentence

_JUDGED = (Status.COMPLIANT, Status.NON_COMPLIANT)


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule says of a resource: the verdict, what could not be read, and controls of checks that yield to it."""

    verdict: Verdict
    unavailable: tuple[Unavailable, ...] = ()
    controls: tuple[str, ...] = ()


class Judge:
    """Judges resources by one rule; what all of its findings say alike is prepared once."""

    def __init__(self, rule: Rule, observed_at: datetime) -> None:
        """Prepare a rule; `observed_at` is when the scan began."""
        check = rule.check
        self.rule, self._at, self._function = rule, observed_at, check.function
        self._facets, self._settings = tuple(check.facets.values()), dict(rule.settings)
        self.controls = check.controls if rule.controls is None else rule.controls
        self._url = docs_url(check)
        self._inactive = None if rule.active else _inactive(check)

    def __call__(self, resource: Resource, facets: Mapping[type, object]) -> Finding:
        """Judge a resource; a facet that is `Unavailable` or missing makes it INSUFFICIENT_DATA."""
        return self.finding(resource, self.result(resource, facets))

    def result(self, resource: Resource, facets: Mapping[type, object]) -> Result:
        """Return the verdict on a resource, and what could not be read for it."""
        if self._inactive is not None:
            return Result(self._inactive)
        values = [
            facets[facet] if facet in facets else _without_call(facet, resource, self._at) for facet in self._facets
        ]
        missing = [value for value in values if value is None or isinstance(value, Unavailable)]
        if missing:
            reasons = tuple(value for value in missing if value is not None)
            return _unread(reasons or (Unavailable(None, "no data was read"),))
        try:
            verdict = self._function(*values, **self._settings)
        except UnknownField as unknown:
            return _unread((unknown.unavailable,))
        return Result(verdict)

    def unread(self, resource: Resource, missing: tuple[Unavailable, ...]) -> Finding:
        """Return the finding that something could not be read."""
        return self.finding(resource, _unread(missing))

    def answer(self, resource: Resource, verdict: Verdict) -> Finding:
        """Return the finding of a verdict that was reached without the check."""
        return self.finding(resource, Result(verdict))

    def cited(self, verdict: Verdict) -> tuple[str, ...]:
        """Return the controls that a verdict supports."""
        only = verdict.controls
        return self.controls if only is None else tuple(each for each in self.controls if each in only)

    def finding(self, resource: Resource, result: Result) -> Finding:
        """Return the finding of a result."""
        rule, check, verdict = self.rule, self.rule.check, result.verdict
        controls = self.cited(verdict)
        return Finding(
            finding_id(resource, check.id, rule.variant),
            check.id,
            check.version,
            check.title,
            check.severity,
            verdict.status,
            verdict.reason,
            resource,
            rule.service,
            self._at,
            controls if not result.controls else tuple(dict.fromkeys((*controls, *result.controls))),
            rule.settings,
            rule.variant,
            check.fix,
            self._url,
            result.unavailable,
            values=verdict.values,
        )


class Judges:
    """Judges resources of one type by all of its rules, and reports each fact once (decision 44)."""

    def __init__(self, rules: Sequence[Rule], observed_at: datetime) -> None:
        """Prepare the rules, all of one resource type; `observed_at` is when the scan began."""
        self._judges = tuple(Judge(rule, observed_at) for rule in rules)
        speakers = {
            place: [other for name in rule.check.yields_to for other, each in enumerate(rules) if each.check.id == name]
            for place, rule in enumerate(rules)
        }
        self._speakers = {place: speakers[place] for place in _ordered(speakers) if speakers[place]}

    def __call__(self, resource: Resource, facets: Mapping[type, object]) -> Iterator[Finding]:
        """Yield the findings of all rules on a resource, in the order of the rules."""
        if not self._speakers:
            yield from (judge(resource, facets) for judge in self._judges)
            return
        results = [judge.result(resource, facets) for judge in self._judges]
        for place, speakers in self._speakers.items():
            self._yield(results, place, speakers)
        yield from (judge.finding(resource, result) for judge, result in zip(self._judges, results, strict=True))

    def _yield(self, results: list[Result], place: int, speakers: Sequence[int]) -> None:
        check, own = self._judges[place].rule.check, results[place].verdict
        if own.status is Status.COMPLIANT and check.yields_always:
            judged = (
                other for other in speakers if results[other].verdict.status in (Status.COMPLIANT, Status.NON_COMPLIANT)
            )
            if (other := next(judged, None)) is not None:
                results[place] = self._silent(other)
        if own.status is not Status.NON_COMPLIANT:
            return
        failing = [other for other in speakers if results[other].verdict.status is Status.NON_COMPLIANT]
        telling = [other for other in failing if not own.facts or own.facts & results[other].verdict.facts]
        covered = frozenset(fact for other in telling for fact in results[other].verdict.facts)
        if not telling:
            return
        if own.facts <= covered:
            results[place] = self._silent(telling[0])
            self._carry(results, telling[0], place, own)
        elif own.rest is not None:
            results[place] = Result(own.rest(own.facts & covered))

    def _silent(self, other: int) -> Result:
        return Result(not_applicable(f"{self._judges[other].rule.check.id} reports this"))

    def _carry(self, results: list[Result], other: int, place: int, own: Verdict) -> None:
        """Give the controls of a silent check, and what it adds, to the finding that speaks for it."""
        result, controls = results[other], self._judges[place].cited(own)
        verdict = replace(result.verdict, reason=f"{result.verdict.reason}; {own.adds}") if own.adds else result.verdict
        results[other] = replace(result, verdict=verdict, controls=(*result.controls, *controls))


def evaluate(rule: Rule, resource: Resource, facets: Mapping[type, object], observed_at: datetime) -> Finding:
    """Judge one resource by a rule, as a `Judge` does many."""
    return Judge(rule, observed_at)(resource, facets)


def _unread(missing: tuple[Unavailable, ...]) -> Result:
    unique = tuple(dict.fromkeys(missing))
    reason = "; ".join(f"{gap.reason} (needs {gap.permission})" if gap.permission else gap.reason for gap in unique)
    return Result(Verdict(Status.INSUFFICIENT_DATA, sentence(reason)), unique)


def _inactive(check: Check) -> Verdict:
    names = " or ".join(f"settings.{check.id}.{name}" for name in check.opt_in)
    return not_applicable(f"The check is off until {names} is set")


def _without_call(facet: type, resource: Resource, observed_at: datetime) -> object:
    """Return a facet that needs no call, None for any other."""
    if facet is Resource:
        return resource
    return ObservedAt(observed_at) if facet is ObservedAt else None


def unlisted(rule: Rule, target: Resource, unavailable: Unavailable, observed_at: datetime) -> Finding:
    """Return the finding that the resources of a target could not be listed, so that none silently vanishes."""
    if target.type != TARGET:
        raise ValueError("only a target stands for resources that could not be listed")
    return Judge(rule, observed_at).unread(target, (unavailable,))


def docs_url(check: Check) -> str:
    """Return where the check's page is: the URL AWS gives as its source, else the page in this repository."""
    return check.source or f"docs/checks/{check.id}.md"


def _ordered(speakers: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the places so that each comes after those that it yields to: what is silent itself speaks for none."""
    done: list[int] = []

    def add(place: int, waiting: frozenset[int]) -> None:
        if place in done or place in waiting:
            return
        for other in speakers[place]:
            add(other, waiting | {place})
        done.append(place)

    for place in speakers:
        add(place, frozenset())
    return done
