"""Where moto's API Gateway answers otherwise than AWS documents: the client certificate of a stage, and its log level.

https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html
"""

import json
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_CERTIFICATE = "/clientCertificateId"


def corrections() -> dict[str, Correction]:
    """Return what corrects API Gateway, by operation."""
    return {
        "apigateway:UpdateStage": _update,
        "apigateway:GetStage": _get,
        "apigateway:GetStages": _get,
    }


def _api(request: Request) -> Any:
    from moto.apigateway.models import apigateway_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return apigateway_backends[account][region].apis.get(request.parameters["restApiId"])


def _update(request: Request) -> Answer:
    """Keep the certificate that a patch names."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    stage = _api(request).stages[request.parameters["stageName"]]
    for operation in request.parameters.get("patchOperations") or ():
        if operation["path"] == _CERTIFICATE:
            stage.client_certificate = operation.get("value") if operation["op"] != "remove" else None
    return status, body


def _get(request: Request) -> Answer:
    """Add the certificate, and the level OFF to settings of methods that have none."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    answer = json.loads(body)
    for each in answer.get("item", [answer]):
        certificate = getattr(_api(request).stages[each["stageName"]], "client_certificate", None)
        each.update({"clientCertificateId": certificate} if certificate else {})
        each["tracingEnabled"] = bool(each.get("tracingEnabled"))
        for settings in each["methodSettings"].values():
            settings.setdefault("loggingLevel", "OFF")
    return status, json.dumps(answer)
