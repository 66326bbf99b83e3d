"""The words for resource types: "security group" for `AWS::EC2::SecurityGroup`. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from muster.data.services import words
from muster.model.arn import Arn
from muster.model.finding import TAGGED, TARGET

_PSEUDO: Mapping[str, str] = MappingProxyType(
    {"AWS::::Account": "account", "AWS::::Region": "region", TARGET: "target"}
)
_LISTENER = 5
"""Parts of a listener's ARN: listener/app/NAME/ID/ID."""
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def noun(resource_type: str) -> str:
    """Return the words for one resource of a type; those of a type that is not known follow from its spelling."""
    if resource_type in _PSEUDO:
        return _PSEUDO[resource_type]
    if known := words().get(resource_type):
        return known.noun
    service, _, kind = resource_type.removeprefix("AWS::").partition("::")
    return f"{service} {_WORDS.sub(' ', kind).lower()}".strip()


def counted_noun(number: int, resource_type: str) -> str:
    """Return a number of resources of a type in words: `1 SQS queue`, `3 IAM policies`."""
    one = noun(resource_type)
    return f"{number:,} {one if number == 1 else _plural(one)}"


def short_name(resource_type: str, resource_id: str) -> str:
    """Return the name of a resource whose id is an ARN, or of a queue whose id is its URL."""
    if resource_type == "AWS::SQS::Queue":
        return resource_id.rpartition("/")[2] or resource_id
    arn = Arn.parse(resource_id)
    return arn.name if arn and arn.name else resource_id


def shown_name(resource_type: str, resource_id: str) -> str:
    """Return a name that people know a resource by: that of a part names the whole too.

    A target, which stands for resources that could not be listed, has the words for those resources.
    """
    if resource_type == TARGET:
        return _plural(noun(resource_id))
    arn = Arn.parse(resource_id)
    if arn and resource_type == TAGGED:
        return f"{arn.service} {arn.resource}"
    if arn and resource_type == "AWS::SNS::Subscription":
        return arn.resource
    if arn and resource_type == "AWS::ElasticLoadBalancingV2::Listener" and len(arn.path) == _LISTENER:
        return f"{arn.path[2]}/{arn.name}"
    return short_name(resource_type, resource_id)


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith("s") else f"{word}s"
