"""Refuses what the caller's role does not grant, while the embedded AWS runs, in IAM's words.

Callers without a role are administrators: the tests and the person at the keyboard. A role that was never made in its
account is one too, as moto lets anybody assume it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.arns import resource_of
from local.iam_actions import actions_of
from local.iam_policies import Context, Decision, decide

_SCOPE = re.compile(r"Credential=([^/,\s]+)/[^/]*/([^/]+)/")
_STATES = "ak"
"""The access key with which moto's Step Functions interpreter calls services, whatever the state machine."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role whose session makes a call: its account, its name, the session, and its policies as JSON."""

    account: str
    name: str
    session: str
    policies: tuple[str, ...]

    @property
    def caller(self) -> str:
        """The session's ARN."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.name}/{self.session}"


@dataclass(slots=True)
class Enforcement:
    """Says of each request why it is refused, if it is."""

    closed: set[str] = field(default_factory=set)
    """Regions that a service control policy of the organization closes to every role."""
    _arns: dict[str, str] = field(default_factory=dict)
    """The ARN of the role of each access key that was seen, and the session's name behind a space."""

    def __call__(self, operation: str, parameters: Mapping[str, Any], authorization: str) -> str:
        """Return the message of the refusal; nothing where the call is allowed."""
        scope = _SCOPE.search(authorization)
        if scope is None or not operation:
            return ""
        roles = list(self._roles(scope[1]))
        if roles and scope[2] in self.closed:
            return _closed(roles[0], operation)
        refused = [_refused(role, operation, parameters, scope[2]) for role in roles]
        # Several roles can only be those of state machines, which share an access key here.
        return refused[0] if refused and all(refused) else ""

    def of_role(self, arn: str, operation: str, parameters: Mapping[str, Any], region: str) -> str:
        """Return why a role may not make a call that a service would make with it, nothing where it may."""
        refused = [_refused(role, operation, parameters, region) for role in _role(arn, "service")]
        return refused[0] if refused else ""

    def _roles(self, key: str) -> Iterator[Role]:
        if key == _STATES:
            for arn in _state_machine_roles():
                yield from _role(arn, "states")
            return
        known = self._arns.get(key)
        if known is None:
            known = self._arns[key] = _assumed(key)
        arn, _, session = known.partition(" ")
        yield from _role(arn, session)


def _closed(role: Role, operation: str) -> str:
    action = next(iter(actions_of(operation)), "")
    denied = (
        f"User: {role.caller} is not authorized to perform: {action} with an explicit deny in a service control policy"
    )
    return denied if action else ""


def _refused(role: Role, operation: str, parameters: Mapping[str, Any], region: str) -> str:
    context = _context(role, parameters, region)
    for action in actions_of(operation, parameters):
        resource = resource_of(action, parameters, region, role.account)
        decision = decide(role.policies, action, resource, context)
        if not decision.allowed:
            return _message(role, action, resource, decision)
    return ""


def _message(role: Role, action: str, resource: str, decision: Decision) -> str:
    on = "" if resource == "*" else f" on resource: {resource}"
    why = (
        "with an explicit deny in an identity-based policy"
        if decision.explicit
        else f"because no identity-based policy allows the {action} action"
    )
    return f"User: {role.caller} is not authorized to perform: {action}{on} {why}"


def _context(role: Role, parameters: Mapping[str, Any], region: str) -> Context:
    """Return the condition keys that a request carries, as far as policies of roles speak of them."""
    parameter_of = {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter", "sts:externalid": "ExternalId"}
    in_request = {key: (str(parameters[name]),) for key, name in parameter_of.items() if name in parameters}
    return {
        "aws:principalaccount": (role.account,),
        "aws:principalarn": (f"arn:aws:iam::{role.account}:role/{role.name}",),
        "aws:requestedregion": (region,),
        "aws:resourceaccount": (role.account,),
        "aws:securetransport": ("true",),
        **in_request,
        **({"aws:tagkeys": keys} if (keys := _tag_keys(parameters)) else {}),
    }


def _tag_keys(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tag keys that a request names, however its service spells tags."""
    named = {name.lower(): value for name, value in parameters.items()}
    tags, keys = named.get("tags"), named.get("tagkeys") or ()
    if isinstance(tags, Mapping):
        return tuple(map(str, tags))
    found = [
        each.get("Key") or each.get("key") or each.get("TagKey") for each in tags or () if isinstance(each, Mapping)
    ]
    return (*(str(key) for key in found if key), *map(str, keys))


def _role(arn: str, session: str) -> Iterator[Role]:
    """Yield the role of an ARN, if it was made."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto takes seconds to import

    account, name = arn.split(":")[4] if arn else "", arn.rpartition("/")[2]
    if not account:
        return
    for role in iam_backends[account]["aws"].roles.values():
        if role.name == name:
            managed = (
                version.document
                for policy in role.managed_policies.values()
                for version in policy.versions
                if version.version_id == policy.default_version_id
            )
            yield Role(account, name, session, (*role.policies.values(), *managed))


def _assumed(key: str) -> str:
    """Return the role that a temporary access key is of and the session's name, nothing for a key of another kind."""
    from moto.sts.models import sts_backends  # noqa: PLC0415 - moto takes seconds to import

    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            if found := backend.get_assumed_role_from_access_key(key):
                return f"{found.role_arn} {found.session_name}"
    return ""


def _state_machine_roles() -> set[str]:
    from moto.stepfunctions.parser.models import (  # noqa: PLC0415 - moto takes seconds to import
        stepfunctions_parser_backends,
    )

    backends = [
        backend for account in list(stepfunctions_parser_backends.values()) for backend in list(account.values())
    ]
    return {str(machine.roleArn) for backend in backends for machine in list(backend.state_machines)}
