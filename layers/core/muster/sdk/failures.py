"""Calls of AWS that fail: the one place where an error becomes the reason why something is unavailable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from muster.model.finding import Unavailable
from muster.model.listing import SHAPE_ERRORS, malformed
from muster.sdk.errors import READ_ERRORS, code_of, unavailable

T = TypeVar("T")

FAILURES: tuple[type[Exception], ...] = (*READ_ERRORS, *SHAPE_ERRORS)
"""The errors by which a call can fail without a fault of ours."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed by one of `FAILURES`.

    `permissions` are those of the reader, its main one first; `name` is the facet or resource type that it reads.
    """

    error: Exception
    permissions: Sequence[str]
    name: str

    @property
    def code(self) -> str:
        """AWS's error code, or the error's name."""
        return code_of(self.error)

    @property
    def unavailable(self) -> Unavailable:
        """The reason in an auditor's words; it is made only where it is reported."""
        if isinstance(self.error, READ_ERRORS):
            return unavailable(_needed(self.permissions, self.error), self.error)
        return malformed(self.name, self.error)


def read(call: Callable[[], T], permissions: Sequence[str], name: str) -> T | Failure:
    """Return the value of a call, or its failure."""
    try:
        return call()
    except FAILURES as error:
        return Failure(error, permissions, name)


def _needed(permissions: Sequence[str], error: Exception) -> str:
    """Return the permission of the operation that failed where both are named alike, else the first."""
    called = str(getattr(error, "operation_name", ""))
    return next((each for each in permissions if each.endswith(f":{called}")), permissions[0])
