"""Makes moto's CloudFormation models of the resource types.

moto looks through the subclasses of CloudFormationModel; the last one of a type wins.
"""

from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import random_suffix
from moto.core.common_models import CloudFormationModel

from local.provisioning.kinds import Given, Kind, Made, acting_in
from local.provisioning.schemas import faults, schema_of, typed
from local.provisioning.stack_tags import Origin, merged, stack_tags

_LONGEST = 255


def model_of(kind: Kind) -> type:
    """Return the class that makes and deletes resources of a type for moto."""
    name = "Embedded" + kind.type.replace("::", "")
    # moto names stack resources by the module.
    return type(name, (_Embedded, CloudFormationModel), {"kind": kind, "__module__": "moto.cloudformation.models"})


class _Embedded:
    """What moto asks of a resource type."""

    kind: Kind

    def __init__(self, physical_id: str, attributes: dict[str, str], region: str) -> None:
        self.physical_resource_id = physical_id
        self.attributes = attributes
        self.region = region

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kind.type

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return bool(attr)

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.attributes[attribute]

    def is_created(self) -> bool:
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls, _name: str, cloudformation_json: Any, account_id: str, region_name: str, **context: str
    ) -> Any:
        origin = Origin(account_id, region_name, context["StackId"], context["LogicalId"])
        return cls(*_make(cls.kind, _plain(cloudformation_json["Properties"]), origin), region_name)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource: Any, **_: Any) -> Any:
        """Refuse: a change in place is another operation for each property, and none of them is here.

        Raises:
            ValidationError: always.
        """
        name = original_resource.logical_resource_id
        message = (
            f"The embedded AWS does not change {name} ({cls.kind.type}) in place: delete the stack and make it anew."
        )
        raise ValidationError(message=message)

    def delete(self, account_id: str, region_name: str) -> None:
        with acting_in(account_id):
            if self.kind.undo:
                self.kind.undo(self.attributes, region_name)
            if self.kind.delete:
                self.kind.delete(self.physical_resource_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name: str, _json: Any, account_id: str, region_name: str) -> None:
        if cls.kind.delete:
            with acting_in(account_id):
                cls.kind.delete(resource_name, region_name)


def _make(kind: Kind, given: dict[str, Any], origin: Origin) -> Made:
    """Make a resource.

    Raises:
        ValidationError: a property is not of the type, is missing, or is one that the embedded AWS does not know.
    """
    wrong = next(faults(kind.type, given), "")
    if wrong:
        message = f"Properties validation failed for resource {origin.logical_id} with message: {wrong}"
        raise ValidationError(message=message)
    properties = typed(kind.type, given)
    if kind.name and kind.name not in properties:
        properties[kind.name] = _made_up(kind, origin)
    read = Given(merged(properties, stack_tags(kind.type, origin)))
    try:
        with acting_in(origin.account):
            made = kind.make(read, origin.region, origin.account)
    except ValidationError:
        raise
    except Exception as error:
        message = f"Resource {origin.logical_id} ({kind.type}) could not be made: {error!r}"
        raise ValidationError(message=message) from error
    if missed := set(read.unread) - set(kind.left_out):
        names = ", ".join(sorted(missed))
        raise ValidationError(message=f"The embedded AWS makes {kind.type} without {names}: add it to its maker.")
    return made


def _made_up(kind: Kind, origin: Origin) -> str:
    """Return a name as CloudFormation makes one up, no longer than the type allows.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
    """
    suffix = random_suffix()
    longest = int(schema_of(kind.type)["properties"][kind.name].get("maxLength", _LONGEST))
    return f"{f'{origin.stack_name}-{origin.logical_id}'[: longest - len(suffix) - 1]}-{suffix}"


def _plain(value: Any) -> Any:
    """Put physical ids where moto left resources for a Ref, and leave AWS::NoValue out of lists."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value if item is not None]
    return getattr(value, "physical_resource_id", value)
