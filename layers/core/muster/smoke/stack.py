"""The stack under test: its outputs, its resources, and the clients of its region."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.errors import ConfigurationError
from muster.sdk.first_calls import asking
from muster.sdk.session import Clients
from muster.sdk.setup.errors import AMAZON
from muster.targets.deployed import described, outputs_of


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the stack, as CloudFormation lists it."""

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack of Muster: where it is, what it made, and how to call AWS there."""

    name: str
    region: str
    outputs: Mapping[str, str]
    resources: Sequence[Resource]
    clients: Clients
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def client(self, service: str) -> Any:
        """Return the client of a service in the stack's region."""
        return self.clients.get(service, self.region)

    @property
    def real(self) -> bool:
        """Whether the calls go to AWS itself, and not to a stand-in."""
        host = str(self.client("cloudformation").meta.endpoint_url).split("//", 1)[-1].split("/", 1)[0]
        return host.partition(":")[0].endswith(AMAZON)

    def of_type(self, kind: str) -> list[Resource]:
        """Return the stack's resources of one CloudFormation type."""
        return [resource for resource in self.resources if resource.type == kind]


_READY = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
_INSTEAD = "use credentials that may describe the stack"


def find(clients: Clients, region: str, name: str) -> Stack:
    """Read a stack's outputs and resources.

    Raises:
        ConfigurationError: there is no such stack, it is not Muster's, or it is not ready.
        CredentialsError: CloudFormation refuses the call.
        Transient: CloudFormation could not be reached.
    """
    description = described(clients, region, name, _INSTEAD)
    if not str(description["StackStatus"]).endswith(_READY):
        raise ConfigurationError(f"the stack {name} is {description['StackStatus']}: wait until it is deployed")
    pages = clients.get("cloudformation", region).get_paginator("list_stack_resources").paginate(StackName=name)
    listed = asking(
        "cloudformation:ListStackResources",
        lambda: [row for page in pages for row in page["StackResourceSummaries"]],
        _INSTEAD,
    )
    rows = (row for row in listed if row.get("PhysicalResourceId"))
    resources = [Resource(row["LogicalResourceId"], row["ResourceType"], row["PhysicalResourceId"]) for row in rows]
    return Stack(name, region, outputs_of(description), resources, clients)
