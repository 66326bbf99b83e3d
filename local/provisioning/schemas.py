"""The schemas of CloudFormation's resource types, as cfn-lint ships them.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_REGION = "us-east-1"
"""The region with the most types; the schema of a type is the same in nearly all regions."""


@cache
def schema_of(resource_type: str) -> Mapping[str, Any]:
    """Return the schema of a type, e.g. `AWS::SQS::Queue`.

    Raises:
        KeyError: there is no such type.
    """
    folder = _folder()
    path = folder / "resources" / f"{_files()[resource_type]}.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def identifier_of(resource_type: str) -> tuple[str, ...]:
    """Return the properties that identify a resource of a type, e.g. `("QueueUrl",)`."""
    return tuple(pointer.rpartition("/")[2] for pointer in schema_of(resource_type).get("primaryIdentifier", ()))


def takes_tags(resource_type: str) -> bool:
    """Whether a stack's tags are put on its resources of this type."""
    return bool((schema_of(resource_type).get("tagging") or {}).get("tagOnCreate"))


def takes_system_tags(resource_type: str) -> bool:
    """Whether CloudFormation puts its own tags (`aws:cloudformation:stack-name` and others) on resources of a type."""
    return bool((schema_of(resource_type).get("tagging") or {}).get("cloudFormationSystemTags"))


def typed(resource_type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties with the types of the schema, where a template may give `"5"` for 5 and `"true"` for true."""
    schema = schema_of(resource_type)
    converted: dict[str, Any] = _converted(schema, schema, dict(properties))
    return converted


def faults(resource_type: str, properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield what CloudFormation refuses at once: a property that is not of the type, one that is missing."""
    schema = schema_of(resource_type)
    for name in sorted(properties.keys() - schema["properties"].keys()):
        yield f"extraneous key [{name}] is not permitted"
    for name in schema.get("required", ()):
        if name not in properties:
            yield f"required key [{name}] not found"


def _converted(root: Mapping[str, Any], schema: Any, value: Any) -> Any:
    if not isinstance(schema, Mapping):
        return value
    if "$ref" in schema:
        return _converted(root, _resolved(root, schema["$ref"]), value)
    if isinstance(value, dict):
        return {key: _converted(root, _member(root, schema, key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_converted(root, schema.get("items"), item) for item in value]
    kinds = schema.get("type", ())
    return _scalar((kinds,) if isinstance(kinds, str) else tuple(kinds), value)


def _member(root: Mapping[str, Any], schema: Mapping[str, Any], key: str) -> Any:
    """Return the schema of one member of an object, wherever the object's schema says it."""
    if key in schema.get("properties", {}):
        return schema["properties"][key]
    for pattern in schema.get("patternProperties", {}).values():
        return pattern
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        whole = _resolved(root, choice["$ref"]) if "$ref" in choice else choice
        found = _member(root, whole, key)
        if found is not None:
            return found
    return None


def _resolved(root: Mapping[str, Any], reference: str) -> Any:
    inner: Any = root
    for step in reference.removeprefix("#/").split("/"):
        inner = inner[step]
    return inner


def _scalar(kinds: tuple[str, ...], value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower() if kinds == ("string",) else value
    if isinstance(value, int | float):
        return str(value) if kinds == ("string",) else value
    if not isinstance(value, str):
        return value
    if kinds == ("boolean",):
        return value.lower() == "true"
    if kinds == ("integer",):
        return int(value)
    return float(value) if kinds == ("number",) else value


@cache
def _files() -> Mapping[str, str]:
    files: dict[str, str] = json.loads((_folder() / "providers" / f"{_REGION}.json").read_text(encoding="utf-8"))
    return files


def _folder() -> Path:
    found = importlib.util.find_spec("cfnlint")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("cfn-lint is not installed: it ships the schemas of CloudFormation's types")
    return Path(found.origin).parent / "data" / "schemas"
