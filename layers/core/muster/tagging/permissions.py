"""The IAM policy of the compliance tag: each write with its read, on the types that get the tag, for its key alone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from muster.configuration.compliance_tags import ComplianceTags
from muster.model.arn import Arn
from muster.tagging.services import tag_apis

_CONDITION_KEY = "aws:TagKeys"
"""The condition key with the tag keys of a request. A service that does not have it is not narrowed by it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-tagkeys
"""


def tagging_statements(
    types: Iterable[str], key: str = ComplianceTags().key, partition: str = "aws"
) -> list[dict[str, Any]]:
    """Return the statements that let the compliance tag be read, set and taken off, and no other tag be written.

    Both `key` and `partition` may be placeholders of a template.
    """
    reads: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    for resource_type in types:
        for place, (action, pattern) in enumerate(tag_apis()[resource_type].actions):
            (writes if place in _WRITES else reads).setdefault(action, set()).add(pattern)
    only = {"ForAllValues:StringEquals": {_CONDITION_KEY: [key]}}
    return [
        *_statements("MusterReadsTags", reads, partition, {}),
        *_statements("MusterWritesTags", writes, partition, {"Condition": only}),
    ]


def tagging_policy(settings: ComplianceTags, partition: str = "aws") -> dict[str, Any]:
    """Return the policy document of `muster tag`, besides that of its scan."""
    return {
        "Version": "2012-10-17",
        "Statement": tagging_statements(settings.types, settings.key, partition),
    }


_WRITES = (1, 2)
"""The places of the writing actions in those of a `TagApi`."""
_FEW = 3
"""The most kinds of resources that the name of a statement lists."""


def _statements(
    sid: str, grants: Mapping[str, set[str]], partition: str, more: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield a statement for the actions of each service that take the same patterns of ARNs."""
    by_patterns: dict[tuple[str, ...], list[str]] = {}
    for action, patterns in sorted(grants.items()):
        by_patterns.setdefault(tuple(sorted(patterns)), []).append(action)
    for patterns_, actions in sorted(by_patterns.items()):
        resources = [pattern.format(partition=partition) for pattern in patterns_]
        yield {
            "Sid": sid + _named(patterns_),
            "Effect": "Allow",
            "Action": actions,
            "Resource": resources[0] if len(resources) == 1 else resources,
            **more,
        }


def _named(patterns: Sequence[str]) -> str:
    """Name a statement after the resources that it speaks of: letters and digits, and each name once in a policy."""
    arns = [arn for pattern in patterns if (arn := Arn.parse(pattern))]
    if not arns:
        return ""
    kinds = [_words(arn.resource) or ("Bucket" if arn.service == "s3" else "") for arn in arns]
    return f"Of{_words(arns[0].service)}{''.join(kinds) if len(kinds) <= _FEW else ''}"


def _words(text: str) -> str:
    return "".join(word.capitalize() for word in re.findall(r"[a-z0-9]+", text))
