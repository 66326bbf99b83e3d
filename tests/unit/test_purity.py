"""What judges never loads what talks to AWS."""

import subprocess
import sys

import pytest

PURE = [
    "model",
    "analysis",
    "catalog",
    "lifecycle.transitions",
    "checks",
    "facets",
    "configuration",
    "reports",
]


def said(code: str) -> str:
    """Return what a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own code


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_do_not_load_the_sdk(module: str) -> None:
    code = (
        f"import sys, pkgutil, importlib, muster.{module} as m\n"
        "for i in pkgutil.walk_packages(getattr(m, '__path__', []), m.__name__ + '.'):\n"
        "    importlib.import_module(i.name)\n"
        "print([n for n in sys.modules if n.split('.')[0] in ('botocore', 'boto3')])"
    )
    assert said(code) == "[]"


def test_the_whole_catalogue_loads_without_the_sdk() -> None:
    code = "import sys; from muster.catalog.catalog import load; load(); print('botocore' in sys.modules)"
    assert said(code) == "False"
