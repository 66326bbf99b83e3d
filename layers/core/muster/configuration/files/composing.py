"""YAML composed into nodes as PyYAML does, up to a bound on how deep they stand in one another."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from muster.errors import Signal

DEEPEST = 20
"""Levels of lists and mappings: muster.yaml needs eight, and PyYAML calls itself for each."""

Path = tuple[str | int, ...]


class TooDeepError(Signal):
    """Something stands deeper than that."""

    def __init__(self, line: int, path: Path) -> None:
        """Remember where."""
        super().__init__(line, path)
        self.line, self.path = line, path


class Loader(yaml.SafeLoader):
    """A safe loader that refuses what is nested too deeply.

    Raises:
        TooDeepError: it is; before anything else of it is read.
    """

    def __init__(self, text: str) -> None:
        """Read a text."""
        super().__init__(text)
        self._path: Path = ()

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose the next node; `index` is its place in a list, or the node of its key."""
        with self._below(parent, index):
            if len(self._path) > DEEPEST:
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
                raise TooDeepError(mark.line + 1, self._path)
            return super().compose_node(parent, index)

    @contextmanager
    def _below(self, parent: yaml.Node | None, index: Any) -> Iterator[None]:
        above = self._path
        if parent is not None:
            step = index.value if isinstance(index, yaml.ScalarNode) else index
            self._path = (*above, step if isinstance(step, str | int) else "?")
        try:
            yield
        finally:
            self._path = above
