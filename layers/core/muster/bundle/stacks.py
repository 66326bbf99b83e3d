"""The CloudFormation stacks of an account: which resources they own.

A stack is asked for its resources, not a resource for its stack: DescribeStackResources takes a physical id without a
type, and a bucket may have the name of a table. The tags `aws:cloudformation:*` alone are no proof: a resource that a
deleted stack retained keeps them, and is in no stack.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from muster.bundle.kinds import name_of
from muster.model.finding import Unavailable
from muster.readers.answers import all_pages
from muster.sdk.failures import Failure, read
from muster.sdk.retry import Retrier
from muster.sdk.session import ClientProvider

PERMISSIONS = ("cloudformation:ListStacks", "cloudformation:ListStackResources")
_REGIONS_AT_ONCE = 8
_STACKS_AT_ONCE = 4
"""CloudFormation throttles early, in each region."""
_GONE_STACK = "DELETE_COMPLETE"
_NOT_IN_STACK = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""A resource that a stack no longer has: deleted, or kept when the stack let it go."""


@dataclass(frozen=True, slots=True)
class Stacks:
    """The stacks of some regions: which stack owns a resource, by type and name; `gaps` are what was not read."""

    owners: Mapping[tuple[str, str], str] = field(default_factory=dict)
    gaps: tuple[Unavailable, ...] = ()

    def owner(self, resource_type: str, physical_id: str) -> str:
        """Return the stack that owns a resource; empty where none is known."""
        return self.owners.get((resource_type, name_of(resource_type, physical_id)), "")


def read_stacks(clients: ClientProvider, regions: Iterable[str], retrier: Retrier) -> Stacks:
    """Read which resources the stacks of some regions own: one listing a region, and one a stack."""
    with ThreadPoolExecutor(_REGIONS_AT_ONCE, thread_name_prefix="stacks") as pool:
        return together(pool.map(lambda region: _of_region(clients, region, retrier), regions))


def together(several: Iterable[Stacks]) -> Stacks:
    """Return the stacks of several regions as one."""
    several = tuple(several)
    owners = {key: owner for each in several for key, owner in each.owners.items()}
    return Stacks(owners, tuple(dict.fromkeys(gap for each in several for gap in each.gaps)))


def _of_region(clients: ClientProvider, region: str, retrier: Retrier) -> Stacks:
    def call() -> Sequence[Mapping[str, Any]]:
        return _stacks(clients.get("cloudformation", region))

    listed = read(lambda: retrier((region, PERMISSIONS[0]), call), PERMISSIONS[:1], "stacks")
    if isinstance(listed, Failure):
        return Stacks(gaps=(listed.unavailable,))
    client = clients.get("cloudformation", region)
    with ThreadPoolExecutor(_STACKS_AT_ONCE, thread_name_prefix="stack") as pool:
        found = list(
            pool.map(
                lambda stack: _resources(client, stack, lambda call: retrier((region, PERMISSIONS[1]), call)), listed
            )
        )
    owners: dict[tuple[str, str], str] = {}
    gaps: list[Unavailable] = []
    for stack, resources in zip(listed, found, strict=True):
        if isinstance(resources, Failure):
            gaps.append(resources.unavailable)
            continue
        for each in resources:
            owners[str(each["ResourceType"]), _name(each)] = str(stack["StackName"])
    return Stacks(owners, tuple(gaps))


def _stacks(client: Any) -> Sequence[Mapping[str, Any]]:
    found = all_pages(client, "list_stacks", "StackSummaries")["StackSummaries"]
    return [each for each in found if each["StackStatus"] != _GONE_STACK]


_Resources = Sequence[Mapping[str, Any]]


def _resources(
    client: Any, stack: Mapping[str, Any], retried: Callable[[Callable[[], _Resources]], _Resources]
) -> _Resources | Failure:
    def call() -> Sequence[Mapping[str, Any]]:
        name = stack["StackId"]
        found = all_pages(client, "list_stack_resources", "StackResourceSummaries", StackName=name)
        return [
            each
            for each in found["StackResourceSummaries"]
            if each.get("PhysicalResourceId") and each.get("ResourceStatus") not in _NOT_IN_STACK
        ]

    return read(lambda: retried(call), PERMISSIONS[1:], "stack resources")


def _name(resource: Mapping[str, Any]) -> str:
    return name_of(str(resource["ResourceType"]), str(resource["PhysicalResourceId"]))
