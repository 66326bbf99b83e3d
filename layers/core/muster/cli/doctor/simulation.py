"""What IAM says that a principal's policies allow, without making the calls.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from muster.model.arn import Arn
from muster.sdk.errors import READ_ERRORS
from muster.sdk.redaction import safe
from muster.targets.organization import role_arn

BLIND = "resource policies, session policies, VPC endpoint policies and resource control policies"
"""What a simulation of a principal's policies does not see.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""
_AT_ONCE = 50
"""Actions of one call."""


def denials(iam: Any, source: str, patterns: Mapping[str, list[str]], region: str) -> Iterator[tuple[str, str]]:
    """Yield each action that would be denied, and why.

    `source` is the ARN of a user or a role; `patterns` are the actions by the ARNs that they are needed on. Keys of
    conditions that a read of a scan has are given: its region, and that it uses TLS.
    """
    context = [
        {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string", "ContextKeyValues": [region]},
        {"ContextKeyName": "aws:SecureTransport", "ContextKeyType": "boolean", "ContextKeyValues": ["true"]},
    ]
    for pattern, actions in patterns.items():
        for start in range(0, len(actions), _AT_ONCE):
            pages = iam.get_paginator("simulate_principal_policy").paginate(
                PolicySourceArn=source, ActionNames=actions[start : start + _AT_ONCE], ResourceArns=[pattern],
                ContextEntries=context,
            )  # fmt: skip
            for page in pages:
                for result in page.get("EvaluationResults", ()):
                    if result["EvalDecision"] != "allowed":
                        yield str(result["EvalActionName"]), _why(result)


def _why(result: Mapping[str, Any]) -> str:
    """Name the kind of policy that denies an action in a simulation.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
    """
    organizations = result.get("OrganizationsDecisionDetail") or {}
    boundary = result.get("PermissionsBoundaryDecisionDetail") or {}
    if organizations.get("AllowedByOrganizations") is False:
        return "a service control policy"
    if boundary.get("AllowedByPermissionsBoundary") is False:
        return "the permissions boundary"
    missing = result.get("MissingContextValues")
    depends = f", unless {', '.join(safe(str(each), 60) for each in missing)} allows it" if missing else ""
    explicit = result["EvalDecision"] == "explicitDeny"
    return ("an explicit Deny" if explicit else "no identity-based policy allows it") + depends


def principal_of(iam: Any, arn: str) -> str:
    """Return the IAM user or role of a caller's ARN; empty where it has no policies that can be simulated.

    The ARN of a role's session lacks the path of the role.
    """
    parsed = Arn.of(arn)
    kind, *rest = parsed.path
    if parsed.service == "iam" and kind == "user":
        return arn
    if kind != "assumed-role" or not rest:
        return ""
    try:
        return str(iam.get_role(RoleName=rest[0])["Role"]["Arn"])
    except READ_ERRORS:
        return role_arn(parsed.account, parsed.partition, rest[0])
