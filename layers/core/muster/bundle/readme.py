"""The README of a bundle: the commands in order, what each does, and what was left out."""

import functools
import re
from collections import Counter

import jinja2

from muster.bundle.contents import Contents
from muster.model.text import counted, escaped

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#])")


def readme(tool: str, contents: Contents, **facts: object) -> str:
    """Return the text of the README for a tool."""
    counts = Counter(each.resource.type for each in contents.imported)
    template = _environment().get_template(f"{tool}.md.j2")
    return template.render(contents=contents, counts=counts, **facts)


@functools.cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("muster.bundle"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - it is Markdown: the filter `text` escapes
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["text"] = lambda value: _MARKDOWN.sub(r"\\\1", escaped(str(value)))
    made.filters["counted"] = counted
    return made
