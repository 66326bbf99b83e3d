"""The JSON Schema of muster.yaml, made from the catalogue: what editors complete is what `parse` accepts."""

import json
import types
import typing
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from muster.catalog import packs
from muster.catalog.catalog import Catalog
from muster.catalog.custom import judged_types
from muster.configuration.alert_schema import alerts
from muster.configuration.compliance_tags import compliance_tags
from muster.configuration.files.schema_parts import Schema
from muster.configuration.files.schema_parts import listing as _list
from muster.configuration.files.schema_parts import mapping as _object
from muster.configuration.files.schema_parts import members as _members
from muster.configuration.files.schema_parts import text as _text
from muster.configuration.tags import REQUIRED_TAGS
from muster.model.check import Check
from muster.model.finding import Severity
from muster.model.json_values import to_json

CONDITION = 20_000
"""Characters of a condition at most: each finding repeats it."""

LONGEST = 36_500
"""How many days a setting in days may say: beyond a century, dates end."""

_REGION = "[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}"
"""How regions are spelled; which of them exist is asked when a scan is planned."""


def json_schema(catalog: Catalog, custom: Collection[str] = ()) -> Schema:
    """Return the schema of muster.yaml for these checks, and for those that the file itself adds by these ids.

    A `title` inside it is the noun that messages use: "… is not <title>".
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "muster.yaml",
        "description": "What Muster scans, with which checks and settings, and which failures are accepted.",
        **_object(
            "a key",
            {
                "packs": _list({"$ref": "#/$defs/pack"}, "Packs of checks. Without packs and checks: foundational."),
                "checks": _list({"$ref": "#/$defs/checks"}, "Checks besides those of the packs; * and ? match."),
                "exclude_checks": _list({"$ref": "#/$defs/checks"}, "Checks that are left out; * and ? match."),
                "metrics": {
                    "type": "boolean",
                    "title": "true or false",
                    "description": "Run the checks of the packs that read data which CloudWatch charges for.",
                    "default": False,
                },
                "settings": _settings(catalog.checks.values()),
                "custom_checks": _list(_custom(catalog), "Checks of your own, without code."),
                "tags": _tags(_tagged_types(catalog)),
                "regions": {
                    **_list({"$ref": "#/$defs/region_or_all"}, "Regions to scan, or all."),
                    "type": ["array", "string"],
                    "title": "a list of regions, or all",
                    "pattern": "^all$",
                },
                "accounts": _accounts(),
                "exclude": _exclude(),
                "suppressions": _list(
                    _suppression(),
                    "Failures that are accepted until a day: of a check, by ARN, tag, account or several of them.",
                ),
                "alerts": alerts(),
                "compliance_tags": compliance_tags(catalog.listers),
                "account_names": {
                    "type": "object",
                    "description": "Names of accounts, for people.",
                    "propertyNames": {"$ref": "#/$defs/account"},
                    "additionalProperties": _text("a name"),
                },
            },
        ),
        "$defs": _definitions(catalog, custom),
    }


def schema_text(catalog: Catalog) -> str:
    """Return the schema as the file docs/schemas/muster.schema.json holds it."""
    return json.dumps(json_schema(catalog), indent=2, ensure_ascii=False) + "\n"


def schema_of(hint: object) -> Schema:
    """Return the schema of the values that an annotation of a setting admits.

    Raises:
        TypeError: no value of YAML has that type.
    """
    if hint is object or hint is Any:
        return {}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, type) and hint in _PLAIN:
        return dict(_PLAIN[hint])
    if origin is tuple and arguments[1:] == (...,):
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping) and arguments[0] is str:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin in (typing.Union, types.UnionType):
        # Each keyword of JSON Schema speaks of one type only, so the schemas of different types may be merged.
        schemas = [schema_of(argument) for argument in arguments]
        return {key: value for schema in schemas for key, value in schema.items()} | {
            "type": [schema["type"] for schema in schemas]
        }
    raise TypeError(f"{hint}: a setting is an int, a bool, a str, a tuple of one of them or a mapping from str")


_PLAIN: Mapping[type, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    str: {"type": "string"},
    types.NoneType: {"type": "null"},
}


def _settings(checks: Iterable[Check]) -> Schema:
    properties = {check.id: _settings_of(check) for check in checks}
    return {**_object("a check", properties), "description": "Settings of checks, by the check's id."}


def _settings_of(check: Check) -> Schema:
    properties = {name: _setting(check, name, hint) for name, hint in check.setting_types.items()}
    return {**_object("a setting", properties), "description": check.title}


def _setting(check: Check, name: str, hint: object) -> Schema:
    default = {"default": to_json(check.settings[name])}
    if check.id == REQUIRED_TAGS and name == "values":
        return {"$ref": "#/$defs/tag_values", **default}
    try:
        schema = schema_of(hint)
    except TypeError as error:
        raise TypeError(f"{check.id}: the setting {name}: {error}") from None
    if name.endswith("_days"):
        schema["maximum"] = LONGEST
    if name.endswith("pattern"):
        schema["format"] = "regex"
    return {**schema, **default}


def _custom(catalog: Catalog) -> Schema:
    properties = {
        "id": {
            "type": "string",
            "title": "an id in small letters and digits with hyphens, like ec2-instance-is-burstable",
            "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            "maxLength": 100,
        },
        "resource_type": {"type": "string", "title": "a resource type", "enum": list(judged_types(catalog))},
        "when": {
            **_text("a condition"),
            "maxLength": CONDITION,
            "description": "JMESPath: which resources are judged; without, all.",
        },
        "condition": {
            **_text("a condition"),
            "maxLength": CONDITION,
            "description": "JMESPath over the facets: what should be true.",
        },
        "severity": {"type": "string", "title": "a severity", "enum": [severity.value for severity in Severity]},
        "title": {"type": "string", "title": "a sentence that says what should be", "pattern": " should "},
        "why": _text("a reason"),
        "fix": _text("a remedy"),
        "source": _text("an address"),
    }
    required = ["id", "resource_type", "condition", "severity", "title", "why", "fix"]
    return {**_object("a key", properties), "required": required}


def _tags(resource_types: Collection[str]) -> Schema:
    properties = {
        "required": {**_list(_text("a tag key"), "Tag keys that must be there."), "minItems": 1},
        "values": {"$ref": "#/$defs/tag_values"},
    }
    by_type = {name: _object("a key", properties) for name in sorted(resource_types)}
    types_ = {"description": "What differs for a type.", **_object("a resource type that is checked for tags", by_type)}
    spellings = {
        "type": "object",
        "description": "Other spellings of a tag key that count as the key.",
        "additionalProperties": {**_list(_text("a tag key"), "Spellings that count."), "minItems": 1},
    }
    return {
        **_object("a key", {**properties, "spellings": spellings, "resource_types": types_}),
        "description": f"The tags that resources need: settings of the check {REQUIRED_TAGS}.",
    }


def _tagged_types(catalog: Catalog) -> Collection[str]:
    check = catalog.checks.get(REQUIRED_TAGS)
    return catalog.resource_types(check) if check else catalog.listers


def _accounts() -> Schema:
    return {
        **_object(
            "a key",
            {
                "include": {
                    **_list({"$ref": "#/$defs/account_or_unit"}, "Accounts, units of the organization, or all."),
                    "minItems": 1,
                },
                "tags": {"$ref": "#/$defs/tag", "description": "Of those, the accounts that carry all these tags."},
                "role": {
                    "type": "string",
                    "title": "the name of a role, with its path, like security/MusterMemberRole",
                    "pattern": r"^/?([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$",
                    "description": "The role that is assumed in every account but Muster's own.",
                },
                "external_id": {
                    "type": "string",
                    "title": "an external id of 2 to 1224 letters, digits and +=,.@:/-",
                    "pattern": r"^([\w+=,.@:/-]{2,1224})?$",
                    "description": "What the role asks for besides.",
                },
            },
        ),
        "description": "Which accounts are scanned; without, the one that Muster runs in.",
    }


def _exclude() -> Schema:
    return {
        **_object(
            "a key",
            {
                "accounts": _list({"$ref": "#/$defs/account"}, "Accounts that are not scanned."),
                "regions": _list({"$ref": "#/$defs/region"}, "Regions that are not scanned."),
                "arns": _list({"$ref": "#/$defs/arn"}, "Resources that are not judged: ARNs with * and ?."),
                "tags": {"$ref": "#/$defs/tag", "description": "Resources with any of these tags are not judged."},
            },
        ),
        "description": "What is not looked at.",
    }


def _suppression() -> Schema:
    properties = {
        "check": {"$ref": "#/$defs/check"},
        "resource": {"$ref": "#/$defs/arn"},
        "tag": {"$ref": "#/$defs/tag", "minProperties": 1},
        "account": {"$ref": "#/$defs/account"},
        "reason": _text("a reason"),
        "owner": _text("an owner"),
        "ticket": _text("a ticket"),
        "expires": {"type": "string", "format": "date", "title": "a date like 2027-03-31"},
    }
    return {
        **_object("a key", properties),
        "required": ["check", "reason", "owner", "expires"],
        "anyOf": [{"required": [name]} for name in ("resource", "tag", "account")],
        "x-any-of": "resource, tag or account is missing: name the accepted failures; resource: '*' is all of them",
    }


def _definitions(catalog: Catalog, custom: Collection[str]) -> Schema:
    return {
        "pack": {"type": "string", "title": "a pack", "enum": sorted(packs.load(catalog))},
        "check": {"type": "string", "title": "a check", "enum": sorted({*catalog.checks, *custom})},
        "checks": {
            "type": "string",
            "title": "a check",
            "if": {"not": {"pattern": "[*?]"}},
            "then": {"$ref": "#/$defs/check"},
        },
        "account": {"type": "string", "title": "an account id of 12 digits", "pattern": "^[0-9]{12}$", "maxLength": 12},
        "account_or_unit": {
            "type": "string",
            "title": "an account id of 12 digits, a unit like ou-ab12-cdef3456, a root like r-ab12, or all",
            "pattern": "^(all|[0-9]{12}|r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$",
        },
        "region": {"type": "string", "title": "a region like eu-west-1", "pattern": f"^{_REGION}$"},
        "region_or_all": {"type": "string", "title": "a region like eu-west-1 or all", "pattern": f"^(all|{_REGION})$"},
        "arn": {
            "type": "string",
            "title": "an ARN or a pattern of ARNs, like arn:aws:s3:::scratch-*",
            "pattern": r"^(arn:|\*|aws:account$|aws:region$)",
        },
        "tag": {"type": "object", "additionalProperties": {"type": "string"}},
        "tag_values": {
            "type": "object",
            "description": "Allowed values by tag key: a list of texts, or {pattern: a regular expression}.",
            "additionalProperties": {
                "type": ["array", "object"],
                "title": "a list of allowed values or {pattern: …}",
                "minItems": 1,
                "items": {"type": "string"},
                **_members("a key", {"pattern": {"type": "string", "format": "regex"}}),
                "required": ["pattern"],
            },
        },
    }
