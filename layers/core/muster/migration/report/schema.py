"""The JSON Schema of a migration report, as docs/schemas/migration-report.schema.json holds it."""

import json
from typing import Any

from muster.model.finding import Severity, Status

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_PARITY: Schema = {"enum": ["yes", "no", "unknown"], "description": "unknown: something could not be read."}
_SEVERITIES = [each.value for each in Severity]


def json_schema() -> Schema:
    """Return the schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Muster migration report",
        "description": "The target of a migration compared with its source.",
        **_object(
            {
                "migration": _migration(),
                "parity": _PARITY,
                "complete": {"type": "boolean", "description": "Whether something of every resource could be read."},
                "incomplete": _list(_TEXT),
                "summary": {"type": "object", "description": "Counts, as in a scan's report."},
                "resources": _list(_resource()),
                "monitoring": _object({name: _list(_brief()) for name in ("alarms", "dashboards", "logs")}),
                "next_steps": _list(_step()),
                "findings": {
                    **_list({"type": "object"}),
                    "description": "One for each comparison; docs/findings.md describes the fields.",
                },
            }
        ),
    }


def schema_text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _object(properties: Schema, *optional: str, more: bool = False) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": more}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _migration() -> Schema:
    place = _object({"region": _TEXT, "account_id": _TEXT})
    moment = {"type": "string", "format": "date-time"}
    texts = dict.fromkeys(("batch", "environment", "suffix", "run", "file", "version"), _TEXT)
    return _object(
        {**texts, "source": place, "target": place, "started_at": moment, "finished_at": moment, "calls": _COUNT}
    )


def _resource() -> Schema:
    difference = _object({"section": _TEXT, "setting": _TEXT, "source": {}, "target": {}})
    rule = _object({"id": _TEXT, "status": _TEXT, "metrics": _TEXT, "replica_key": _TEXT_OR_NULL})
    return _object(
        {
            "type": _TEXT,
            "name": {**_TEXT, "description": "The name at the source."},
            "parity": _PARITY,
            "replication_status": {
                "enum": ["ENABLED", "DISABLED", "NONE", "UNREAD", None],
                "description": "Of a bucket: whether a rule of the source replicates to the target.",
            },
            "replication": {"type": ["array", "null"], "items": rule},
            "replication_unread": _TEXT_OR_NULL,
            "source": _side(),
            "target": _side(),
            "differences": {**_list(difference), "description": "Settings that differ, judged or not."},
            "failing": _list(_TEXT),
            "unread": _list(_TEXT),
        }
    )


def _side() -> Schema:
    """Return the schema of one side: the settings of a type are there where the resource exists."""
    settings = {
        "stream_arn": _TEXT_OR_NULL,
        "encryption": {"type": ["object", "null"]},
        "versioning": _TEXT_OR_NULL,
        "point_in_time_recovery": {"type": ["object", "null"]},
    }
    properties: Schema = {
        "name": _TEXT,
        "arn": _TEXT_OR_NULL,
        "account_id": _TEXT,
        "region": _TEXT,
        "exists": {"type": ["boolean", "null"], "description": "null: it could not be read."},
        "unread": {
            "type": "object",
            "additionalProperties": _TEXT,
            "description": "The reason for each setting that could not be read, which is null then.",
        },
        **settings,
    }
    return _object(properties, *settings, more=True)


def _brief() -> Schema:
    status = {"enum": [each.value for each in Status]}
    return _object({"resource": _TEXT, "check_id": _TEXT, "status": status, "reason": _TEXT})


def _step() -> Schema:
    return _object(
        {
            "title": _TEXT,
            "severity": {"enum": [*_SEVERITIES, None]},
            "check_id": _TEXT,
            **dict.fromkeys(("resources", "reasons", "commands", "notes"), _list(_TEXT)),
        }
    )
