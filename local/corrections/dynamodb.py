"""What DynamoDB refuses of a batch of writes, and moto takes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_MOST_WRITES = 25
_LARGEST_ITEM = 400 * 1024


def corrections() -> dict[str, Correction]:
    """Return what corrects DynamoDB, by operation."""
    return {"dynamodb:BatchWriteItem": _batch_write}


def _batch_write(request: Request) -> Answer | None:
    """Refuse too many writes, two of one key, and an item that is too large; nothing of such a batch is written."""
    writes = list(_writes(request.parameters.get("RequestItems") or {}))
    if not writes:
        return request.refuse("ValidationException", "The batch write request list must not be empty.")
    if len(writes) > _MOST_WRITES:
        return request.refuse("ValidationException", "Too many items requested for the BatchWriteItem call")
    keys = [key for table, kind, content in writes if (key := _key(request, table, kind, content))]
    if len(keys) != len(set(keys)):
        return request.refuse("ValidationException", "Provided list of item keys contains duplicates")
    if any(kind == "PutRequest" and _size(content["Item"]) > _LARGEST_ITEM for _, kind, content in writes):
        return request.refuse("ValidationException", "Item size has exceeded the maximum allowed size")
    return None


def _writes(tables: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield the table, the kind and the content of each write."""
    for table, requests in tables.items():
        for each in requests:
            for kind, content in each.items():
                yield table, kind, content


def _key(request: Request, table: str, kind: str, content: Mapping[str, Any]) -> str:
    """Return a text for the key of a write; nothing where the table is not there, which moto says."""
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    name = table.rpartition("/")[2]
    tables = dynamodb_backends[account][region].tables
    if name not in tables:
        return ""
    given = content["Item"] if kind == "PutRequest" else content["Key"]
    return json.dumps([name, *(given.get(each) for each in tables[name].table_key_attrs)], default=str)


def _size(value: Any) -> int:
    """Return the bytes of an item: its names and its values, with a few for each element of a list or a map.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    if not isinstance(value, Mapping):
        return len(value) if isinstance(value, bytes) else len(str(value).encode())
    return sum(len(name.encode()) + _typed(typed) for name, typed in value.items())


def _typed(typed: Mapping[str, Any]) -> int:
    kind, value = next(iter(typed.items()))
    if kind == "M":
        return 3 + len(value) + _size(value)
    if kind == "L":
        return 3 + len(value) + sum(map(_typed, value))
    if kind in ("SS", "NS", "BS"):
        return sum(map(_size, value))
    return 1 if kind in ("BOOL", "NULL") else _size(value)
