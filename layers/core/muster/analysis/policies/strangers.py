"""Whether requests of strangers get past a statement's conditions and the denials that stand against it. Pure.

A stranger is whoever no condition names: without credentials, a principal of any account, or somebody for whom an AWS
service acts. The requests that a stranger can make are tried, as far as a policy's conditions tell them apart.
"""

import ipaddress
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from muster.analysis.patterns.globs import has_wildcard
from muster.analysis.policies.condition_keys import Key, find
from muster.analysis.policies.condition_values import Fixes, values
from muster.analysis.policies.conditions import met
from muster.analysis.policies.document import Condition
from muster.model.arn import PREFIX, account_of

ANONYMOUS, PRINCIPAL, SERVICE = "anonymous", "principals", "services"
"""Who sends a request: nobody who signed it, a principal of IAM, an AWS service for itself."""

_SENT: Mapping[str, tuple[str, ...]] = {
    "everybody": (ANONYMOUS, PRINCIPAL, SERVICE),
    "signed": (PRINCIPAL, SERVICE),
    "principals": (PRINCIPAL,),
    "services": (SERVICE,),
}
_CONSTANT: Mapping[tuple[str, str], str] = {
    (ANONYMOUS, "aws:principalaccount"): "anonymous",
    (ANONYMOUS, "aws:userid"): "anonymous",
    (ANONYMOUS, "aws:principaltype"): "Anonymous",
    (PRINCIPAL, "aws:principalisawsservice"): "false",
    (SERVICE, "aws:principalisawsservice"): "true",
}
"""What a request says by who sends it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
"""

OWNER = "\x03"
"""Stands in a condition for the account or the organization of the resource itself."""

_OWNERS = {"aws:resourceaccount": "account", "aws:resourceorgid": "organization"}

_BROADEST = {4: 8, 6: 32}
"""The shortest prefix of addresses that S3 does not call public, by version of IP."""

_TRIES, _DENIALS = 5_000, 400
"""How many steps a search takes, and how many denials it looks at; no policy of AWS's size needs as many."""

_Sent = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Query:
    """A search for strangers' requests for an action; `fixes` returns whether a value cannot be a stranger's.

    `loosely` takes every key for one that any request may carry or lack, whatever its sender and action.
    """

    fixes: Fixes
    action: str = "*"
    loosely: bool = False


def get_past(
    conditions: Sequence[Condition],
    denials: Sequence[Sequence[Condition]],
    query: Query,
    senders: Sequence[str] = (ANONYMOUS, PRINCIPAL),
) -> bool:
    """Whether some stranger's request meets all conditions of an Allow and, of each Deny, not all conditions.

    Where no request of the senders meets the Allow, it speaks of AWS services: then requests that a service makes for
    a stranger are tried. What cannot be told is decided for the stranger.
    """
    allowed = [settled(each) for each in conditions]
    stops = [[settled(each) for each in denial] for denial in denials]
    worlds = _worlds(allowed, stops, query, senders)
    if not worlds and SERVICE not in senders:
        worlds = _worlds(allowed, stops, query, (SERVICE,))
    ordered = sorted(dict.fromkeys(map(tuple, stops)), key=len)
    return any(_Search().escapes(ordered, world) for world in worlds)


def settled(condition: Condition) -> Condition:
    """Return a condition with OWNER for the variables of the resource's own account and organization."""
    owner = _OWNERS.get(condition.key)
    if owner and len(condition.values) == 1:
        other = find(_variable(condition.values[0]))
        if other.holds == owner:
            return replace(condition, key=other.name.lower(), values=(OWNER,))
    holds = find(condition.key).holds
    own = [value if _OWNERS.get(_variable(value)) != holds or not holds else OWNER for value in condition.values]
    return replace(condition, values=tuple(own))


def known(key: Key, operator: str, value: str) -> bool:
    """Whether a value names an account, an organization, a network, or one of theirs: nobody else can have it.

    What counts as fixed is what S3 counts so, and besides a wildcard beside a fixed account or organization.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
    """
    if value == OWNER:
        return True
    rule = _RULES.get(key.holds)
    if rule is None or not value or "${" in value or (key.whom == "caller" and value.lower() == "anonymous"):
        return False
    if key.holds == "address":
        return operator == "ipaddress" and _narrow(value)
    if not operator.startswith(("string", "arn", "binary")):
        return False
    # Who writes a wildcard means one, also where StringEquals takes it for a letter; AWS's controls read it so too.
    return rule(value, has_wildcard(value))


def from_accounts(accounts: Collection[str]) -> Fixes:
    """Return what says whether a value can only be had by callers of some accounts, or by what acts for them."""

    def own(key: Key, operator: str, value: str) -> bool:
        if key.whom not in ("caller", "source") or not operator.startswith(("string", "arn")):
            return False
        if key.holds == "account":
            return value == OWNER or value in accounts
        return key.holds == "arn" and account_of(value) in accounts

    return own


class _Search:
    """Looks for a request that no Deny stops; gives up after so many tries and takes it for found."""

    def __init__(self) -> None:
        self._tries = 0

    def escapes(self, denials: Sequence[Sequence[Condition]], world: Mapping[str, Sequence[_Sent]]) -> bool:
        """Whether a request remains for which each Deny has a condition that it does not meet."""
        self._tries += 1
        if not denials or self._tries > _TRIES or len(denials) > _DENIALS:
            return True
        first, *rest = denials
        for key, conditions in _by_key(first).items():
            left = [sent for sent in world[key] if not all(met(each, sent) for each in conditions)]
            if left and self.escapes(rest, {**world, key: left}):
                return True
        return False


def _worlds(
    allowed: Sequence[Condition], stops: Sequence[Sequence[Condition]], query: Query, senders: Sequence[str]
) -> list[dict[str, list[_Sent]]]:
    """Return, for each kind of request that meets the Allow, what such requests can say, by key."""
    uses = _by_key([*allowed, *(each for denial in stops for each in denial)])
    given = {find(name).given for name in uses}
    # What a service does for somebody, with their credentials or its own, tells neither address nor endpoint.
    routes = ("internet", "endpoint", "") if given & {"internet", "endpoint"} else ("",)
    homes = ("organization", "") if "organization" in given else ("",)
    wanted = _by_key(allowed)
    candidates = {name: values(find(name), each, query.fixes) for name, each in uses.items()}
    worlds = []
    for facts in product(senders, routes, homes):
        world = {
            name: [sent for sent in _possible_values(name, each, query, facts) if _all_may(wanted.get(name, ()), sent)]
            for name, each in candidates.items()
        }
        if all(world.values()):
            worlds.append(world)
    return worlds


def _all_may(conditions: Sequence[Condition], sent: _Sent) -> bool:
    return all(met(each, sent) is not False for each in conditions)


def _possible_values(name: str, candidates: Sequence[_Sent], query: Query, facts: Sequence[str]) -> Iterator[_Sent]:
    """Yield what requests of which these facts are true can say of a key; None where they may lack it."""
    sender = facts[0]
    if constant := _CONSTANT.get((sender, name)):
        yield (constant,)
        return
    key = find(name)
    sent = sender in _SENT[key.sent_by] and key.carried(query.action) and (not key.given or key.given in facts)
    if sent or query.loosely:
        unsigned = _CONSTANT.get((ANONYMOUS, name))
        yield from (candidate for candidate in candidates if candidate != (unsigned,))
    # IAM's page says that all requests name their caller; those of services are not relied on to do so.
    if query.loosely or not sent or not key.always or (sender == SERVICE and key.whom == "caller"):
        yield None


def _by_key(conditions: Sequence[Condition]) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = {}
    for condition in conditions:
        found.setdefault(condition.key, []).append(condition)
    return found


def _variable(value: str) -> str:
    """Return the key that a value consists of as a variable; empty where it does not."""
    alone = value.startswith("${") and value.endswith("}") and value.count("${") == 1
    return value[2:-1].strip().lower() if alone else ""


def _path(value: str, wild: bool) -> bool:
    return not wild or not has_wildcard(value.partition("/")[0])


def _arn(value: str, wild: bool) -> bool:
    account = account_of(value)
    return value.startswith(PREFIX) and (not wild or (bool(account) and not has_wildcard(account)))


def _vpc(value: str, wild: bool) -> bool:
    return _arn(value, wild) or (value.startswith(PREFIX) and not has_wildcard(value.rpartition(":")[2]))


def _user(value: str, wild: bool) -> bool:
    """Whether a unique id is fixed: a user's, or a role's before the names of its sessions."""
    unique, colon, _ = value.partition(":")
    return not wild or bool(colon and unique and not has_wildcard(unique))


def _narrow(cidr: str) -> bool:
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _BROADEST[network.version]


_RULES: Mapping[str, Callable[[str, bool], bool]] = {
    "account": lambda _, wild: not wild,
    "organization": lambda _, wild: not wild,
    "id": lambda _, wild: not wild,
    "path": _path,
    "arn": _arn,
    "vpc": _vpc,
    "userid": _user,
    "endpoint": lambda value, wild: not wild or _arn(value, wild),
    "address": lambda value, _: _narrow(value),
}
"""Whether a value is fixed, by what its key holds a request to; with wildcards or without."""
