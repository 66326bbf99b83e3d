"""AWS Organizations: the tags that an account's resources must have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.model.finding import Unknown
from muster.model.json_values import loads


@dataclass(frozen=True, slots=True)
class TagRule:
    """One key as it must be capitalised, and the values that it may have, `*` standing for anything; none is any."""

    key: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, name: str, item: Mapping[str, Any]) -> Self:
        """Parse the part of a policy about one key; without a capitalisation of its own it is in small letters.

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html
        """
        key, values = _assigned(item.get("tag_key")), _assigned(item.get("tag_value"))
        if isinstance(values, str):
            values = [values]
        if not all(isinstance(each, str) for each in values or ()):
            raise ValueError(f"the values of {name} are not a list of strings")
        return cls(str(key or name.lower()), tuple(values or ()))


@dataclass(frozen=True, slots=True)
class EffectiveTagPolicy:
    """The rules in force in the account, of all policies that it inherits: a few dozen keys at most.

    There are none without an organization, or without a tag policy. A policy's text has at most 10,000 characters.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """

    rules: tuple[TagRule, ...] | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeEffectivePolicy."""
        text = (response.get("EffectivePolicy") or {}).get("PolicyContent")
        if not text:
            return cls(())
        try:
            tags = loads(text).get("tags") or {}
            return cls(tuple(TagRule.parse(name, item) for name, item in tags.items() if not name.startswith("@@")))
        except (ValueError, TypeError, AttributeError) as error:
            return cls(Unknown(f"The organization's tag policy cannot be parsed: {error}"))


@dataclass(frozen=True, slots=True)
class RequiredTags:
    """The keys that resources must have, by their type in CloudFormation's spelling.

    A few keys for each of the types that tag policies support, some hundreds of them.
    """

    by_type: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListRequiredTags, all pages joined; a type may be named more than once."""
        by_type: dict[str, tuple[str, ...]] = {}
        for item in response.get("RequiredTags") or ():
            for kind in item.get("CloudFormationResourceTypes") or ():
                keys = (*by_type.get(kind, ()), *(item.get("ReportingTagKeys") or ()))
                by_type[kind] = tuple(dict.fromkeys(keys))
        return cls(by_type)


def _assigned(value: Any) -> Any:
    """Return a value of a policy, with the operator that assigns it or, as effective policies are, without."""
    return value.get("@@assign") if isinstance(value, Mapping) else value
