"""Judging a pair by all comparisons of its type: one finding each. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from muster.migration.comparison import Comparison, comparisons
from muster.migration.sides import Pair, Source, Target
from muster.model.finding import Finding, Resource, not_applicable
from muster.model.listing import SHAPE_ERRORS, malformed
from muster.model.rule import Rule
from muster.scanning.evaluate import Judge

SERVICE = "migration"
"""The service of the findings of comparisons."""


def judge(source: Source, target: Target, pair: Pair, observed_at: datetime) -> Iterator[Finding]:
    """Yield a finding of the target for each comparison of its type.

    What could not be read is INSUFFICIENT_DATA. Where a side does not exist, that is one failure, and the other
    comparisons do not apply.
    """
    missing = next((side.resource for side in (source, target) if not side.own.exists), None)
    facets = {Source: source, Target: target, Pair: pair}
    for comparison in comparisons():
        if comparison.resource_type != target.resource.type:
            continue
        judging = Judge(_rule(comparison, pair), observed_at)
        if missing and not comparison.existence:
            yield judging.answer(target.resource, not_applicable(f"{missing.id} does not exist in {missing.region}"))
        else:
            yield _judged(judging, target.resource, facets, comparison.check.id)


def _judged(judging: Judge, resource: Resource, facets: Mapping[type, object], name: str) -> Finding:
    """Judge by one comparison; an answer in a shape that it cannot read leaves the other comparisons as they are."""
    try:
        return judging(resource, facets)
    except SHAPE_ERRORS as error:
        return judging.unread(resource, (malformed(name, error),))


def _rule(comparison: Comparison, pair: Pair) -> Rule:
    return Rule(comparison.check, comparison.resource_type, SERVICE, variant=pair.file.batch)
