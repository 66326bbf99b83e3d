"""Principals that can assume a role by its trust policy, with the conditions and denials that hold them. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from muster.analysis.patterns.globs import has_wildcard
from muster.analysis.policies.condition_keys import Key, find
from muster.analysis.policies.condition_values import Fixes
from muster.analysis.policies.document import Condition, Policy, Statement
from muster.analysis.policies.strangers import OWNER, PRINCIPAL, SERVICE, Query, get_past, known
from muster.analysis.policies.wildcards import applies_to
from muster.model.arn import PREFIX, Arn

_ASSUMING = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
"""The actions that a trust policy lets principals in by."""

_LIKE = ("stringlike", "arnlike", "arnequals")
_ACCOUNT_ID = re.compile(r"\d{12}")
_TENANT = re.compile(r"[^:*?]+:[^:*?/]+[:/]")


@dataclass(frozen=True, slots=True)
class Trusted:
    """Somebody whom a statement lets in, `*` for everyone, with the conditions of the denials that stand against it."""

    principal: str
    conditions: tuple[Condition, ...]
    denials: tuple[tuple[Condition, ...], ...]

    def held(self, fixes: Fixes) -> bool:
        """Whether no request gets in that lacks what `fixes` knows; every other key may say anything."""
        sender = SERVICE if self.principal.startswith("service:") else PRINCIPAL
        return not get_past(self.conditions, self.denials, Query(fixes, loosely=True), (sender,))

    def values_of(self, keys: Collection[str]) -> tuple[str, ...]:
        """Return the values that conditions of these keys have, of the statement and of the denials."""
        every = (*self.conditions, *(each for denial in self.denials for each in denial))
        return tuple(value for each in every if each.key in keys for value in each.values)


def trusted(policy: Policy) -> Iterator[Trusted]:
    """Yield who may assume the role, once for each statement that says so."""
    for statement in policy.statements:
        ways = [action for action in _ASSUMING if applies_to(statement, action)]
        if not statement.allow or not ways:
            continue
        for principal in ("*",) if statement.not_principals else statement.principals:
            stops = (each for each in policy.statements if not each.allow and _stops(each, ways))
            yield Trusted(principal, statement.conditions, tuple(each.conditions for each in stops))


def fixing(keys: Collection[str]) -> Fixes:
    """Return what says whether a value of one of these keys, in lower case, says whose a request is."""

    def fixes(key: Key, operator: str, value: str) -> bool:
        return key.name.lower() in keys and _narrow(key, operator, value)

    return fixes


def fixing_to(keys: Collection[str], accounts: Collection[str]) -> Fixes:
    """Return what says whether a value of one of these keys can only be had by principals of the accounts."""
    names_somebody = fixing(keys)

    def fixes(key: Key, operator: str, value: str) -> bool:
        return names_somebody(key, operator, value) and (value == OWNER or of_accounts(value, accounts))

    return fixes


def either(*every: Fixes) -> Fixes:
    """Return what says whether one of these does."""
    return lambda key, operator, value: any(fixes(key, operator, value) for fixes in every)


def of_accounts(principal: str, accounts: Collection[str]) -> bool:
    """Whether a principal is of one of the accounts; the id that is left of a deleted one is nobody's."""
    if arn := Arn.parse(principal):
        return arn.service in ("iam", "sts") and arn.account in accounts
    if _ACCOUNT_ID.fullmatch(principal):
        return principal in accounts
    return not principal.startswith(PREFIX)


def _stops(denial: Statement, ways: Sequence[str]) -> bool:
    """Whether a Deny speaks of everyone, and of every way in of a statement."""
    return denial.everybody and all(applies_to(denial, action) for action in ways)


def _narrow(key: Key, operator: str, value: str) -> bool:
    """Whether a value says whose the request is, in spite of its wildcards."""
    if value == OWNER:
        return True
    if "${" in value or not operator.startswith(("string", "arn")):
        return False
    if operator not in _LIKE or not has_wildcard(value):
        return True
    if find(key.name).holds:
        return known(key, operator, value) or _bucket(key, value)
    if key.name.lower().endswith(":repository"):
        return not has_wildcard(value.partition("/")[0])
    # What is left are claims of identity providers, `repo:octo-org/*` for example: the tenant must be spelled out.
    return not key.name.lower().startswith(("aws:", "sts:")) and _TENANT.match(value) is not None


def _bucket(key: Key, value: str) -> bool:
    """Whether a pattern names buckets by the beginning of their names; their ARNs have no account to fix."""
    arn = Arn.parse(value)
    return key.holds == "arn" and arn is not None and not arn.account and arn.resource[:1] not in ("*", "?", "")
