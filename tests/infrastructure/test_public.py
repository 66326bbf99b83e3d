"""What may be built upon is named in `muster.__all__`, and works as a user sees it."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import muster

SOURCE = Path(muster.__file__).read_text(encoding="utf-8")


def test_everything_named_is_there_and_everything_there_is_named() -> None:
    imported = {
        alias.name for node in ast.parse(SOURCE).body if isinstance(node, ast.ImportFrom) for alias in node.names
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


def test_a_user_may_catch_every_error_as_one() -> None:
    errors = [value for name in muster.__all__ if isinstance(value := getattr(muster, name), type)]
    assert all(issubclass(kind, muster.MusterError) for kind in errors if issubclass(kind, Exception))
