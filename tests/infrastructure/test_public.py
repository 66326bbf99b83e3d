"""What may be built upon is named in `muster.__all__`, and works as a user sees it."""

import ast
import inspect
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import muster

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "core" / "muster"
SOURCE = Path(muster.__file__).read_text(encoding="utf-8")


def test_everything_named_is_there_and_everything_there_is_named() -> None:
    imported = {
        alias.name
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("muster.")
        for alias in node.names
    }
    assert set(muster.__all__) == imported | {"__version__"}
    assert [name for name in muster.__all__ if not hasattr(muster, name)] == []


def test_everything_named_explains_itself() -> None:
    public = [getattr(muster, name) for name in muster.__all__ if name != "__version__"]
    assert [value for value in public if not inspect.getdoc(value)] == []


def test_a_check_is_written_with_the_public_names_alone() -> None:
    class Lid:
        shut = True

    @muster.check(severity=muster.Severity.LOW)
    def lid_is_shut(lid: Lid) -> muster.Verdict:
        """Lids should be shut.

        Why: An open lid lets rain in.
        Fix: close the lid
        """
        return muster.compliant("The lid is shut.") if lid.shut else muster.non_compliant("The lid is open.")

    assert isinstance(lid_is_shut, muster.Check)
    verdict = lid_is_shut.function(Lid())
    assert (verdict.status, verdict.reason) == (muster.Status.COMPLIANT, "The lid is shut.")


def test_the_public_names_load_neither_the_sdk_nor_the_catalogue() -> None:
    code = (
        "import sys, muster; muster.Finding\n"
        "print([n for n in sys.modules if n.split('.')[0] in ('botocore', 'boto3', 'yaml', 'click')"
        " or n.startswith(('muster.checks', 'muster.readers'))])"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"  # noqa: S603 - our own code


def test_importing_muster_loads_no_command() -> None:
    code = "import sys, muster; muster.scan; print([n for n in sys.modules if n.startswith('muster.cli')])"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"  # noqa: S603 - our own code


def test_an_unknown_name_is_no_attribute() -> None:
    assert not hasattr(muster, "scans")


def test_a_user_may_catch_every_error_as_one() -> None:
    errors = [value for name in muster.__all__ if isinstance(value := getattr(muster, name), type)]
    assert all(issubclass(kind, muster.MusterError) for kind in errors if issubclass(kind, Exception))


def declared(tree: ast.Module) -> Iterator[str]:
    """Yield the constants of a module, and the functions that no decorator declares."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (name.id for name in targets if isinstance(name, ast.Name) and name.id.isupper())


def test_what_only_its_own_module_uses_begins_with_an_underscore() -> None:
    """A name that a test uses counts as used: a limit is tried from both sides."""
    folders = ("layers/core", "functions", "local", "testing", "tools", "benchmarks", "tests")
    files = {path: path.read_text("utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")}
    users = Counter(word for source in files.values() for word in set(re.findall(r"\w+", source)))
    alone = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, source in files.items()
        if PACKAGE in path.parents
        for name in declared(ast.parse(source))
        if not name.startswith("_") and users[name] == 1
    }
    assert alone == set()
