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


def evaluate(rule: Rule, resource: Resource, facets: Mapping[type, object], observed_at: datetime) -> Finding:
    """Judge a resource by a rule; a facet that is `Unavailable` or missing makes it INSUFFICIENT_DATA."""
    if not rule.active:
        return _finding(rule, resource, _inactive(rule.check), observed_at)
    values = [
        facets[facet] if facet in facets else _without_call(facet, resource, observed_at)
        for facet in rule.check.facets.values()
    ]
    missing = [value for value in values if value is None or isinstance(value, Unavailable)]
    if missing:
        said = tuple(value for value in missing if value is not None)
        return _unread(rule, resource, said or (Unavailable(None, "nothing was read"),), observed_at)
    try:
        verdict = rule.check.function(*values, **rule.settings)
    except UnknownField as unknown:
        return _unread(rule, resource, (unknown.unavailable,), observed_at)
    return _finding(rule, resource, verdict, observed_at)


def _inactive(check: Check) -> Verdict:
    names = " or ".join(f"settings.{check.id}.{name}" for name in check.opt_in)
    return not_applicable(f"nobody asked for it: {names} would")


def _without_call(facet: type, resource: Resource, observed_at: datetime) -> object:
    """Return a facet that needs no call, None for any other."""
    if facet is Resource:
        return resource
    return ObservedAt(observed_at) if facet is ObservedAt else None


def unlisted(rule: Rule, target: Resource, unavailable: Unavailable, observed_at: datetime) -> Finding:
    """Return the finding that the resources of a target could not be listed, so that none silently vanishes."""
    if target.type != TARGET:
        raise ValueError("only a target stands for resources that could not be listed")
    return _unread(rule, target, (unavailable,), observed_at)


def _unread(rule: Rule, resource: Resource, missing: tuple[Unavailable, ...], at: datetime) -> Finding:
    unique = tuple(dict.fromkeys(missing))
    reason = "; ".join(f"{gap.reason} (needs {gap.permission})" if gap.permission else gap.reason for gap in unique)
    return _finding(rule, resource, Verdict(Status.INSUFFICIENT_DATA, reason), at, unique)


def _finding(
    rule: Rule, resource: Resource, verdict: Verdict, at: datetime, unavailable: tuple[Unavailable, ...] = ()
) -> Finding:
    check = rule.check
    return Finding(
        finding_id=finding_id(resource, check.id, rule.variant),
        check_id=check.id,
        check_version=check.version,
        title=check.title,
        severity=check.severity,
        status=verdict.status,
        reason=verdict.reason,
        resource=resource,
        service=rule.service,
        observed_at=at,
        controls=check.controls if rule.controls is None else rule.controls,
        settings=rule.settings,
        variant=rule.variant,
        remediation=check.fix,
        docs_url=docs_url(check),
        unavailable=unavailable,
    )


def docs_url(check: Check) -> str:
    """Return where the check's page is: the URL AWS gives as its source, else the page in this repository."""
    return check.source or f"docs/checks/{check.id}.md"
