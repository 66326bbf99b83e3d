"""What is wrong with a file, each mistake with its line: by a JSON Schema, and as a sentence for the user."""

import functools
import pathlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from muster.analysis.patterns import regex
from muster.configuration.files.document import Document, Path, Problem, kind, spelled
from muster.configuration.files.schema_parts import NOT_BLANK
from muster.errors import ConfigurationError
from muster.model.suggest import unknown
from muster.model.text import escaped, quoted, shortened

if TYPE_CHECKING:
    import jsonschema

MANY = 100
"""How many mistakes are shown at once."""
LARGEST = 4 << 20
"""How many bytes a file may have; ten thousand suppressions take less than 3 MiB."""
_ADDRESS_PATH = re.compile(r"(https?:/+[^/\s'\"]+/)[^\s'\"()]+", re.IGNORECASE)


def read_file(path: pathlib.Path) -> bytes:
    """Return the bytes of a file that a person wrote.

    Raises:
        ConfigurationError: it cannot be read, or is larger than any such file.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        hint = "\n  write one: muster init" if isinstance(error, FileNotFoundError) else ""
        raise ConfigurationError(f"{shortened(str(path), 1_000)}: {error.strerror or error}{hint}") from error
    if len(text) > LARGEST:
        raise ConfigurationError(f"{escaped(str(path))} has more than {LARGEST >> 20} MiB: that is no configuration")
    return text


def refusal(problems: Iterable[Problem], source: str) -> ConfigurationError:
    """Return the error that names all mistakes: a line `source:line: where: what` for each, in their order."""
    sentences = list(dict.fromkeys(f"{source}:{each.line}: {each.sentence}" for each in sorted(problems)))
    more = [f"{source}: {len(sentences) - MANY} more lines are wrong"] if len(sentences) > MANY else []
    return ConfigurationError("\n".join(escaped(_withheld(each)) for each in (*sentences[:MANY], *more)))


def schema_mistakes(
    document: Document, schema: Mapping[str, Any], secret: Callable[[Path], bool] = lambda _path: False
) -> Iterator[Problem]:
    """Yield what a schema finds wrong; messages do not repeat a value at a path that may hold a secret.

    A `title` in the schema is the noun that messages use, `x-member` that of a mapping's keys, and `x-any-of` the
    sentence about a missing choice.
    """
    for error in _validator(schema).iter_errors(document.value):
        wanted: Any = error.validator_value
        # Where a string is expected and another value stands, `type` says that already.
        if error.validator != "enum" or isinstance(error.instance, type(wanted[0])):
            yield from _problems(error, document, secret)


def problem(document: Document, path: Path, sentence: str, where: Path | None = None) -> Problem:
    """Return a mistake at a path of the file; `where` is the path that the message names, if another."""
    place = spelled(path if where is None else where)
    return Problem(document.lines[path], f"{place}: {sentence}" if place else sentence)


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


def _problems(
    error: "jsonschema.ValidationError", document: Document, secret: Callable[[Path], bool]
) -> Iterator[Problem]:
    """Yield one mistake in our words, by the schema's keyword that found it."""
    path: Path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, str(error.instance))
    here = functools.partial(problem, document)
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
        yield here(path, _not_listed(value, title, wanted))
    elif keyword == "required":
        missing = [name for name in wanted if name not in value]
        # jsonschema reports each missing key by itself, with the same list: the first report says them all.
        yield here(path, f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    elif keyword == "type":
        text = "" if secret(path) else document.texts.get(path, "")
        yield here(path, _wrong_type(wanted, title if path else "", value, text))
    elif keyword in ("pattern", "format"):
        yield here(path, f"this is not {title}" if secret(path) else _misshapen(str(value), title, error))
    elif keyword == "anyOf":
        yield here(path, schema["x-any-of"])
    else:
        yield here(path, _PLAIN[keyword].format(value=shortened(str(value)), limit=wanted))


def _not_listed(value: object, title: str, wanted: Sequence[Any]) -> str:
    if isinstance(value, str):
        return unknown(value, title, wanted)
    return f"{value} is not {title}: {', '.join(map(str, wanted))}"


_PLAIN = {
    "exclusiveMinimum": "{value} is not more than {limit}",
    "minimum": "{value} is less than {limit}",
    "maximum": "{value} is more than {limit}",
    "maxProperties": "one key is expected here, not several; write each as a list item of its own",
    "minItems": "the list is empty",
    "maxLength": "'{value}' is longer than {limit} characters",
    "minProperties": "the mapping is empty",
}


def _wrong_type(wanted: str | list[str], title: str, value: object, text: str) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    expected = title or " or ".join(_TYPES[name] for name in names)
    text = shortened(text)
    # Where a number may stand, a text in quotes is one too: quotes make no number of true or false.
    if "string" in names and "number" not in names and text and isinstance(value, bool | int | float):
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
