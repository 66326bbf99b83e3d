"""The wheel and the source distribution: they hold all that they need, and their metadata is complete."""

import ast
import email
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from trove_classifiers import classifiers

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "core" / "muster"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own command
    return folder


def files() -> set[str]:
    """Return the files of the package, as paths that begin with its name."""
    return {
        str(path.relative_to(PACKAGE.parent))
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_every_file_of_the_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assert {"muster/alerts/templates/digest.html.j2", "muster/py.typed"} <= files()
    held = set(zipfile.ZipFile(wheel).namelist())
    assert files() <= held
    assert [name for name in held if name.endswith(".data/data/share/man/man1/muster.1")]


def test_the_source_distribution_has_the_package_and_what_its_build_reads(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"layers/core/{name}" for name in files()} <= names
    outside = {name for name in names if not name.startswith("layers/core/muster/")}
    assert outside == {
        ".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "docs/man/muster.1", "pyproject.toml",
    }  # fmt: skip


def test_the_metadata_is_complete(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(path))
        licence = archive.read(path.replace("METADATA", "licenses/LICENSE")).decode()
    assert (metadata["Author"], metadata["License-Expression"]) == ("The Muster authors", "Apache-2.0")
    assert licence == (ROOT / "LICENSE").read_text("utf-8")
    assert metadata["Keywords"].split(",") == sorted(metadata["Keywords"].split(","))
    assert set(metadata.get_all("Classifier")) <= classifiers
    assert metadata.get_payload().startswith("# Muster\n")


def imported() -> set[str]:
    """Return the modules that the package imports at run time, neither the standard library's nor its own."""
    names: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return {name for name in names - set(sys.stdlib_module_names) - {"muster"} if not name.startswith("mypy_boto3_")}


def required(distribution: str) -> set[str]:
    """Return the distributions that an installed one requires."""
    try:
        texts = metadata.requires(distribution) or ()
    except metadata.PackageNotFoundError:
        return set()
    return {canonicalize_name(Requirement(text).name) for text in texts if "extra ==" not in text}


def test_every_import_is_of_a_dependency_that_the_wheel_declares() -> None:
    """Or of one that those require, as boto3 requires botocore and botocore urllib3."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = (*project["dependencies"], *project["optional-dependencies"]["lambda"])
    found = {canonicalize_name(Requirement(text).name) for text in texts}
    while more := {name for each in found for name in required(each)} - found:
        found |= more
    owners = metadata.packages_distributions()
    undeclared = {
        name: owners.get(name)
        for name in imported()
        if not {canonicalize_name(owner) for owner in owners.get(name, [])} & found
    }
    assert undeclared == {}
