"""Words that docs/glossary.md rejects do not come back in identifiers."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
FOLDERS = ("layers/core/muster", "functions", "local", "tools", "testing", "benchmarks")
OF_AWS = re.compile(r"redrive_?(policy|allow|permission|config)", re.IGNORECASE)
"""SQS's own names: the redrive policy of a queue."""
STORED = {"told_at"}
"""Keys of documents that stacks have stored; another name would make those unreadable."""


def banned() -> frozenset[str]:
    """Read the words in `code` of the column "not", and of the paragraph below the table."""
    table, _, below = GLOSSARY.rpartition("|\n\n")
    cells = [line.rstrip("|").rpartition("|")[2] for line in table.splitlines() if line.startswith("| **")]
    words = re.findall(r"`(\w+)`", " ".join(cells))
    spoken = re.findall(r"not something that was (.*?)\.", below, re.DOTALL)
    rest = re.findall(r"not (?:read )?`(\w+)`", below)
    return frozenset(words + re.findall(r"`(\w+)`", spoken[0]) + rest)


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.alias(name=name, asname=alias):
                yield from (alias or name).split(".")


def words(identifier: str) -> set[str]:
    """Split an identifier into its words: `lastSeen_at` is last, seen, at."""
    if OF_AWS.search(identifier) or identifier in STORED:
        return set()
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)}


def rejected(source: str) -> set[str]:
    return {name for name in identifiers(ast.parse(source)) if words(name) & banned()}


def test_the_glossary_rejects_words() -> None:
    assert {"lane", "patience", "weather", "redrive", "told", "said", "asked", "spent", "anew", "gathered"} <= banned()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("the_lane = 1", {"the_lane"}),
        ("class Patience: ...", {"Patience"}),
        ("def f(*, asked=1): ...", {"asked"}),
        ("f(told=1)", {"told"}),
        ("from a import b as foreseen", {"foreseen"}),
        ("plane = x.redrive_policy", set()),
    ],
)
def test_a_rejected_word_is_found(source: str, found: set[str]) -> None:
    assert rejected(source) == found


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_identifier_holds_a_rejected_word(folder: str) -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (names := rejected(path.read_text("utf-8")))
    }
    assert found == {}
