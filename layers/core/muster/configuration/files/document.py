"""YAML into plain values that remember their lines; whatever YAML would guess, twist or repeat is a problem."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from muster.model.text import shortened

if TYPE_CHECKING:
    import yaml

Path = tuple[str | int, ...]
"""Where a value stands: keys and list indexes from the top."""

_MAX_VALUES = 100_000
"""More than any file has; aliases of aliases of aliases would expand beyond memory."""

_MERGE = "tag:yaml.org,2002:merge"
_COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A sentence about one line of the file."""

    line: int
    sentence: str


@dataclass(slots=True)
class Document:
    """The file's value, the line of each path, the text as written of each scalar, and what is wrong as YAML."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(text: bytes | str) -> Document:
    """Read YAML; the value is only as good as `problems` is empty."""
    import yaml  # noqa: PLC0415 - most processes read the plan, never YAML

    from muster.configuration.files.composing import DEEPEST, Loader, TooDeepError  # noqa: PLC0415 - the same

    document = Document()
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        decoded = _without_tabs(decoded)
        loader = Loader(decoded)
        node = loader.get_single_node()
        if node is not None:
            document.value = _Reading(loader, document).value(node, ())
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        document.problems.append(Problem(line, f"byte {error.start} is not UTF-8; save the file as UTF-8"))
    except yaml.reader.ReaderError as error:
        line = decoded[: error.position].count("\n") + 1
        document.problems.append(Problem(line, f"the character U+{_ordinal(error):04X} may not stand in a YAML file"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document.problems.append(Problem(mark.line + 1 if mark else 1, f"this is not YAML: {_syntax(error)}"))
    except TooDeepError as error:
        why = f"this is nested too deeply, or its aliases expand to too much: {DEEPEST} levels at most"
        document.problems.append(Problem(error.line, f"{spelled(error.path)}: {why}"))
    except OverflowError:
        sentence = f"the file has more than {_MAX_VALUES:,} values, or its aliases expand to too much"
        document.problems.append(Problem(1, sentence))
    return document


def _without_tabs(text: str) -> str:
    """Return a text for YAML: where it is JSON, tabs between values become spaces, which YAML demands."""
    if "\t" not in text or not text.lstrip().startswith("{"):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    # JSON allows no tab inside a string.
    return text.replace("\t", " ")


class _Reading:
    """One walk over the nodes that YAML composed."""

    def __init__(self, loader: "yaml.SafeLoader", document: Document) -> None:
        self._loader = loader
        self._document = document
        self._count = 0

    def value(self, node: "yaml.Node", path: Path) -> Any:
        import yaml  # noqa: PLC0415 - imported already by whoever made the loader

        from muster.configuration.files.composing import DEEPEST, TooDeepError  # noqa: PLC0415 - the same

        if len(path) > DEEPEST:
            # Aliases of aliases: each is composed once, however deep it stands.
            raise TooDeepError(node.start_mark.line + 1, path)
        self._count += 1
        if self._count > _MAX_VALUES:
            raise OverflowError
        line = node.start_mark.line + 1
        self._document.lines.setdefault(path, line)
        if isinstance(node, yaml.CollectionNode) and node.tag not in _COLLECTIONS:
            self._problem(line, f"the tag {shortened(node.tag)} is not understood; leave it out")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        self._document.texts[path] = node.value
        return self._scalar(node)

    def _mapping(self, node: "yaml.MappingNode", path: Path) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, line)
            if key is None:
                continue
            if key in found:
                first = self._document.lines[(*path, key)]
                self._problem(line, f"{shortened(key)} stands here a second time; the first is in line {first}")
                continue
            self._document.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _key(self, node: "yaml.Node", line: int) -> str | None:
        if node.tag == _MERGE:
            self._problem(line, "merge keys (<<) are not understood; write the keys out")
            return None
        if not isinstance(node.value, str):
            self._problem(line, "a key is a text, not a list or a mapping")
            return None
        value = self._scalar(node)
        if not isinstance(value, str):
            name = shortened(node.value)
            self._problem(line, f"the key {name} is {kind(value)} to YAML; write it in quotes: '{name}'")
        return node.value

    def _scalar(self, node: "yaml.Node") -> Any:
        try:
            value = self._loader.construct_object(node, deep=True)
        except ValueError:
            # What looks like a date and is none (2027-02-30): the schema will say so.
            return node.value
        return node.value if isinstance(value, date) else value

    def _problem(self, line: int, sentence: str) -> None:
        self._document.problems.append(Problem(line, sentence))


def kind(value: object) -> str:
    """Name the kind of a value in words that a reader of YAML knows."""
    return next((name for types, name in _KINDS if isinstance(value, types)), "something else")


_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), "true or false"),
    ((int, float), "a number"),
    ((str,), "a text"),
    ((list,), "a list"),
    ((dict,), "a mapping"),
    ((type(None),), "nothing"),
)


def _ordinal(error: "yaml.reader.ReaderError") -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


def _syntax(error: "yaml.MarkedYAMLError") -> str:
    return " ".join(shortened(" ".join(part.split())) for part in (error.context, error.problem) if part)


def spelled(path: Path) -> str:
    """Spell a path as messages do: `tags.values.Owner[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shortened(part, 80)}" for part in path)
    return text.removeprefix(".")
