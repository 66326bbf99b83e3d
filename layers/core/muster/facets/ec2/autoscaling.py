"""Application Auto Scaling: the tables and indexes that it scales."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class TableScaling:
    """The tables and indexes of a region that are scaled, each with the reason why it cannot grow, if there is one.

    By resource (`table/NAME`, `table/NAME/index/INDEX`) and dimension (`dynamodb:table:ReadCapacityUnits`): some 400
    bytes each, 10,000 tables with two indexes and two dimensions each in 24 MB.
    """

    targets: Mapping[tuple[str, str], str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeScalableTargets, all pages joined.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html
        """
        return cls(
            {
                (str(item["ResourceId"]), str(item["ScalableDimension"])): _stuck(item)
                for item in response.get("ScalableTargets") or ()
            }
        )

    def lacking(self, table: str, index: str, capacity: str) -> str:
        """Return why the `Read` or `Write` capacity of a table, or of an index of it, does not grow; empty: it does."""
        resource, kind = (f"table/{table}/index/{index}", "index") if index else (f"table/{table}", "table")
        return self.targets.get((resource, f"dynamodb:{kind}:{capacity}CapacityUnits"), "is not scaled")


def _stuck(item: Mapping[str, Any]) -> str:
    least, most = item.get("MinCapacity"), item.get("MaxCapacity")
    if (item.get("SuspendedState") or {}).get("DynamicScalingOutSuspended"):
        return "is scaled, but scaling out is suspended"
    if least is not None and least == most:
        return f"cannot grow: minimum and maximum are {most} units"
    return ""
