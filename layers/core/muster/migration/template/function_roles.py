"""The roles of target functions: those of the sources, with policies that name the target region. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from muster.migration.file import FunctionItem
from muster.migration.relatives import ROLE
from muster.migration.sides import Source
from muster.migration.template.plan import Parts, Plan, identifier, key_arn, named
from muster.migration.translating import Translation
from muster.model.arn import Arn
from muster.model.finding import UnknownField
from muster.properties.conversion import convert
from muster.snapshots.snapshot import Snapshot

_LONGEST_INLINE = 10_240
"""Characters of all inline policies of a role together.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def add_function_roles(plan: Plan, parts: Parts) -> None:
    """Add a role for each role of a source function: one that both share names the wrong region for one of them."""
    mover = _Mover(plan)
    for item, source in named(plan, FunctionItem):
        if not source.own.exists or "function" in source.own.unread:
            continue
        role = _role(item.name, source, parts)
        if role is not None:
            _add_role(item.name, role, mover, parts)


def target_role_arn(plan: Plan, source_role: str) -> str:
    """Return the ARN of a function's role at the target."""
    arn = Arn.of(source_role)
    path = source_role.partition(":role/")[2].rpartition("/")[0]
    name = plan.function_role_name(arn.name)
    return f"arn:{plan.partition}:iam::{plan.target_account}:role/{f'{path}/' if path else ''}{name}"


@dataclass(frozen=True)
class _Mover:
    """Rewrites policies of roles; the keys of the sources become the template's key."""

    plan: Plan

    @cached_property
    def translation(self) -> Translation:
        """What the comparisons expect of a text."""
        plan, file = self.plan, self.plan.file
        return Translation(
            file.source.region, file.target.region, plan.source_account, plan.target_account,
            {item.name: item.target for item in file.items()}, file.suffix,
        )  # fmt: skip

    def document(self, document: Any) -> Any:
        """Return a policy document, or a part of one, for the target."""
        if isinstance(document, str):
            return key_arn() if document in self._keys else self.translation.text(document)
        if isinstance(document, Mapping):
            return {key: self.document(value) for key, value in document.items()}
        return [self.document(each) for each in document] if isinstance(document, list) else document

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(arn for _, source in self.plan.sources for arn in _key_of(source))


def _add_role(function: str, role: Snapshot, mover: _Mover, parts: Parts) -> None:
    plan, conversion = mover.plan, convert(role)
    if conversion.obstacles:
        for each in conversion.obstacles:
            say = parts.gap if each.setting in role.unread else parts.remark
            say(function, f"its role is not carried over: {each.setting}: {each.reason}")
        return
    given = conversion.resources[0].properties
    kept, moved = _managed(role, mover)
    inline = [{**each, "PolicyDocument": mover.document(each["PolicyDocument"])} for each in given.get("Policies", ())]
    boundary = given.get("PermissionsBoundary")
    if boundary and plan.across_accounts and not _of_aws(boundary):
        parts.remark(function, "the permissions boundary of its role is not carried over: it is of another account")
        boundary = None
    if len(json.dumps([*inline, *moved])) > _LONGEST_INLINE:
        parts.remark(function, "its role is not carried over: its policies are too long for inline ones")
        return
    properties = {
        "RoleName": plan.function_role_name(role.resource.id),
        "AssumeRolePolicyDocument": mover.document(given["AssumeRolePolicyDocument"]),
        **{name: given[name] for name in ("Path", "Description", "MaxSessionDuration") if name in given},
        **({"PermissionsBoundary": boundary} if boundary else {}),
        **({"ManagedPolicyArns": kept} if kept else {}),
        **({"Policies": [*inline, *moved]} if inline or moved else {}),
        "Tags": plan.tags(given.get("Tags") or ()),
    }
    parts.add(identifier("FunctionRole", role.resource.id), ROLE, properties)


def _managed(role: Snapshot, mover: _Mover) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the policies that can be attached as they are, and inline copies of the others."""
    kept: list[str] = []
    moved: list[dict[str, Any]] = []
    for each in role.answer("attached-policies").get("AttachedPolicies") or ():
        document = mover.document(each["PolicyDocument"])
        here = _of_aws(each["PolicyArn"]) or not mover.plan.across_accounts
        if here and document == each["PolicyDocument"]:
            kept.append(each["PolicyArn"])
        else:
            moved.append({"PolicyName": each["PolicyName"], "PolicyDocument": document})
    return kept, moved


def _role(function: str, source: Source, parts: Parts) -> Snapshot | None:
    try:
        role = source.other("role")
    except UnknownField as unknown:
        parts.gap(function, f"its role could not be read: {unknown.unavailable.reason}")
        return None
    if role is None or not role.exists:
        parts.gap(function, "its role does not exist")
        return None
    return role


def _key_of(source: Source) -> Iterator[str]:
    try:
        key = source.other("key")
        metadata = key.answer("key").get("KeyMetadata") if key and key.exists else None
    except UnknownField:
        return
    if metadata and metadata.get("KeyManager") != "AWS":
        yield str(metadata["Arn"])


def _of_aws(policy: str) -> bool:
    return ":iam::aws:policy/" in policy
