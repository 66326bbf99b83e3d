"""Prices of AWS, and the parts of a cost. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Price:
    """The price of units: the dollars of `per` of them, up to a number of units and then less."""

    tiers: tuple[tuple[float, float], ...]
    per: float = 1

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a price as the data file spells it."""
        tiers = document.get("tiers", [document])
        found = tuple((float(tier.get("up_to", math.inf)), float(tier["usd"])) for tier in tiers)
        return cls(found, float(document.get("per", 1)))

    def of(self, units: float) -> float:
        """Return what so many units cost."""
        starts = (0.0, *(up_to for up_to, _ in self.tiers))
        inside = (max(0.0, min(units, up_to) - start) for start, (up_to, _) in zip(starts, self.tiers, strict=False))
        return sum(count * usd for count, (_, usd) in zip(inside, self.tiers, strict=True)) / self.per


@dataclass(frozen=True, slots=True)
class Cost:
    """One part of the cost: units and dollars a month; without a price there are no dollars."""

    service: str
    what: str
    units: float
    month: float | None
