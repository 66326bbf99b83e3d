"""Failures that are accepted, and resources that are excluded. Pure: today is given."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from muster.analysis.patterns.globs import matches
from muster.configuration.configuration import Exclude, SuppressionRule
from muster.model.finding import Finding, Resource, Status, Suppression


class Suppressions:
    """The suppressions of a configuration by their checks, those in force on a day before those that have expired.

    Those of a check are found by the literal beginning of their ARNs: there may be thousands of them.
    """

    def __init__(self, rules: Iterable[SuppressionRule], today: date) -> None:
        """Judge the expiry as of a day."""
        self._by_check: dict[str, dict[str, list[tuple[int, SuppressionRule]]]] = {}
        for place, rule in enumerate(sorted(rules, key=lambda rule: is_expired(rule, today))):
            beginning = (rule.resource or "").partition("*")[0].partition("?")[0]
            self._by_check.setdefault(rule.check, {}).setdefault(beginning, []).append((place, rule))
        self._lengths = {check: sorted({*map(len, found)}) for check, found in self._by_check.items()}
        self._today = today

    @property
    def checks(self) -> frozenset[str]:
        """The ids of the checks that have a suppression, expired ones included."""
        return frozenset(self._by_check)

    def rule_for(self, check_id: str, resource: Resource) -> SuppressionRule | None:
        """Return the entry that accepts a failure of a check: the first in force, else the first expired one."""
        rules = self._by_check.get(check_id)
        if rules is None:
            return None
        key = resource.key
        lengths = (length for length in self._lengths[check_id] if length <= len(key))
        found = [each for length in lengths for each in rules.get(key[:length], ())]
        return next((rule for _, rule in sorted(found, key=itemgetter(0)) if accepts(rule, resource)), None)

    def rule_for_row(self, row: Mapping[str, Any]) -> SuppressionRule | None:
        """Return the entry that accepts a failing row of the table `findings`, as `rule_for` does.

        The row needs the columns check_id, resource_type, resource_id, resource_arn, account_id, region and tags.
        """
        if row["check_id"] not in self._by_check:
            return None
        tags = json.loads(row["tags"]) if row["tags"] is not None else None
        where = (row["resource_type"], row["resource_id"], row["account_id"], row["region"])
        return self.rule_for(row["check_id"], Resource(*where, arn=row["resource_arn"], tags=tags))

    def expired_on(self, row: Mapping[str, Any]) -> str:
        """Return the last day (YYYY-MM-DD) of the entry that accepted a failing row until it expired, or nothing."""
        rule = self.rule_for_row(row)
        return rule.suppression.expires if rule and is_expired(rule, self._today) else ""

    def suppression_for(self, finding: Finding) -> Suppression | None:
        """Return the first suppression in force that accepts this failure, or None; only failures are accepted."""
        if finding.status is not Status.NON_COMPLIANT:
            return None
        rule = self.rule_for(finding.check_id, finding.resource)
        return None if rule is None or is_expired(rule, self._today) else rule.suppression


def rule_for(row: Mapping[str, Any], rules: Iterable[SuppressionRule], today: date) -> SuppressionRule | None:
    """Return the entry that accepts a failing row of the table `findings`; for many rows, make `Suppressions` once."""
    return Suppressions(rules, today).rule_for_row(row)


def suppression_for(finding: Finding, suppressions: Iterable[SuppressionRule], today: date) -> Suppression | None:
    """Return the first suppression in force that accepts this failure; for many findings, make `Suppressions` once."""
    return Suppressions(suppressions, today).suppression_for(finding)


def expired(suppressions: Iterable[SuppressionRule], today: date) -> tuple[SuppressionRule, ...]:
    """Return the suppressions that suppress no longer; each holds through the day it names."""
    return tuple(rule for rule in suppressions if is_expired(rule, today))


def excluded(resource: Resource, exclude: Exclude) -> bool:
    """Return whether a resource is excluded by its account, its region, its ARN or any one of its tags."""
    return (
        resource.account_id in exclude.accounts
        or resource.region in exclude.regions
        or any(matches(pattern, resource.key) for pattern in exclude.arns)
        or any(_has_tag(resource.tags, key, pattern) for key, pattern in exclude.tags.items())
    )


def is_expired(rule: SuppressionRule, today: date) -> bool:
    """Return whether the last day of an entry is over."""
    return date.fromisoformat(rule.suppression.expires) < today


def accepts(rule: SuppressionRule, resource: Resource) -> bool:
    """Return whether a resource matches all that an entry names, whatever the day."""
    return (
        (rule.account is None or rule.account == resource.account_id)
        and (rule.resource is None or matches(rule.resource, resource.key))
        and all(_has_tag(resource.tags, key, pattern) for key, pattern in rule.tag.items())
    )


def _has_tag(tags: Mapping[str, str] | None, key: str, pattern: str) -> bool:
    """Return whether a tag is there and matches; tags that were not read match nothing."""
    return tags is not None and key in tags and matches(pattern, tags[key])
