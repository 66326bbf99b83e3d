"""Judges the recorded calls of a run by the template's roles: what was not allowed, what is granted in vain."""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.deploy import Stack
from local.front import Call
from local.server import ACCOUNT, EmbeddedAws
from muster.policy import actions_of

IMPLIED = Path(__file__).with_name("implied_actions.yaml")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a role's policy, every value a list."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def covers(self, action: str, resource: str) -> bool:
        """Whether it speaks of an action on a resource; conditions are left out of account."""
        return _any(action.lower(), (pattern.lower() for pattern in self.actions)) and _any(resource, self.resources)


def role_statements(aws: EmbeddedAws, stack: Stack) -> dict[str, list[Statement]]:
    """Return the statements of each role of the stack, by the role's name."""
    iam = aws.client("iam")
    suffix = f"-{stack.region}-{stack.parameters['EnvironmentSuffix']}"
    found = {}
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        if name.endswith(suffix):
            names = iam.list_role_policies(RoleName=name)["PolicyNames"]
            documents = [iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names]
            # moto keeps what CloudFormation hands over as Python spells it; YAML reads that and JSON alike.
            plain = [yaml.safe_load(each) if isinstance(each, str) else each for each in documents]
            every = [each for document in plain for each in document["Statement"]]
            found[name] = [_statement(each) for each in every if isinstance(each, dict)]  # moto keeps what NoValue left
    return found


def denied(aws: EmbeddedAws, stack: Stack) -> list[str]:
    """Return a sentence for each call that the caller's role does not allow."""
    statements = role_statements(aws, stack)
    said: dict[str, None] = {}
    for role, action, resource in _used(aws, stack):
        matching = [each.effect for each in statements.get(role, ()) if each.covers(action, resource)]
        if "Deny" in matching or "Allow" not in matching:
            said[f"{role} may not {action} on {resource}"] = None
    return list(said)


def unused(aws: EmbeddedAws, stack: Stack) -> list[str]:
    """Return a sentence for each granted action that nobody used and that no service uses on our behalf."""
    implied = yaml.safe_load(IMPLIED.read_text(encoding="utf-8"))
    used = {(role, action.lower()) for role, action, _ in _used(aws, stack)}
    return [
        f"{role} is granted {action} and nothing uses it"
        for role, statements in role_statements(aws, stack).items()
        for statement in statements
        for action in statement.actions
        if (role, action.lower()) not in used and not _is_implied(role, action, implied)
    ]


def _is_implied(role: str, action: str, implied: Mapping[str, str]) -> bool:
    """Whether the list names the action, for every role or for roles whose name begins so."""
    return any(
        entry == action or (role.startswith(start) and named == action)
        for entry in implied
        for start, _, named in [entry.rpartition(" ")]
        if start or entry == action
    )


def _used(aws: EmbeddedAws, stack: Stack) -> Iterator[tuple[str, str, str]]:
    """Yield role, action and resource of the recorded calls that the stack's own roles made."""
    machine = f"muster-scan-{stack.region}-{stack.parameters['EnvironmentSuffix']}"
    for call in aws.calls:
        role = machine if call.access_key == "ak" else aws.roles.get(call.access_key, "")
        if role:
            for action in actions_of(call.operation):
                yield role, action, _resource(action, call, stack.region)


def _resource(action: str, call: Call, region: str) -> str:
    """Return the ARN that a call is about, `*` where the action knows none."""
    said = {name: _first(value) for name, value in call.parameters.items()}
    service = action.partition(":")[0]
    if service == "s3" and "Bucket" in said:
        bucket = f"arn:aws:s3:::{said['Bucket']}"
        return f"{bucket}/{said['Key']}" if "Key" in said else bucket
    if "QueueUrl" in said:
        return f"arn:aws:sqs:{region}:{ACCOUNT}:{said['QueueUrl'].rpartition('/')[2]}"
    for name, kind in _KINDS.items():
        if name in said:
            value = said[name]
            return value if value.startswith("arn:") else f"arn:aws:{service}:{region}:{ACCOUNT}:{kind}{value}"
    return "*"


def _first(value: Any) -> str:
    """Return what a parameter names; of several resources the first, as the grants are the same for all."""
    return str(value[0] if isinstance(value, list) and value else value)


_KINDS: Mapping[str, str] = {
    "FunctionName": "function:",
    "KeyId": "key/",
    "PrefixListId": "prefix-list/",
    "TableName": "table/",
    "clusters": "cluster/",
    "services": "service/",
    **dict.fromkeys(
        ("PolicyArn", "Resource", "ResourceARN", "ResourceArn", "ResourceName", "RoleArn", "TopicArn", "resourceArn"),
        "",
    ),
}
"""How the ARN goes on of what a parameter names, where it is not an ARN itself."""


def _statement(document: Mapping[str, Any]) -> Statement:
    return Statement(document["Effect"], _list(document["Action"]), _list(document["Resource"]))


def _list(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),)


def _any(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(text, pattern.replace("[", "[[]")) for pattern in patterns)
