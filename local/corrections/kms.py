"""Where moto's KMS answers otherwise than AWS documents: usage, manager and rotation period of a key.

https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
"""

import json
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_PERIOD = 365
_PRINCIPAL = re.compile(r"arn:aws:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)")


def corrections() -> dict[str, Correction]:
    """Return what corrects KMS, by operation."""
    return {
        "kms:CreateKey": _create,
        "kms:DescribeKey": _describe,
        "kms:EnableKeyRotation": _rotate,
        "kms:GetKeyRotationStatus": _rotation,
        "kms:GetKeyPolicy": _policy,
        "kms:PutKeyPolicy": _put_policy,
    }


def _key(request: Request) -> Any | None:
    """Return moto's key by its id, ARN or alias."""
    from moto.kms.models import kms_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    backend, name = kms_backends[account][region], str(request.parameters["KeyId"])
    if name.startswith("arn:") and name.split(":")[3] != region:
        return None
    name = name.rpartition(":")[2].removeprefix("key/")
    for key in backend.keys.values():
        if key.id == name or name in key.aliases:
            return key
    return None


def _create(request: Request) -> Answer:
    """Make a key for encryption where the request does not say what it is for."""
    if wrong := _wrong_policy(request):
        return wrong
    body = json.loads(request.body)
    return request.ask(json.dumps({"KeyUsage": "ENCRYPT_DECRYPT", **body}).encode())


def _describe(request: Request) -> Answer | None:
    """Say that AWS manages a key whose alias is one of AWS's own."""
    key = _key(request)
    if key is not None and any(name.startswith("alias/aws/") for name in key.aliases):
        key.key_manager = "AWS"
    return None


def _rotate(request: Request) -> Answer:
    """Keep the period of a key's rotation."""
    period = request.parameters.get("RotationPeriodInDays")
    status, body = request.ask()
    key = _key(request)
    if status == HTTPStatus.OK and key is not None:
        key.rotation_period = getattr(key, "rotation_period", _PERIOD) if period is None else int(period)
        key.rotated_since = datetime.now(UTC)
    return status, body


def _rotation(request: Request) -> Answer:
    status, body = request.ask()
    key = _key(request)
    if status != HTTPStatus.OK or key is None:
        return status, body
    answer: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status}
    if key.key_rotation_status:
        period = getattr(key, "rotation_period", _PERIOD)
        answer["RotationPeriodInDays"] = period
        answer["NextRotationDate"] = getattr(key, "rotated_since", datetime.now(UTC)) + timedelta(days=period)
    return request.answer(answer)


def _put_policy(request: Request) -> Answer | None:
    """Put a policy whose principals exist; its name need not be given."""
    if wrong := _wrong_policy(request):
        return wrong
    given = json.dumps({"PolicyName": "default", **json.loads(request.body)})
    return request.ask(given.encode())


def _wrong_policy(request: Request) -> Answer | None:
    """Refuse a policy that is no JSON, and one that names a role or user that does not exist.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    """
    text = request.parameters.get("Policy")
    if not text:
        return None
    code = "MalformedPolicyDocumentException"
    try:
        statements = json.loads(text).get("Statement", [])
    except (ValueError, AttributeError):
        return request.refuse(code, "The policy is not a JSON document.")
    for statement in statements if isinstance(statements, list) else [statements]:
        for kind in ("Principal", "NotPrincipal"):
            named = statement.get(kind)
            principals = named.get("AWS", ()) if isinstance(named, dict) else ()
            for arn in [principals] if isinstance(principals, str) else principals:
                if not _exists(str(arn)):
                    return request.refuse(code, "Policy contains a statement with one or more invalid principals.")
    return None


def _exists(arn: str) -> bool:
    """Whether a role or a user exists; whatever else a policy may name is taken to."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto takes seconds to import

    found = _PRINCIPAL.fullmatch(arn)
    if found is None:
        return True
    account, kind, name = found.groups()
    backend = iam_backends[account]["aws"]
    if kind == "user":
        return name in backend.users
    return name in {role.name for role in backend.roles.values()}


def _policy(request: Request) -> Answer:
    """Answer the policy of the one name that there is, which a request need not give."""
    given = json.dumps({"PolicyName": "default", **json.loads(request.body)})
    status, body = request.ask(given.encode())
    if status != HTTPStatus.OK:
        return status, body
    return status, json.dumps({**json.loads(body), "PolicyName": "default"})
