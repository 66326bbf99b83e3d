"""The whole configuration of Lambda functions, without their code."""

import typing

from muster.model.arn import Arn
from muster.model.finding import Resource
from muster.readers.answers import all_pages
from muster.readers.lambda_ import functions
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, read_as, section

if typing.TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_ON = "arn:{partition}:lambda:*:*:function:*"


def _function(client: "LambdaClient", function: Resource) -> Answer:
    """Read GetFunction, without the signed URL of the code, and without tags: they have a section of their own.

    AWS leaves the tags out with no more than a member `TagsError` where lambda:ListTags is missing.
    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
    """
    answer = client.get_function(FunctionName=function.id)
    code = {key: value for key, value in (answer.get("Code") or {}).items() if key != "Location"}
    return {**{key: value for key, value in answer.items() if key not in ("Tags", "TagsError")}, "Code": code}


def _event_sources(_client: "LambdaClient", function: Resource, region: Answer) -> Answer:
    """Return the event sources of a function, of its versions and of its aliases.

    They are picked out of all of the region: AWS does not document whether a function's name finds those of an alias.
    https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
    """
    ours = ("function", function.id)
    mappings = region["EventSourceMappings"]
    return {"EventSourceMappings": [each for each in mappings if Arn.of(each["FunctionArn"]).path[:2] == ours]}


def _is_image(answer: Answer) -> bool:
    return bool(answer["Configuration"].get("PackageType") == "Image")


def _code_signing(client: "LambdaClient", function: Resource, answer: Answer) -> Answer:
    """Read the code signing configuration; images are signed elsewhere.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
    """
    return {} if _is_image(answer) else client.get_function_code_signing_config(FunctionName=function.id)


def _runtime_management(client: "LambdaClient", function: Resource, answer: Answer) -> Answer:
    """Read how the runtime is updated; an image brings its own.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html
    """
    return {} if _is_image(answer) else client.get_runtime_management_config(FunctionName=function.id)


form = Form(
    functions.FUNCTION,
    (
        section("function", "lambda:GetFunction", _function, on=_ON),
        read_as("tags", functions.tags, on=_ON),
        read_as("policy", functions.policy, on=_ON),
        read_as("event-invoke", functions.asynchronous_destinations, on=_ON),
        section(
            "event-sources", "lambda:ListEventSourceMappings", _event_sources,
            regional=lambda client: all_pages(
                client, "list_event_source_mappings", "EventSourceMappings", page=100
            ),
        ),
        read_as("url", functions.urls, on=_ON),
        section(
            "aliases", "lambda:ListAliases",
            lambda client, function: all_pages(client, "list_aliases", "Aliases", page=50, FunctionName=function.id),
            on=_ON,
        ),
        section(
            "code-signing", "lambda:GetFunctionCodeSigningConfig", _code_signing,
            absent=("CodeSigningConfigNotFoundException",), of="function", on=_ON,
        ),
        section(
            "runtime-management", "lambda:GetRuntimeManagementConfig", _runtime_management, of="function", on=_ON
        ),
        section(
            "recursion", "lambda:GetFunctionRecursionConfig",
            lambda client, function: client.get_function_recursion_config(FunctionName=function.id), on=_ON,
        ),
        section(
            "provisioned", "lambda:ListProvisionedConcurrencyConfigs",
            lambda client, function: all_pages(
                client, "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs",
                page=50, FunctionName=function.id,
            ),
            on=_ON,
        ),
    ),
    functions.functions.gone,
)  # fmt: skip
"""A function: environment variables may be secrets, so nothing of `function` is printed without a choice."""
