"""Where moto's Inspector answers otherwise than AWS documents: who is asked about where no account is named.

https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchGetAccountStatus.html
https://docs.aws.amazon.com/inspector/v2/APIReference/API_Enable.html
"""

import json
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects Inspector, by operation."""
    return {"inspector2:BatchGetAccountStatus": _status, "inspector2:Enable": _own, "inspector2:Disable": _own}


def _status(request: Request) -> Answer:
    """Describe the caller's own account where none is named, whether anything was ever enabled or not."""
    from moto.inspector2.models import AccountStatus, inspector2_backends  # noqa: PLC0415 - moto is slow

    account, region = place(request)
    known: dict[str, Any] = inspector2_backends[account][region].account_status
    named = request.parameters.get("accountIds") or [account]
    found = [known.get(each, AccountStatus(each)).to_batch_json() for each in named]
    return request.answer({"accounts": found, "failedAccounts": []})


def _own(request: Request) -> Answer:
    """Take the caller's own account where none is named."""
    account, _ = place(request)
    return request.ask(json.dumps({"accountIds": [account], **json.loads(request.body)}).encode())
