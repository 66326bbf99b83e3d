"""The documentation as a site: prepare its sources for Sphinx, and check what Sphinx wrote.

`python -m tools.site prepare FOLDER` copies docs/ with what its pages link to, and adds the reference of commands.
`python -m tools.site check FOLDER` fails when a page links to nothing, or loads something from elsewhere.
"""

import posixpath
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.command_page import command_page
from tools.site_links import problems

ROOT = Path(__file__).resolve().parent.parent
_DOCS = ROOT / "docs"
_COMMANDS = "commands.md"
_MOVED = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files outside docs/ that are pages of the site. The front page of the site is docs/README.md, not README.md."""
_LINK = re.compile(r"(\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^)\s]+)(\))")
_FENCE = re.compile(r"^ *(`{3,}|~{3,})")


def main(arguments: list[str]) -> int:
    """Prepare or check, and return the exit status."""
    action, folder = arguments
    if action == "prepare":
        prepare(Path(folder))
        return 0
    found = sorted(problems(Path(folder)))
    for problem in found:
        print(problem)
    return 1 if found else 0


def prepare(folder: Path) -> None:
    """Write the sources of the site into a folder, which is replaced.

    Raises:
        ValueError: a page links to a file that does not exist.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_DOCS, folder, ignore=shutil.ignore_patterns("conf.py"))
    for index in folder.rglob("README.md"):
        index.rename(index.with_name("index.md"))
    for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / _MOVED[name])
    for path in sorted(folder.rglob("*.md")):
        page = path.relative_to(folder).as_posix()
        path.write_text(_with_tree(page, _linked(page, path.read_text("utf-8"), folder)), encoding="utf-8")
    (folder / _COMMANDS).write_text(command_page(), encoding="utf-8")


def _original(page: str) -> str:
    """Return where a page of the site stands in the repository."""
    outside = {moved: name for name, moved in _MOVED.items() if name != "README.md"}
    if page in outside:
        return outside[page]
    folder, name = posixpath.split(page)
    return posixpath.join("docs", folder, "README.md" if name == "index.md" else name)


def _on_site(path: str) -> str:
    """Return where a file of the repository stands on the site; files that are no pages are copied to `files/`."""
    if path in _MOVED:
        return _MOVED[path]
    if not path.startswith("docs/"):
        return f"files/{path}"
    folder, name = posixpath.split(path.removeprefix("docs/"))
    return posixpath.join(folder, "index.md" if name == "README.md" else name)


def _linked(page: str, text: str, folder: Path) -> str:
    """Return a page whose links lead to where their targets stand on the site."""
    here = posixpath.dirname(_original(page))

    def link(match: re.Match[str]) -> str:
        before, target, after = match.groups()
        parts = urlsplit(target)
        if parts.scheme or not parts.path:
            return match[0]
        path = posixpath.normpath(posixpath.join(here, unquote(parts.path)))
        source = ROOT / path
        if source.is_dir():
            path, source = f"{path}/README.md", source / "README.md"
        if not source.is_file():
            raise ValueError(f"{_original(page)}: {target} does not exist")
        moved = _on_site(path)
        if moved.startswith("files/"):
            (folder / moved).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / moved)
        relative = posixpath.relpath(moved, posixpath.dirname(page) or ".")
        return f"{before}{relative}{'#' + parts.fragment if parts.fragment else ''}{after}"

    return "".join(line if fenced else _LINK.sub(link, line) for line, fenced in _lines(text))


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is in a block of code."""
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
            yield line, True
        elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
            fence = ""
            yield line, True
        else:
            yield line, bool(fence)


def _with_tree(page: str, text: str) -> str:
    """Return a page with the tables of contents that Sphinx makes its navigation of."""
    if page == "index.md":
        return text + "".join(_tree(entries, caption) for caption, entries in _sections(text).items())
    # Their index lists the pages of checks and decisions; in the navigation of every page they would be hundreds.
    listed = posixpath.dirname(page) and posixpath.basename(page) != "index.md"
    return f"---\norphan: true\n---\n\n{text}" if listed else text


def _sections(text: str) -> Mapping[str, list[str]]:
    """Return the pages that the front page lists below each heading."""
    found: dict[str, list[str]] = {}
    caption = ""
    for line in text.splitlines():
        if line.startswith("## "):
            caption = line.removeprefix("## ")
        elif match := re.match(r"^- \[[^\]]+\]\(([^)#]+)\)", line):
            found.setdefault(caption, []).append(match[1])
    if caption in found:
        found[caption].append(_COMMANDS)
    return found


def _tree(entries: list[str], caption: str) -> str:
    listed = "\n".join(entry.removesuffix(".md") for entry in entries)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
