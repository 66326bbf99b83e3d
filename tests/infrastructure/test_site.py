"""The site's sources and the check of the built site; `make site` builds it."""

import re
from pathlib import Path

import pytest

from muster.cli import cli
from tests.infrastructure.conftest import ROOT
from tools.command_page import command_page
from tools.site import prepare
from tools.site_links import problems

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "source"
    prepare(folder)
    return folder


def test_the_front_page_lists_every_page() -> None:
    listed = set(re.findall(r"^- \[[^\]]+\]\(([^)]+)\)", (DOCS / "README.md").read_text("utf-8"), re.MULTILINE))
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    folders = {f"{path.parent.name}/README.md" for path in DOCS.glob("*/README.md")}
    assert listed == pages | folders | {"../CONTRIBUTING.md", "../CHANGELOG.md"}


def test_links_lead_to_where_their_targets_stand_on_the_site(prepared: Path) -> None:
    contributing = (prepared / "contributing.md").read_text("utf-8")
    assert "](first-check.md)" in contributing
    assert "](decisions/index.md)" in contributing
    tags = (prepared / "compliance-tags.md").read_text("utf-8")
    assert "](files/member-role.yaml)" in tags
    assert (prepared / "files" / "member-role.yaml").read_bytes() == (ROOT / "member-role.yaml").read_bytes()


def test_blocks_of_code_stay_as_they_are(prepared: Path) -> None:
    blocks = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
    for name in ("architecture", "first-check", "migration"):
        assert blocks.findall((prepared / f"{name}.md").read_text("utf-8")) == blocks.findall(
            (DOCS / f"{name}.md").read_text("utf-8")
        )


def test_the_reference_has_every_command() -> None:
    headings = re.findall(r"^## muster (\S+)$", command_page(), re.MULTILINE)
    assert headings == cli.list_commands(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        pytest.param("<a href='other.html#there'>x</a>", None, id="good"),
        pytest.param("<a href='https://example.com/x'>x</a>", None, id="a link elsewhere"),
        pytest.param("<a href='absent.html'>x</a>", "index.html: absent.html does not exist", id="no page"),
        pytest.param(
            "<a href='other.html#nowhere'>x</a>",
            "index.html: other.html#nowhere names no place on that page", id="no place",
        ),
        pytest.param("<img src='absent.png'>", "index.html: absent.png does not exist", id="no image"),
        pytest.param(
            "<script src='https://cdn.example.com/x.js'></script>",
            "index.html: loads https://cdn.example.com/x.js", id="a script from elsewhere",
        ),
        pytest.param(
            "<link rel='stylesheet' href='//cdn.example.com/x.css'>",
            "index.html: loads //cdn.example.com/x.css", id="a style from elsewhere",
        ),
    ],
)  # fmt: skip
def test_a_problem_of_a_page_is_found(tmp_path: Path, page: str, problem: str | None) -> None:
    (tmp_path / "index.html").write_text(f"<html><body>{page}</body></html>", "utf-8")
    (tmp_path / "other.html").write_text("<html><body><h1 id='there'>x</h1></body></html>", "utf-8")
    assert list(problems(tmp_path)) == ([] if problem is None else [problem])


def test_a_style_that_loads_from_elsewhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("@import url('https://fonts.example.com/x.css');", "utf-8")
    assert list(problems(tmp_path)) == ["x.css: loads https://fonts.example.com/x.css"]


def test_ci_builds_the_site() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (targets,) = re.findall(r"^test: (.*) ##", makefile, re.MULTILINE)
    (beside,) = re.findall(r"^together: .*\n.* --output-sync=target (.*)$", makefile, re.MULTILINE)
    assert "together" in targets.split()
    assert "site" in beside.split()
