"""The read plan: the readers, calls and permissions that a set of rules needs of each resource type.

The scan carries it out, the estimate counts its calls, the IAM policy grants its permissions and a check's page prints
it. All four follow from the declarations of checks and readers, and from nothing else.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from muster.catalog.catalog import Catalog
from muster.facets.tagging.tags import Tags
from muster.model.check import Check
from muster.model.finding import ACCOUNT, REGION
from muster.model.listing import gathers
from muster.model.readers import Describer, Lister
from muster.model.rule import Rule
from muster.model.shard import Shard

Grant = tuple[str, str]
"""An IAM action and the pattern of ARNs that it is granted on: "*", or an ARN with `{partition}` in it."""

Stage = tuple[Describer, ...]
"""Describers that can call side by side."""


class Per(enum.Enum):
    """The unit that a call is made once for."""

    ACCOUNT = "account"
    REGION = "region"
    PAGE = "page"
    RESOURCE = "resource"
    """A resource of the type, or as many of them as the reader takes at once."""
    RELATED = "related resource"
    """A resource that those of the type name, or as many of them as the reader takes at once."""


@dataclass(frozen=True, slots=True)
class Call:
    """The call of one reader: the unit that it is made once for, and the grants that it takes."""

    reader: Lister | Describer
    per: Per
    grants: tuple[Grant, ...]

    @property
    def operation(self) -> str:
        """The API, as `service:Operation`."""
        return self.reader.operation

    @property
    def at_once(self) -> int:
        """How many of the units one call takes."""
        return self.reader.at_once if isinstance(self.reader, Describer) else 1

    @property
    def shared(self) -> bool:
        """Whether it is made once for all types and shards of an account or a region."""
        return self.per in (Per.ACCOUNT, Per.REGION)


@dataclass(frozen=True, slots=True)
class TypePlan:
    """The reads of one resource type for rules of one service.

    The lister lists it, from the facet that `source` reads where it has one; accounts and regions have no lister.
    `tags` is read first where the scan is narrowed by tags. The describers of a stage need facets of the listing and
    of the stages before. `page_facets` are made of all resources of a page after `stages`, and the describers of
    `late_stages` need those. `calls` has every call once: the listing's, the source's, each describer's.
    """

    service: str
    resource_type: str
    rules: tuple[Rule, ...]
    lister: Lister | None
    source: Describer | None
    tags: Describer | None
    stages: tuple[Stage, ...]
    page_facets: frozenset[type]
    late_stages: tuple[Stage, ...]
    calls: tuple[Call, ...]

    @property
    def lists(self) -> bool:
        """Whether the lister makes calls: one with a source may find all that it lists in the source's facet."""
        return any(call.per is Per.PAGE for call in self.calls)


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """The reads of all types that rules judge, in the order of the rules."""

    catalog: Catalog
    rules: tuple[Rule, ...]
    types: tuple[TypePlan, ...]
    _of: dict[tuple[str, str], tuple[TypePlan, ...]] = field(default_factory=dict, repr=False, compare=False)
    """The reads by service and type of shards: the same for a thousand accounts in each of their regions."""

    def of(self, shard: Shard) -> tuple[TypePlan, ...]:
        """Return the reads of a shard in the order in which they are made.

        What is listed comes first, so that by then it is known whether anything may be read at all.
        """
        key = shard.service, shard.resource_type
        if key not in self._of:
            found = (each for each in self.types if shard.judges(each.service, each.resource_type))
            self._of[key] = tuple(sorted(found, key=lambda each: (each.lister is None, each.resource_type)))
        return self._of[key]

    @property
    def grants(self) -> frozenset[Grant]:
        """The permissions of all calls, each on everything or, where it is not needed on everything, on its ARNs."""
        needed = {grant for each in self.types for call in each.calls for grant in call.grants}
        everywhere = {action for action, pattern in needed if pattern == "*"}
        return frozenset((action, pattern) for action, pattern in needed if pattern == "*" or action not in everywhere)


def read_plan(catalog: Catalog, rules: Iterable[Rule], *, by_tags: bool = False, inactive: bool = False) -> ReadPlan:
    """Return the read plan of some rules.

    With `by_tags` the tags of every resource are read, for a scan that is narrowed by tags. Checks that judge nothing
    until a setting opts into them are planned for with `inactive` only.

    Raises:
        TypeError: describers wait for each other's facets.
    """
    rules = tuple(rules)
    grouped: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        grouped.setdefault((rule.service, rule.resource_type), []).append(rule)
    types = (_type_plan(catalog, group, by_tags=by_tags, inactive=inactive) for group in grouped.values())
    return ReadPlan(catalog, rules, tuple(types))


def plan_of(catalog: Catalog, check: Check) -> ReadPlan:
    """Return the read plan of one check with its default settings, opted into or not."""
    types = catalog.resource_types(check)
    rules = (Rule(check, name, catalog.service_of(check, name), check.settings) for name in types)
    return read_plan(catalog, rules, inactive=True)


def _type_plan(catalog: Catalog, rules: Sequence[Rule], *, by_tags: bool, inactive: bool) -> TypePlan:
    service, kind = rules[0].service, rules[0].resource_type
    lister = catalog.listers.get(kind)
    source = catalog.source(lister) if lister else None
    tags = catalog.describers.get((kind, Tags)) if by_tags else None
    active = [rule for rule in rules if rule.active or inactive]
    needed = _unique(each for rule in active for each in catalog.describers_for(rule.check, kind))
    page_facets = frozenset(facet for rule in active for facet in rule.check.facets.values() if gathers(facet))
    staged = [each for each in needed if each != tags]
    late = [each for each in staged if each.of in page_facets]
    readers: list[Lister | Describer] = []
    if lister and (source is None or lister.permission not in source.permissions):
        readers.append(lister)
    readers += _unique(each for each in (source, *needed, tags) if each)
    return TypePlan(
        service=service,
        resource_type=kind,
        rules=tuple(rules),
        lister=lister,
        source=source,
        tags=tags,
        stages=tuple(_stages([each for each in staged if each not in late])),
        page_facets=page_facets,
        late_stages=tuple(_stages(late)),
        calls=tuple(
            Call(each, _per(each), tuple(_grants(each, catalog.listers.get(each.resource_type)))) for each in readers
        ),
    )


def _per(reader: Lister | Describer) -> Per:
    if isinstance(reader, Lister):
        return Per.PAGE
    if reader.resource_type in (ACCOUNT, REGION):
        return Per.ACCOUNT if reader.resource_type == ACCOUNT else Per.REGION
    return Per.RELATED if reader.related else Per.RESOURCE


def _grants(reader: Lister | Describer, lister: Lister | None) -> Iterator[Grant]:
    """Yield each action with the narrowest pattern: the reader's or the type's; most listings take none."""
    arns = lister.on if lister and reader.on == "*" else reader.on
    for action in reader.permissions:
        if isinstance(reader, Lister) and action == reader.permission:
            yield action, reader.granted_on
        else:
            yield action, arns.get(action, "*") if isinstance(arns, Mapping) else arns


def _stages(describers: Sequence[Describer]) -> Iterator[Stage]:
    """Yield the describers so that the facet that one reads the resources by is read in a stage before it."""
    remaining = list(describers)
    while remaining:
        coming = {each.facet for each in remaining}
        stage = tuple(each for each in remaining if each.of not in coming)
        if not stage:
            names = ", ".join(sorted(each.facet.__name__ for each in remaining))
            raise TypeError(f"describers wait for each other: {names}")
        yield stage
        remaining = [each for each in remaining if each not in stage]


def _unique(describers: Iterable[Describer]) -> list[Describer]:
    """Return each describer once, in order; those of one type and facet are one."""
    return list({(each.resource_type, each.facet): each for each in describers}.values())
