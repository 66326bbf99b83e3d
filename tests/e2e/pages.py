"""The commands of README.md and of the pages in docs/, as a person copies them, and the lines that the pages show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"(?:^<!-- not run: ([^>]*?) -->\n)?^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CUT = "[..."


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, with the lines of output below it; `not_run` is why no test runs it, or empty."""

    page: str
    text: str
    shown: tuple[str, ...] = ()
    not_run: str = ""

    @property
    def id(self) -> str:
        """The name of a test."""
        return f"{self.page}: {self.text.splitlines()[0][:60]}"


def pages() -> Iterator[Path]:
    """Yield README.md and the pages of docs/, in the order in which docs/README.md lists them."""
    front = ROOT / "docs" / "README.md"
    yield ROOT / "README.md"
    yield from (
        front.parent / name
        for name in re.findall(r"^- \[[^\]]+\]\((\w[\w-]*\.md)\)", front.read_text("utf-8"), re.MULTILINE)
    )


def commands(page: str, text: str) -> Iterator[Command]:
    """Yield the commands of the console blocks, each with its continued lines and its output."""
    for not_run, block in _BLOCK.findall(text):
        typed: list[tuple[list[str], list[str]]] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                typed.append(([line[2:]], []))
            elif typed and not typed[-1][1] and typed[-1][0][-1].endswith("\\"):
                typed[-1][0].append(line)
            elif typed and not line.startswith(_CUT):
                typed[-1][1].append(line)
        yield from (Command(page, "\n".join(lines), tuple(shown), not_run) for lines, shown in typed)


def all_commands() -> list[Command]:
    """Return the commands of all pages, each text once unless output is shown below it."""
    found: dict[tuple[str, tuple[str, ...]], Command] = {}
    for path in pages():
        for command in commands(str(path.relative_to(ROOT)), path.read_text("utf-8")):
            found.setdefault((command.text, command.shown), command)
    return list(found.values())


def queries() -> list[str]:
    """Return the statements of SQL."""
    return [block.strip() for path in pages() for block in _SQL.findall(path.read_text("utf-8"))]


def missing(shown: tuple[str, ...], printed: str) -> list[str]:
    """Return the lines that a page shows and a command did not print; numbers, ids and spaces may differ."""
    known = {_alike(line) for line in printed.splitlines()}
    return [line for line in shown if _alike(line) not in known]


def _alike(line: str) -> str:
    line = re.sub(r"\b[0-9a-f]{8,}\b", "ID", line)
    line = re.sub(r"\d[\d,.]*", "0", line)
    return re.sub(r"[\s─━]+", " ", line).strip()
