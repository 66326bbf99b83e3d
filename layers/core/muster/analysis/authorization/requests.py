"""Whether a statement of a policy concerns one request, with its resource and its conditions. Pure.

Conditions are evaluated by `muster.analysis.policies.conditions`; what a key is comes from data/condition_keys.yaml. A
condition whose result depends on what is not known of the request has no answer: None.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from muster.analysis.patterns.globs import matches
from muster.analysis.policies.condition_keys import find
from muster.analysis.policies.conditions import UNKNOWN, met
from muster.analysis.policies.document import Condition, Policy, Statement
from muster.analysis.policies.strangers import PRINCIPAL, SERVICE
from muster.analysis.policies.wildcards import applies_to
from muster.analysis.three_valued import all_of, any_of

_VARIABLE = re.compile(r"\$\{\s*([^{}*?$,]+?)\s*\}")
_ABSENT = {PRINCIPAL: "services", SERVICE: "principals"}
"""Whose keys a request cannot have, by its sender."""

Names = Callable[[Statement], bool | None]
"""Whether a statement speaks of the caller."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its action in lower case, the ARN of its resource, and what it says by condition key in lower case.

    None stands for a key that the request lacks. `sender` is `principals` or `services`: what is not in `known` may
    have any value where such requests carry it.
    """

    action: str
    resource: str
    known: Mapping[str, str | None] = field(default_factory=dict)
    sender: str = PRINCIPAL


@dataclass(frozen=True, slots=True)
class Match:
    """Whether statements of one effect concern a request, and the one that decides; empty where none does."""

    result: bool | None
    statement: str = ""


def find_match(policies: Iterable[tuple[str, Policy]], request: Request, names: Names, *, allow: bool) -> Match:
    """Return whether a statement of the effect concerns a request; each policy comes with its name in a sentence."""
    undecided = Match(False)
    for name, policy in policies:
        for number, statement in enumerate(policy.statements, 1):
            if statement.allow is not allow:
                continue
            result = holds(statement, request, names)
            if result:
                return Match(True, f"statement {_named(number, statement)} of {name}")
            if result is None and undecided.result is False:
                keys = ", ".join(dict.fromkeys(condition.key for condition in statement.conditions))
                condition = f", by its condition on {keys}" if keys else ""
                undecided = Match(None, f"statement {_named(number, statement)} of {name}{condition}")
    return undecided


def holds(statement: Statement, request: Request, names: Names) -> bool | None:
    """Whether a statement concerns the caller, the action and the resource, and its conditions are met."""
    if not applies_to(statement, request.action):
        return False
    tests = (meets(condition, request) for condition in statement.conditions)
    return all_of((names(statement), _on_resource(statement, request), *tests))


def meets(condition: Condition, request: Request) -> bool | None:
    """Whether a request meets a condition; None where what it may say of the key has different outcomes."""
    written = replace(condition, values=tuple(filled(value, request) for value in condition.values))
    found = {met(written, values) for values in _possible_values(condition.key, request)}
    return found.pop() if len(found) == 1 else None


def filled(value: str, request: Request) -> str:
    """Put in the policy variables that the request says."""
    return _VARIABLE.sub(lambda found: request.known.get(found[1].lower()) or found[0], value)


def _on_resource(statement: Statement, request: Request) -> bool | None:
    """Whether the resource is a statement's; a statement that names none is about what it is attached to."""
    excluded = any_of(_matches(each, request) for each in statement.not_resources)
    named = any_of(_matches(each, request) for each in statement.resources) if statement.resources else True
    return all_of((named, None if excluded is None else not excluded))


def _matches(pattern: str, request: Request) -> bool | None:
    pattern = filled(pattern, request)
    return None if "${" in pattern else matches(pattern, request.resource)


def _possible_values(name: str, request: Request) -> Sequence[tuple[str, ...] | None]:
    """Return what a request may say of a key: one thing where that is known."""
    if name in request.known:
        value = request.known[name]
        return (None if value is None else (value,),)
    if name == "aws:principalservicenameslist" and (service := request.known.get("aws:principalservicename")):
        return ((service, UNKNOWN),)
    key = find(name)
    if key.sent_by == _ABSENT[request.sender] or not key.carried(request.action):
        return (None,)
    if request.sender == SERVICE:
        # What a service does by itself has neither an address nor an endpoint.
        if key.given:
            return (None,)
        always = key.always and key.whom != "caller"
    else:
        always = key.always and not key.given
    return ((UNKNOWN,),) if always else ((UNKNOWN,), None)


def _named(number: int, statement: Statement) -> str:
    return f'{number} ("{statement.sid}")' if statement.sid else str(number)
