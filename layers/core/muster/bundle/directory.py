"""The directory of a bundle: it appears as a whole, and nothing in it that Muster did not write is replaced."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from muster.errors import ConfigurationError

MANIFEST = "muster-bundle.json"
"""The file that marks a directory as a bundle of Muster's, and lists its files with their digests."""
_FORMAT = 1


def manifest(files: Mapping[str, str], facts: Mapping[str, object]) -> str:
    """Return the text of the manifest of some files, by their paths in the bundle."""
    digests = {path: _digest(text.encode()) for path, text in sorted(files.items())}
    return json.dumps({"format": _FORMAT, **facts, "files": digests}, indent=2) + "\n"


def examine(directory: Path) -> None:
    """Refuse a directory that a bundle may not be written to.

    Raises:
        ConfigurationError: it holds anything but an unchanged bundle of Muster's, or cannot be made.
    """
    directory = Path(os.path.realpath(directory))
    if not directory.parent.is_dir():
        raise ConfigurationError(f"--output: there is no directory {directory.parent}")
    if not directory.exists():
        return
    if not directory.is_dir():
        raise ConfigurationError(f"--output: {directory} is not a directory")
    if not any(directory.iterdir()):
        return
    known = _known_files(directory)
    for path in sorted(each for each in directory.rglob("*") if not each.is_dir() or each.is_symlink()):
        name = path.relative_to(directory).as_posix()
        if path.is_symlink() or name not in known:
            raise ConfigurationError(f"--output: Muster did not write {path}; name an empty or a new directory")
        if known[name] and _digest(path.read_bytes()) != known[name]:
            raise ConfigurationError(f"--output: {path} was changed since Muster wrote it; name another directory")


def write(directory: Path, files: Mapping[str, str]) -> None:
    """Write the files of a bundle; an earlier bundle is replaced as a whole, or stays if anything fails.

    Raises:
        ConfigurationError: the directory may not be written to, or cannot be.
    """
    examine(directory)
    directory = Path(os.path.realpath(directory))
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".part", dir=directory.parent))
    except OSError as error:
        raise ConfigurationError(f"--output: {directory}: {error.strerror or error}") from error
    try:
        for name, text in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        made.chmod(0o777 & ~_umask())
        _put(made, directory)
    except OSError as error:
        raise ConfigurationError(f"--output: {directory}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _put(made: Path, directory: Path) -> None:
    """Put the files where they belong. A directory that is there stays: it may be mounted, or the current one."""
    if not directory.exists():
        made.rename(directory)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".old", dir=directory.parent))
    arrived: list[str] = []
    try:
        _move(directory, earlier, [])
        _move(made, directory, arrived)
    except OSError:
        for name in arrived:
            (directory / name).rename(made / name)
        _move(earlier, directory, [])
        earlier.rmdir()
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _move(source: Path, target: Path, moved: list[str]) -> None:
    """Move what a directory holds to another one, the manifest last: without it no half bundle passes for one."""
    for path in sorted(source.iterdir(), key=lambda each: each.name == MANIFEST):
        path.rename(target / path.name)
        moved.append(path.name)


def _known_files(directory: Path) -> Mapping[str, str]:
    """Return the digests of the files that the manifest of a directory lists; its own is not known."""
    try:
        read = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        if read["format"] == _FORMAT:
            return {**{str(path): str(digest) for path, digest in read["files"].items()}, MANIFEST: ""}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise ConfigurationError(
        f"--output: {directory} holds files and is no bundle of Muster's; name an empty or a new directory"
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
