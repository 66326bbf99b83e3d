"""Markdown on a terminal: as Rich lays it out, except that nothing in a table is cut off."""

from typing import TYPE_CHECKING

from rich.markdown import Markdown, TableDataElement

if TYPE_CHECKING:
    from rich.console import JustifyMethod


class _Cell(TableDataElement):
    """A cell whose words go on in the next line: half a permission is of no use."""

    def __init__(self, justify: "JustifyMethod") -> None:
        """Begin an empty cell."""
        super().__init__(justify)
        self.content.overflow = "fold"


class MarkdownPage(Markdown):
    """A page whose tables say everything however narrow the terminal is."""

    elements = Markdown.elements | {"td_open": _Cell}
