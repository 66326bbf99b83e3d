"""The pages of a built site: every link leads to a page and a place on it, and nothing is loaded from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html

_LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
_IN_CSS = re.compile(r"(?:url\(|@import)\s*[\"']?(https?:[^\"')\s]+|//[^\"')\s]+)")


def problems(folder: Path) -> Iterator[str]:
    """Yield a sentence for each link that leads nowhere, and for each thing that a page loads from elsewhere."""
    pages = {path: lxml.html.parse(path).getroot() for path in sorted(folder.rglob("*.html"))}
    ids = {path: set(root.xpath("//@id | //a/@name")) for path, root in pages.items()}
    for path, root in pages.items():
        name = path.relative_to(folder).as_posix()
        for element, attribute, target, _ in root.iterlinks():
            loads = _LOADS.get(str(element.tag)) == attribute
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                if loads and parts.scheme != "data":
                    yield f"{name}: loads {target}"
                continue
            found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not found.is_file():
                yield f"{name}: {target} does not exist"
            elif parts.fragment and found in ids and unquote(parts.fragment) not in ids[found]:
                yield f"{name}: {target} names no place on that page"
    for path in sorted(folder.rglob("*.css")):
        for target in _IN_CSS.findall(path.read_text("utf-8")):
            yield f"{path.relative_to(folder).as_posix()}: loads {target}"
