"""Gives moto's IAM a policy of AWS when it is named: to load all of them takes moto seconds an account.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request

_OPERATIONS = (
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateRole",
    "CreateUser",
    "GetPolicy",
    "GetPolicyVersion",
    "ListEntitiesForPolicy",
    "ListPolicyVersions",
    "PutRolePermissionsBoundary",
    "PutUserPermissionsBoundary",
)


def corrections() -> dict[str, Correction]:
    """Return what corrects IAM, by operation."""
    return {f"iam:{name}": _load for name in _OPERATIONS}


def _load(request: Request) -> None:
    """Load the policy of AWS that a request names, once an account."""
    from moto.iam.models import AWSManagedPolicy, iam_backends  # noqa: PLC0415 - moto takes seconds to import

    arn = str(request.parameters.get("PolicyArn") or request.parameters.get("PermissionsBoundary") or "")
    account, _ = place(request)
    backend = iam_backends[account]["aws"]
    if not arn.startswith("arn:aws:iam::aws:policy/") or arn in backend.managed_policies:
        return
    name = arn.rpartition("/")[2]
    if name in _policies():
        policy = AWSManagedPolicy.from_data(name, account, backend.region_name, _policies()[name])
        backend.managed_policies[policy.arn] = policy
        backend.aws_managed_policies.append(policy)


@cache
def _policies() -> Mapping[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415 - it is large

    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies
