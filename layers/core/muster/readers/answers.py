"""Answers of AWS in the form that the facets parse: all pages as one answer, tags as a list."""

from collections.abc import Mapping
from typing import Any


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
