"""The directory of a bundle: whole or not there, and never over anybody's file."""

from pathlib import Path

import pytest

from muster.bundle.directory import MANIFEST, examine, manifest, write
from muster.errors import ConfigurationError

FILES = {"README.md": "read me\n", "eu-west-1/a/template.json": "{}\n"}


def bundle(files: dict[str, str] = FILES) -> dict[str, str]:
    return {**files, MANIFEST: manifest(files, {"to": "cloudformation"})}


def files_in(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): path.read_text("utf-8")
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("there", [False, True], ids=["a new directory", "an empty directory"])
def test_a_bundle_is_written(tmp_path: Path, there: bool) -> None:
    out = tmp_path / "out"
    if there:
        out.mkdir()
    write(out, bundle())
    assert files_in(out) == bundle()
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_an_earlier_bundle_is_replaced_whole(tmp_path: Path) -> None:
    write(tmp_path / "out", bundle())
    write(tmp_path / "out", bundle({"README.md": "new\n"}))
    assert set(files_in(tmp_path / "out")) == {"README.md", MANIFEST}
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda out: (out / "main.tf").write_text("x"), "Muster did not write", id="a file beside it"),
        pytest.param(lambda out: (out / "eu-west-1" / "x").write_text("x"), "Muster did not write", id="a file inside"),
        pytest.param(lambda out: (out / "README.md").write_text("x"), "was changed", id="a changed file"),
        pytest.param(lambda out: (out / "link").symlink_to("/etc"), "Muster did not write", id="a link"),
        pytest.param(lambda out: (out / MANIFEST).unlink(), "is no bundle of Muster's", id="no manifest"),
        pytest.param(lambda out: (out / MANIFEST).write_text("{}"), "is no bundle of Muster's", id="another manifest"),
        pytest.param(lambda out: (out / MANIFEST).write_text("[1]"), "is no bundle of Muster's", id="a list"),
    ],
)
def test_anything_else_in_it_is_kept_and_refused(tmp_path: Path, change: object, says: str) -> None:
    out = tmp_path / "out"
    write(out, bundle())
    change(out)  # type: ignore[operator]
    before = files_in(out)
    with pytest.raises(ConfigurationError, match=says):
        write(out, bundle({"README.md": "new\n"}))
    assert files_in(out) == before


def test_a_path_that_cannot_be_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="is not a directory"):
        examine(tmp_path / "file")
    with pytest.raises(ConfigurationError, match="there is no directory"):
        examine(tmp_path / "no" / "out")


def test_a_run_that_fails_leaves_the_earlier_bundle_and_no_half_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, bundle())
    # A file and a folder of one name cannot both be written.
    broken = {"a": "1", "a/b": "2"}
    with pytest.raises(ConfigurationError):
        write(out, bundle(broken))
    assert files_in(out) == bundle()
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_the_current_directory_can_be_the_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    write(Path(), bundle())
    write(Path(), bundle({"README.md": "new\n"}))
    assert set(files_in(Path())) == {"README.md", MANIFEST}
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("moves", range(5), ids="after {} moves".format)
def test_a_move_that_fails_puts_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int) -> None:
    out = tmp_path / "out"
    write(out, bundle())
    left, rename = [moves], Path.rename

    def failing(path: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] == -1:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(ConfigurationError, match="No space left on device"):
        write(out, bundle({"README.md": "new\n"}))
    monkeypatch.undo()
    assert files_in(out) == bundle()
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
