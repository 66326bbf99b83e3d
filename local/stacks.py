"""Keeps moto's CloudFormation from making the resources of a stack when the stack is described.

moto makes a resource when its output is read first: whoever described a stack that is being made, or one that is
deleted, would make its resources a second time. AWS shows outputs and resources of a stack that is complete.
"""

from typing import Any

from moto.cloudformation.models import Stack

_installed: list[bool] = []


def install() -> None:
    """Change moto's stacks, once in a process."""
    if _installed:
        return
    _installed.append(True)
    Stack.outputs = _settled(Stack.outputs, None)
    Stack.stack_resources = _settled(Stack.stack_resources, [])


def _settled(original: Any, otherwise: Any) -> property:
    """Read a property of a stack only while nothing of the stack is being made or is gone."""
    read = original.fget

    def get(stack: Any) -> Any:
        complete = stack.status.endswith("COMPLETE") and stack.status != "DELETE_COMPLETE"
        return read(stack) if complete else otherwise

    return property(get)
