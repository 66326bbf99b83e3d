"""Where moto's Lambda answers otherwise than AWS documents.

https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
"""

import json
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.request import Correction, Request
from local.front import Answer

_PAGE = 50


def corrections() -> dict[str, Correction]:
    """Return what corrects Lambda, by operation; dead-letter queues are remembered in it."""
    queues = _DeadLetterQueues()
    return {
        "lambda:CreateFunction": queues.keep,
        "lambda:UpdateFunctionConfiguration": queues.keep,
        "lambda:ListFunctions": queues.list_functions,
        "lambda:ListFunctionUrlConfigs": _list_function_url_configs,
        "lambda:GetAccountSettings": _get_account_settings,
    }


@dataclass(slots=True)
class _DeadLetterQueues:
    by_function: dict[str, dict[str, str]] = field(default_factory=dict)

    def keep(self, request: Request) -> Answer:
        """Remember the dead-letter queue, which moto forgets."""
        target = json.loads(request.body).get("DeadLetterConfig")
        status, body = request.ask()
        if status < HTTPStatus.BAD_REQUEST and target is not None:
            document = json.loads(body)
            self.by_function[_plain(document)] = target
            body = json.dumps(self._completed(document))
        return status, body

    def list_functions(self, request: Request) -> Answer:
        """Page by 50 at most, where moto answers all at once, each with its dead-letter queue."""
        status, body = request.ask()
        if status != HTTPStatus.OK:
            return status, body
        found = sorted(json.loads(body)["Functions"], key=lambda each: str(each["FunctionArn"]))
        start = int(request.query.get("Marker") or 0)
        end = start + min(int(request.query.get("MaxItems") or _PAGE), _PAGE)
        more = {"NextMarker": str(end)} if end < len(found) else {}
        return status, json.dumps({"Functions": [self._completed(each) for each in found[start:end]], **more})

    def _completed(self, document: dict[str, Any]) -> dict[str, Any]:
        queue = self.by_function.get(_plain(document))
        return {**document, "DeadLetterConfig": queue} if queue and queue.get("TargetArn") else document


def _list_function_url_configs(request: Request) -> Answer:
    """Answer the one URL that moto keeps of a function; it knows GetFunctionUrlConfig only, which fails without one."""
    name = urllib.parse.quote(request.parameters["FunctionName"])
    status, body = _get(request, f"/2015-03-31/functions/{name}")
    if status != HTTPStatus.OK:
        return status, body
    status, body = _get(request, f"/2021-10-31/functions/{name}/url")
    return HTTPStatus.OK, json.dumps(
        {"FunctionUrlConfigs": [json.loads(body)] if status < HTTPStatus.BAD_REQUEST else []}
    )


def _get_account_settings(request: Request) -> Answer:
    """Add up what the functions of the caller's region reserve; moto does not know the operation."""
    allowed = request.front.lambda_concurrency
    rest = allowed - sum(_reserved(request))
    limit = {"ConcurrentExecutions": allowed, "UnreservedConcurrentExecutions": rest}
    return HTTPStatus.OK, json.dumps({"AccountLimit": limit, "AccountUsage": {}})


def _reserved(request: Request) -> Iterator[int]:
    for each in json.loads(_get(request, "/2015-03-31/functions/")[1])["Functions"]:
        name = urllib.parse.quote(each["FunctionName"])
        _, body = _get(request, f"/2019-09-30/functions/{name}/concurrency")
        yield json.loads(body).get("ReservedConcurrentExecutions") or 0


def _get(request: Request, path: str) -> Answer:
    """Ask moto for something else, as the same caller."""
    environ = {**request.environ, "PATH_INFO": path, "RAW_URI": path, "REQUEST_URI": path, "QUERY_STRING": ""}
    return request.front.ask(environ)


def _plain(document: dict[str, Any]) -> str:
    """Return the ARN of the function, whichever version is spoken of."""
    return ":".join(str(document["FunctionArn"]).split(":")[:7])
