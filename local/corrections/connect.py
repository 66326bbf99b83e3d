"""Amazon Connect, which moto has in few regions and without attributes: instances that are made, listed and tagged.

https://docs.aws.amazon.com/connect/latest/APIReference/API_InstanceSummary.html
https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeInstanceAttribute.html
"""

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return the operations by name; what was made is remembered in them."""
    made = _Instances()
    return {
        "connect:CreateInstance": made.create,
        "connect:ListInstances": made.list_all,
        "connect:DescribeInstanceAttribute": made.attribute,
        "connect:UpdateInstanceAttribute": made.update,
        "connect:ListTagsForResource": made.list_tags,
    }


@dataclass(slots=True)
class _Instances:
    by_place: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)
    attributes: dict[tuple[str, str], str] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Make an instance."""
        given, (account, region), name = request.parameters, place(request), str(mock_random.uuid4())
        arn = f"arn:aws:connect:{region}:{account}:instance/{name}"
        self.by_place.setdefault((account, region), {})[name] = {
            "Id": name,
            "Arn": arn,
            "IdentityManagementType": given["IdentityManagementType"],
            "InstanceAlias": given.get("InstanceAlias", name),
            "CreatedTime": time.time(),
            "ServiceRole": f"arn:aws:iam::{account}:role/aws-service-role/connect.amazonaws.com/{name}",
            "InstanceStatus": "ACTIVE",
            "InboundCallsEnabled": given["InboundCallsEnabled"],
            "OutboundCallsEnabled": given["OutboundCallsEnabled"],
        }
        self.tags[arn] = dict(given.get("Tags") or {})
        return request.answer({"Id": name, "Arn": arn})

    def list_all(self, request: Request) -> Answer:
        """List the instances of a region, all at once."""
        return request.answer({"InstanceSummaryList": list(self.by_place.get(place(request), {}).values())})

    def attribute(self, request: Request) -> Answer:
        """Return an attribute, `false` until it is changed."""
        name, kind = self._named(request)
        value = self.attributes.get((name, kind), "false")
        return request.answer({"Attribute": {"AttributeType": kind, "Value": value}}) if name else _missing(request)

    def update(self, request: Request) -> Answer:
        """Change an attribute."""
        name, kind = self._named(request)
        self.attributes[name, kind] = str(request.parameters["Value"])
        return request.answer({}) if name else _missing(request)

    def list_tags(self, request: Request) -> Answer:
        """List the tags of an instance."""
        return request.answer({"tags": self.tags.get(str(request.parameters["resourceArn"]), {})})

    def _named(self, request: Request) -> tuple[str, str]:
        """Return the id of the instance, empty where there is none of it, and the attribute."""
        name = str(request.parameters["InstanceId"])
        there = name in self.by_place.get(place(request), {})
        return name if there else "", str(request.parameters["AttributeType"])


def _missing(request: Request) -> Answer:
    return request.refuse("ResourceNotFoundException", "Instance not found", HTTPStatus.NOT_FOUND)
