"""Requests for all objects of a bucket, as one request for each kind of object that policies distinguish. Pure.

A request whose resource, or whose value of a condition key, has wildcards stands for all that they match:
`arn:aws:s3:::orders/?*` for every object of a bucket. Policies that name `orders/logs/*` distinguish two kinds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from muster.analysis.authorization.requests import Request, filled
from muster.analysis.patterns.globs import covers, has_wildcard, intersects, matches
from muster.analysis.policies.conditions import split
from muster.analysis.policies.document import Policy, Statement
from muster.analysis.policies.wildcards import witnesses

_FRESH = "\x02"
"""A letter that no policy holds."""

_Patterns = Iterable[tuple[str, str]]


def all_objects(bucket_arn: str) -> str:
    """Return the pattern of all objects of a bucket; a key has at least one character.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    """
    return f"{bucket_arn}/?*"


def members(request: Request, policies: Iterable[Policy]) -> tuple[Request, ...] | None:
    """Return a request for each kind that the policies distinguish; None where there are too many."""
    statements = [statement for policy in policies for statement in policy.statements]
    resources = _texts(request.resource, _resources(statements, request))
    context: dict[str, Iterable[str | None] | None] = {
        key: _texts(value, _values(statements, key, request)) if value and has_wildcard(value) else (value,)
        for key, value in request.known.items()
    }
    if resources is None or any(each is None for each in context.values()):
        return None
    values_of_keys = product(*(each for each in context.values() if each is not None))
    return tuple(
        replace(request, resource=resource, known=dict(zip(context, values, strict=True)))
        for resource, values in product(resources, values_of_keys)
    )


def _texts(family: str, patterns: _Patterns) -> tuple[str, ...] | None:
    """Return one text of a family for each set of patterns that are met together."""
    if not has_wildcard(family):
        return (family,)
    partial = sorted({(name, pattern) for name, pattern in patterns if _parts(name, pattern, family)})
    if not partial:
        return (family.replace("*", "").replace("?", _FRESH),)
    found = witnesses((*partial, ("stringlike", family)), _FRESH)
    return None if found is None else tuple(text for text in found if matches(family, text))


def _parts(operator: str, pattern: str, family: str) -> bool:
    """Whether a pattern may match some of a family and not all."""
    return intersects(pattern, family) and not (operator == "stringlike" and covers(pattern, family))


def _resources(statements: Iterable[Statement], request: Request) -> Iterator[tuple[str, str]]:
    for statement in statements:
        for pattern in (*statement.resources, *statement.not_resources):
            yield "stringlike", filled(pattern, request)


def _values(statements: Iterable[Statement], key: str, request: Request) -> Iterator[tuple[str, str]]:
    for statement in statements:
        for condition in statement.conditions:
            if condition.key == key:
                yield from ((split(condition)[1], filled(value, request)) for value in condition.values)
