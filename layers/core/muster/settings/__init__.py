"""muster.yaml: its schema, its mistakes, and the frozen Configuration that it becomes."""

from muster.settings.configuration import Accounts, Configuration, Exclude, SuppressionRule, Tags, TypeTags
from muster.settings.parsing import load, parse
from muster.settings.schema import json_schema, schema_text

__all__ = [
    "Accounts",
    "Configuration",
    "Exclude",
    "SuppressionRule",
    "Tags",
    "TypeTags",
    "json_schema",
    "load",
    "parse",
    "schema_text",
]
