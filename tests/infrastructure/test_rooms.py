"""The rules of the house: which room imports which, how large a module is, what each exception derives from."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import muster
from muster import errors

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "core" / "muster"
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULE_LINES, FOLDER_MODULES = 300, 12
PURE = (
    "model",
    "analysis",
    "facets",
    "checks",
    "catalog",
    "configuration",
    "reports",
    "lifecycle.transitions",
)


def floors() -> list[set[str]]:
    """Read the rooms from docs/architecture.md, from the highest floor to the lowest."""
    (drawn,) = re.findall(r"```rooms\n(.*?)```", ARCHITECTURE, re.DOTALL)
    # Names stand before the first gap of the description.
    return [set(re.findall(r"\b([a-z]+)(?:/|\.py)(?=  | |$)", line.rstrip())) for line in drawn.splitlines()]


def sources() -> Iterator[tuple[str, Path]]:
    """Yield each module of the package with the room that it stands in; the root's own name is empty."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ("" if parts == ("__init__",) else parts[0]), path


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the rooms that a module imports, at its top or within a function."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "muster" and rest:
                yield rest.partition(".")[0]


def upward(room: str, names: set[str]) -> set[str]:
    """Return the rooms among those imported that do not stand below a room."""
    levels = {name: level for level, floor in enumerate(floors()) for name in floor}
    return {name for name in names - {room} if levels[name] <= levels[room]}


def test_every_room_is_drawn_and_every_drawn_room_exists() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    drawn = [name for floor in floors() for name in floor]
    assert sorted(drawn) == sorted(rooms | modules)
    assert modules == {"errors"}


def test_a_room_imports_only_rooms_below_it() -> None:
    known = {name for floor in floors() for name in floor}
    arrows = {
        str(path.relative_to(PACKAGE)): upward(room, set(imported(ast.parse(path.read_text("utf-8")))) & known)
        for room, path in sources()
        if room
    }
    assert {module: sorted(found) for module, found in arrows.items() if found} == {}


@pytest.mark.parametrize(
    ("room", "names", "found"),
    [
        pytest.param("sdk", {"catalog"}, {"catalog"}, id="upward"),
        pytest.param("sdk", {"reports"}, {"reports"}, id="beside"),
        pytest.param("cli", {"stack", "model", "cli"}, set(), id="downward and within"),
    ],
)
def test_an_arrow_upward_is_found(room: str, names: set[str], found: set[str]) -> None:
    assert upward(room, names) == found


def test_a_module_is_read_at_one_sitting() -> None:
    lines = {str(path.relative_to(PACKAGE)): len(path.read_text("utf-8").splitlines()) for _, path in sources()}
    assert {module for module, count in lines.items() if count > MODULE_LINES} == set()


def test_a_folder_is_seen_at_a_glance() -> None:
    """The command has a module for each of its commands, and is the exception."""
    folders = {path.parent for _, path in sources()} - {PACKAGE / "cli"}
    counts = {str(each.relative_to(PACKAGE)): len({*each.glob("*.py")} - {each / "__init__.py"}) for each in folders}
    assert {folder for folder, count in counts.items() if count > FOLDER_MODULES} == set()


def printed(code: str) -> str:
    """Return what a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own code


def test_rooms_that_judge_never_load_the_sdk() -> None:
    code = (
        "import sys, pkgutil, importlib\n"
        f"for room in {PURE!r}:\n"
        "    m = importlib.import_module(f'muster.{room}')\n"
        "    for i in pkgutil.walk_packages(getattr(m, '__path__', []), m.__name__ + '.'):\n"
        "        importlib.import_module(i.name)\n"
        "    loaded = {n.split('.')[0] for n in sys.modules} & {'botocore', 'boto3'}\n"
        "    if loaded: print(room, loaded)\n"
    )
    assert printed(code) == ""


def test_the_whole_catalogue_loads_without_the_sdk() -> None:
    code = "import sys; from muster.catalog.catalog import load; load(); print('botocore' in sys.modules)"
    assert printed(code) == "False"


def exceptions() -> dict[str, type[BaseException]]:
    """Return the exception classes that the package defines, by name."""
    modules = (importlib.import_module(info.name) for info in pkgutil.walk_packages(muster.__path__, "muster."))
    return {
        name: value
        for module in modules
        for name, value in inspect.getmembers(module, inspect.isclass)
        if value.__module__ == module.__name__ and issubclass(value, BaseException)
    }


def drawn_errors() -> dict[str, str]:
    """Return the classes that the docstring of errors.py draws, each with the class that it derives from."""
    parents: dict[str, str] = {}
    line: list[str] = []
    for indent, name in re.findall(r"^( *)\* (\w+)", errors.__doc__ or "", re.MULTILINE):
        line = [*line[: len(indent) // 2], name]
        parents[name] = line[-2] if len(line) > 1 else ""
    return parents


def test_every_exception_stands_in_the_tree_of_errors() -> None:
    tree = drawn_errors()
    public = {name: kind for name, kind in exceptions().items() if not name.startswith("_")}
    assert sorted(public) == sorted(tree.keys() - {"BotoCoreError"})
    for name, kind in public.items():
        assert tree[name] in {"", *(base.__name__ for base in kind.__mro__[1:])}, name


def test_every_exception_derives_from_a_root_of_the_tree() -> None:
    roots = {name for name, parent in drawn_errors().items() if not parent}
    strays = [name for name, kind in exceptions().items() if not roots & {base.__name__ for base in kind.__mro__}]
    assert strays == []
