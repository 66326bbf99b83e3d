"""The policies of roles as JSON: moto keeps what CloudFormation hands over, NoValue included."""

import json
from typing import Any


def spell(account: str) -> None:
    """Write the policies of an account's roles as JSON."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto takes seconds to import

    for role in iam_backends[account]["aws"].roles.values():
        role.policies = {name: _text(policy) for name, policy in role.policies.items()}
        role.assume_role_policy_document = _text(role.assume_role_policy_document)


def _text(policy: Any) -> str:
    if isinstance(policy, str):
        return policy
    statements = [each for each in policy["Statement"] if isinstance(each, dict)]
    return json.dumps({**policy, "Statement": statements})
