"""muster.yaml: its schema, its mistakes, and the frozen Configuration that it becomes."""

from muster.configuration.alerts import Alerts, Destination, Kind, QuietHours, Route
from muster.configuration.configuration import Accounts, Configuration, Exclude, SuppressionRule
from muster.configuration.parsing import load, parse
from muster.configuration.schema import json_schema, schema_text
from muster.configuration.tags import Tags, TypeTags

__all__ = [
    "Accounts",
    "Alerts",
    "Configuration",
    "Destination",
    "Exclude",
    "Kind",
    "QuietHours",
    "Route",
    "SuppressionRule",
    "Tags",
    "TypeTags",
    "json_schema",
    "load",
    "parse",
    "schema_text",
]
