"""The documents name each other rightly: the index of decisions, links between files, paths of the code."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "core" / "muster"
IN_THE_BUCKET = {"config/muster.yaml"}
DECISIONS = ROOT / "docs" / "decisions"
WRITTEN = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "checks"),
]


def test_the_index_of_decisions_has_each_by_its_title() -> None:
    titles = {path.name: path.read_text("utf-8").splitlines()[0] for path in sorted(DECISIONS.glob("0*.md"))}
    listed = re.findall(
        r"^\| (\d+) \| \[(.+)\]\((\S+\.md)\) \|$", (DECISIONS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert {name: f"# {number}. {title}" for number, title, name in listed} == titles
    assert [int(number) for number, _, _ in listed] == [int(name[:4]) for name in titles]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_of_the_code_exist(path: Path) -> None:
    entries = [entry.name for base in (ROOT, PACKAGE) for entry in base.iterdir()]
    # out/ is there after `make demo` only.
    folders = "|".join(name for name in entries if name[0].isalpha() and name != "out")
    named = set(re.findall(rf"`((?:{folders})/[\w./-]+)`", path.read_text("utf-8"))) - IN_THE_BUCKET
    assert [name for name in sorted(named) if not (ROOT / name).exists() and not (PACKAGE / name).exists()] == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_of_the_code_exist(path: Path) -> None:
    named = set(re.findall(r"`(muster(?:\.[a-z_]+){2,})`", path.read_text("utf-8")))
    for name in sorted(named):
        module, _, attribute = name.rpartition(".")
        parent = importlib.import_module(module)
        assert hasattr(parent, attribute) or importlib.util.find_spec(name), name
