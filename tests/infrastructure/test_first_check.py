"""The diff of docs/first-check.md applies, and does what the page says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "first-check.md").read_text(encoding="utf-8")
CHECK = "pipes-pipe-logging-enabled"


def run(*command: str, cwd: Path, text: str = "") -> str:
    done = subprocess.run(command, cwd=cwd, input=text, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the diff touches and needs, with the diff applied."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("layers/core", "local", "testing", "tests/unit/checks", "tests/faults"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    (diff,) = re.findall(r"^```diff\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    run("git", "init", "-q", cwd=copy)
    run("git", "apply", "-", cwd=copy, text=diff)
    return copy


def test_the_new_check_passes_its_examples(tree: Path) -> None:
    core = str(tree / "layers/core")
    python = f"import sys, pytest; sys.path.insert(0, {core!r}); sys.exit(pytest.main(sys.argv[1:]))"
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/unit/checks/test_pipes.py")
    assert " passed" in run(sys.executable, "-c", python, *options, cwd=tree)


def test_permissions_page_and_tag_checks_follow_from_the_declarations(tree: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(tree / "layers/core")!r})
from muster.catalog.catalog import load
from muster.catalog.pages import check_page
from muster.catalog.permissions import iam_policy
from muster.configuration import Configuration
from muster.configuration.selection import select
catalog = load()
rules = select(catalog, Configuration(), checks=[{CHECK!r}])
print(sorted(action for statement in iam_policy(catalog, rules)["Statement"] for action in statement["Action"]))
print("`pipes:DescribePipe`" in check_page(catalog.checks[{CHECK!r}], catalog))
print("AWS::Pipes::Pipe" in catalog.resource_types(catalog.checks["required-tags"]))
"""
    actions, on_page, tagged = run(sys.executable, "-c", code, cwd=tree).splitlines()
    assert "pipes:DescribePipe" in actions
    assert "pipes:ListPipes" in actions
    assert (on_page, tagged) == ("True", "True")
