"""Functions and event source mappings.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of

_AS_THEY_ARE = (
    "Architectures",
    "CodeSigningConfigArn",
    "DeadLetterConfig",
    "Description",
    "EphemeralStorage",
    "FileSystemConfigs",
    "FunctionName",
    "Handler",
    "ImageConfig",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "Role",
    "Runtime",
    "SnapStart",
    "Timeout",
    "TracingConfig",
)


def _function(properties: Properties, region: str, _account: str) -> Made:
    functions = client("lambda", region)
    given: dict[str, Any] = chosen(properties, *_AS_THEY_ARE, KMSKeyArn="KmsKeyArn")
    if "Environment" in properties:
        variables = properties["Environment"].get("Variables", {})
        given["Environment"] = {"Variables": {name: str(value) for name, value in variables.items()}}
    if "VpcConfig" in properties:
        given["VpcConfig"] = {"SubnetIds": [], "SecurityGroupIds": [], **properties["VpcConfig"]}
    if tags := tags_of(properties):
        given["Tags"] = tags
    code = _package(properties["Code"], str(properties.get("Runtime", "")))
    answer = functions.create_function(Code=code, **given)
    name = answer["FunctionName"]
    if "ReservedConcurrentExecutions" in properties:
        functions.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=properties["ReservedConcurrentExecutions"]
        )
    if "RecursiveLoop" in properties:
        functions.put_function_recursion_config(FunctionName=name, RecursiveLoop=properties["RecursiveLoop"])
    if "RuntimeManagementConfig" in properties:
        functions.put_runtime_management_config(FunctionName=name, **properties["RuntimeManagementConfig"])
    return name, {"Arn": answer["FunctionArn"]}


def _find_function(identifier: Properties, region: str, _account: str) -> Made:
    found = client("lambda", region).get_function_configuration(FunctionName=identifier["FunctionName"])
    return found["FunctionName"], {"Arn": found["FunctionArn"]}


def _tag_function(name: str, tags: Mapping[str, str], region: str) -> None:
    functions = client("lambda", region)
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags=dict(tags))


def _package(code: Properties, runtime: str) -> dict[str, Any]:
    """Return the code of a function; a text in the template becomes the file `index` of a package.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
    """
    if "ZipFile" not in code:
        return dict(code)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        name = "index.js" if runtime.startswith("nodejs") else "index.py"
        package.writestr(zipfile.ZipInfo(name), code["ZipFile"])
    return {**code, "ZipFile": packed.getvalue()}


def _layer_version(properties: Properties, region: str, _account: str) -> Made:
    given = chosen(properties, "CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LicenseInfo")
    made = client("lambda", region).publish_layer_version(LayerName=properties["LayerName"], **given)
    return made["LayerVersionArn"], {"LayerVersionArn": made["LayerVersionArn"]}


def _delete_layer_version(arn: str, region: str) -> None:
    layer, _, version = arn.rpartition(":")
    client("lambda", region).delete_layer_version(LayerName=layer, VersionNumber=int(version))


def _event_source_mapping(properties: Properties, region: str, _account: str) -> Made:
    given = {key: properties[key] for key in properties if key not in ("Tags", "KmsKeyArn")}
    given |= chosen(properties, KMSKeyArn="KmsKeyArn")
    if tags := tags_of(properties):
        given["Tags"] = tags
    made = client("lambda", region).create_event_source_mapping(**given)
    return made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": made["EventSourceMappingArn"]}


def _find_mapping(identifier: Properties, region: str, _account: str) -> Made:
    found = client("lambda", region).get_event_source_mapping(UUID=identifier["Id"])
    return found["UUID"], {"Id": found["UUID"], "EventSourceMappingArn": found["EventSourceMappingArn"]}


def _delete_function(name: str, region: str) -> None:
    client("lambda", region).delete_function(FunctionName=name)


def _delete_mapping(uuid: str, region: str) -> None:
    client("lambda", region).delete_event_source_mapping(UUID=uuid)


KINDS = (
    Kind(
        "AWS::Lambda::Function",
        _function,
        _delete_function,
        name="FunctionName",
        find=_find_function,
        tag=_tag_function,
    ),
    Kind("AWS::Lambda::LayerVersion", _layer_version, _delete_layer_version, name="LayerName"),
    Kind("AWS::Lambda::EventSourceMapping", _event_source_mapping, _delete_mapping, find=_find_mapping),
)
