"""The permissions that a scan spends, derived from the checks: nothing is granted that no check needs."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from muster.catalog.catalog import Catalog
from muster.model.arn import parts
from muster.model.readers import Describer
from muster.model.rule import Rule

_NARROWER: Mapping[str, str] = MappingProxyType({"AWS::S3::Bucket": "arn:{partition}:s3:::*"})
"""Resource types whose reading actions take an ARN; EC2's Describe and Get actions take none.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

_SIDS: Mapping[str, str] = MappingProxyType(
    {"*": "MusterReadsConfiguration", "arn:{partition}:s3:::*": "MusterReadsBuckets"}
)
_TARGETS = ("ec2:DescribeRegions",)
ORGANIZATION = (
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListTagsForResource",
)
"""What finding the accounts of an organization asks; none of it takes a resource that is known before."""


def action_of(catalog: Catalog, operation: str) -> str:
    """Return the IAM action of an operation (`service:Operation`, as the SDK calls both), as the readers declare it."""
    client, _, name = operation.partition(":")
    readers = [each for each in catalog.readers() if each.client == client]
    services = (each.permission.partition(":")[0] for each in readers)
    declared = (each.permission for each in readers if each.operation == operation)
    return next(declared, f"{next(services, client)}:{name}")


def scanner_actions(catalog: Catalog, rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the sorted IAM actions that judging by these rules spends."""
    return tuple(sorted({action for action, _ in _spent(catalog, rules)}))


def scanner_statements(catalog: Catalog, rules: Iterable[Rule], partition: str = "aws") -> list[dict[str, Any]]:
    """Return the statements that grant those actions, each on the narrowest resource that AWS offers.

    Listings have none, and neither has most of what is read of a region; what is read of buckets is granted on buckets.
    `partition` may be a placeholder of a template.
    """
    by_resource: dict[str, list[str]] = {}
    for action, pattern in sorted(_spent(catalog, rules)):
        by_resource.setdefault(pattern, []).append(action)
    return [
        _allow(_sid(pattern), actions, pattern.format(partition=partition))
        for pattern, actions in sorted(by_resource.items())
    ]


def iam_policy(
    catalog: Catalog, rules: Iterable[Rule], partition: str = "aws", *, role: str = "", organization: bool = False
) -> dict[str, Any]:
    """Return the least IAM policy document for these rules, ready for `aws iam create-policy`.

    With a `role` it may be assumed in whatever account; with `organization` its accounts may be asked for.
    """
    statements = [*scanner_statements(catalog, rules, partition), _allow("MusterFindsRegions", _TARGETS, "*")]
    if role:
        arn = f"arn:{partition}:iam::*:role/{role.strip('/')}"
        statements.append(_allow("MusterEntersAccounts", ("sts:AssumeRole",), arn))
    if organization:
        statements.append(_allow("MusterFindsAccounts", ORGANIZATION, "*"))
    return {"Version": "2012-10-17", "Statement": statements}


def _sid(pattern: str) -> str:
    """Name a statement after the resources that it speaks of: letters and digits, as IAM wants it."""
    words = re.findall(r"[A-Za-z0-9]+", " ".join(parts(pattern)[2:]))
    return _SIDS.get(pattern) or "MusterReads" + "".join(word.capitalize() for word in words)


def _allow(sid: str, actions: Iterable[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}


def _spent(catalog: Catalog, rules: Iterable[Rule]) -> set[tuple[str, str]]:
    """Return the actions with the pattern of the resources they are granted on."""
    spent: set[tuple[str, str]] = set()
    for rule in rules:
        if lister := catalog.listers.get(rule.resource_type):
            spent |= {(action, _narrowest(rule.resource_type, lister.on)) for action in lister.permissions[1:]}
            source = catalog.source(lister)
            spent |= _spent_by(source)
            if source is None or lister.permission not in source.permissions:
                spent.add((lister.permission, "*"))
        for describer in catalog.describers_for(rule.check, rule.resource_type):
            spent |= _spent_by(describer)
    # Where an action is granted on everything, a narrower grant adds nothing.
    everywhere = {action for action, pattern in spent if pattern == "*"}
    return {(action, pattern) for action, pattern in spent if pattern == "*" or action not in everywhere}


def _spent_by(describer: Describer | None) -> set[tuple[str, str]]:
    if describer is None:
        return set()
    on = describer.on if isinstance(describer.on, Mapping) else dict.fromkeys(describer.permissions, describer.on)
    return {(action, _narrowest(describer.resource_type, on.get(action, "*"))) for action in describer.permissions}


def _narrowest(resource_type: str, said: str) -> str:
    return said if said != "*" else _NARROWER.get(resource_type, "*")
