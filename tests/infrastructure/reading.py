"""Reads a transformed template: resources by type, and intrinsic functions as one text that can be compared."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Template = Mapping[str, Any]
Properties = Mapping[str, Any]


def resources(template: Template, *types: str) -> Iterator[tuple[str, Properties]]:
    """Yield logical id and properties of the resources of some types."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] in types:
            yield logical_id, resource.get("Properties", {})


def text(value: Any) -> str:  # noqa: PLR0911 - one return for each intrinsic function
    """Say a value as one text: `!Ref X` is ${X}, `!GetAtt X.Arn` is ${X.Arn}, of an `!If` the first branch counts."""
    match value:
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(pattern) | [str(pattern), _]}:
            return pattern
        case {"Fn::If": [_, first, _]}:
            return text(first)
        case {"Fn::Join": [separator, list(parts)]}:
            return str(separator).join(map(text, parts))
        case {"Fn::Join": [separator, part]}:
            return f"{separator}{text(part)}"
        case {"Fn::Split": [_, part]}:
            return text(part)
        case _:
            return str(value)


def target(value: Any) -> str:
    """Return the logical id that a reference is to."""
    return text(value).removeprefix("${").removesuffix("}").partition(".")[0]


def listed(value: Any) -> list[Any]:
    """Return a value or a list of values as a list."""
    return value if isinstance(value, list) else [value]


def statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the statements of a policy document; of an `!If` that of the first branch."""
    found = [each["Fn::If"][1] if "Fn::If" in each else each for each in listed(policy["Statement"])]
    return [each for each in found if "Effect" in each]


def policies(role: Properties) -> list[Mapping[str, Any]]:
    """Return the policies of a role; of an `!If` that of the first branch."""
    return [each["Fn::If"][1] if "Fn::If" in each else each for each in role.get("Policies", ())]


def managed(template: Template, role: Properties) -> list[Mapping[str, Any]]:
    """Return the properties of the managed policies of the template that a role has."""
    names = [target(each) for each in role.get("ManagedPolicyArns", ())]
    return [template["Resources"][name]["Properties"] for name in names if name in template["Resources"]]


def role_statements(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each statement of each role, with the role's logical id."""
    for role, properties in resources(template, "AWS::IAM::Role"):
        for policy in [*policies(properties), *managed(template, properties)]:
            for statement in statements(policy["PolicyDocument"]):
                yield role, statement


def definition(template: Template) -> dict[str, Any]:
    """Return the definition of the one state machine."""
    ((_, properties),) = resources(template, "AWS::StepFunctions::StateMachine")
    return dict(json.loads(text(properties["DefinitionString"])))
