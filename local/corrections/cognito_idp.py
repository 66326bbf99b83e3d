"""Where moto's user pools answer otherwise than AWS documents: settings that the request left out have defaults.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
"""

import json
from http import HTTPStatus
from typing import Any

from local.corrections.request import Correction, Request
from local.front import Answer

_NOT_REQUIRED = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")


def corrections() -> dict[str, Correction]:
    """Return what corrects user pools, by operation."""
    return {"cognito-idp:CreateUserPool": _with_defaults, "cognito-idp:DescribeUserPool": _with_defaults}


def _with_defaults(request: Request) -> Answer:
    """Add what AWS sets where the request says nothing: no deletion protection, passwords as sign-in."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    answer = json.loads(body)
    pool: dict[str, Any] = answer["UserPool"]
    pool.setdefault("DeletionProtection", "INACTIVE")
    policies: dict[str, Any] = pool["Policies"]
    policies.setdefault("SignInPolicy", {"AllowedFirstAuthFactors": ["PASSWORD"]})
    policies["PasswordPolicy"] = {
        **dict.fromkeys(_NOT_REQUIRED, False),
        "TemporaryPasswordValidityDays": 7,
        **policies["PasswordPolicy"],
    }
    return status, json.dumps(answer)
