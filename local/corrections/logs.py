"""What moto's CloudWatch Logs lacks of log groups: class, protection against deletion, policies.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
"""

import json
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_CLASS = "STANDARD"


def corrections() -> dict[str, Correction]:
    """Return what corrects CloudWatch Logs, by operation."""
    return {
        "logs:CreateLogGroup": _create,
        "logs:DeleteLogGroup": _delete,
        "logs:DescribeLogGroups": _describe,
        "logs:PutLogGroupDeletionProtection": _protect,
        "logs:PutBearerTokenAuthentication": _authenticate,
        "logs:PutDataProtectionPolicy": _put_protection,
        "logs:GetDataProtectionPolicy": _get_protection,
        "logs:DeleteDataProtectionPolicy": _delete_protection,
        "logs:PutIndexPolicy": _put_index,
        "logs:DescribeIndexPolicies": _describe_index,
        "logs:DeleteIndexPolicy": _delete_index,
        "logs:PutTransformer": _put_transformer,
        "logs:GetTransformer": _get_transformer,
        "logs:DeleteTransformer": _delete_transformer,
    }


def _backend(request: Request) -> Any:
    from moto.logs.models import logs_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return logs_backends[account][region]


def _group(request: Request) -> Any | None:
    """Return moto's log group by its name or ARN."""
    given = request.parameters
    name = str(given.get("logGroupIdentifier") or given.get("logGroupName"))
    return _backend(request).groups.get(name.partition(":log-group:")[2].removesuffix(":*") or name)


def _further(group: Any) -> dict[str, Any]:
    """Return what is remembered of a log group beside moto's own settings; it ends with the group."""
    if not hasattr(group, "further"):
        group.further = {}
    remembered: dict[str, Any] = group.further
    return remembered


def _missing(request: Request) -> Answer:
    return request.refuse("ResourceNotFoundException", "The specified log group does not exist.")


def _create(request: Request) -> Answer:
    status, body = request.ask()
    group = _group(request)
    if status == HTTPStatus.OK and group is not None:
        given = request.parameters
        _further(group)["logGroupClass"] = given.get("logGroupClass", _CLASS)
        _further(group)["deletionProtectionEnabled"] = given.get("deletionProtectionEnabled", False)
    return status, body


def _delete(request: Request) -> Answer | None:
    group = _group(request)
    if group is not None and _further(group).get("deletionProtectionEnabled"):
        message = "The log group has deletion protection enabled. Disable deletion protection before deleting it."
        return request.refuse("ValidationException", message)
    return None


def _describe(request: Request) -> Answer:
    """Add what was remembered; a class or a pattern that is asked for selects."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    document, groups, given = json.loads(body), _backend(request).groups, request.parameters
    found = []
    for described in document["logGroups"]:
        kept = _further(groups[described["logGroupName"]])
        shown = {key: value for key, value in kept.items() if key not in ("protection", "index")}
        whole = {"logGroupClass": _CLASS, "deletionProtectionEnabled": False, **described, **shown}
        if "protection" in kept:
            whole["dataProtectionStatus"] = "ACTIVATED"
        if given.get("logGroupClass") in (None, whole["logGroupClass"]):
            found.append(whole)
    document["logGroups"] = found
    if document.get("nextToken") is None:
        document.pop("nextToken", None)
    return status, json.dumps(document)


def _protect(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    _further(group)["deletionProtectionEnabled"] = request.parameters["deletionProtectionEnabled"]
    return request.answer({})


def _authenticate(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    _further(group)["bearerTokenAuthenticationEnabled"] = request.parameters["bearerTokenAuthenticationEnabled"]
    return request.answer({})


def _put_protection(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    _further(group)["protection"] = request.parameters["policyDocument"]
    return _get_protection(request)


def _get_protection(request: Request) -> Answer:
    """Answer the policy of a group; a group without one answers its identifier alone."""
    group = _group(request)
    if group is None:
        return _missing(request)
    kept = _further(group).get("protection")
    answer = {"logGroupIdentifier": request.parameters["logGroupIdentifier"]}
    return request.answer(answer | ({"policyDocument": kept} if kept else {}))


def _delete_protection(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    _further(group).pop("protection", None)
    return request.answer({})


def _put_index(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    policy = {
        "logGroupIdentifier": group.arn,
        "policyName": "default",
        "policyDocument": request.parameters["policyDocument"],
        "source": "LOG_GROUP",
    }
    _further(group)["index"] = policy
    return request.answer({"indexPolicy": policy})


def _describe_index(request: Request) -> Answer:
    groups, found = _backend(request).groups, []
    for identifier in request.parameters["logGroupIdentifiers"]:
        name = identifier.partition(":log-group:")[2].removesuffix(":*") or identifier
        if name not in groups:
            return _missing(request)
        found += [_further(groups[name])["index"]] if "index" in _further(groups[name]) else []
    return request.answer({"indexPolicies": found})


def _delete_index(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    _further(group).pop("index", None)
    return request.answer({})


def _put_transformer(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    _further(group)["transformer"] = request.parameters["transformerConfig"]
    return request.answer({})


def _get_transformer(request: Request) -> Answer:
    """Answer the transformer of a group; one that has none is answered as one that is not there."""
    group = _group(request)
    kept = _further(group).get("transformer") if group is not None else None
    if kept is None:
        return _missing(request)
    return request.answer({"logGroupIdentifier": request.parameters["logGroupIdentifier"], "transformerConfig": kept})


def _delete_transformer(request: Request) -> Answer:
    group = _group(request)
    if group is None:
        return _missing(request)
    _further(group).pop("transformer", None)
    return request.answer({})
