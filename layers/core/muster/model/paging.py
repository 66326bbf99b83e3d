"""The number of calls that reading a whole region takes, as far as the numbers of its resources say."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Held = Callable[[str], int]
"""Returns how many resources of a type the account has in the region."""


class Paging(Protocol):
    """The calls of a describer that reads a whole region, as far as the numbers of resources of `types` say."""

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types whose numbers matter."""
        ...

    def calls(self, operation: str, held: Held) -> Mapping[str, int]:
        """Return the calls by operation; `operation` is the one that the describer declares."""
        ...


@dataclass(frozen=True, slots=True)
class Pages:
    """All resources of a type, `size` of them a page, at least one page."""

    resource_type: str
    size: int

    @property
    def types(self) -> tuple[str, ...]:
        """The resource type."""
        return (self.resource_type,)

    def calls(self, operation: str, held: Held) -> Mapping[str, int]:
        """Return one call for each page."""
        return {operation: max(1, math.ceil(held(self.resource_type) / self.size))}
