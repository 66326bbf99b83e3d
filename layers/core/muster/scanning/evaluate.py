"""Judging: one rule, one resource, its facets become one finding. Pure; the one place that says INSUFFICIENT_DATA."""

from collections.abc import Mapping
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


class Judge:
    """Judges resources by one rule; what all of its findings say alike is prepared once."""

    def __init__(self, rule: Rule, observed_at: datetime) -> None:
        """Prepare a rule; `observed_at` is when the scan began."""
        check = rule.check
        self._rule, self._at, self._function = rule, observed_at, check.function
        self._facets, self._settings = tuple(check.facets.values()), dict(rule.settings)
        self._controls = check.controls if rule.controls is None else rule.controls
        self._url = docs_url(check)
        self._inactive = None if rule.active else _inactive(check)

    def __call__(self, resource: Resource, facets: Mapping[type, object]) -> Finding:
        """Judge a resource; a facet that is `Unavailable` or missing makes it INSUFFICIENT_DATA."""
        if self._inactive is not None:
            return self._finding(resource, self._inactive)
        values = [
            facets[facet] if facet in facets else _without_call(facet, resource, self._at) for facet in self._facets
        ]
        missing = [value for value in values if value is None or isinstance(value, Unavailable)]
        if missing:
            reasons = tuple(value for value in missing if value is not None)
            return self.unread(resource, reasons or (Unavailable(None, "no data was read"),))
        try:
            verdict = self._function(*values, **self._settings)
        except UnknownField as unknown:
            return self.unread(resource, (unknown.unavailable,))
        return self._finding(resource, verdict)

    def unread(self, resource: Resource, missing: tuple[Unavailable, ...]) -> Finding:
        """Return the finding that something could not be read."""
        unique = tuple(dict.fromkeys(missing))
        reason = "; ".join(f"{gap.reason} (needs {gap.permission})" if gap.permission else gap.reason for gap in unique)
        return self._finding(resource, Verdict(Status.INSUFFICIENT_DATA, sentence(reason)), unique)

    def answer(self, resource: Resource, verdict: Verdict) -> Finding:
        """Return the finding of a verdict that was reached without the check."""
        return self._finding(resource, verdict)

    def _finding(self, resource: Resource, verdict: Verdict, unavailable: tuple[Unavailable, ...] = ()) -> Finding:
        rule, check = self._rule, self._rule.check
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
            self._controls,
            rule.settings,
            rule.variant,
            check.fix,
            self._url,
            unavailable,
            values=verdict.values,
        )


def evaluate(rule: Rule, resource: Resource, facets: Mapping[type, object], observed_at: datetime) -> Finding:
    """Judge one resource by a rule, as a `Judge` does many."""
    return Judge(rule, observed_at)(resource, facets)


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
