"""The catalogue: every check, lister and describer of the package, found in it; nothing is registered by hand."""

import functools
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType, ModuleType
from typing import TypeVar

import muster.checks
import muster.readers
from muster.model.arn import ArnForm
from muster.model.check import Check
from muster.model.finding import ACCOUNT, REGION, ObservedAt, Resource
from muster.model.listing import gathers, made_of
from muster.model.readers import Describer, Lister

T = TypeVar("T")
_SHARED = (ACCOUNT, REGION)
_WITHOUT_CALL = (ObservedAt, Resource)
"""Facets that every check may read without a call; those that are made of all resources of a page are others."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Checks by id, listers by resource type, describers by resource type and facet.

    `kinds` says which resource type a check judges where its facets alone do not.
    """

    checks: Mapping[str, Check]
    listers: Mapping[str, Lister]
    describers: Mapping[tuple[str, type], Describer]
    kinds: Mapping[str, str] = field(default_factory=dict)
    _offered: dict[type, frozenset[str]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _judged: dict[tuple[object, ...], tuple[str, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def readers(self) -> Iterator[Lister | Describer]:
        """Yield every lister and every describer."""
        yield from self.listers.values()
        yield from self.describers.values()

    def resource_types(self, check: Check) -> tuple[str, ...]:
        """Return the resource types that a check judges: those that offer all its facets.

        Facets of the account and of the region are shared and narrow nothing, unless there are no others.
        """
        key = (check.id, *check.facets.values())
        if key not in self._judged:
            self._judged[key] = self._types(check)
        return self._judged[key]

    def _types(self, check: Check) -> tuple[str, ...]:
        if check.id in self.kinds:
            return (self.kinds[check.id],)
        narrowing = [types for types in self._offers(check) if not types <= set(_SHARED)]
        if narrowing:
            return tuple(sorted(frozenset.intersection(*narrowing) - set(_SHARED)))
        shared = frozenset[str]().union(*self._offers(check))
        return (REGION,) if REGION in shared else (ACCOUNT,)

    def describers_for(self, check: Check, resource_type: str) -> Iterator[Describer]:
        """Yield the describers that a check needs of one resource, those of shared facets included.

        The facets that describers depend on are among them; the read plan puts them into stages.
        """
        waiting = list(check.facets.values())
        needed: dict[type, Describer] = {}
        while waiting:
            facet = waiting.pop(0)
            describer = self.describer(resource_type, facet)
            if describer and facet not in needed:
                needed[facet] = describer
                waiting += [describer.of] if describer.of else []
            waiting += made_of(facet)
        yield from reversed(needed.values())

    def describer(self, resource_type: str, facet: type) -> Describer | None:
        """Return the describer of a facet: the type's, the account's or the region's; None if the listing has it."""
        if (lister := self.listers.get(resource_type)) and facet in lister.facets:
            return None
        owners = (resource_type, *_SHARED)
        return next((self.describers[owner, facet] for owner in owners if (owner, facet) in self.describers), None)

    def source(self, lister: Lister) -> Describer | None:
        """Return the describer of the shared facet that a listing is made from."""
        return self.describer("", lister.of) if lister.of else None

    def service_of(self, check: Check, resource_type: str) -> str:
        """Return the service whose shards judge this check on this type."""
        if lister := self.listers.get(resource_type):
            return lister.client
        return next(describer.service for describer in self.describers_for(check, resource_type))

    @property
    def global_services(self) -> frozenset[str]:
        """The services whose resources are listed once for the account, not region by region."""
        return frozenset(lister.client for lister in self.listers.values() if lister.once_per_account)

    def projections(self) -> dict[str, tuple[str, ...]]:
        """Return the members to parse of long answers, by the name of the answer's shape."""
        readers = (lister for lister in self.listers.values() if lister.reads)
        return {f"{lister.permission.partition(':')[2]}Result": lister.reads for lister in readers}

    def _offers(self, check: Check) -> list[frozenset[str]]:
        return [self._offering(facet) for facet in check.facets.values() if not _is_without_call(facet)]

    def _offering(self, facet: type) -> frozenset[str]:
        """Return the resource types that offer a facet; which do is found out once for all facets."""
        if not self._offered:
            found: dict[type, set[str]] = {}
            pairs = ((each, lister.resource_type) for lister in self.listers.values() for each in lister.facets)
            for each, kind in (*pairs, *((described, owner) for owner, described in self.describers)):
                found.setdefault(each, set()).add(kind)
            self._offered.update({each: frozenset(kinds) for each, kinds in found.items()})
        return self._offered.get(facet, frozenset())


@functools.cache
def load() -> Catalog:
    """Read the package's checks, listers and describers.

    Raises:
        TypeError: a check reads what nothing describes, or facets of several resource types.
    """
    checks = _unique("check", ((found.id, found) for found in _found(muster.checks, Check)))
    listers = _unique("lister of", ((found.resource_type, found) for found in _found(muster.readers, Lister)))
    described = ((((found.resource_type, found.facet)), found) for found in _found(muster.readers, Describer))
    catalog = Catalog(checks, _with_rest(listers), _unique("describer of", described))
    for check in checks.values():
        _examine(catalog, check)
    return catalog


def _with_rest(listers: Mapping[str, Lister]) -> Mapping[str, Lister]:
    """Return the listers; those that list the rest know the ARNs of all others then."""
    known: dict[str, list[ArnForm]] = {}
    for each in listers.values():
        if each.arn:
            known.setdefault(each.arn.service, []).append(each.arn)
    return MappingProxyType(
        {
            name: replace(each, function=functools.partial(each.function, known=known)) if each.rest else each
            for name, each in listers.items()
        }
    )


def _examine(catalog: Catalog, check: Check) -> None:
    for facet in check.facets.values():
        if not _is_without_call(facet) and not catalog._offering(facet):  # noqa: SLF001 - one thing in two functions
            raise TypeError(f"{check.id}: nothing describes {facet.__name__}")
    if not catalog.resource_types(check):
        names = ", ".join(facet.__name__ for facet in check.facets.values())
        raise TypeError(f"{check.id}: a check judges one resource type, but no type offers all of {names}")


def _is_without_call(facet: type) -> bool:
    return facet in _WITHOUT_CALL or gathers(facet)


K = TypeVar("K")


def _unique(kind: str, pairs: Iterator[tuple[K, T]]) -> Mapping[K, T]:
    values: dict[K, T] = {}
    for key, value in pairs:
        if key in values:
            raise TypeError(f"there are two of the {kind} {key}")
        values[key] = value
    return MappingProxyType(dict(sorted(values.items(), key=lambda pair: str(pair[0]))))


def _found(package: ModuleType, kind: type[T]) -> Iterator[T]:
    """Yield what the modules of a package declare, once where another module imports it."""
    found: dict[int, T] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        values = vars(importlib.import_module(info.name)).values()
        found |= {id(value): value for value in values if isinstance(value, kind)}
    yield from found.values()
