"""Corrects moto's stacks: when they show what they made, in which order they delete, and what they keep.

moto makes a resource when its output is read first: whoever described a stack that is being made, or one that is
deleted, would make its resources a second time. AWS shows outputs and resources of a stack that is complete.
"""

from collections.abc import Iterator
from typing import Any

from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import ResourceMap

_KEEP = ("Retain", "RetainExceptOnCreate")
_installed: list[bool] = []


def install() -> None:
    """Change moto's stacks, once in a process."""
    if _installed:
        return
    _installed.append(True)
    Stack.outputs = _settled(Stack.outputs, None)
    Stack.stack_resources = property(_resources)
    ResourceMap.delete = _delete


def _is_complete(stack: Any) -> bool:
    return bool(stack.status.endswith("COMPLETE") and stack.status != "DELETE_COMPLETE")


def _settled(original: Any, otherwise: Any) -> property:
    """Read a property of a stack only while nothing of the stack is being made or is gone."""
    read = original.fget

    def get(stack: Any) -> Any:
        return read(stack) if _is_complete(stack) else otherwise

    return property(get)


def _resources(stack: Any) -> list[Any]:
    """Return what a stack made; moto has a nameless row for a resource whose condition is false."""
    return list(_made(stack.resource_map)) if _is_complete(stack) else []


def _made(resources: Any) -> Iterator[Any]:
    """Yield the resources that there are, in the order of the template, without making any."""
    for logical_id in resources.resources:
        made = resources._parsed_resources.get(logical_id)
        if made is not None and not isinstance(made, str):
            yield made


def _delete(resources: Any) -> None:
    """Delete what a stack made, the last first: what was made later may need what was made before.

    Raises:
        Exception: what could not be deleted, after everything else was.
    """
    waiting = [
        logical_id
        for logical_id in reversed(list(resources._parsed_resources))
        if logical_id in resources._resource_json_map
        and resources._resource_json_map[logical_id].get("DeletionPolicy") not in _KEEP
    ]
    failed: Exception | None = None
    while waiting:
        left = []
        for logical_id in waiting:
            try:
                made = resources._parsed_resources[logical_id]
                resources._delete_resource(made, resources._resource_json_map[logical_id])
                del resources._parsed_resources[logical_id]
            except Exception as error:  # noqa: BLE001 - another one may have to go first
                failed = error
                left.append(logical_id)
        if len(left) == len(waiting) and failed is not None:
            raise failed
        waiting = left
