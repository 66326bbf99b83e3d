"""Grants of an identity's policy, with its wildcards, NotAction, NotResource and its own denials. Pure.

Only what stands in the policy itself counts. Conditions narrow a grant in ways that cannot be weighed here, so that
one under conditions is still a grant; they are told with it. A denial counts where it has no condition and covers
all that was granted: one that takes a part away leaves the grant open.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from muster.analysis.patterns.globs import has_wildcard, intersects, matches
from muster.analysis.policies import arn_forms
from muster.analysis.policies.condition_keys import spelled as spelled_key
from muster.analysis.policies.document import Policy, Statement
from muster.analysis.policies.wildcards import ANY, applies_to, covers_arns
from muster.model.arn import parts
from muster.model.text import listed

_SELF_GRANTING = (
    "iam:addusertogroup",
    "iam:attachgrouppolicy",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:createpolicyversion",
    "iam:passrole",
    "iam:putgrouppolicy",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:updateloginprofile",
)
"""Actions by which a principal gets at more than it was granted: whoever keeps one of them has all the others.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
"""

EVERYTHING = f"arn:{ANY}:{ANY}:{ANY}:{ANY}:{ANY}"
KMS_KEYS = f"arn:{ANY}:kms:{ANY}:{ANY}:key/{ANY}"
ROLES = f"arn:{ANY}:iam::{ANY}:role/{ANY}"


_SHOWN = 4
"""How many actions or resources a reason names."""
_ALL_ACTIONS = re.compile(r"\*+(:\*+)?")
_ALL_NAMES = re.compile(r"[*?]*\*[*?]*")


@dataclass(frozen=True, slots=True)
class Grant:
    """A statement that grants too much: its number in the policy, and what it grants in its own words."""

    statement: int
    actions: str
    resources: str
    conditions: tuple[str, ...]

    def __str__(self) -> str:
        """Return the grant as a piece of a sentence."""
        under = f" (with a condition on {', '.join(self.conditions)})" if self.conditions else ""
        return f"statement {self.statement} allows {self.actions} on {self.resources}{under}"


def read_policy(document: object) -> Policy:
    """Read a policy as the SDK hands it over: decoded, as JSON, or as IAM sends it, with percent signs.

    Raises:
        ValueError: it is no policy.
    """
    if isinstance(document, Mapping):
        return Policy.parse(json.dumps(document))
    text = str(document)
    return Policy.parse(text if text.lstrip().startswith("{") else unquote(text))


def administrative(policy: Policy) -> Grant | None:
    """Find what allows everything on everything, or all but so little that the holder can grant itself the rest.

    A statement that says everything is forgiven only where everything is denied again: it was meant so. One that says
    NotAction is forgiven too where what grants the rest is denied.
    """
    for number, statement in _allowing(policy):
        if _on_everything(statement) and (_says_all(policy, statement) or _grants_itself(policy, statement)):
            return _grant(number, statement, statement.actions)
    return None


def whole_services(policy: Policy) -> Iterator[Grant]:
    """Find what allows all actions of a service, of some or of all, on all its resources."""
    for number, statement in _allowing(policy):
        found = [action for action in statement.actions if _open_services(policy, statement, _whole_service(action))]
        left = statement.not_actions and not any(map(_matches_all, statement.not_actions))
        if found or (left and _open_services(policy, statement, "*")):
            yield _grant(number, statement, found)


def on_all(policy: Policy, action: str, kinds: Sequence[str]) -> Grant | None:
    """Find what allows one action on all resources of the kinds, given as ARNs in which ANY stands for the rest."""
    action = action.lower()
    denied = (each for each in _denying(policy) if applies_to(each, action))
    if any(_on_all_of(each, kinds) for each in denied):
        return None
    for number, statement in _allowing(policy):
        if applies_to(statement, action) and _on_all_of(statement, kinds):
            patterns = [pattern for pattern in statement.actions if matches(pattern, action)]
            return _grant(number, statement, patterns)
    return None


def _open_services(policy: Policy, statement: Statement, pattern: str) -> bool:
    """Whether a statement speaks of all resources of some service that a pattern matches, and no Deny takes it back."""
    if not pattern:
        return False
    if not has_wildcard(pattern):
        return _on_service(statement, pattern) and not _denied_whole(policy, pattern)
    if _on_everything(statement):
        return not _denied_whole(policy, pattern)
    return any(
        _on_service(statement, service) and not _denied_whole(policy, service)
        for service in _named_services(statement.resources)
        if matches(pattern, service) and not any(intersects(each, f"{service}:*") for each in statement.not_actions)
    )


def _named_services(resources: Sequence[str]) -> Iterator[str]:
    """Yield the services whose ARNs the resources name, by their names or by a pattern of names."""
    for resource in resources:
        for service in parts(resource)[2:3]:
            if has_wildcard(service):
                yield from (each for each in sorted(arn_forms.services()) if matches(service, each))
            else:
                yield service


def _on_service(statement: Statement, service: str) -> bool:
    """Whether a statement is about all that a service has; where its ARNs are not known, as far as that can be."""
    found = [_on_all_of(statement, (kind,)) for kind in arn_forms.kinds(service)]
    return any(found) if statement.allow else all(found)


def _says_all(policy: Policy, statement: Statement) -> bool:
    return any(map(_matches_all, statement.actions)) and not _denied_whole(policy, "*")


def _grants_itself(policy: Policy, statement: Statement) -> bool:
    denied = [each for each in _denying(policy) if _on_everything(each)]
    kept = [action for action in _SELF_GRANTING if statement.not_actions and applies_to(statement, action)]
    return any(not any(applies_to(each, action) for each in denied) for action in kept)


def _grant(number: int, statement: Statement, actions: Sequence[str]) -> Grant:
    given = statement.actions or statement.not_actions
    spelled = dict(zip(given, statement.written or given, strict=True))
    excluded = [spelled[action] for action in statement.not_actions]
    doing = ", ".join(spelled[action] for action in actions) or f"all actions except {listed(excluded, _SHOWN)}"
    where = listed(statement.resources, _SHOWN) or f"all resources except {listed(statement.not_resources, _SHOWN)}"
    keys = (spelled_key(each.key) for each in statement.conditions)
    return Grant(number, doing, where, tuple(dict.fromkeys(keys)))


def _allowing(policy: Policy) -> Iterator[tuple[int, Statement]]:
    return ((number, each) for number, each in enumerate(policy.statements, 1) if each.allow)


def _denying(policy: Policy) -> Iterator[Statement]:
    return (each for each in policy.statements if not each.allow and not each.conditions)


def _on_everything(statement: Statement) -> bool:
    return _on_all_of(statement, (EVERYTHING,))


def _on_all_of(statement: Statement, kinds: Sequence[str]) -> bool:
    """Whether a statement is about all resources of the kinds; those of one account are all that it has.

    With NotResource an Allow leaves too little out to count; what a Deny leaves out stays open.
    """
    if statement.not_resources:
        return statement.allow and not any(
            covers_arns(each, kind) for each in statement.not_resources for kind in kinds
        )
    return all(any(covers_arns(each, kind) for each in statement.resources) for kind in kinds)


def _matches_all(action: str) -> bool:
    return _ALL_ACTIONS.fullmatch(action) is not None


def _whole_service(action: str) -> str:
    """Return the service of which a pattern matches all actions, `*` for all services, or nothing."""
    if _matches_all(action):
        return "*"
    service, _, name = action.partition(":")
    return service if _ALL_NAMES.fullmatch(name) else ""


def _denied_whole(policy: Policy, service: str) -> bool:
    """Whether all actions of a service, `*` for all services, are denied on everything or on all that it has."""
    for each in _denying(policy):
        if not _on_everything(each) and (has_wildcard(service) or not _on_service(each, service)):
            continue
        if any(matches(pattern, f"{service}:{ANY}") for pattern in each.actions):
            return True
        if each.not_actions and not any(intersects(pattern, f"{service}:*") for pattern in each.not_actions):
            return True
    return False
