"""What a living stack is made of for given parameters: its resources, and what of them cannot change in place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

Template = Mapping[str, Any]
Values = Mapping[str, str]

STATEFUL = (
    "AWS::DynamoDB::Table",
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
)
"""Types whose resources hold something that is lost when CloudFormation replaces or deletes them."""


def made(template: Template, values: Values, *types: str) -> dict[str, dict[str, Any]]:
    """Return the resources that exist for given parameters, each with its create-only properties, resolved.

    CloudFormation replaces a resource, and so loses what is in it, when one of these changes. `types` are those that
    are looked at, all where none is named.
    """
    found = {}
    for logical_id, resource in template["Resources"].items():
        if types and resource["Type"] not in types:
            continue
        if "Condition" in resource and not _holds(resource["Condition"], template["Conditions"], values):
            continue
        fixed = {path: _at(resource.get("Properties", {}), path) for path in _create_only(resource["Type"])}
        found[logical_id] = {path: resolved(value, template["Conditions"], values) for path, value in fixed.items()}
    return found


def _create_only(kind: str) -> Iterator[str]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    for pointer in schema.get("createOnlyProperties", ()):
        yield pointer.removeprefix("/properties/")


def _at(properties: Any, path: str) -> Any:
    for step in path.split("/"):
        properties = properties.get(step) if isinstance(properties, Mapping) else None
    return properties


def resolved(value: Any, conditions: Mapping[str, Any], values: Values) -> Any:  # noqa: PLR0911 - one for each function
    """Return a value with its intrinsic functions evaluated; a reference to a resource stays `${ITS.ATTRIBUTE}`."""
    match value:
        case {"Ref": "AWS::NoValue"}:
            return None
        case {"Ref": name}:
            return values.get(name, f"${{{name}}}")
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::If": [name, yes, no]}:
            return resolved(yes if _holds(name, conditions, values) else no, conditions, values)
        case {"Fn::Sub": [str(pattern), dict(own)]}:
            named = {key: resolved(inner, conditions, values) for key, inner in own.items()}
            return _substituted(pattern, {**values, **named})
        case {"Fn::Sub": str(pattern)}:
            return _substituted(pattern, values)
        case dict():
            return {key: resolved(inner, conditions, values) for key, inner in value.items()}
        case list():
            return [resolved(inner, conditions, values) for inner in value]
        case _:
            return value


def _substituted(pattern: str, values: Values) -> str:
    return re.sub(r"\$\{([\w:]+)\}", lambda found: values.get(found[1], found[0]), pattern)


def _holds(condition: Any, conditions: Mapping[str, Any], values: Values) -> bool:
    match condition:
        case str(name):
            return _holds(conditions[name], conditions, values)
        case {"Fn::Equals": [one, other]}:
            return bool(resolved(one, conditions, values) == resolved(other, conditions, values))
        case {"Fn::Not": [inner]}:
            return not _holds(inner, conditions, values)
        case _:
            raise AssertionError(f"no test evaluates the condition {condition}")
