"""Packs: named selections of checks with settings, kept as data in data/packs; `all` is computed."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.catalog.catalog import Catalog
from muster.data import package_data
from muster.model.json_values import freeze_items

ALL = "all"
"""The pack of every check in the catalogue, each as it comes."""

_EVERY = (
    "Every check that Muster has. Checks of tags run once tags.required is set, and checks that CloudWatch charges for "
    "with metrics: true."
)

DEFAULT = ("foundational",)
"""The packs of a scan that names neither packs nor checks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One check of a pack; without resource types, for all that the check judges."""

    check: str
    resource_types: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A named selection of checks."""

    name: str
    title: str
    description: str
    entries: tuple[Entry, ...]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Pack":
        """Read a pack as its file spells it."""
        entries = tuple(
            Entry(
                check=entry["check"],
                resource_types=tuple(entry.get("resource_types", ())),
                settings=dict(freeze_items(entry.get("settings", {}))),
                variant=entry.get("variant", ""),
            )
            for entry in document["checks"]
        )
        return cls(document["name"], document["title"], document["description"], entries)


def load(catalog: Catalog) -> Mapping[str, Pack]:
    """Return the packs by name: those of the package's data, and `all`."""
    every = tuple(Entry(name) for name in catalog.checks)
    return {ALL: Pack(ALL, "All checks", _EVERY, every), **_written()}


@functools.cache
def _written() -> Mapping[str, Pack]:
    packs = [Pack.from_json(package_data.read("packs", name)) for name in package_data.names("packs")]
    return {pack.name: pack for pack in sorted(packs, key=lambda pack: pack.name)}
