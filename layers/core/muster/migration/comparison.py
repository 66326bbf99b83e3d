"""A comparison: a check that judges a target by its source and by the migration file."""

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import muster.migration.comparisons
from muster.model.check import Check, check
from muster.model.finding import Severity, Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of one resource type; one of `existence` is made also where a side does not exist."""

    resource_type: str
    check: Check
    existence: bool = False

    def __call__(self, *values: object) -> Verdict:
        """Judge: the comparisons' own tests call them so."""
        return self.check(*values)


def compares(
    resource_type: str, *, severity: Severity, existence: bool = False
) -> Callable[[Callable[..., Verdict]], Comparison]:
    """Turn a function of `Source`, `Target` and `Pair`, or of some of them, into a comparison.

    Its name becomes the id and begins with `target_`; its docstring is a check's.

    Raises:
        TypeError: the declaration is incomplete; the message says what to change.
    """
    declare = check(severity=severity)
    return lambda function: Comparison(resource_type, declare(function), existence)


@functools.cache
def comparisons() -> tuple[Comparison, ...]:
    """Return all comparisons of the package, in the order of their modules; nothing is registered by hand."""
    package = muster.migration.comparisons
    names = sorted(each.name for each in pkgutil.iter_modules(package.__path__, package.__name__ + "."))
    values = (value for name in names for value in vars(importlib.import_module(name)).values())
    found = (value for value in values if isinstance(value, Comparison))
    return tuple({(value.resource_type, value.check.id): value for value in found}.values())
