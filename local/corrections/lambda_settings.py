"""What moto's Lambda lacks beside a function: the detection of loops, and how the runtime is updated.

https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html
https://docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_LOOPS, _UPDATES = "Terminate", "Auto"
_Kept = dict[str, Any]


def corrections() -> dict[str, Correction]:
    """Return what adds these operations."""
    return {
        "lambda:GetFunctionRecursionConfig": _of_function(_get_loops),
        "lambda:PutFunctionRecursionConfig": _of_function(_put_loops),
        "lambda:GetRuntimeManagementConfig": _of_function(_get_updates),
        "lambda:PutRuntimeManagementConfig": _of_function(_put_updates),
    }


def _of_function(answered: Callable[[Request, Any, _Kept], Answer]) -> Correction:
    """Return a correction that is handed moto's function and what is remembered of it."""

    def corrected(request: Request) -> Answer:
        from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto takes seconds to import

        account, region = place(request)
        name = str(request.parameters["FunctionName"]).rpartition(":function:")[2].partition(":")[0]
        versions = get_backend(account, region)._lambdas._functions.get(name)
        if versions is None:
            arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
            return request.refuse("ResourceNotFoundException", f"Function not found: {arn}", HTTPStatus.NOT_FOUND)
        function = versions["latest"]
        if not hasattr(function, "further"):
            function.further = {}
        return answered(request, function, function.further)

    return corrected


def _get_loops(_request: Request, _function: Any, kept: _Kept) -> Answer:
    return HTTPStatus.OK, json.dumps({"RecursiveLoop": kept.get("loops", _LOOPS)})


def _put_loops(request: Request, function: Any, kept: _Kept) -> Answer:
    kept["loops"] = json.loads(request.body)["RecursiveLoop"]
    return _get_loops(request, function, kept)


def _get_updates(_request: Request, function: Any, kept: _Kept) -> Answer:
    """Answer when the runtime is updated; the ARN of a version is there only where one is fixed."""
    updates = kept.get("updates", {"UpdateRuntimeOn": _UPDATES})
    return HTTPStatus.OK, json.dumps({**updates, "FunctionArn": function.function_arn})


def _put_updates(request: Request, function: Any, kept: _Kept) -> Answer:
    given = json.loads(request.body)
    names = ("UpdateRuntimeOn", "RuntimeVersionArn") if given["UpdateRuntimeOn"] == "Manual" else ("UpdateRuntimeOn",)
    kept["updates"] = {name: given[name] for name in names if given.get(name)}
    return _get_updates(request, function, kept)
