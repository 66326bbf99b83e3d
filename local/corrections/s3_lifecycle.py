"""What S3 refuses of a lifecycle configuration and moto takes.

Rules come in two forms. The old one has a Prefix on the rule, and its prefixes may not overlap for one kind of action;
the new one has a Filter. CloudFormation's template has the old one, so that it is sent here as it stands there.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

_ACTIONS = (
    "Expiration",
    "Transition",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "AbortIncompleteMultipartUpload",
)


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    prefix: str | None
    """The rule's own prefix; None where it has a Filter."""
    actions: frozenset[str]


def refused(body: str) -> str:
    """Return S3's message about a configuration that it does not take; nothing where it does."""
    rules = [_rule(text) for text in re.findall(r"<Rule>(.*?)</Rule>", body, re.DOTALL)]
    ids = [rule.id for rule in rules if rule.id]
    if len(set(ids)) < len(ids):
        return "Rule ID must be unique. Found same ID for more than one rule"
    if len({rule.prefix is None for rule in rules}) > 1:
        return "Filter element can only be used in Lifecycle V2."
    return next(_overlaps(rules), "")


def _rule(text: str) -> _Rule:
    whole = re.sub(r"<Filter>.*?</Filter>|<Filter\s*/>", "", text, flags=re.DOTALL)
    prefix = re.search(r"<Prefix>(.*?)</Prefix>|<Prefix\s*/>", whole)
    return _Rule(
        id="".join(re.findall(r"<ID>(.*?)</ID>", text)),
        prefix=None if whole != text or prefix is None else prefix.group(1) or "",
        actions=frozenset(action for action in _ACTIONS if f"<{action}>" in text),
    )


def _overlaps(rules: list[_Rule]) -> Iterator[str]:
    for one, other in itertools.combinations(rules, 2):
        if one.prefix is None or other.prefix is None:
            continue
        if one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix):
            for action in sorted(one.actions & other.actions):
                yield f"Found overlapping prefixes '{one.prefix}' and '{other.prefix}' for same action type '{action}'"
