"""The runtimes of Lambda and their dates, from data/lambda_runtimes.yaml."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

import yaml

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
    text = (resources.files("muster") / "data" / "lambda_runtimes.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return Table(document["read"], {name: Runtime(**dates) for name, dates in document["runtimes"].items()})
