"""Failures that are accepted, and resources that are excluded. Pure: today is given."""

from collections.abc import Iterable, Mapping
from datetime import date

from muster.analysis.patterns.globs import matches
from muster.configuration.configuration import Exclude, SuppressionRule
from muster.model.finding import Finding, Resource, Status, Suppression


def suppression_for(finding: Finding, suppressions: Iterable[SuppressionRule], today: date) -> Suppression | None:
    """Return the first suppression in force that accepts this failure, or None; only failures are accepted."""
    if finding.status is not Status.NON_COMPLIANT:
        return None
    for rule in suppressions:
        if rule.check == finding.check_id and not _is_expired(rule, today) and _accepts(rule, finding.resource):
            return rule.suppression
    return None


def expired(suppressions: Iterable[SuppressionRule], today: date) -> tuple[SuppressionRule, ...]:
    """Return the suppressions that suppress no longer; each holds through the day it names."""
    return tuple(rule for rule in suppressions if _is_expired(rule, today))


def excluded(resource: Resource, exclude: Exclude) -> bool:
    """Return whether a resource is excluded by its account, its region, its ARN or any one of its tags."""
    return (
        resource.account_id in exclude.accounts
        or resource.region in exclude.regions
        or any(matches(pattern, resource.key) for pattern in exclude.arns)
        or any(_has_tag(resource.tags, key, pattern) for key, pattern in exclude.tags.items())
    )


def _is_expired(rule: SuppressionRule, today: date) -> bool:
    return date.fromisoformat(rule.suppression.expires) < today


def _accepts(rule: SuppressionRule, resource: Resource) -> bool:
    in_place = rule.resource is None or matches(rule.resource, resource.key)
    return in_place and all(_has_tag(resource.tags, key, pattern) for key, pattern in rule.tag.items())


def _has_tag(tags: Mapping[str, str] | None, key: str, pattern: str) -> bool:
    """Return whether a tag is there and matches; tags that were not read match nothing."""
    return tags is not None and key in tags and matches(pattern, tags[key])
