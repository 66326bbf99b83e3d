"""The tags that CloudFormation puts on a stack's resources: the stack's own, and `aws:cloudformation:...`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.provisioning.schemas import takes_system_tags, takes_tags


@dataclass(frozen=True, slots=True)
class Origin:
    """Which stack a resource is of, and what it is called in the stack's template."""

    account: str
    region: str
    stack_id: str
    logical_id: str

    @property
    def stack_name(self) -> str:
        """The name of the stack."""
        return self.stack_id.split("/")[1]


def stack_tags(resource_type: str, origin: Origin) -> dict[str, str]:
    """Return the tags that a resource of a stack gets besides those of its properties; none where its type has none."""
    from moto.cloudformation.models import cloudformation_backends  # noqa: PLC0415 - moto takes seconds to import

    if not takes_tags(resource_type):
        return {}
    stack = cloudformation_backends[origin.account][origin.region].stacks.get(origin.stack_id)
    own: dict[str, str] = dict(stack.tags) if stack else {}
    if not takes_system_tags(resource_type):
        return own
    return own | {
        "aws:cloudformation:stack-name": origin.stack_name,
        "aws:cloudformation:logical-id": origin.logical_id,
        "aws:cloudformation:stack-id": origin.stack_id,
    }


def merged(properties: Mapping[str, Any], further: Mapping[str, str]) -> dict[str, Any]:
    """Return properties with all tags, in the form of the type; a resource's own win over those of its stack."""
    given = properties.get("Tags", [])
    if isinstance(given, Mapping):
        return {**properties, "Tags": {**further, **given}}
    every = {**further, **{tag["Key"]: tag["Value"] for tag in given}}
    tags = [{"Key": key, "Value": value} for key, value in every.items()]
    return {**properties, "Tags": tags} if tags else dict(properties)
