"""The form of a resource type: the sections that make up its configuration."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace

import muster.snapshots
from muster.snapshots.section import Section


@dataclass(frozen=True, slots=True)
class Form:
    """The sections of a resource type, in an order in which each comes after the one that it needs.

    `gone` are the error codes by which AWS says that a resource of this name does not exist.
    """

    resource_type: str
    sections: tuple[Section, ...]
    gone: frozenset[str] = frozenset()

    def only(self, *names: str) -> "Form":
        """Return the form with some of its sections."""
        return replace(self, sections=tuple(each for each in self.sections if each.name in names))

    @property
    def permissions(self) -> tuple[tuple[str, str], ...]:
        """The permissions that reading takes, each with its pattern of ARNs."""
        return tuple((each, section.on) for section in self.sections for each in section.permissions)


@functools.cache
def forms() -> Mapping[str, Form]:
    """Return the forms of the package by resource type; nothing is registered by hand."""
    prefix = muster.snapshots.__name__ + "."
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(muster.snapshots.__path__, prefix)]
    return {value.resource_type: value for module in modules for value in vars(module).values() if type(value) is Form}
