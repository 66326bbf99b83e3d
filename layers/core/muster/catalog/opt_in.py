"""Checks that no pack runs by itself: those that need tags or a setting, and those that CloudWatch charges for."""

from collections import Counter
from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from muster.catalog.catalog import Catalog
from muster.model.check import Check

CHARGED = frozenset(
    {
        "cloudwatch:GetInsightRuleReport",
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:GetMetricWidgetImage",
        "logs:StartQuery",
    }
)
"""The actions that read CloudWatch's data for money; CloudWatch charges for most of them from the first request.

https://aws.amazon.com/cloudwatch/pricing/
"""


class OptIn(StrEnum):
    """The kind of thing that turns on a check which no pack runs by itself."""

    TAGS = "tags"
    METRICS = "metrics"
    SETTINGS = "settings"


_SHORT: Mapping[OptIn | None, str] = MappingProxyType(
    {
        None: "packs: [all]",
        OptIn.TAGS: "tags.required",
        OptIn.METRICS: "metrics: true",
        OptIn.SETTINGS: "settings",
    }
)


def opt_in_of(catalog: Catalog, check: Check) -> OptIn | None:
    """Return what turns a check on, None for a check that every pack runs that has it."""
    if check.opt_in:
        return OptIn.SETTINGS
    if check.needs_tags:
        return OptIn.TAGS
    return OptIn.METRICS if reads_metrics(catalog, check) else None


def key_of(check: Check, opt_in: OptIn) -> str:
    """Return what to write into muster.yaml to turn a check on."""
    if opt_in is OptIn.SETTINGS:
        return " or ".join(f"settings.{check.id}.{name}" for name in check.opt_in)
    return "tags.required" if opt_in is OptIn.TAGS else "metrics: true"


def off(catalog: Catalog, checks: Collection[str]) -> Mapping[str, int]:
    """Count the checks of the catalogue that are not among `checks`, by what to write into muster.yaml to run them."""
    left = [check for name, check in catalog.checks.items() if name not in checks]
    found = Counter(_SHORT[opt_in_of(catalog, check)] for check in left)
    return {key: found[key] for key in _SHORT.values() if found[key]}


def reads_metrics(catalog: Catalog, check: Check) -> bool:
    """Return whether a check reads data that CloudWatch charges for, on any of its resource types."""
    return any(
        CHARGED & set(describer.permissions)
        for name in catalog.resource_types(check)
        for describer in catalog.describers_for(check, name)
    )
