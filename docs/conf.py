"""Sphinx's configuration of the site; `tools/site.py` prepares its sources and `make site` builds it."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]

project = "Muster"
author = "The Muster authors"
release = version = _PROJECT["version"]
root_doc = "index"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
# An excerpt of code need not parse, and some blocks are in languages of our own.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"Muster {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {"top_of_page_buttons": []}
