"""Answers of AWS in the form that the facets parse: all pages as one answer, tags as a list."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from muster.model.finding import Unavailable

T = TypeVar("T")


def all_pages(client: Any, operation: str, member: str, *, page: int = 0, **parameters: Any) -> dict[str, Any]:
    """Return an answer whose `member` has the items of all pages, `page` of them in each if the operation takes a size.

    A page is requested when the items before it were read: only one is in memory.
    """
    size = {"PaginationConfig": {"PageSize": page}} if page else {}
    pages = client.get_paginator(operation).paginate(**parameters, **size)
    return {member: (item for each in pages for item in each.get(member) or ())}


def tag_list(tags: Mapping[str, str] | None) -> dict[str, list[dict[str, str]]]:
    """Return tags that AWS answers as a mapping as the list that most services answer with."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()]}


def tried(permission: str, call: Callable[[], T], *gone: str) -> "T | Unavailable":
    """Return what a call answers, or why not, where AWS denies it or says that there is no such thing.

    For one of many calls of a describer, so that the others still count. `gone` are error codes besides the usual ones.
    Every other error is raised: it may pass, or no later call can succeed.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the catalogue loads without the SDK

    from muster.sdk.errors import Meaning, code_of, meaning_of, unavailable  # noqa: PLC0415 - the same

    try:
        return call()
    except ClientError as error:
        code = code_of(error)
        if code not in gone and meaning_of(code) not in (Meaning.DENIED, Meaning.GONE):
            raise
        return unavailable(permission, error)
