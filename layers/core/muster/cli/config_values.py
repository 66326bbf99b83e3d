"""The values of a configuration that are in force, and where each comes from. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.configuration import Configuration
from muster.configuration.files.document import Path, spelled
from muster.model.json_values import to_json
from muster.model.rule import Rule

DEFAULT = "default"
_HIDDEN = frozenset({"accounts.external_id"})
"""Values that are not shown: they admit callers to roles."""
_WHOLE = frozenset({"suppressions", "custom_checks", "account_names", "settings"})
"""Keys that are counted; the file has the entries."""
_PARTS = frozenset({"tags", "accounts", "exclude", "alerts", "compliance_tags"})
_NOUNS = {"suppressions": "suppression", "custom_checks": "custom check", "account_names": "name", "routes": "route"}


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """A value of the configuration: its key as messages spell it, the value as JSON, and its source."""

    key: str
    value: Any
    source: str

    @property
    def text(self) -> str:
        """The value for people: lists with commas, nothing as a dash."""
        if self.key in _HIDDEN and self.value:
            return "(set)"
        return _shown(self.key, self.value)

    def to_json(self) -> dict[str, Any]:
        """Return the value as plain JSON; one that is not shown has only that it is set."""
        hidden = self.key in _HIDDEN and self.value
        return {"key": self.key, "value": "(set)" if hidden else self.value, "source": self.source}


def effective(
    configuration: Configuration, lines: Mapping[Path, int], file: str, others: Mapping[str, tuple[Any, str]]
) -> Iterator[EffectiveValue]:
    """Yield the values by key, in the order of the schema.

    `lines` has the line of each path of the file. `others` has values that are in force where the file has none, with
    their sources, by key: parameters of a stack, the environment.
    """
    document = configuration.to_json()
    for key, value in document.items():
        if key not in _PARTS:
            yield _one((key,), value, lines, file, others)
            continue
        for name, part in value.items():
            yield _one((key, name), part, lines, file, others)
        missing = [name for name in others if name.startswith(f"{key}.") and name.partition(".")[2] not in value]
        for name in missing:
            yield EffectiveValue(name, *others[name])


def settings_of(
    rules: Iterable[Rule], lines: Mapping[Path, int], file: str, *, every: bool
) -> Iterator[EffectiveValue]:
    """Yield the settings of the selected checks: those that differ from the check's default, or every one."""
    seen: set[str] = set()
    for rule in rules:
        for name, value in rule.settings.items():
            changed = value != rule.check.settings.get(name)
            key = f"settings.{rule.check.id}.{name}"
            if (not every and not changed) or key in seen:
                continue
            seen.add(key)
            path = ("settings", rule.check.id, name)
            source = _place(path, lines, file) or (_elsewhere(rule, name, lines, file) if changed else DEFAULT)
            yield EffectiveValue(key, to_json(value), source)


def _elsewhere(rule: Rule, name: str, lines: Mapping[Path, int], file: str) -> str:
    """Return where a setting comes from that `settings` does not have: the key `tags`, or a pack."""
    of_tags = {"keys": ("tags", "required"), "values": ("tags", "values")}.get(name)
    found = _place(of_tags, lines, file) if of_tags else ""
    return found or f"pack{f' ({rule.variant})' if rule.variant else ''}"


def _one(
    path: tuple[str, ...],
    value: Any,
    lines: Mapping[Path, int],
    file: str,
    others: Mapping[str, tuple[Any, str]],
) -> EffectiveValue:
    key = spelled(path)
    if place := _place(path, lines, file):
        return EffectiveValue(key, value, place)
    return EffectiveValue(key, *others[key]) if key in others else EffectiveValue(key, value, DEFAULT)


def _place(path: Sequence[str], lines: Mapping[Path, int], file: str) -> str:
    line = lines.get(tuple(path))
    return f"{file}:{line}" if line else ""


def _shown(key: str, value: Any) -> str:
    if key in _WHOLE or key.endswith(".routes"):
        number = len(value)
        noun = _NOUNS.get(key.rpartition(".")[2], "entry")
        return f"{number} {noun}{'' if number == 1 else 's'}" if number else "-"
    if value in (None, "", [], {}):
        return "-"
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(_shown("", each) for each in value)
        case dict():
            return ", ".join(f"{name}: {_shown('', each)}" for name, each in value.items())
        case _:
            return str(value)
