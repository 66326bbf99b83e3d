"""The IAM policy of a scan: it grants the permissions of the read plan and no others."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import read_plan
from muster.model.arn import parts
from muster.model.rule import Rule

_SIDS: Mapping[str, str] = MappingProxyType(
    {"*": "MusterReadsConfiguration", "arn:{partition}:s3:::*": "MusterReadsBuckets"}
)
LARGEST = 6_144
"""The characters of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""
ATTACHED = 10
"""The managed policies that a role may have, unless AWS raised the quota."""
REGIONS = ("ec2:DescribeRegions",)
"""The actions that finding the regions of an account takes."""
ORGANIZATION = (
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListTagsForResource",
)
"""The actions that find the accounts of an organization; none takes a resource that is known beforehand."""
CHANGES = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""The actions that take changes from their queue: reading what changed takes no others than a scan."""


def action_of(catalog: Catalog, operation: str) -> str:
    """Return the IAM action of an operation (`service:Operation`, as the SDK calls both), as the readers declare it."""
    client, _, name = operation.partition(":")
    readers = [each for each in catalog.readers() if each.client == client]
    services = (each.permission.partition(":")[0] for each in readers)
    declared = (each.permission for each in readers if each.operation == operation)
    return next(declared, f"{next(services, client)}:{name}")


def scanner_actions(catalog: Catalog, rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the sorted IAM actions that a scan by these rules requires."""
    return tuple(sorted({action for action, _ in read_plan(catalog, rules, inactive=True).grants}))


def scanner_statements(catalog: Catalog, rules: Iterable[Rule], partition: str = "aws") -> list[dict[str, Any]]:
    """Return the statements that grant those actions, each on the narrowest resource that AWS offers.

    Listings have none, and neither has most of what is read of a region; what is read of buckets is granted on buckets.
    `partition` may be a placeholder of a template.
    """
    return read_statements(read_plan(catalog, rules, inactive=True).grants, partition)


def read_statements(grants: Iterable[tuple[str, str]], partition: str = "aws") -> list[dict[str, Any]]:
    """Return a statement for each pattern of ARNs, with the actions that are granted on it."""
    by_resource: dict[str, list[str]] = {}
    for action, pattern in sorted({*grants}):
        by_resource.setdefault(pattern, []).append(action)
    return [
        _allow(_sid(pattern), actions, pattern.format(partition=partition))
        for pattern, actions in sorted(by_resource.items())
    ]


def documents(statements: Iterable[Mapping[str, Any]], limit: int = LARGEST) -> list[dict[str, Any]]:
    """Return as few policy documents as hold the statements in their order, each of at most `limit` characters.

    IAM does not count white space. A statement that does not fit is cut into several, each with a number in its Sid.
    """
    found: list[list[dict[str, Any]]] = [[]]
    for statement in statements:
        rest = list(statement["Action"])
        part = 1
        while rest:
            taken = _fitting(found[-1], {**statement, "Sid": _part(statement["Sid"], part)}, rest, limit)
            if not taken and not found[-1]:
                raise ValueError(f"{statement['Sid']} has an action that is larger than a policy of {limit} characters")
            if taken:
                found[-1].append({**statement, "Sid": _part(statement["Sid"], part), "Action": rest[:taken]})
                rest, part = rest[taken:], part + 1
            if rest:
                found.append([])
    return [_document(each) for each in found if each]


def size(document: Mapping[str, Any]) -> int:
    """Return the characters of a policy document that IAM counts."""
    return len(json.dumps(document, separators=(",", ":")))


def _fitting(
    before: Sequence[Mapping[str, Any]], statement: Mapping[str, Any], actions: Sequence[str], limit: int
) -> int:
    """Return how many of the actions fit into a document after some statements: all, most of a new one, or none."""
    counts = (len(actions), *(() if before else range(len(actions) - 1, 0, -1)))
    return next(
        (count for count in counts if size(_document([*before, {**statement, "Action": actions[:count]}])) <= limit), 0
    )


def _part(sid: str, number: int) -> str:
    return sid if number == 1 else f"{sid}{number}"


def _document(statements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def iam_policy(  # noqa: PLR0913 - the rules, and what is granted besides
    catalog: Catalog,
    rules: Iterable[Rule],
    partition: str = "aws",
    *,
    role: str = "",
    organization: bool = False,
    changes: bool = False,
) -> dict[str, Any]:
    """Return the least IAM policy document for these rules, ready for `aws iam create-policy`.

    With a `role` it allows to assume it in any account; with `organization` to list the organization's accounts; with
    `changes` to read the queue of changes of a stack, and to send what is no event to its dead letters.
    """
    statements = [*scanner_statements(catalog, rules, partition), _allow("MusterFindsRegions", REGIONS, "*")]
    if role:
        arn = f"arn:{partition}:iam::*:role/{role.strip('/')}"
        statements.append(_allow("MusterEntersAccounts", ("sts:AssumeRole",), arn))
    if organization:
        statements.append(_allow("MusterFindsAccounts", ORGANIZATION, "*"))
    if changes:
        queues = f"arn:{partition}:sqs:*:*:muster-change"
        statements.append(_allow("MusterReadsChanges", CHANGES, f"{queues}s-*"))
        statements.append(_allow("MusterSetsChangesAside", ("sqs:SendMessage",), f"{queues}-dead-letters-*"))
    return _document(statements)


def _sid(pattern: str) -> str:
    """Name a statement after the resources that it speaks of: letters and digits, as IAM wants it."""
    words = re.findall(r"[A-Za-z0-9]+", " ".join(parts(pattern)[2:]))
    return _SIDS.get(pattern) or "MusterReads" + "".join(word.capitalize() for word in words)


def _allow(sid: str, actions: Iterable[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
