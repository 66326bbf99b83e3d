"""Corrections for a bucket that exists; of one that does not exist, S3 says so whatever the operation."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local import buckets
from local.corrections.request import Correction, Request
from local.front import Answer

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
"""What the root of each answer of S3 has."""

Correct = Callable[[Request, Any], Answer | None]
"""Answers a request about a bucket of moto's, or leaves it to moto."""

_RULE = re.compile(r"<Rule>(.*?)</Rule>", re.DOTALL)
_EMPTY_ID = re.compile(r"<ID\s*/>|<ID></ID>")


def on_bucket(correct: Correct) -> Correction:
    """Return a correction that is handed the bucket of the request."""

    def corrected(request: Request) -> Answer | None:
        bucket = buckets.find(request.bucket)
        return no_such_bucket(request) if bucket is None else correct(request, bucket)

    return corrected


def no_such_bucket(request: Request) -> Answer:
    """Answer a request about a bucket that does not exist."""
    return request.refuse("NoSuchBucket", "The specified bucket does not exist", HTTPStatus.NOT_FOUND)


def malformed(request: Request) -> Answer:
    """Answer a request whose body S3's schema does not admit."""
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return request.refuse("MalformedXML", message)


def with_ids(body: str) -> str:
    """Name the rules that were sent without a name, as S3 does: a rule is returned with an ID in any case."""

    def named(found: re.Match[str]) -> str:
        rest = _EMPTY_ID.sub("", found[1])
        return found[0] if "<ID>" in rest else f"<Rule><ID>{mock_random.get_random_hex(32)}</ID>{rest}</Rule>"

    return _RULE.sub(named, body)
