"""The settings in which a target differs from its source, section by section. Pure.

A name, an account or a region of the source counts as that of the target. What AWS makes anew for every resource (ids,
dates, sizes) is left out, and values of environment variables are never shown.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from muster.migration.report.facts import plain
from muster.migration.sides import Pair, Source, Target
from muster.migration.translating import Translation
from muster.model.finding import Unavailable
from muster.model.text import shortened
from muster.snapshots.snapshot import Snapshot

MANY = 100
"""How many differences of a pair are listed."""
_WIDTH = 300
_HIDDEN = "(not shown)"
_ABSENT = object()
_OWN_BY_NATURE = frozenset(
    {
        "CreationDate", "CreationDateTime", "TableSizeBytes", "ItemCount", "TableId", "TableArn", "TableName",
        "LatestStreamArn", "LatestStreamLabel", "IndexArn", "IndexSizeBytes", "LastIncreaseDateTime",
        "LastDecreaseDateTime", "NumberOfDecreasesToday", "LastUpdateToPayPerRequestDateTime",
        "EarliestRestorableDateTime", "LatestRestorableDateTime", "LastUpdateDateTime", "LastModified",
        "LastModifiedTime", "CodeSize", "RevisionId", "FunctionArn", "FunctionName", "Version", "UUID",
        "LastProcessingResult", "StateTransitionReason", "creationTime", "arn", "logGroupArn", "logGroupName",
        "storedBytes", "CreationTime", "ScalableTargetARN", "PolicyARN", "Alarms", "WarmThroughput",
        "RuntimeVersionConfig", "LastUpdateStatus", "State", "StateReason", "StateReasonCode",
    }
)  # fmt: skip
_LEFT_OUT = frozenset({"location", "tags"})
"""Sections that differ by nature; comparisons judge tags."""
_ENVIRONMENT = ("Configuration", "Environment", "Variables")
_NAMES = ("IndexName", "AttributeName", "ResourceId", "Sid", "ID", "Id", "name", "filterName", "Name")
"""Members by which AWS names the entries of lists."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting: its section and path, and its values as plain JSON; null where a side has none."""

    section: str
    setting: str
    source: Any
    target: Any

    def to_json(self) -> dict[str, Any]:
        """Return the difference as plain JSON."""
        return {"section": self.section, "setting": self.setting, "source": self.source, "target": self.target}


def differences(source: Source, target: Target, pair: Pair) -> tuple[Difference, ...]:
    """Return the settings that differ, in the order of the sections; sections that were not read are left out."""
    if not (source.own.exists and target.own.exists):
        return ()
    return tuple(_differences(source, target, pair))[:MANY]


def _differences(source: Source, target: Target, pair: Pair) -> Iterator[Difference]:
    between = Translation.between(source, target, pair)
    translation = replace(between, names={**between.names, **_keys(source, target)})
    for name, ours in target.own.sections.items():
        theirs = source.own.sections.get(name, Unavailable(None, ""))
        if name in _LEFT_OUT or isinstance(ours, Unavailable) or isinstance(theirs, Unavailable):
            continue
        before, after = _leaves(plain(theirs or {})), _leaves(plain(ours or {}))
        for path in dict.fromkeys([*before, *after]):
            old, new = before.get(path, _ABSENT), after.get(path, _ABSENT)
            if not _OWN_BY_NATURE & {*path} and not _alike(translation, old, new):
                yield Difference(name, ".".join(path), *(_shown(path, value) for value in (old, new)))


def _alike(translation: Translation, source: Any, target: Any) -> bool:
    if _ABSENT in (source, target) or not isinstance(source, str | list):
        return bool(source == target)
    return translation.accepts(_text(source), _text(target))


def _keys(source: Source, target: Target) -> dict[str, str]:
    """Return the id of the source's KMS key with that of the target's, where both have one."""
    both = [side.others.get("key") for side in (source, target)]
    ids = [each.resource.id.rpartition("/")[2] for each in both if isinstance(each, Snapshot)]
    return {ids[0]: ids[1]} if len(ids) == len(both) else {}


def _leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return the single values of a section by their paths; a list of nameless entries is one value, in order."""
    if isinstance(value, Mapping):
        found: dict[tuple[str, ...], Any] = {}
        for key, item in value.items():
            found |= _leaves(item, (*path, str(key)))
        return found
    if isinstance(value, list) and (named := _by_name(value)):
        return _leaves(named, path)
    return {path: _sorted(value)}


def _by_name(entries: Sequence[Any]) -> dict[str, Any]:
    for name in _NAMES:
        names = [str(each[name]) for each in entries if isinstance(each, Mapping) and name in each]
        if names and len({*names}) == len(entries):
            return dict(zip(names, entries, strict=True))
    return {}


def _sorted(value: Any) -> Any:
    return sorted(value, key=lambda each: json.dumps(each, sort_keys=True)) if isinstance(value, list) else value


def _shown(path: tuple[str, ...], value: Any) -> Any:
    if value is _ABSENT:
        return None
    if path[: len(_ENVIRONMENT)] == _ENVIRONMENT:
        return _HIDDEN
    return value if value is None or isinstance(value, bool | int | float) else shortened(_text(value), _WIDTH)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
