"""The runtimes of Lambda and their dates, from data/lambda_runtimes.yaml."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from muster.data import package_data
from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class Runtime:
    """The days on which AWS stops patching a runtime, creating functions with it, and updating them.

    None is a day that AWS has not announced. `successor` is the newest runtime of the same language, if it is another.
    The publisher of a customer-managed runtime decides how long it lasts.
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtime-deprecation-levels
    """

    deprecated: date | None = None
    create_block: date | None = None
    update_block: date | None = None
    successor: str = ""
    customer_managed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The runtimes by identifier, and the version of the data that they come from."""

    source: str
    runtimes: Mapping[str, Runtime]

    def find(self, identifier: str) -> Runtime | Unknown:
        """Return a runtime's dates; a runtime that is newer than the table is not known."""
        runtime = self.runtimes.get(identifier)
        return runtime or Unknown(f"Runtime {identifier} is not in Muster's table of Lambda runtimes ({self.source})")


@functools.cache
def table() -> Table:
    """Read the table."""
    document: dict[str, Any] = package_data.read("lambda_runtimes.yaml")
    return Table(document["source"], {name: Runtime(**dates) for name, dates in document["runtimes"].items()})
