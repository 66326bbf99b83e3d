"""What an identity's policy grants: wildcards, NotAction, NotResource and its own denials thought through. Pure.

Only what stands in the policy itself counts. Conditions narrow a grant in ways that cannot be weighed here, so that
one under conditions is still a grant; they are told with it. A denial counts where it has no condition and covers
all that was granted: one that takes a part away leaves the grant open.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from muster.resource_policy import Policy, Statement

SELF_GRANTING = (
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

ANY = "\x00"
"""Stands in an ARN for whatever may be there: only a wildcard matches it."""

EVERYTHING = f"arn:{ANY}:{ANY}:{ANY}:{ANY}:{ANY}"
KMS_KEYS = f"arn:{ANY}:kms:{ANY}:{ANY}:key/{ANY}"


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
        """Say it as a piece of a sentence."""
        under = f" under conditions on {', '.join(self.conditions)}" if self.conditions else ""
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
        left = statement.not_actions and not any(map(_matches_all, statement.not_actions))
        if left and _on_everything(statement) and not _denied_whole(policy, "*"):
            yield _grant(number, statement, ())
        found = [
            action
            for action in statement.actions
            if (service := _whole_service(action))
            and _on_all_of(statement, (f"arn:{ANY}:{service}:{ANY}:{ANY}:{ANY}",))
            and not _denied_whole(policy, service)
        ]
        if found:
            yield _grant(number, statement, found)


def on_all(policy: Policy, action: str, kinds: Sequence[str]) -> Grant | None:
    """Find what allows one action on all resources of the kinds, given as ARNs in which ANY stands for the rest."""
    action = action.lower()
    denied = (each for each in _denying(policy) if speaks_of(each, action))
    if any(_on_all_of(each, kinds) for each in denied):
        return None
    for number, statement in _allowing(policy):
        if speaks_of(statement, action) and _on_all_of(statement, kinds):
            said = [pattern for pattern in statement.actions if matches(pattern, action)]
            return _grant(number, statement, said)
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern of IAM, with `*` and `?`, matches a text, which may hold ANY."""
    return _like(pattern).fullmatch(text) is not None


def speaks_of(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action, which is spelled in lower case."""
    if statement.not_actions:
        return not any(matches(pattern, action) for pattern in statement.not_actions)
    return any(matches(pattern, action) for pattern in statement.actions)


def _says_all(policy: Policy, statement: Statement) -> bool:
    return any(map(_matches_all, statement.actions)) and not _denied_whole(policy, "*")


def _grants_itself(policy: Policy, statement: Statement) -> bool:
    denied = [each for each in _denying(policy) if _on_everything(each)]
    kept = [action for action in SELF_GRANTING if statement.not_actions and speaks_of(statement, action)]
    return any(not any(speaks_of(each, action) for each in denied) for action in kept)


def _grant(number: int, statement: Statement, actions: Sequence[str]) -> Grant:
    doing = ", ".join(actions) or f"everything but {_cut(statement.not_actions)}"
    where = _cut(statement.resources) or f"everything but {_cut(statement.not_resources)}"
    return Grant(number, doing, where, tuple(dict.fromkeys(each.key for each in statement.conditions)))


def _cut(words: Sequence[str], most: int = 4) -> str:
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")


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
        return statement.allow and not any(_covers(each, kind) for each in statement.not_resources for kind in kinds)
    return all(any(_covers(each, kind) for each in statement.resources) for kind in kinds)


def _covers(pattern: str, kind: str) -> bool:
    """Whether a pattern matches every ARN of a kind, in all regions, whatever partition and account it says.

    A region that is left out is none that narrows: the ARNs of services without regions have none.
    """
    pieces, wanted = pattern.split(":", 5), kind.split(":", 5)
    if len(pieces) > 1:
        wanted[1] = pieces[1]
    if len(pieces) == len(wanted):
        wanted[3], wanted[4] = pieces[3] and wanted[3], pieces[4]
    return matches(pattern, ":".join(wanted))


def _matches_all(action: str) -> bool:
    return _ALL_ACTIONS.fullmatch(action) is not None


def _whole_service(action: str) -> str:
    """Return the service of which a pattern matches all actions, `*` for all services, or nothing."""
    if _matches_all(action):
        return "*"
    service, _, name = action.partition(":")
    return service if _ALL_NAMES.fullmatch(name) else ""


def _denied_whole(policy: Policy, service: str) -> bool:
    """Whether all actions of a service, `*` for all services, are denied on everything."""
    for each in _denying(policy):
        if not _on_everything(each):
            continue
        if any(matches(pattern, f"{service}:{ANY}") for pattern in each.actions):
            return True
        if each.not_actions and not any(_may_touch(pattern, service) for pattern in each.not_actions):
            return True
    return False


def _may_touch(pattern: str, service: str) -> bool:
    """Whether a pattern may match an action of a service; with wildcards in its service it may."""
    named = pattern.partition(":")[0]
    return service in (named, "*") or "*" in named or "?" in named


@functools.lru_cache(maxsize=4096)
def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
