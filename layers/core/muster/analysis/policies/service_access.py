"""Whether a resource's policy lets an AWS service make one request for one of the account's resources. Pure.

`access` looks for strangers whom a policy admits; here the caller and most of the request are known. Conditions are
evaluated by `conditions`, and what a key is comes from data/condition_keys.yaml.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from muster.analysis.patterns.globs import matches
from muster.analysis.policies.condition_keys import find
from muster.analysis.policies.conditions import UNKNOWN, met
from muster.analysis.policies.document import Condition, Policy, Statement
from muster.analysis.policies.wildcards import applies_to
from muster.analysis.three_valued import all_of, any_of
from muster.model.arn import account_of

_VARIABLE = re.compile(r"\$\{\s*([^{}*?$,]+?)\s*\}")


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One request that a service makes for a resource of the account, `source`, to the resource `resource`; both ARNs.

    `service` is the service principal, `action` an action in lower case, `context` what else the request says by the
    names of condition keys in lower case. None stands for a key that the request lacks.
    """

    service: str
    action: str
    resource: str
    source: str
    context: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, str | None]:
        """The values that the request certainly has, by condition key in lower case.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        return {
            "aws:sourcearn": self.source,
            "aws:sourceaccount": account_of(self.source),
            "aws:principalservicename": self.service,
            "aws:principalisawsservice": "true",
            "aws:resourceaccount": account_of(self.resource),
            "aws:securetransport": "true",
            **self.context,
        }


def admits(policy: Policy, request: ServiceRequest) -> bool | None:
    """Whether a policy allows a request and does not deny it; None where a condition cannot be told."""
    statements = [each for each in policy.statements if _concerns(each, request)]
    denied, allowed = (
        any_of(all_of(_meets(test, request) for test in each.conditions) for each in statements if each.allow is effect)
        for effect in (False, True)
    )
    return all_of((allowed, None if denied is None else not denied))


def _concerns(statement: Statement, request: ServiceRequest) -> bool:
    """Whether the caller, the action and the resource of a request are a statement's."""
    if not applies_to(statement, request.action):
        return False
    if any(matches(each, request.resource) for each in statement.not_resources):
        return False
    if statement.resources and not any(matches(each, request.resource) for each in statement.resources):
        return False
    if statement.not_principals:
        return not _names(statement.not_principals, request.service)
    return _names(statement.principals, request.service)


def _names(principals: Sequence[str], service: str) -> bool:
    # In China some policies have the partition's own suffix on a service's name.
    return any(each in ("*", "service:*", f"service:{service}", f"service:{service}.cn") for each in principals)


def _meets(condition: Condition, request: ServiceRequest) -> bool | None:
    """Whether a request meets a condition; None where what it may say of the key has different outcomes."""
    written = replace(condition, values=tuple(_filled(value, request) for value in condition.values))
    found = {met(written, values) for values in _possible_values(condition.key, request)}
    return found.pop() if len(found) == 1 else None


def _possible_values(name: str, request: ServiceRequest) -> Sequence[tuple[str, ...] | None]:
    """Return what a request may say of a key: one thing where that is known."""
    if name in request.known:
        value = request.known[name]
        return (None if value is None else (value,),)
    if name == "aws:principalservicenameslist":
        return ((request.service, UNKNOWN),)
    key = find(name)
    # What a service does by itself tells neither a principal nor an address nor an endpoint.
    if key.sent_by == "principals" or key.given or not key.carried(request.action):
        return (None,)
    return ((UNKNOWN,),) if key.always and key.whom != "caller" else ((UNKNOWN,), None)


def _filled(value: str, request: ServiceRequest) -> str:
    """Put in the policy variables that the request says."""
    return _VARIABLE.sub(lambda found: request.known.get(found[1].lower()) or found[0], value)
