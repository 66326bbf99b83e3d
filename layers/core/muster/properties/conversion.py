"""Conversions of snapshots to resources of a CloudFormation template. Pure."""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import muster.properties
from muster.errors import ConfigurationError
from muster.snapshots.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class TemplateResource:
    """One resource of a template: its type, a name for people, its properties.

    `identifier` is what an IMPORT change set names it by: the type's primary identifier.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import.html
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    identifier: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A setting that the properties cannot hold: it was not read, or CloudFormation has no property for it."""

    setting: str
    reason: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """The resources that a snapshot becomes, the judged one first, and what stands in the way of a faithful copy.

    With any obstacle an import would change the resource. `remarks` are for people: what is left out without a loss.
    """

    resources: tuple[TemplateResource, ...]
    obstacles: tuple[Obstacle, ...] = ()
    remarks: tuple[str, ...] = ()


Converter = Callable[[Snapshot], Conversion]


@dataclass(frozen=True, slots=True)
class _Registered:
    resource_type: str
    function: Converter


def converts(resource_type: str) -> Callable[[Converter], _Registered]:
    """Declare the conversion of a resource type."""
    return lambda function: _Registered(resource_type, function)


@functools.cache
def converters() -> Mapping[str, Converter]:
    """Return the package's conversions by resource type; nothing is registered by hand."""
    prefix = muster.properties.__name__ + "."
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(muster.properties.__path__, prefix)]
    values = (value for module in modules for value in vars(module).values())
    return {value.resource_type: value.function for value in values if isinstance(value, _Registered)}


def convert(snapshot: Snapshot) -> Conversion:
    """Return a snapshot as resources of a template.

    Raises:
        ConfigurationError: resources of this type cannot be converted.
    """
    converter = converters().get(snapshot.resource.type)
    if converter is None:
        types = ", ".join(sorted(converters()))
        raise ConfigurationError(f"{snapshot.resource.type} cannot be written as a template; these types can: {types}")
    return converter(snapshot)
