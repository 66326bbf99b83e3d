"""The wheel and the source distribution: they hold all that they need, and their metadata is complete."""

import email
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
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
