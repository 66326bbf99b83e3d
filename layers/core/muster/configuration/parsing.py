"""From the text of muster.yaml to a Configuration, or to every mistake in it at once."""

import itertools
import pathlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from muster.analysis.patterns.globs import matches
from muster.catalog.catalog import Catalog
from muster.catalog.custom import CustomCheck, examined
from muster.configuration.alert_schema import alert_mistakes, may_be_secret
from muster.configuration.check_names import is_pattern, unmatched
from muster.configuration.compliance_tags import compliance_tag_mistakes
from muster.configuration.configuration import Configuration
from muster.configuration.files import document as documents
from muster.configuration.files.document import Document, Path, Problem
from muster.configuration.files.mistakes import problem, read_file, refusal, schema_mistakes
from muster.configuration.schema import json_schema
from muster.configuration.tags import REQUIRED_TAGS, Tags
from muster.model.suggest import unknown
from muster.model.text import shortened

NAME = "muster.yaml"
_ALL = "all"
"""Instead of names of regions; `muster.targets.regions` has it too, beside what asks AWS for them."""

Regions = Callable[[], Collection[str]]
"""Returns the regions that there are; asked only about a file that names one."""


def load(path: pathlib.Path, catalog: Catalog, regions: Regions | None = None) -> Configuration:
    """Read a configuration file; without `regions` a region may have any name that looks like one.

    Raises:
        ConfigurationError: it cannot be read, or something in it is wrong; the message names every line.
    """
    return parse(read_file(path), catalog, source=str(path), regions=regions)


def parse(text: bytes | str, catalog: Catalog, source: str = NAME, regions: Regions | None = None) -> Configuration:
    """Read a configuration; an empty text is the default one.

    Raises:
        ConfigurationError: something is wrong; the message has a line `source:line: where: what` for each mistake.
    """
    if not text.strip():
        return Configuration()
    document = documents.read(text)
    problems = list(document.problems)
    if document.value is not None:
        entries = _custom_entries(document)
        problems += _mistakes(document, json_schema(catalog, _ids(entries)))
        problems += [] if problems else _custom_mistakes(document, entries, catalog)
        problems += [] if problems else _unmatched(document, {*catalog.checks, *_ids(entries)})
        problems += [] if problems else _spellings_of_no_key(document)
        problems += [] if problems else alert_mistakes(document)
        problems += [] if problems else compliance_tag_mistakes(document)
        problems += [] if problems or not regions else _unknown_regions(document, regions)
    if problems:
        raise refusal(problems, source)
    return Configuration.from_json(document.value or {})


def _mistakes(document: Document, schema: Mapping[str, Any]) -> Iterator[Problem]:
    yield from schema_mistakes(document, schema, may_be_secret)
    yield from _repeated(document)


def _custom_entries(document: Document) -> Mapping[int, Mapping[str, Any]]:
    """Return the entries of `custom_checks` by their place, as far as they are mappings."""
    top = document.value if isinstance(document.value, dict) else {}
    entries = top.get("custom_checks")
    listed = enumerate(entries if isinstance(entries, list) else [])
    return {place: entry for place, entry in listed if isinstance(entry, dict)}


def _ids(entries: Mapping[int, Mapping[str, Any]]) -> list[str]:
    return [str(entry.get("id")) for entry in entries.values()]


def _unmatched(document: Document, checks: Collection[str]) -> Iterator[Problem]:
    """Yield the patterns of checks that match none."""
    for key in ("checks", "exclude_checks"):
        for place, name in enumerate(document.value.get(key, ())):
            if is_pattern(name) and not any(matches(name, each) for each in checks):
                yield problem(document, (key, place), unmatched(name, checks).replace("\n ", ";"))


def _custom_mistakes(
    document: Document, entries: Mapping[int, Mapping[str, Any]], catalog: Catalog
) -> Iterator[Problem]:
    """Yield what is wrong with checks whose keys are all there: ids that are taken, and their expressions."""
    seen: dict[str, int] = {}
    for place, entry in entries.items():
        path: Path = ("custom_checks", place)
        check = CustomCheck.from_json(entry)
        if check.id in catalog.checks:
            yield problem(document, (*path, "id"), f"{check.id} is a check of Muster's own; choose another id")
        if check.id in seen:
            yield problem(document, (*path, "id"), f"{check.id} stands in line {seen[check.id]} already")
        seen.setdefault(check.id, document.lines[*path, "id"])
        for key in ("condition", "when"):
            if key in entry:
                try:
                    examined(catalog, check, key)
                except ValueError as error:
                    yield problem(document, (*path, key), shortened(str(error), 600))


def _unknown_regions(document: Document, regions: Regions) -> Iterator[Problem]:
    """Yield the regions of a valid document that do not exist."""
    included, excluded = document.value.get("regions", ()), document.value.get("exclude", {}).get("regions", ())
    listed = () if isinstance(included, str) else included
    paths: Iterator[tuple[Path, str]] = itertools.chain(
        ((("regions", place), name) for place, name in enumerate(listed) if name != _ALL),
        ((("exclude", "regions", place), name) for place, name in enumerate(excluded)),
    )
    for path, name in paths:
        if name not in (known := regions()):
            yield problem(document, path, unknown(name, "a region", known))


def _repeated(document: Document) -> Iterator[Problem]:
    """Yield what is said under `settings` and again under `tags`."""
    top = document.value if isinstance(document.value, dict) else {}
    settings, tags = top.get("settings"), top.get("tags")
    own_settings = settings.get(REQUIRED_TAGS) if isinstance(settings, dict) else None
    if not isinstance(own_settings, dict) or not isinstance(tags, dict):
        return
    for setting, key in (("keys", "required"), ("values", "values"), ("spellings", "spellings")):
        if setting in own_settings and key in tags:
            yield problem(document, ("settings", REQUIRED_TAGS, setting), f"tags.{key} says this already; say it once")


def _spellings_of_no_key(document: Document) -> Iterator[Problem]:
    """Yield the keys under `tags.spellings` that a valid file neither requires nor has values for."""
    tags = Tags.from_json(document.value.get("tags", {}))
    entries = [tags, *tags.resource_types.values()]
    if all(each.required is None for each in entries):
        return  # They are under `settings`, or a parameter of the stack has them.
    keys = {key for each in entries for key in (*(each.required or ()), *(each.values or {}))}
    for key in tags.spellings:
        if key not in keys:
            yield problem(document, ("tags", "spellings", key), unknown(key, "a tag key of this file", sorted(keys)))
