"""Entries of `suppressions` written into the text of a muster.yaml, which otherwise stays as it is.

Only the lines of the entry are inserted or changed: comments, order, quotes, indentation and line endings of the rest
stay byte for byte. A file whose form leaves no place for that (aliases, for example) is written anew by ruamel.yaml,
which keeps comments, order and quotes. In either case the result is read back: it must hold what the file held before,
and the entry.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from muster.configuration.files import document
from muster.errors import ConfigurationError

if TYPE_CHECKING:
    import yaml
    from ruamel.yaml import YAML

KEY = "suppressions"
_DATE = "expires"
_WIDE = 1 << 20
_INDENT = 2
Entry = Mapping[str, Any]


def added(text: str, entry: Entry) -> str:
    """Return the text with an entry at the end of `suppressions`.

    Raises:
        ConfigurationError: there is no way to write it that leaves the rest as it is.
    """
    before = _value(text)
    wanted = {**before, KEY: [*(before.get(KEY) or ()), dict(entry)]}
    return _first(wanted, entry, (lambda: _inserted(text, entry), lambda: _appended(text, entry)))


def renewed(text: str, place: int, changes: Entry) -> str:
    """Return the text with other values in the entry at a place of `suppressions`; it may get a ticket.

    Raises:
        ConfigurationError: there is no way to write them that leaves the rest as it is.
    """
    before = _value(text)
    entries = list(before[KEY])
    entries[place] = {**entries[place], **changes}
    ways = (lambda: _replaced(text, place, changes), lambda: _assigned(text, place, changes))
    return _first({**before, KEY: entries}, entries[place], ways)


def _value(text: str) -> dict[str, Any]:
    value = document.read(text).value
    return value if isinstance(value, dict) else {}


def _first(wanted: Any, entry: Entry, ways: Iterable[Callable[[], str | None]]) -> str:
    """Return the first text that holds what is wanted."""
    for way in ways:
        text = way()
        if text is not None:
            found = document.read(text)
            if not found.problems and found.value == wanted:
                return text
    lines = "".join(rendered(entry, _INDENT))
    raise ConfigurationError(
        "the file is written in a way that cannot be edited without changing the rest; add this to it by hand:\n"
        f"{KEY}:\n{lines}"
    )


def _root(text: str) -> "yaml.Node | None":
    from muster.configuration.files.composing import Loader

    return Loader(text).get_single_node()


def _inserted(text: str, entry: Entry) -> str | None:
    """Insert the lines of an entry behind the last one; None where the form of the file leaves no place."""
    import yaml

    root = _root(text)
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return _joined(text, len(text), [f"{KEY}:\n", *rendered(entry, _INDENT)])
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    column = root.start_mark.column
    found = _child(root, KEY)
    if found is None:
        lines = [f"{' ' * column}{KEY}:\n", *rendered(entry, column + _INDENT)]
        return _joined(text, len(text), lines)
    if isinstance(found, yaml.SequenceNode) and found.value and not found.flow_style:
        return _joined(text, _end(found), rendered(entry, found.start_mark.column))
    if isinstance(found, yaml.SequenceNode) and found.value:
        place = found.end_mark.index - 1
        return f"{text[:place].rstrip()}, {_flow(entry)}{text[place:]}"
    # Nothing, `null` or an empty list: its lines take the place of that.
    start, end = found.start_mark.index, found.end_mark.index
    return _joined(
        text[:start].rstrip(" ") + text[end:], len(text[:start].rstrip(" ")), rendered(entry, column + _INDENT)
    )


def _joined(text: str, index: int, lines: Iterable[str]) -> str:
    """Insert lines behind the line that an index stands in, with the line endings of the text."""
    if index and text[index - 1] != "\n":
        end = text.find("\n", index)
        index = len(text) if end < 0 else end + 1
    newline = "\r\n" if "\r\n" in text else "\n"
    before = text[:index]
    gap = newline if before and not before.endswith("\n") else ""
    inserted = "".join(lines).replace("\n", newline)
    return f"{before}{gap}{inserted}{text[index:]}"


def _end(node: "yaml.Node") -> int:
    """Return the index behind the last character of a node's content; PyYAML's own mark stands behind comments."""
    import yaml

    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _child(node: "yaml.MappingNode", key: str) -> "yaml.Node | None":
    return next((value for name, value in node.value if name.value == key), None)


def _replaced(text: str, place: int, changes: Entry) -> str | None:
    """Replace the values of an entry where they stand, the last one first; a ticket goes before the date."""
    import yaml

    found = _child(root, KEY) if isinstance(root := _root(text), yaml.MappingNode) else None
    if not isinstance(found, yaml.SequenceNode):
        return None
    item = found.value[place]
    if not isinstance(item, yaml.MappingNode):
        return None
    edits: list[tuple[int, int, str]] = []
    for name, value in changes.items():
        node = _child(item, name)
        if node is not None:
            edits.append((node.start_mark.index, node.end_mark.index, _scalar(name, value)))
            continue
        date_key = next(key for key, _ in item.value if key.value == _DATE)
        start = date_key.start_mark
        newline = "\r\n" if "\r\n" in text else "\n"
        between = ", " if item.flow_style else f"{newline}{' ' * start.column}"
        edits.append((start.index, start.index, f"{name}: {_scalar(name, value)}{between}"))
    for start, end, new in sorted(edits, reverse=True):
        text = f"{text[:start]}{new}{text[end:]}"
    return text


def rendered(entry: Entry, column: int) -> Iterator[str]:
    """Yield the lines of an entry in a list whose dashes stand in a column."""
    for number, (name, value) in enumerate(entry.items()):
        lead = f"{' ' * column}- " if not number else " " * (column + _INDENT)
        if isinstance(value, Mapping):
            yield f"{lead}{name}: {_flow(value)}\n"
        else:
            yield f"{lead}{name}: {_scalar(name, value)}\n"


def _scalar(name: str, value: Any, *, flow: bool = False) -> str:
    """Return a value on one line, quoted where the reader, which is PyYAML, would take it for something else."""
    import yaml

    if name != _DATE and not str(value).isprintable():
        return '"' + "".join(map(_escaped, str(value))) + '"'
    shown: Any = date.fromisoformat(value) if name == _DATE else str(value)
    text = yaml.safe_dump([shown], default_flow_style=flow, width=_WIDE, allow_unicode=True).rstrip("\n")
    return text[1:-1] if flow else text.removeprefix("- ")


def _escaped(character: str) -> str:
    """Return a character as a text in double quotes has it."""
    if character in ('"', "\\"):
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _flow(entry: Entry) -> str:
    items = (
        f"{_scalar('', name, flow=True)}: "
        + (_flow(value) if isinstance(value, Mapping) else _scalar(name, value, flow=True))
        for name, value in entry.items()
    )
    return f"{{{', '.join(items)}}}"


def _appended(text: str, entry: Entry) -> str | None:
    return _written(text, lambda top: _listed(top).append(_typed(entry)))


def _assigned(text: str, place: int, changes: Entry) -> str | None:
    return _written(text, lambda top: top[KEY][place].update(_typed(changes)))


def _listed(top: Any) -> Any:
    if not top.get(KEY):
        top[KEY] = []
    return top[KEY]


def _typed(entry: Entry) -> dict[str, Any]:
    """Return an entry whose texts ruamel.yaml quotes: it writes YAML 1.2, where `no` is a text without quotes."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    found: dict[str, Any] = {}
    for name, value in entry.items():
        if isinstance(value, Mapping):
            found[name] = _typed(value)
        else:
            found[name] = date.fromisoformat(value) if name == _DATE else DoubleQuotedScalarString(value)
    return found


def _written(text: str, change: Callable[[Any], None]) -> str | None:
    """Return the text as ruamel.yaml writes it after a change; None where it cannot read the file."""
    from ruamel.yaml.error import YAMLError

    yaml, stream = _yaml(), io.StringIO()
    try:
        top = yaml.load(text.lstrip("\ufeff"))
        change(top)
        yaml.dump(top, stream)
    except (YAMLError, AttributeError, KeyError, TypeError, ValueError):
        return None
    written = stream.getvalue()
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def _yaml() -> "YAML":
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.allow_unicode = True
    yaml.indent(mapping=_INDENT, sequence=2 * _INDENT, offset=_INDENT)
    return yaml
