"""The JSON Schema of migration files: what editors complete is what `muster.migration.files.parsing` accepts."""

import json
from collections.abc import Mapping
from typing import Any

from muster.configuration.files.schema_parts import Schema, listing, mapping, text
from muster.migration.files.naming import KINDS, PLACEHOLDERS

EXPIRY_DAYS = 90
"""After how many days objects expire where the file does not say."""
_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
_LARGEST_REQUEST_UNITS = 2**53


def json_schema() -> Schema:
    """Return the schema. A `title` inside it is the noun that messages use: "… is not <title>"."""
    properties = {
        "batch": {
            "type": "string",
            "title": "a batch name of 1 to 64 letters, digits, dots, hyphens and underscores, like wave-1",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
            "description": "The name of the migration batch: the tag MigrationBatch of every target has it.",
        },
        "environment": {
            **text("an environment"),
            "maxLength": 256,
            "description": "The value of the tag Environment of every target.",
        },
        "source": {**_place(), "description": "The region that is migrated."},
        "target": {**_place(), "description": "The region that it is migrated to."},
        "suffix": {
            "type": "string",
            "title": "a suffix of 1 to 40 letters, digits and hyphens, like eu-west-1",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9-]{0,39}$",
            "description": "The end of every target's name. Default: the target region.",
        },
        "naming": _naming(),
        "capacity": {
            **_factors(),
            "description": "Scaling factors of all tables that have no others: source times factor, rounded up.",
        },
        "buckets": listing({"$ref": "#/$defs/bucket"}, "Buckets: names, or mappings."),
        "tables": listing({"$ref": "#/$defs/table"}, "DynamoDB tables: names, or mappings."),
        "functions": listing({"$ref": "#/$defs/function"}, "Lambda functions: names, or mappings."),
        "log_groups": listing({"$ref": "#/$defs/log_group"}, "Log groups: names, or mappings."),
        "expiry_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 36_500,
            "default": EXPIRY_DAYS,
            "description": "After how many days objects expire in the target buckets.",
        },
        "notify": {
            "type": "string",
            "title": "an e-mail address",
            "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
            "maxLength": 320,
            "description": "The address that the target template subscribes to its alarm topic.",
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Muster migration file",
        "description": "What is migrated from one region to another, and what the target should be.",
        **mapping("a key", properties),
        "required": ["batch", "environment", "source", "target"],
        "$defs": {
            "bucket": _item("bucket", _BUCKET),
            "table": _item("table", _table()),
            "function": _item("function", _FUNCTION),
            "log_group": _item("log group", _LOG_GROUP),
        },
    }


def schema_text() -> str:
    """Return the schema as the file docs/schemas/migration.schema.json holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _place() -> Schema:
    properties = {
        "region": {
            "type": "string",
            "title": "a region like eu-west-1",
            "pattern": "^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$",
        },
        "account": {
            "type": "string",
            "title": "an account id of 12 digits",
            "pattern": "^[0-9]{12}$",
            "description": "The account, if it is not that of the credentials.",
        },
        "role": {
            "type": "string",
            "title": "the name of a role, with its path, like migration/Reader",
            "pattern": r"^/?([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$",
            "description": "The role that is assumed in that account.",
        },
        "external_id": {
            "type": "string",
            "title": "an external id of 2 to 1224 letters, digits and +=,.@:/-",
            "pattern": r"^[\w+=,.@:/-]{2,1224}$",
            "description": "The external ID that the role's trust policy requires.",
        },
    }
    return {**mapping("a key", properties), "required": ["region"]}


def _naming() -> Schema:
    holes = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    rule = text(f"a naming rule like '{{name}}-{{suffix}}'; placeholders are {holes}")
    return {
        **mapping("a kind of resource", dict.fromkeys(KINDS, rule)),
        **rule,
        "type": ["string", "object"],
        "title": "a naming rule like '{name}-{suffix}', or a mapping of one for each kind",
        "description": f"How targets are named: {holes}. One rule, or one for each kind. Default: {{name}}-{{suffix}}.",
    }


def _item(noun: str, properties: Mapping[str, Any]) -> Schema:
    """Return the schema of an item: the name alone, or a mapping with what differs from the rule."""
    name = text(f"the name of a {noun}")
    own: Schema = {
        "name": {**name, "description": "The name at the source."},
        "target": {**name, "description": "The name of the target, where it does not follow the naming rule."},
    }
    return {
        **mapping("a key", {**own, **properties}),
        "type": ["string", "object"],
        "title": f"the name of a {noun}, or a mapping with its name",
        "pattern": r"\S",
        "required": ["name"],
    }


_FACTOR: Schema = {
    "type": ["number", "string"],
    "title": "a factor above 0 and up to 1000, like 1.5",
    "pattern": r"^[0-9]{1,4}(\.[0-9]{1,6})?$",
    "exclusiveMinimum": 0,
    "maximum": 1000,
}


def _factors(more: Mapping[str, Any] | None = None) -> Schema:
    return mapping("a key", {"read": _FACTOR, "write": _FACTOR, **(more or {})})


def _maximum() -> Schema:
    units = {
        "type": "integer",
        "title": "a whole number of request units",
        "minimum": 1,
        "maximum": _LARGEST_REQUEST_UNITS,
    }
    return {
        **mapping("a key", {"read": units, "write": units}),
        "description": "The maximum throughput of an on-demand target, in request units. Default: the source's.",
    }


def _table() -> Schema:
    index = {**_factors({"maximum": _maximum()}), "title": "a mapping of read, write and maximum"}
    return {
        "capacity": {**_factors(), "description": "Scaling factors of the table and of its indexes."},
        "maximum": _maximum(),
        "indexes": {
            "type": "object",
            "additionalProperties": index,
            "description": "Factors and maximum throughput of indexes that differ from the table's.",
        },
    }


_BUCKET: Schema = {
    "replicated": {
        "type": "boolean",
        "default": True,
        "description": "Whether the source bucket should replicate its objects to the target.",
    }
}
_FUNCTION: Schema = {
    "allowed_regions_in": listing(
        text("the name of an environment variable"),
        "Environment variables that may name the source region, like those with the ARN of a CloudFront certificate.",
    )
}
_LOG_GROUP: Schema = {
    "retention_days": {
        "type": "integer",
        "title": "a retention that CloudWatch Logs offers",
        "enum": list(_RETENTION_DAYS),
        "description": "After how many days events expire in the target. Default: as at the source.",
    }
}
