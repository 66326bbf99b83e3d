"""Where moto's Lambda answers otherwise than AWS documents.

https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
"""

import hashlib
import json
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer
from muster.model.arn import account_of

_PAGE = 50


_FORGOTTEN = ("DeadLetterConfig", "FileSystemConfigs", "LoggingConfig")
"""The settings of a function that moto forgets."""


def corrections() -> dict[str, Correction]:
    """Return what corrects Lambda, by operation; what moto forgets of functions is remembered in it."""
    settings = _Settings()
    return {
        "lambda:CreateFunction": settings.create,
        "lambda:UpdateFunctionCode": settings.code,
        "lambda:UpdateFunctionConfiguration": settings.keep,
        "lambda:GetFunction": settings.whole,
        "lambda:GetFunctionConfiguration": settings.configuration,
        "lambda:ListFunctions": settings.list_functions,
        "lambda:ListFunctionUrlConfigs": _list_function_url_configs,
        "lambda:GetAccountSettings": _get_account_settings,
        "lambda:GetLayerVersionByArn": _layer_version,
        "lambda:ListProvisionedConcurrencyConfigs": _provisioned,
        "lambda:GetFunctionRecursionConfig": _recursion,
        "lambda:GetRuntimeManagementConfig": _runtime_management,
    }


@dataclass(slots=True)
class _Settings:
    by_function: dict[str, dict[str, Any]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Remember the settings of a new function, and none of an older one of its name."""
        status, body = request.ask(_of_own_layers(request))
        if status >= HTTPStatus.BAD_REQUEST:
            return status, body
        document = json.loads(body)
        self.by_function[_plain(document)] = {}
        _settle_image(request, document)
        return status, self._kept(request, document)

    def code(self, request: Request) -> Answer:
        """Change the code; an image has the digest that its address has."""
        status, body = request.ask()
        if status != HTTPStatus.OK:
            return status, body
        document = json.loads(body)
        _settle_image(request, document)
        return status, json.dumps(self._completed(document))

    def keep(self, request: Request) -> Answer:
        """Remember the settings that are changed."""
        status, body = request.ask(_of_own_layers(request))
        if status >= HTTPStatus.BAD_REQUEST:
            return status, body
        return status, self._kept(request, json.loads(body))

    def _kept(self, request: Request, document: dict[str, Any]) -> str:
        given = json.loads(request.body)
        kept = {name: given[name] for name in _FORGOTTEN if name in given}
        if "Layers" in given:
            own = {each["Arn"]: each for each in document.get("Layers") or ()}
            kept["Layers"] = [own.get(arn, {"Arn": arn, "CodeSize": 1}) for arn in given["Layers"]]
        self.by_function.setdefault(_plain(document), {}).update(kept)
        return json.dumps(self._completed(document))

    def configuration(self, request: Request) -> Answer:
        """Answer a function's configuration with what moto forgets."""
        status, body = request.ask()
        return status, json.dumps(self._completed(json.loads(body))) if status == HTTPStatus.OK else body

    def whole(self, request: Request) -> Answer:
        """Answer a function with what moto forgets, and a reserved concurrency of none, which stops it."""
        status, body = request.ask()
        if status != HTTPStatus.OK:
            return status, body
        document = json.loads(body)
        document["Configuration"] = self._completed(document["Configuration"])
        function = _function(request, document["Configuration"]["FunctionName"])
        if image := document.get("Code", {}).get("ImageUri"):
            document["Code"]["ResolvedImageUri"] = f"{_repository(image)}@sha256:{function.code_sha_256}"
        reserved = function.reserved_concurrency
        if reserved is not None:
            document["Concurrency"] = {"ReservedConcurrentExecutions": int(reserved)}
        return status, json.dumps(document)

    def list_functions(self, request: Request) -> Answer:
        """Page by 50 at most, where moto answers all at once, each with what moto forgets."""
        status, body = request.ask()
        if status != HTTPStatus.OK:
            return status, body
        found = sorted(json.loads(body)["Functions"], key=lambda each: str(each["FunctionArn"]))
        start = int(request.query.get("Marker") or 0)
        end = start + min(int(request.query.get("MaxItems") or _PAGE), _PAGE)
        more = {"NextMarker": str(end)} if end < len(found) else {}
        return status, json.dumps({"Functions": [self._completed(each) for each in found[start:end]], **more})

    def _completed(self, document: dict[str, Any]) -> dict[str, Any]:
        kept = dict(self.by_function.get(_plain(document), {}))
        if not kept.get("DeadLetterConfig", {}).get("TargetArn"):
            kept.pop("DeadLetterConfig", None)
        logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{document['FunctionName']}"}
        logging |= kept.get("LoggingConfig", {})
        if logging["LogFormat"] == "JSON":
            logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
        if not kept.get("Layers"):
            document = {key: value for key, value in document.items() if key != "Layers"}
            kept.pop("Layers", None)
        return {**document, **kept, "LoggingConfig": logging}


def _of_own_layers(request: Request) -> bytes:
    """Return the body without the layers of other accounts, which moto does not find; AWS looks at their own policies.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
    """
    given, (account, _) = json.loads(request.body), place(request)
    if "Layers" in given:
        given["Layers"] = [arn for arn in given["Layers"] if account_of(arn) == account]
    return json.dumps(given).encode()


def _function(request: Request, name: str) -> Any:
    """Return moto's function of a name."""
    from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return get_backend(account, region).get_function(name)


def _settle_image(request: Request, document: dict[str, Any]) -> None:
    """Give a function of an image the digest of its address; moto draws one. A tag has one, too, for as long as it is.

    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html
    """
    function = _function(request, document["FunctionName"])
    image = str(function.code.get("ImageUri") or "")
    if image:
        digest = image.partition("@sha256:")[2] or hashlib.sha256(image.encode()).hexdigest()
        function.code_sha_256 = document["CodeSha256"] = digest


def _repository(image: str) -> str:
    """Return an image's address without its tag and its digest."""
    host, _, rest = image.partition("@")[0].rpartition("/")
    return f"{host}/{rest.partition(':')[0]}"


def _layer_version(request: Request) -> Answer:
    """Answer a version of a layer by its ARN; moto knows it by its name and number only.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html
    """
    arn = str(request.parameters["Arn"])
    name, _, number = arn.partition(":layer:")[2].partition(":")
    return _get(request, f"/2018-10-31/layers/{urllib.parse.quote(name)}/versions/{number}")


def _provisioned(request: Request) -> Answer:
    """Answer that a function has no provisioned concurrency, which nothing here can give it.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html
    """
    return _of_function(request, lambda _function: {"ProvisionedConcurrencyConfigs": []})


def _recursion(request: Request) -> Answer:
    """Answer what every function has until PutFunctionRecursionConfig changes it, which moto does not know.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html
    """
    return _of_function(request, lambda _function: {"RecursiveLoop": "Terminate"})


def _runtime_management(request: Request) -> Answer:
    """Answer what every function has until PutRuntimeManagementConfig changes it, which moto does not know.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetRuntimeManagementConfig.html
    """
    return _of_function(
        request, lambda function: {"UpdateRuntimeOn": "Auto", "FunctionArn": function["Configuration"]["FunctionArn"]}
    )


def _of_function(request: Request, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    status, body = _get(request, f"/2015-03-31/functions/{urllib.parse.quote(request.parameters['FunctionName'])}")
    return (HTTPStatus.OK, json.dumps(answer(json.loads(body)))) if status == HTTPStatus.OK else (status, body)


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
