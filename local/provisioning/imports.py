"""Change sets that import resources: what CloudFormation refuses of them, and what executing one does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation import parsing

from local import resources
from local.provisioning.kinds import Kind, Made, acting_in
from local.provisioning.schemas import identifier_of
from local.provisioning.stack_tags import Origin, stack_tags

_COMPARED = ("Type", "Properties", "Metadata", "DependsOn", "Condition")


@dataclass(frozen=True, slots=True)
class Import:
    """One resource to import: its logical id, its type and what identifies it."""

    logical_id: str
    type: str
    identifier: Mapping[str, str]


def kind_of(resource_type: str) -> Kind | None:
    """Return a type that can be imported."""
    return next((kind for kind in resources.kinds() if kind.type == resource_type and kind.find), None)


def identifier_summaries(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what identifies the resources of a template for an import, type by type."""
    by_type: dict[str, list[str]] = {}
    for logical_id, resource in template.get("Resources", {}).items():
        by_type.setdefault(resource["Type"], []).append(logical_id)
    return [
        {
            "ResourceType": resource_type,
            "LogicalResourceIds": logical_ids,
            "ResourceIdentifiers": list(identifier_of(resource_type)),
        }
        for resource_type, logical_ids in sorted(by_type.items())
        if kind_of(resource_type)
    ]


def wrong_request(template: Mapping[str, Any], before: Mapping[str, Any], wanted: Sequence[Import]) -> Iterator[str]:
    """Yield what CloudFormation refuses at once of a template, given the stack's template before.

    The wording of the second and the third is CloudFormation's own.
    """
    made, had = template.get("Resources", {}), before.get("Resources", {})
    if not wanted:
        yield "At least one resource to import must be specified"
    policies = [each.logical_id for each in wanted if "DeletionPolicy" not in made.get(each.logical_id, {})]
    if policies:
        names = f"The following resources to import [{', '.join(policies)}]"
        yield f"{names} must have DeletionPolicy attribute specified in the template."
    if (template.get("Outputs") or {}) != (before.get("Outputs") or {}):
        yield "As part of the import operation, you cannot modify or add [Outputs]"
    names_wanted = {each.logical_id for each in wanted}
    for each in wanted:
        yield from _wrong_resource(each, made, had)
    if missing := sorted(made.keys() - had.keys() - names_wanted):
        yield f"Resources [{', '.join(missing)}] are missing from the ResourcesToImport list"
    if gone := sorted(had.keys() - made.keys()):
        yield f"You cannot delete resources [{', '.join(gone)}] as part of an import operation"
    changed = [name for name in sorted(had.keys() & made.keys()) if _differs(had[name], made[name])]
    if changed:
        yield f"You have modified resources [{', '.join(changed)}] in your template that are not being imported"


def _differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before.get(name) != after.get(name) for name in _COMPARED)


def _wrong_resource(each: Import, made: Mapping[str, Any], had: Mapping[str, Any]) -> Iterator[str]:
    if each.logical_id not in made:
        yield f"Resource [{each.logical_id}] to import is not in the template"
    elif made[each.logical_id]["Type"] != each.type:
        yield f"Resource [{each.logical_id}] is of type {made[each.logical_id]['Type']}, not {each.type}"
    if each.logical_id in had:
        yield f"Resource [{each.logical_id}] is already in the stack"
    if kind_of(each.type) is None:
        yield f"ResourceTypes [{each.type}] are not supported for Import"
        return
    if set(each.identifier) != set(identifier_of(each.type)):
        names = ", ".join(identifier_of(each.type))
        yield f"Resource [{each.logical_id}] of type {each.type} is identified by [{names}]"


def found(each: Import, account: str, region: str) -> Made | None:
    """Return the resource that an import identifies; nothing where there is none."""
    kind = kind_of(each.type)
    if kind is None or kind.find is None:
        return None
    try:
        with acting_in(account):
            return kind.find(each.identifier, region, account)
    except (BotoCoreError, ClientError, LookupError, ValueError):
        return None


def owner(resource_type: str, physical_id: str, stacks: Mapping[str, Any]) -> str:
    """Return the id of the stack that has a resource; nothing where none has."""
    for stack_id, stack in stacks.items():
        for resource in stack.stack_resources:
            if (resource.cf_resource_type, resource.physical_resource_id) == (resource_type, physical_id):
                return stack_id
    return ""


def adopt(stack: Any, change_set: Any, account: str, region: str) -> None:
    """Put resources that exist into a stack, and put the stack's tags on them; nothing is made."""
    held = stack.resource_map
    stack.template, stack.parameters = change_set.template, change_set.parameters
    stack._parse_template()
    held._template, held._resource_json_map = stack.template_dict, stack.template_dict["Resources"]
    held.input_parameters = change_set.parameters
    held.load_mapping()
    held.load_parameters()
    held.load_conditions()
    stack.tags = {**stack.tags, **(change_set.tags or {})}
    stack.output_map = stack._create_output_map()
    for each in change_set.imports:
        made = found(each, account, region)
        if made is None:
            raise LookupError(each.identifier)
        resource = parsing.get_model_map()[each.type](*made, region)
        resource.logical_resource_id, resource.cf_resource_type = each.logical_id, each.type
        held._parsed_resources[each.logical_id] = resource
        _tag(each, made[0], Origin(account, region, stack.stack_id, each.logical_id))


def _tag(each: Import, physical_id: str, origin: Origin) -> None:
    kind = kind_of(each.type)
    tags = stack_tags(each.type, origin)
    if kind and kind.tag and tags:
        with acting_in(origin.account):
            kind.tag(physical_id, tags, origin.region)
