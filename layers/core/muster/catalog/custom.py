"""Checks without code: a resource type, a condition over its facets and the texts, as muster.yaml says them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from muster.catalog.catalog import Catalog
from muster.catalog.expressions.expression import Expression, examine, words
from muster.catalog.expressions.kinds import may_be_absent
from muster.catalog.expressions.values import Fields, values_text
from muster.model.check import Check
from muster.model.finding import ACCOUNT, REGION, Severity, Verdict, compliant, non_compliant, not_applicable


@dataclass(frozen=True, slots=True)
class CustomCheck:
    """A check as muster.yaml spells it."""

    id: str
    resource_type: str
    condition: str
    severity: str
    title: str
    why: str
    fix: str
    when: str = ""
    source: str = ""

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "CustomCheck":
        """Read an entry as the file spells it."""
        return cls(**entry)

    def to_json(self) -> dict[str, str]:
        """Return the entry as the file spells it."""
        entry = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in entry.items() if value}


def readable(catalog: Catalog, resource_type: str) -> Mapping[str, type]:
    """Return the facets that a condition on a resource type may read, by the name it uses for them."""
    lister = catalog.listers.get(resource_type)
    owners = (resource_type, ACCOUNT, REGION)
    described = [facet for (owner, facet), each in catalog.describers.items() if owner in owners and not each.related]
    return MappingProxyType({words(facet): facet for facet in (*(lister.facets if lister else ()), *described)})


def judged_types(catalog: Catalog) -> tuple[str, ...]:
    """Return the resource types that a check without code may judge."""
    return tuple(sorted({*catalog.listers, ACCOUNT, REGION}))


def examined(catalog: Catalog, entry: CustomCheck, key: str) -> Expression:
    """Examine one of a check's expressions: its `condition` or its `when`.

    Raises:
        ValueError: it cannot be evaluated over what is read of the type; the message says why.
    """
    return examine(getattr(entry, key), readable(catalog, entry.resource_type))


def absences(catalog: Catalog, entry: CustomCheck) -> tuple[str, ...]:
    """Return what a check's expressions read that may be absent, as they spell it."""
    facets = readable(catalog, entry.resource_type)
    paths = [
        path for key in ("when", "condition") if getattr(entry, key) for path in examined(catalog, entry, key).paths
    ]
    return tuple(dict.fromkeys(".".join(path) for path in paths if may_be_absent(path, facets)))


def extended(catalog: Catalog, entries: Iterable[CustomCheck]) -> Catalog:
    """Return a catalogue with these checks beside its own; those that it has already are not added again.

    Raises:
        ValueError: an expression cannot be used.
    """
    new = {entry.id: _check(catalog, entry) for entry in entries if entry.id not in catalog.checks}
    if not new:
        return catalog
    checks = MappingProxyType(dict(sorted({**catalog.checks, **new}.items())))
    kinds = MappingProxyType({**catalog.kinds, **{entry.id: entry.resource_type for entry in entries}})
    return replace(catalog, checks=checks, kinds=kinds)


def _check(catalog: Catalog, entry: CustomCheck) -> Check:
    condition = examined(catalog, entry, "condition")
    when = examined(catalog, entry, "when") if entry.when else None
    names = tuple(dict.fromkeys([*(when.facets if when else ()), *condition.facets]))
    facets = readable(catalog, entry.resource_type)

    def judge(*values: object) -> Verdict:
        document = {name: Fields(value) for name, value in zip(names, values, strict=True)}
        if when is not None and not when.holds(document):
            return not_applicable(f"The check applies only when {when.text}; {values_text(document, when.paths)}")
        text = values_text(document, condition.paths)
        if condition.holds(document):
            return compliant(f"Condition met: {condition.text} ({text})")
        return non_compliant(f"Condition not met: {condition.text} ({text})")

    scope = f"Only where `{when.text}`.\n\n" if when else ""
    judge.__doc__ = f"{entry.title}\n\n{scope}What should be true: `{condition.text}`\n\nWhy:"
    return Check(
        id=entry.id,
        function=judge,
        severity=Severity(entry.severity),
        controls=(),
        version=1,
        facets=MappingProxyType({name: facets[name] for name in names}),
        related=frozenset(),
        settings=MappingProxyType({}),
        setting_types=MappingProxyType({}),
        title=entry.title.strip().removesuffix("."),
        why=" ".join(entry.why.split()),
        fix=" ".join(entry.fix.split()),
        source=entry.source,
    )
