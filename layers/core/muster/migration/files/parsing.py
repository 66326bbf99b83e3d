"""From the text of a migration file to a MigrationFile, or to every mistake in it at once."""

import pathlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from muster.configuration.files import document as documents
from muster.configuration.files.document import Document, Path, Problem
from muster.configuration.files.mistakes import problem, read_file, refusal, schema_mistakes
from muster.migration.file import (
    BucketItem,
    Factors,
    FunctionItem,
    LogGroupItem,
    MigrationFile,
    Place,
    TableItem,
    Throughput,
)
from muster.migration.files.naming import KINDS, Naming, rule_mistake, source_mistakes, target_mistakes
from muster.migration.files.schema import EXPIRY_DAYS, json_schema
from muster.model.suggest import unknown
from muster.model.text import quoted
from muster.targets.partitions import partition_of
from muster.targets.regions import may_be_region, sdk_regions

_LAMBDA_LOGS = "/aws/lambda/"
_LARGEST_FACTOR = 1000
_FACTOR = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]{1,6})?")


def load(path: pathlib.Path) -> MigrationFile:
    """Read a migration file.

    Raises:
        ConfigurationError: it cannot be read, or something in it is wrong; the message names every line.
    """
    return parse(read_file(path), str(path))


def parse(text: bytes | str, source: str = "migration.yaml") -> MigrationFile:
    """Read a migration file, YAML or JSON.

    Raises:
        ConfigurationError: something is wrong; the message has a line `source:line: where: what` for each mistake.
    """
    document = documents.read(text)
    if document.value is None and not document.problems:
        raise refusal([Problem(1, "the file is empty; 'muster migration init' writes one")], source)
    problems = list(document.problems)
    if document.value is not None:
        problems += schema_mistakes(document, json_schema())
    if not problems:
        names = [*_naming_mistakes(document)]
        problems += [*_place_mistakes(document), *_factor_mistakes(document), *names]
        problems += [] if names else _item_mistakes(document)
    if problems:
        raise refusal(problems, source)
    return _Made(document).file()


class _Made:
    """The values of a document that the schema has found valid."""

    def __init__(self, document: Document) -> None:
        self._top: Mapping[str, Any] = document.value
        self._texts = document.texts
        self._naming = _naming(document)
        self._functions = {
            _name(entry): self._target("functions", entry) for entry in self._top.get("functions", ())
        }  # fmt: skip

    def file(self) -> MigrationFile:
        top = self._top
        return MigrationFile(
            top["batch"], top["environment"], _place(top["source"]), _place(top["target"]), _suffix(top),
            tuple(BucketItem(name, target, entry.get("replicated", True)) for name, target, entry, _ in
                  self.items("buckets")),
            tuple(self._table(*each) for each in self.items("tables")),
            tuple(FunctionItem(name, target, tuple(entry.get("allowed_regions_in", ()))) for name, target, entry, _ in
                  self.items("functions")),
            tuple(LogGroupItem(name, target, entry.get("retention_days")) for name, target, entry, _ in
                  self.items("log_groups")),
            top.get("expiry_days", EXPIRY_DAYS), top.get("notify", ""),
        )  # fmt: skip

    def items(self, kind: str) -> Iterator[tuple[str, str, Mapping[str, Any], Path]]:
        """Yield the name, the target's name, the mapping and the path of each item of a kind."""
        for place, entry in enumerate(self._top.get(kind, ())):
            mapping = entry if isinstance(entry, dict) else {}
            yield _name(entry), self._target(kind, entry), mapping, (kind, place)

    def _target(self, kind: str, entry: Any) -> str:
        """Return the name of a target; the log group of a migrated function is named after the function's target."""
        name = _name(entry)
        if isinstance(entry, dict) and "target" in entry:
            return str(entry["target"])
        function = name.removeprefix(_LAMBDA_LOGS)
        if kind == "log_groups" and function != name and function in self._functions:
            return _LAMBDA_LOGS + self._functions[function]
        return self._naming.target(kind, name)

    def _table(self, name: str, target: str, entry: Mapping[str, Any], path: Path) -> TableItem:
        general = self._factors(self._top.get("capacity", {}), ("capacity",), Factors())
        factors = self._factors(entry.get("capacity", {}), (*path, "capacity"), general)
        indexes = entry.get("indexes", {})
        return TableItem(
            name, target, factors,
            {each: self._factors(values, (*path, "indexes", each), factors) for each, values in indexes.items()},
            _throughput(entry),
            {each: made for each, values in indexes.items() if (made := _throughput(values))},
        )  # fmt: skip

    def _factors(self, given: Mapping[str, Any], path: Path, default: Factors) -> Factors:
        read, write = (
            Decimal(self._texts[*path, name]) if name in given else getattr(default, name) for name in ("read", "write")
        )
        return Factors(read, write)


def _naming(document: Document) -> Naming:
    top = document.value
    given = top.get("naming", {})
    rules = dict.fromkeys(KINDS, given) if isinstance(given, str) else given
    values = {
        "suffix": _suffix(top),
        "batch": top["batch"],
        "source_region": top["source"]["region"],
        "target_region": top["target"]["region"],
    }
    return Naming(rules, values)


def _name(entry: Any) -> str:
    return str(entry["name"] if isinstance(entry, dict) else entry)


def _suffix(top: Mapping[str, Any]) -> str:
    return str(top.get("suffix", top["target"]["region"]))


def _place(entry: Mapping[str, str]) -> Place:
    return Place(entry["region"], entry.get("account", ""), entry.get("role", ""), entry.get("external_id", ""))


def _throughput(entry: Mapping[str, Any]) -> Throughput | None:
    maximum = entry.get("maximum")
    return None if maximum is None else Throughput(maximum.get("read"), maximum.get("write"))


def _place_mistakes(document: Document) -> Iterator[Problem]:
    source, target = document.value["source"], document.value["target"]
    known = sorted(name for names in sdk_regions().values() for name in names)
    right = True
    for side, entry in (("source", source), ("target", target)):
        if entry["region"] not in known and not may_be_region(entry["region"]):
            right = False
            yield problem(document, (side, "region"), unknown(entry["region"], "a region", known))
        if "role" in entry and "account" not in entry:
            yield problem(document, (side, "role"), "account is missing: a role is assumed in another account")
        if "external_id" in entry and "role" not in entry:
            yield problem(document, (side, "external_id"), "role is missing: only a role has an external ID")
    if not right:
        return
    partitions = [partition_of(entry["region"]) for entry in (source, target)]
    if partitions[0] != partitions[1]:
        names = f"{source['region']} is in the partition {partitions[0]}, {target['region']} in {partitions[1]}"
        yield problem(document, ("target", "region"), f"{names}; choose regions of one partition")
    if source["region"] == target["region"] and source.get("account") == target.get("account"):
        yield problem(
            document, ("target", "region"), f"source and target are both {source['region']}; name another region"
        )


def _naming_mistakes(document: Document) -> Iterator[Problem]:
    given = document.value.get("naming", {})
    rules: dict[Path, str] = (
        {("naming",): given} if isinstance(given, str) else {("naming", kind): rule for kind, rule in given.items()}
    )
    for path, rule in rules.items():
        if wrong := rule_mistake(rule):
            yield problem(document, path, wrong)


def _factor_mistakes(document: Document) -> Iterator[Problem]:
    """Yield factors that the schema cannot judge: those in quotes, and numbers that YAML does not read as decimals."""
    for path in _factor_paths(document.value):
        text = document.texts.get(path)
        if text is not None and not (_FACTOR.fullmatch(text) and 0 < Decimal(text) <= _LARGEST_FACTOR):
            yield problem(document, path, f"{quoted(text)} is not a factor above 0 and up to 1000, like 1.5")


def _factor_paths(top: Mapping[str, Any]) -> Iterator[Path]:
    above: list[Path] = [("capacity",)]
    for place, entry in enumerate(top.get("tables", ())):
        above.append(("tables", place, "capacity"))
        indexes = entry.get("indexes", {}) if isinstance(entry, dict) else {}
        above += [("tables", place, "indexes", name) for name in indexes]
    yield from ((*path, name) for path in above for name in ("read", "write"))


def _item_mistakes(document: Document) -> Iterator[Problem]:
    made = _Made(document)
    if not any(document.value.get(kind) for kind in KINDS):
        yield Problem(1, f"nothing is migrated: list {', '.join([*KINDS][:-1])} or {[*KINDS][-1]}")
    for kind, rules in KINDS.items():
        sources: dict[str, int] = {}
        targets: dict[str, str] = {}
        for name, target, entry, path in made.items(kind):
            own = (*path, "name") if entry else path
            line = document.lines[own]
            if name in sources:
                yield problem(document, own, f"the {rules.noun} {name} stands in line {sources[name]} already")
                continue
            sources[name] = line
            place = (*path, "target") if "target" in entry else own
            wrong = [*source_mistakes(kind, name)]
            yield from (problem(document, own, each) for each in wrong)
            if not wrong:
                advice = "" if "target" in entry else "; give the item a target of its own"
                yield from (problem(document, place, each + advice) for each in target_mistakes(kind, target))
            if kind == "buckets" and name == target:
                yield problem(document, place, f"source and target are both {name}; the names of buckets are global")
            elif target in targets:
                yield problem(document, place, f"{targets[target]} and {name} would both become {target}")
            targets.setdefault(target, name)
