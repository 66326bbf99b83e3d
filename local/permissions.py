"""Judges the recorded calls of a run by the template's roles: what was not allowed, what is granted in vain."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.arns import resource_of
from local.deploy import Stack
from local.iam_actions import actions_of
from local.iam_policies import Statement
from local.server import ACCOUNT, EmbeddedAws

IMPLIED = Path(__file__).with_name("implied_actions.yaml")


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
            documents += [_default_version(iam, each["PolicyArn"]) for each in _attached(iam, name)]
            found[name] = [Statement.parse(each) for document in documents for each in document["Statement"]]
    return found


def _attached(iam: Any, role: str) -> list[dict[str, str]]:
    """Return the policies of the account that are attached to a role."""
    every = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [each for each in every if not each["PolicyArn"].startswith("arn:aws:iam::aws:")]


def _default_version(iam: Any, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def denied(aws: EmbeddedAws, stack: Stack) -> list[str]:
    """Return a sentence for each call that the caller's role does not allow."""
    statements = role_statements(aws, stack)
    lines: dict[str, None] = {}
    for role, action, resource in _used(aws, stack):
        matching = {each.allow for each in statements.get(role, ()) if each.covers(action, resource, {})}
        if matching != {True}:
            lines[f"{role} may not {action} on {resource}"] = None
    return list(lines)


def unused(aws: EmbeddedAws, stack: Stack) -> list[str]:
    """Return a sentence for each granted action that nobody used and that no service uses on our behalf."""
    implied = yaml.safe_load(IMPLIED.read_text(encoding="utf-8"))
    used = {(role, action.lower()) for role, action, _ in _used(aws, stack)}
    return [
        f"{role} is granted {action} and nothing uses it"
        for role, statements in role_statements(aws, stack).items()
        for statement in statements
        for action in statement.actions or ()
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
    suffix = f"-{stack.region}-{stack.parameters['EnvironmentSuffix']}"
    for call in aws.calls:
        role = f"muster-scan{suffix}" if call.access_key == "ak" else aws.roles.get(call.access_key, "")
        # Functions of the estate have roles too.
        if role.endswith(suffix):
            for action in actions_of(call.operation, call.parameters):
                yield role, action, resource_of(action, call.parameters, stack.region, ACCOUNT)
