"""Packs: named selections of checks with settings.

Those of a purpose are data, in data/packs. Those of a framework follow from the controls that checks cite, and `all` is
the whole catalogue: both say nothing about settings, so a pack of a purpose decides those.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.catalog import controls
from muster.catalog.catalog import Catalog
from muster.data import package_data
from muster.model.finding import Severity
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
    """A named selection of checks; `computed` packs follow from the catalogue and have no opinion on settings."""

    name: str
    title: str
    description: str
    entries: tuple[Entry, ...]
    computed: bool = False

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
    """Return the packs by name: `all`, those of frameworks, and those of the package's data.

    A pack is made when it is first asked for: a scan with one pack does not read the frameworks.
    """
    return _Packs(catalog)


class _Packs(Mapping[str, Pack]):
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._made: dict[str, Pack] = {}

    def __getitem__(self, name: str) -> Pack:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        yield ALL
        yield from sorted({*_documents(), *controls.framework_names()})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name == ALL or name in _documents() or name in controls.framework_names()

    def _make(self, name: str) -> Pack:
        if name == ALL:
            every = tuple(Entry(check) for check in self._catalog.checks)
            return Pack(ALL, "All checks", _EVERY, every, computed=True)
        if name in _documents():
            return _written(_documents()[name], self._catalog)
        if name in controls.framework_names():
            return _of_framework(controls.framework(name), self._catalog)
        raise KeyError(name)


def _of_framework(framework: controls.Framework, catalog: Catalog) -> Pack:
    description = (
        f"For audits: every check that supports a control of {framework.title}, on the resources that the control is "
        "about. `muster list controls` has the controls without a check."
    )
    entries = tuple(Entry(*each) for each in controls.supporting(framework, catalog).items())
    title = framework.title.removesuffix(" v1.0.0")  # the only version there is
    return Pack(framework.name, title, description, entries, computed=True)


def _written(document: Mapping[str, Any], catalog: Catalog) -> Pack:
    """Return a pack of the package's data; `at_least` adds the checks of FSBP from this severity up."""
    pack = Pack.from_json(document)
    if "at_least" not in document:
        return pack
    least = Severity(document["at_least"])
    named = {entry.check for entry in pack.entries}
    added = tuple(
        Entry(*each)
        for each in controls.supporting(controls.framework(controls.FSBP), catalog).items()
        if each[0] not in named and catalog.checks[each[0]].severity.rank >= least.rank
    )
    return Pack(pack.name, pack.title, pack.description, (*pack.entries, *added))


@functools.cache
def _documents() -> Mapping[str, Mapping[str, Any]]:
    found = [package_data.read("packs", name) for name in package_data.names("packs")]
    return {document["name"]: document for document in found}
