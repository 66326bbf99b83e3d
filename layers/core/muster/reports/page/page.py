"""Writes the report: text that a browser paints at once, then the script's data.

Names, tags and reasons are text from outside. The template escapes each value, the script makes text nodes alone, and
the policy of the page allows no other script, style or address.
"""

import base64
import functools
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, TextIO

import jinja2
from markupsafe import Markup

from muster import __version__
from muster.model.finding import Severity
from muster.model.text import counted
from muster.reports.overview import Item, Overview
from muster.reports.page import chart
from muster.reports.page.anchors import anchor
from muster.reports.page.data import pieces
from muster.reports.page.fixes import script
from muster.reports.page.text import visible

STATIC = 200
"""Failures that stand in the page as text, for readers without JavaScript."""
PLAIN = 1_000_000
"""Characters of data that stand in the page as they are; more is compressed."""
_NEWS, _GONE, _ROWS, _JOBS = 12, 100, 200, 10
"""How many of each a section lists; the rest is a number."""


def write(overview: Overview, stream: TextIO) -> None:
    """Write an overview as one file of HTML that loads nothing, to a stream of UTF-8."""
    template = _environment().get_template("report.html.j2")
    stream.writelines(template.generate(_context(overview)))
    data = list(pieces(overview))
    if sum(map(len, data)) <= PLAIN:
        stream.write('<script type="application/json" id="data">')
        stream.writelines(data)
    else:
        stream.write('<script type="application/json" id="data" data-encoding="gzip">')
        stream.write(_compressed(data))
    stream.write("</script>\n</body>\n</html>\n")


@functools.cache
def assets(kind: str) -> str:
    """Return the script (`js`) or the style (`css`) of the page: its files in order, without comments and blanks."""
    folder = files(__package__).joinpath("assets")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(f".{kind}"))
    lines = [line.strip() for name in names for line in folder.joinpath(name).read_text("utf-8").splitlines()]
    text = "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))
    if kind == "css":
        text = re.sub(r" ?([{};,>]|(?<=[a-z]):(?= )) ?", r"\1", text)
    return f"\n(() => {{\n'use strict';\n{text}\n}})();\n" if kind == "js" else f"\n{text}\n"


def policy() -> str:
    """Return the Content-Security-Policy of the page: this script, this style, and nothing from anywhere."""
    sources = {kind: f"'sha256-{_digest(assets(kind))}'" for kind in ("js", "css")}
    return (
        f"default-src 'none'; script-src {sources['js']}; style-src {sources['css']}; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _compressed(data: Iterable[str]) -> str:
    # Without a time, so that the same scan gives the same file.
    return base64.b64encode(gzip.compress("".join(data).encode("ascii"), 6, mtime=0)).decode()


@functools.cache
def _environment() -> jinja2.Environment:
    """Return templates that escape every value, and show what would be invisible."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("muster.reports.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "anchor": anchor,
        "script": script,
        "day": "{:%-d %b %Y}".format,
        "time": "{:%-d %b %Y, %H:%M} UTC".format,
    }
    made.globals |= {"counted": counted, "severities": list(reversed(Severity)), "chart": chart}
    return made


def _context(overview: Overview) -> Mapping[str, Any]:
    failing = [item for item in overview.items if item.finding.failing]
    new = Counter(item.finding.severity for item in overview.news)
    head, _, rest = overview.verdict.partition(": ")
    return {
        "o": overview,
        "facts": overview.facts,
        "changes": overview.changes,
        "style": Markup(assets("css")),  # noqa: S704 - a file of the package
        "code": Markup(assets("js")),  # noqa: S704 - the same
        "policy": policy(),
        "version": __version__,
        "verdict": (head, rest) if rest else ("", overview.verdict),
        "alarming": bool(new[Severity.CRITICAL] or overview.facts.incomplete),
        "new": new,
        "bars": chart.bars(overview.trend),
        "statics": _groups(failing[:STATIC]),
        "static_count": min(len(failing), STATIC),
        "missing": _missing(overview),
        "limits": {"news": _NEWS, "gone": _GONE, "rows": _ROWS, "jobs": _JOBS},
    }


def _groups(items: Iterable[Item]) -> list[list[Item]]:
    """Return items by resource; those of a resource come one after another."""
    groups: list[list[Item]] = []
    for item in items:
        if not groups or groups[-1][0].finding.resource.identity != item.finding.resource.identity:
            groups.append([])
        groups[-1].append(item)
    return groups


def _missing(overview: Overview) -> str:
    """Return a policy with the permissions that were missing, empty where none was."""
    actions = sorted({each.permission for each in overview.facts.unread if each.permission})
    if not actions:
        return ""
    statement = {"Sid": "MusterMissing", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
