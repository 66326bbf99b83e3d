"""Adds the resource types of local/resource_types to moto's CloudFormation."""

import importlib
import pkgutil
from collections.abc import Iterator

from moto.cloudformation import parsing

from local import resource_types, stacks
from local.provisioning import no_value
from local.provisioning.kinds import Kind
from local.provisioning.models import model_of

_MODELS: list[type] = []


def install() -> None:
    """Add the resource types to moto's CloudFormation, once in a process."""
    if _MODELS:
        return
    stacks.install()
    no_value.install()
    _MODELS.extend(model_of(kind) for kind in kinds())
    parsing.get_model_list.cache_clear()
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()


def kinds() -> Iterator[Kind]:
    """Yield the resource types of every module in local/resource_types."""
    for info in pkgutil.iter_modules(resource_types.__path__, f"{resource_types.__name__}."):
        yield from importlib.import_module(info.name).KINDS
