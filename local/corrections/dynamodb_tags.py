"""The tags of tables, of which moto keeps both values of a key, and those of their streams, which moto does not know.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/streams-abac.html
"""

import json
from http import HTTPStatus
from typing import Any

from local.corrections.dynamodb_tables import further, tables_of
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects the tags of tables and streams, by operation."""
    return {
        "dynamodb:ListTagsOfResource": _list,
        "dynamodb:TagResource": _tag,
        "dynamodb:UntagResource": _untag,
    }


def _stream_tags(request: Request) -> dict[str, str] | None:
    """Return the tags of the stream that a request names; None where it names none that is there."""
    arn = str(request.parameters.get("ResourceArn"))
    for table in tables_of(request).values():
        if arn.startswith(f"{table.table_arn}/stream/"):
            tags: dict[str, str] = further(table).setdefault("stream tags", {})
            return tags
    return None


def _list(request: Request) -> Answer | None:
    tags = _stream_tags(request)
    return None if tags is None else _answer({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def _tag(request: Request) -> Answer | None:
    """Tag a stream; take off a table's tags whose keys are given anew."""
    given = {tag["Key"]: tag["Value"] for tag in request.parameters.get("Tags") or ()}
    tags = _stream_tags(request)
    if tags is not None:
        tags.update(given)
        return _answer({})
    for table in tables_of(request).values():
        if table.table_arn == request.parameters.get("ResourceArn"):
            table.tags = [tag for tag in table.tags if tag["Key"] not in given]
    return None


def _untag(request: Request) -> Answer | None:
    tags = _stream_tags(request)
    if tags is None:
        return None
    for key in request.parameters.get("TagKeys") or ():
        tags.pop(key, None)
    return _answer({})


def _answer(body: dict[str, Any]) -> Answer:
    return HTTPStatus.OK, json.dumps(body)
