"""Ways by which a policy lets its principal gain permissions: the paths of data/escalation_paths.yaml. Pure.

A path is open if the policy allows each of its actions on a resource that matters. MFA, addresses, tags and dates in a
condition do not close it; they are named with it. Boundaries and policies of the organization are not seen.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.analysis.patterns.globs import covers, has_wildcard, intersects
from muster.analysis.policies.condition_keys import spelled
from muster.analysis.policies.conditions import met, split
from muster.analysis.policies.document import Condition, Policy, Statement
from muster.analysis.policies.wildcards import ANY, applies_to, covers_arns
from muster.data import package_data
from muster.model.arn import Arn, parts

_PASSING = "iam:PassRole"
_SELF = "${aws:username}"
_FULL = ("policy/AdministratorAccess", "policy/IAMFullAccess", "policy/PowerUserAccess")
"""AWS managed policies that are no limit: a condition that names one of them leaves the path open."""
_POLICY_ARN, _BOUNDARY = "iam:policyarn", "iam:permissionsboundary"
_BOUND = ("iam:attach", "iam:create", "iam:put", "iam:delete")
"""The beginnings of actions whose requests carry iam:PermissionsBoundary."""


@dataclass(frozen=True, slots=True)
class Path:
    """Actions that open a way together, each a tuple of alternatives; `services` are those that get the role."""

    actions: tuple[tuple[str, ...], ...]
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalation:
    """An open path: its actions, the statement that allows each, and the condition keys that do not close it."""

    actions: tuple[str, ...]
    statements: tuple[int, ...]
    conditions: tuple[str, ...]

    def __str__(self) -> str:
        """Return the path as a piece of a sentence."""
        under = f" (with a condition on {', '.join(self.conditions)})" if self.conditions else ""
        return " + ".join(self.actions) + under


@functools.cache
def paths(*, existing_compute: bool = False) -> tuple[Path, ...]:
    """Return the known paths; those by existing compute only if they are asked for."""
    data = _data()
    passed = (
        Path(((_PASSING,), *_actions(actions)), tuple(services.split("|")))
        for services, rows in data["passing"].items()
        for actions in rows
    )
    alone = [*data["direct"], *(data["existing"] if existing_compute else ())]
    return (*(Path(_actions(actions)) for actions in alone), *passed)


def escalations(policy: Policy, own: str = "", *, existing_compute: bool = False) -> Iterator[Escalation]:
    """Yield each open path of a policy; `own` is the ARN of the principal that alone has the policy, if it is one."""
    search = _Search(policy, own)
    for path in paths(existing_compute=existing_compute):
        for service in path.services or ("",):
            if found := search.open(path, service):
                yield found
                break


def opened_together(
    policies: Sequence[Policy],
    own: str = "",
    *,
    apart: Sequence[Sequence[Policy]] = (),
    existing_compute: bool = False,
) -> Iterator[tuple[Escalation, tuple[int, ...]]]:
    """Yield each path that policies of one principal open and none of them alone, with the policy of each action.

    A Deny in any of the policies counts. Paths that the policies in an item of `apart` open are left out too: those of
    a group, of which the group has a finding.
    """
    whole = _Search(_joined(policies), own)
    owners = [number for number, policy in enumerate(policies) for _ in policy.statements]
    parts_of_it = [_Search(each, own) for each in policies]
    parts_of_it += [_Search(_joined(each), own) for each in apart]
    for path in paths(existing_compute=existing_compute):
        services = path.services or ("",)
        found = next(filter(None, (whole.open(path, service) for service in services)), None)
        if found and not any(part.open(path, service) for part in parts_of_it for service in services):
            yield found, tuple(owners[number - 1] for number in found.statements)


def _joined(policies: Sequence[Policy]) -> Policy:
    return Policy(tuple(statement for policy in policies for statement in policy.statements))


def passed_by_name(policy: Policy) -> tuple[str, ...]:
    """Return the roles that iam:PassRole is allowed on by their whole names."""
    allowing = (each for each in policy.statements if each.allow and applies_to(each, _PASSING))
    return tuple(dict.fromkeys(name for each in allowing for name in each.resources if not has_wildcard(name)))


class _Search:
    """Looks for open paths in one policy; each action is looked at once."""

    def __init__(self, policy: Policy, own: str) -> None:
        self._allowing = [
            (number, each, _applying(each)) for number, each in enumerate(policy.statements, 1) if each.allow
        ]
        self._denying = [
            (each, _applying(each)) for each in policy.statements if not each.allow and not each.conditions
        ]
        self._own = own
        self._found: dict[tuple[str, str], tuple[int, Statement] | None] = {}

    def open(self, path: Path, service: str) -> Escalation | None:
        used = []
        for alternatives in path.actions:
            found = ((action, self._statement(action, service)) for action in alternatives)
            first = next(((action, allowed) for action, allowed in found if allowed), None)
            if first is None:
                return None
            used.append(first)
        keys = (spelled(each.key) for _, (_, statement) in used for each in statement.conditions)
        numbers = tuple(number for _, (number, _) in used)
        return Escalation(tuple(action for action, _ in used), numbers, tuple(dict.fromkeys(keys)))

    def _statement(self, action: str, service: str) -> tuple[int, Statement] | None:
        """Return the first statement that allows an action on what matters."""
        key = action, service if action == _PASSING else ""
        if key not in self._found:
            found = ((number, each) for number, each, on in self._allowing if action in on and self._allows(each, *key))
            self._found[key] = next(found, None)
        return self._found[key]

    def _allows(self, statement: Statement, action: str, service: str) -> bool:
        if any(_narrows(each, action, service) for each in statement.conditions):
            return False
        denials = [each for each, on in self._denying if action in on]
        if statement.not_resources:
            left_out = any(covers_arns(each, _kind(action, ANY)) for each in statement.not_resources)
            return not left_out and not any(_denies(each, "*", action) for each in denials)
        return any(
            _matters(pattern, action, self._own) and not any(_denies(each, pattern, action) for each in denials)
            for pattern in statement.resources
        )


@functools.lru_cache(maxsize=2048)
def _applying(statement: Statement) -> frozenset[str]:
    """Return the actions of all paths that a statement applies to; managed policies have many roles and long lists."""
    known = {action for path in paths(existing_compute=True) for each in path.actions for action in each}
    return frozenset(action for action in known if applies_to(statement, action))


def _matters(pattern: str, action: str, own: str) -> bool:
    """Whether a Resource can be something through which the action gives more permissions."""
    if not _about(pattern, action):
        return False
    arn = Arn.parse(pattern)
    if arn and arn.account == "aws":
        return False
    if action == _PASSING:
        return has_wildcard(pattern)
    if action not in _data()["on_self"]:
        return True
    itself = arn is not None and arn.resource.rpartition("/")[2].lower() == _SELF
    return not itself and pattern != own


def _narrows(condition: Condition, action: str, service: str) -> bool:
    """Whether a condition leaves nothing of an action that gives more permissions."""
    if condition.key == "iam:passedtoservice":
        return action == _PASSING and met(condition, (service,)) is False
    name = action.lower()
    if condition.key == _POLICY_ARN:
        return name.startswith("iam:attach") and _fixed(condition)
    return condition.key == _BOUNDARY and name.startswith(_BOUND) and _fixed(condition) and not condition.if_exists


def _fixed(condition: Condition) -> bool:
    """Whether a condition names policies one by one, none of which allows everything."""
    many, name, negated = split(condition)
    if negated or many == "forallvalues" or not name.startswith(("string", "arn")) or not condition.values:
        return False
    named = (Arn.parse(value) for value in condition.values if not has_wildcard(value) and "${" not in value)
    kept = [arn for arn in named if arn and not (arn.account == "aws" and arn.resource in _FULL)]
    return len(kept) == len(condition.values)


def _denies(denial: Statement, pattern: str, action: str) -> bool:
    """Whether an unconditional Deny takes away all resources of an action that a pattern matches."""
    if denial.not_resources:
        return not any(intersects(each, pattern) and _about(each, action) for each in denial.not_resources)
    return any(covers(each, pattern) or covers_arns(each, _kind(action, ANY)) for each in denial.resources)


def _kind(action: str, any_text: str = "*") -> str:
    """Return the ARNs that an action is about as a pattern, with `any_text` for what is never empty."""
    if kind := _by_action("targets").get(action):
        place, resource = "iam:", f"{kind}/*"
    else:
        place, resource = f"{action.partition(':')[0]}:*", _by_action("resources").get(action, "*")
    return f"arn:*:{place}:*:{resource}".replace("*", any_text)


def _about(pattern: str, action: str) -> bool:
    """Whether a pattern can match an ARN that an action is about: part by part, as no part of an ARN has a colon."""
    given, kind = parts(pattern), parts(_kind(action))
    return all(map(intersects, given, kind)) if len(given) == len(kind) else intersects(pattern, ":".join(kind))


def _actions(row: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(each.split("|")) for each in row)


@functools.cache
def _data() -> Mapping[str, Any]:
    document: dict[str, Any] = package_data.read("escalation_paths.yaml")
    return document


@functools.cache
def _by_action(table: str) -> Mapping[str, str]:
    values: Mapping[str, Iterable[str]] = _data()[table]
    return {action: value for value, actions in values.items() for action in actions}
