"""The rules of a listener: their conditions and their actions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.elbv2.actions import canonical, same_way
from muster.facets.fields import Parsed, computed, facet, read
from muster.model.finding import Unknown

SEPARATOR = "\0"
"""Stands between the key and the value of a query string's value: neither can hold it."""

_CONFIGS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "query-string": "QueryStringConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "source-ip": "SourceIpConfig",
}
_FAMILIES = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: one of the values or of the regular expressions must match.

    `name` is the header's, in lower case. A value of a query string is its key, the separator and its value. A
    condition on a field that Muster does not know has the answer of AWS as its only value.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
    """

    field: str
    values: tuple[str, ...]
    regexes: tuple[str, ...] = ()
    name: str = ""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of a rule's Conditions."""
        field = str(response["Field"])
        if field not in _CONFIGS:
            return cls(field, (canonical(response),))
        config = response.get(_CONFIGS[field]) or {}
        return cls(
            field=field,
            values=tuple(dict.fromkeys(_values(field, config, response))),
            regexes=tuple(str(text) for text in config.get("RegexValues") or response.get("RegexValues") or ()),
            name=str(config.get("HttpHeaderName") or "").lower(),
        )

    @property
    def known(self) -> bool:
        """Whether Muster knows the kind of condition."""
        return self.field in _CONFIGS


@dataclass(frozen=True, slots=True)
class Action:
    """The last action on a request, and, in `whole`, all of its actions, written one way for one effect."""

    kind: str
    redirects_to: str
    whole: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse a rule's Actions and Transforms."""
        actions = sorted(response.get("Actions") or (), key=lambda item: item.get("Order") or 0)
        redirect = (actions[-1].get("RedirectConfig") or {}) if actions else {}
        return cls(
            kind=str(actions[-1]["Type"]) if actions else "",
            redirects_to=str(redirect.get("Protocol") or ""),
            whole=same_way(actions, response.get("Transforms") or []),
        )


@facet
class ListenerRule(Parsed):
    """One rule of DescribeRules besides the default one; all its conditions must hold."""

    priority: int = computed(lambda rule: int(rule["Priority"]))
    conditions: tuple[Condition, ...] = read("Conditions", kinds.many(Condition.parse))
    action: Action = computed(Action.parse)
    arn: str = read("RuleArn", kinds.text, default="")


@dataclass(frozen=True, slots=True)
class ListenerRules:
    """The rules of a listener in the order in which they are tried, and what is done when none holds."""

    rules: tuple[ListenerRule, ...]
    default: Action | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeRules, all pages joined."""
        items = response.get("Rules") or ()
        last = [item for item in items if item.get("IsDefault") or item.get("Priority") == "default"]
        rules = [ListenerRule.parse(item) for item in items if item not in last]
        default = Action.parse(last[0]) if last else Unknown("AWS did not return the default rule of the listener")
        return cls(tuple(sorted(rules, key=lambda rule: rule.priority)), default)


def _values(field: str, config: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    values = config.get("Values") or response.get("Values") or ()
    if field == "query-string":
        yield from (f"{item.get('Key') or '*'}{SEPARATOR}{item.get('Value') or ''}" for item in values)
    else:
        yield from (str(item) for item in values)
    if field == "source-ip" and config.get("IpAddressType"):
        yield _FAMILIES[config["IpAddressType"]]
