"""From the text of muster.yaml to a Configuration, or to every mistake in it at once."""

import functools
import itertools
import pathlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from muster.analysis.patterns import regex
from muster.catalog.catalog import Catalog
from muster.catalog.custom import CustomCheck, examined
from muster.configuration import document as documents
from muster.configuration.alert_schema import alert_mistakes, may_be_secret
from muster.configuration.configuration import Configuration
from muster.configuration.document import Document, Path, Problem, kind, spelled
from muster.configuration.schema import json_schema
from muster.configuration.schema_parts import NOT_BLANK
from muster.configuration.tags import REQUIRED_TAGS
from muster.errors import ConfigurationError
from muster.model.suggest import unknown
from muster.model.text import escaped, quoted, shortened

if TYPE_CHECKING:
    import jsonschema

NAME = "muster.yaml"
MANY = 100
"""How many mistakes are told at once."""
_ADDRESS_PATH = re.compile(r"(https?:/+[^/\s'\"]+/)[^\s'\"()]+", re.IGNORECASE)
_ALL = "all"
"""Instead of names of regions; `muster.targets.regions` has it too, beside what asks AWS for them."""


LARGEST = 4 << 20
"""How many bytes a configuration may have; ten thousand suppressions take less than 3 MiB."""
Regions = Callable[[], Collection[str]]
"""Returns the regions that there are; asked only about a file that names one."""


def load(path: pathlib.Path, catalog: Catalog, regions: Regions | None = None) -> Configuration:
    """Read a configuration file; without `regions` a region may have any name that looks like one.

    Raises:
        ConfigurationError: it cannot be read, or something in it is wrong; the message names every line.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"{shortened(str(path), 1_000)}: {error.strerror or error}") from error
    if len(text) > LARGEST:
        raise ConfigurationError(f"{escaped(str(path))} has more than {LARGEST >> 20} MiB: that is no configuration")
    return parse(text, catalog, source=str(path), regions=regions)


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
        problems += _mistakes(document, json_schema(catalog, [str(entry.get("id")) for entry in entries.values()]))
        problems += [] if problems else _custom_mistakes(document, entries, catalog)
        problems += [] if problems else alert_mistakes(document)
        problems += [] if problems or not regions else _unknown_regions(document, regions)
    if problems:
        sentences = list(dict.fromkeys(f"{source}:{each.line}: {each.sentence}" for each in sorted(problems)))
        more = [f"{source}: {len(sentences) - MANY} more lines are wrong"] if len(sentences) > MANY else []
        raise ConfigurationError("\n".join(escaped(_withheld(each)) for each in (*sentences[:MANY], *more)))
    return Configuration.from_json(document.value or {})


def _mistakes(document: Document, schema: Mapping[str, Any]) -> Iterator[Problem]:
    for error in _validator(schema).iter_errors(document.value):
        # Of what is no text, `type` says that already.
        if error.validator != "enum" or isinstance(error.instance, str):
            yield from _problems(error, document)
    yield from _repeated(document)


def _custom_entries(document: Document) -> Mapping[int, Mapping[str, Any]]:
    """Return the entries of `custom_checks` by their place, as far as they are mappings."""
    top = document.value if isinstance(document.value, dict) else {}
    entries = top.get("custom_checks")
    listed = enumerate(entries if isinstance(entries, list) else [])
    return {place: entry for place, entry in listed if isinstance(entry, dict)}


def _custom_mistakes(
    document: Document, entries: Mapping[int, Mapping[str, Any]], catalog: Catalog
) -> Iterator[Problem]:
    """Yield what is wrong with checks whose keys are all there: ids that are taken, and their expressions."""
    seen: dict[str, int] = {}
    for place, entry in entries.items():
        path: Path = ("custom_checks", place)
        check = CustomCheck.from_json(entry)
        if check.id in catalog.checks:
            yield _problem(document, (*path, "id"), f"{check.id} is a check of Muster's own; choose another id")
        if check.id in seen:
            yield _problem(document, (*path, "id"), f"{check.id} stands in line {seen[check.id]} already")
        seen.setdefault(check.id, document.lines[*path, "id"])
        for key in ("condition", "when"):
            if key in entry:
                try:
                    examined(catalog, check, key)
                except ValueError as error:
                    yield _problem(document, (*path, key), shortened(str(error), 600))


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
            yield _problem(document, path, unknown(name, "a region", known))


def _validator(schema: Mapping[str, Any]) -> "jsonschema.protocols.Validator":
    import jsonschema  # noqa: PLC0415 - most processes read the plan, which needs no validation

    # JSON Schema takes 30.0 for an integer; a check that wants an int does not.
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    extend: Any = functools.partial(jsonschema.validators.extend, validators={"pattern": _pattern})
    formats = jsonschema.FormatChecker(("date",))
    formats.checks("regex", raises=ValueError)(_is_pattern)
    validator: jsonschema.protocols.Validator = extend(jsonschema.Draft202012Validator, type_checker=types)(
        schema, format_checker=formats
    )
    return validator


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> "Iterator[jsonschema.ValidationError]":
    """Examine a text by a pattern; unlike in Python, `$` matches at the very end only, as JSON Schema has it."""
    import jsonschema  # noqa: PLC0415 - the validator has imported it already

    if validator.is_type(value, "string") and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _withheld(sentence: str) -> str:
    """Return a sentence without the paths of addresses: a webhook's URL in the wrong place is a secret all the same."""
    return _ADDRESS_PATH.sub(r"\1…", sentence)


def _is_pattern(value: object) -> bool:
    """Examine what a setting calls a pattern; of what is no text, `type` says that already."""
    if isinstance(value, str):
        regex.examine(value)
    return True


def _problems(error: "jsonschema.ValidationError", document: Document) -> Iterator[Problem]:
    """Yield one mistake in our words, by the schema's keyword that found it."""
    path: Path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, str(error.instance))
    here = functools.partial(_problem, document)
    keyword = str(error.validator)
    wanted: Any = error.validator_value
    schema: Any = error.schema
    value: Any = error.instance
    title = schema.get("title", "")
    if keyword == "additionalProperties":
        for name in value:
            if name not in schema["properties"]:
                member = unknown(name, schema["x-member"], schema["properties"])
                yield here((*path, name), member, where=path)
    elif keyword == "enum":
        yield here(path, unknown(str(value), title, wanted))
    elif keyword == "required":
        missing = [name for name in wanted if name not in value]
        # jsonschema reports each missing key by itself, with the same list: the first report says them all.
        yield here(path, f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    elif keyword == "type":
        text = "" if may_be_secret(path) else document.texts.get(path, "")
        yield here(path, _wrong_type(wanted, title if path else "", value, text))
    elif keyword in ("pattern", "format"):
        yield here(path, f"this is not {title}" if may_be_secret(path) else _misshapen(str(value), title, error))
    elif keyword == "anyOf":
        yield here(
            path, "resource, tag or account is missing: name the accepted failures; resource: '*' is all of them"
        )
    else:
        yield here(path, _PLAIN[keyword].format(value=shortened(str(value)), limit=wanted))


_PLAIN = {
    "minimum": "{value} is less than {limit}",
    "maximum": "{value} is more than {limit}",
    "maxProperties": "one key is expected here, not several; write each as a list item of its own",
    "minItems": "the list is empty",
    "maxLength": "'{value}' is longer than {limit} characters",
    "minProperties": "the mapping is empty",
}


def _repeated(document: Document) -> Iterator[Problem]:
    """Yield what is said under `settings` and again under `tags`."""
    top = document.value if isinstance(document.value, dict) else {}
    settings, tags = top.get("settings"), top.get("tags")
    own_settings = settings.get(REQUIRED_TAGS) if isinstance(settings, dict) else None
    if not isinstance(own_settings, dict) or not isinstance(tags, dict):
        return
    for setting, key in (("keys", "required"), ("values", "values")):
        if setting in own_settings and key in tags:
            yield _problem(document, ("settings", REQUIRED_TAGS, setting), f"tags.{key} says this already; say it once")


def _wrong_type(wanted: str | list[str], title: str, value: object, text: str) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    expected = title or " or ".join(_TYPES[name] for name in names)
    text = shortened(text)
    if "string" in names and text and isinstance(value, bool | int | float):
        return f"{text} is {kind(value)} to YAML, where {expected} is expected; write it in quotes: '{text}'"
    return f"{expected} is expected, not {kind(value)}" + (f" ({text})" if text else "")


_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "object": "a mapping",
    "string": "a text",
}


def _misshapen(value: str, title: str, error: "jsonschema.ValidationError") -> str:
    if error.validator_value == NOT_BLANK:
        return "the text is empty"
    cause = f": {error.cause}" if error.cause and error.validator_value == "regex" else ""
    return f"{quoted(value)} is not {title or 'a regular expression'}{cause}"


def _problem(document: Document, path: Path, sentence: str, where: Path | None = None) -> Problem:
    place = spelled(path if where is None else where)
    return Problem(document.lines[path], f"{place}: {sentence}" if place else sentence)
