"""Which opt-in checks a configuration turns on. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from muster.catalog.catalog import Catalog
from muster.catalog.opt_in import OptIn, opt_in_of
from muster.catalog.packs import Entry
from muster.configuration.configuration import Configuration
from muster.configuration.tags import REQUIRED_TAGS


def opt_ins_of(catalog: Catalog, named: Collection[str]) -> Mapping[str, OptIn]:
    """Return what turns on each opt-in check; one that is named runs without."""
    found = ((check.id, opt_in_of(catalog, check)) for check in catalog.checks.values() if check.id not in named)
    return {name: opt_in for name, opt_in in found if opt_in}


def turned_on(
    entries: Iterable[Entry],
    catalog: Catalog,
    configuration: Configuration,
    opt_ins: Mapping[str, OptIn],
    metrics: bool,
) -> Iterator[Entry]:
    """Yield the entries of packs without the opt-in checks that nothing turns on.

    A check of tags is on for the resource types of which the configuration requires tags, and for all of its types
    where the configuration or the pack gives it settings of its own.
    """
    for entry in entries:
        check = catalog.checks[entry.check]
        own = {**entry.settings, **configuration.settings.get(check.id, {})}
        match opt_ins.get(check.id):
            case OptIn.SETTINGS:
                on = any(own.get(name) for name in check.opt_in)
            case OptIn.TAGS if not own:
                types = entry.resource_types or catalog.resource_types(check)
                types = tuple(name for name in types if any(_required(configuration, name).values()))
                entry, on = replace(entry, resource_types=types), bool(types)  # noqa: PLW2901 - a narrower one
            case OptIn.METRICS:
                on = metrics
            case _:
                on = True
        if on:
            yield entry


def _required(configuration: Configuration, resource_type: str) -> Mapping[str, object]:
    """Return the keys and the values that the configuration requires of a type, under `tags` or under `settings`."""
    for_all, for_type = configuration.tags.settings_of(REQUIRED_TAGS, resource_type, {})
    return {**for_all, **configuration.settings.get(REQUIRED_TAGS, {}), **for_type}
