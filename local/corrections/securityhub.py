"""What Security Hub refuses of imported findings, and what it never changes; moto takes and changes all of it.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_MOST, _LARGEST, _MOST_RESOURCES = 100, 240 * 1024, 32
_LENGTHS = {"Title": 256, "Description": 1_024, "GeneratorId": 512}
_REQUIRED = (
    "AwsAccountId", "CreatedAt", "Description", "GeneratorId", "Id", "ProductArn", "Resources", "SchemaVersion",
    "Title", "UpdatedAt",
)  # fmt: skip
_KEPT = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
"""What belongs to the people who work with a finding: an update of it never changes these."""

Finding = Mapping[str, Any]


def corrections() -> dict[str, Correction]:
    """Return what corrects Security Hub, by operation."""
    return {"securityhub:BatchImportFindings": _import}


def _import(request: Request) -> Answer:
    from moto.securityhub.models import securityhub_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    backend = securityhub_backends[account][region]
    findings: list[Finding] = json.loads(request.body).get("Findings") or []
    if not backend.enabled:
        message = f"Account {account} is not subscribed to AWS Security Hub"
        return request.refuse("InvalidAccessException", message, HTTPStatus.UNAUTHORIZED)
    if not 0 < len(findings) <= _MOST:
        message = f"Invalid parameter 'Findings'. There must be 1 to {_MOST} findings, not {len(findings)}."
        return request.refuse("InvalidInputException", message)
    failed = []
    known = {(each.data.get("ProductArn"), each.id): each.data for each in backend.findings}
    for finding in findings:
        if why := _wrong(finding, account, region):
            failed.append({"Id": str(finding.get("Id", "")), "ErrorCode": "InvalidInput", "ErrorMessage": why})
            continue
        before = known.get((finding["ProductArn"], finding["Id"]))
        if before is None:
            backend.batch_import_findings([dict(finding)])
        elif str(finding["UpdatedAt"]) > str(before["UpdatedAt"]):
            before.update({key: value for key, value in finding.items() if key not in _KEPT})
    answer = {"FailedCount": len(failed), "SuccessCount": len(findings) - len(failed), "FailedFindings": failed}
    return HTTPStatus.OK, json.dumps(answer)


def _wrong(finding: Finding, account: str, region: str) -> str:
    """Return why a finding is not imported, nothing for one that is."""
    if missing := [name for name in _REQUIRED if not finding.get(name)]:
        return f"Finding does not adhere to Amazon Finding Format: {', '.join(missing)} is missing."
    _, _, service, place_, owner, product = str(finding["ProductArn"]).split(":", 5)
    wrong = {
        "Title, Description or GeneratorId is too long.": any(
            len(str(finding[name])) > most for name, most in _LENGTHS.items()
        ),
        f"There are more than {_MOST_RESOURCES} resources.": len(finding["Resources"]) > _MOST_RESOURCES,
        "The finding is larger than 240 KB.": len(json.dumps(finding).encode()) > _LARGEST,
        f"AwsAccountId is not the account {account} that imports the finding.": finding["AwsAccountId"] != account,
        f"ProductArn is not the default product of {account} in {region}.": (service, place_, owner, product)
        != ("securityhub", region, account, f"product/{account}/default"),
    }
    return next((message for message, applies in wrong.items() if applies), "")
