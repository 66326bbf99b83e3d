"""Parts that the schemas of muster.yaml share."""

from typing import Any

NOT_BLANK = r"\S"
"""What every text has: blanks are no reason and no owner."""

Schema = dict[str, Any]


def mapping(member: str, properties: Schema) -> Schema:
    """Return the schema of a mapping with these members only; `member` is the noun of one, with its article."""
    return {"type": "object", **members(member, properties)}


def members(member: str, properties: Schema) -> Schema:
    """Return the keywords of a mapping with these members only, for a value that may also be something else."""
    # `x-member` is what an unknown member is said not to be; validators pass it over.
    return {"x-member": member, "properties": properties, "additionalProperties": False}


def listing(items: Schema, description: str) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items, "description": description}


def text(title: str) -> Schema:
    """Return the schema of a string that is not blank; `title` is its noun, with its article."""
    return {"type": "string", "pattern": NOT_BLANK, "title": title}
