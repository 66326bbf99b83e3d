"""The runtimes of Lambda and their dates, from data/lambda_runtimes.yaml."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from muster import package_data
from muster.model import Unknown


@dataclass(frozen=True, slots=True)
class Runtime:
    """When AWS stops patching a runtime, creating functions with it, and updating them; what follows it, if anything.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtime-deprecation-levels
    """

    deprecated: date
    create_block: date
    update_block: date
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The runtimes by identifier, as AWS's page had them on the day `read`."""

    read: date
    runtimes: Mapping[str, Runtime]

    def find(self, identifier: str) -> Runtime | Unknown:
        """Return a runtime's dates; one that is newer than the table is not known."""
        reason = f"{identifier} is not in the table of runtimes of {self.read}"
        return self.runtimes.get(identifier) or Unknown(reason)


@functools.cache
def table() -> Table:
    """Read the table."""
    document: dict[str, Any] = package_data.read("lambda_runtimes.yaml")
    return Table(document["read"], {name: Runtime(**dates) for name, dates in document["runtimes"].items()})
