"""Who may do what by a resource's policy: everybody, or principals of other accounts. Pure.

What counts as public is what S3 counts so: everybody is allowed, and no condition holds the request to a fixed value.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence

from muster.resource_policy import Condition, Policy, Statement

_MATCHING = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike")
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
}
_ACCOUNTS = ("aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount")
_ARNS = ("aws:principalarn", "aws:sourcearn")
_FIXED = (
    *_ACCOUNTS,
    *_ARNS,
    "aws:principalorgid",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
)
"""The keys that a fixed value narrows to somebody in particular, in lower case."""

_BROADEST = {4: 8, 6: 32}
"""The shortest prefix of addresses that S3 does not call public, by version of IP."""

_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}\Z")
"""What IAM puts in place of a principal that was deleted: it admits nobody.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

_Test = Callable[[Condition], bool]


def public(policy: Policy, actions: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Say for each Allow statement that admits everybody what everybody may do; none means that it is not public.

    `actions` are the patterns of actions that matter, all if None. A Deny counts only where it takes away all that the
    statement gives to strangers.
    """
    return tuple(
        sorted(
            {
                f"{_everybody(statement)} may do {_done(statement)}"
                for statement in policy.statements
                if statement.allow and _admits_all(statement) and _open(policy, statement, actions, narrows, _named)
            }
        )
    )


def foreign(policy: Policy, account_id: str, actions: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Name the principals of other accounts that are allowed any of the actions; everybody is among them.

    Services are no accounts. A principal of which the account cannot be told is taken for a stranger.
    """

    def own(condition: Condition) -> bool:
        return _holds_to(condition, account_id)

    def known(names: Iterable[str]) -> bool:
        return all(not _stranger(name, account_id) for name in names)

    found = (
        name
        for statement in policy.statements
        if statement.allow and _open(policy, statement, actions, own, known)
        for name in _strangers(statement, account_id)
    )
    return tuple(sorted(set(found)))


def narrows(condition: Condition) -> bool:
    """Whether a statement with this condition speaks of somebody in particular: all values are fixed.

    What is also true when the key is missing, or of anything else than the values, does not narrow.
    """
    if condition.if_exists or not condition.values:
        return False
    if condition.key == "aws:sourceip":
        return condition.operator == "ipaddress" and all(_narrow(value) for value in condition.values)
    if condition.key == "aws:principalorgpaths":
        # The key has several values, so that it is compared with a set operator, and a path goes on below its parts.
        operators = ("foranyvalue:stringequals", "foranyvalue:stringlike")
        fixed = [value.partition("/")[0] for value in condition.values]
        return condition.operator in operators and all(map(_fixed, fixed))
    if condition.operator not in _MATCHING or condition.key not in _FIXED:
        return False
    if condition.key == "s3:dataaccesspointarn":
        return all(_fixed(_account(value)) for value in condition.values)
    return all(_fixed(value) for value in condition.values)


def covers(pattern: str, text: str) -> bool:
    """Whether a pattern of IAM, with `*` and `?`, matches a text; of a pattern, whether it matches all of it."""
    spelled = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "[^*]")
    return re.fullmatch(spelled, text, re.DOTALL) is not None


def meet(one: str, other: str) -> bool:
    """Whether a text exists that both patterns match."""
    reached = {0}
    for letter in one:
        reached = {after for place in _skipped(reached, other) for after in _after(letter, place, other)}
    return len(other) in _skipped(reached, other)


def may(statement: Statement, action: str) -> bool:
    """Whether the statement speaks of an action that the pattern matches, whatever the letters."""
    asked = action.lower()
    if statement.not_actions:
        return not any(covers(each, asked) for each in statement.not_actions)
    return any(meet(each, asked) for each in statement.actions)


def _skipped(places: Iterable[int], pattern: str) -> set[int]:
    """Return the places with those behind the stars that stand at them: a star may stand for nothing."""
    found: set[int] = set()
    for place in places:
        rest = pattern[place:]
        found.update(range(place, place + len(rest) - len(rest.lstrip("*")) + 1))
    return found


def _after(letter: str, place: int, pattern: str) -> Iterable[int]:
    """Return where the second pattern may stand after one more letter of the first, which may itself be a pattern."""
    if letter == "*":
        return range(place, len(pattern) + 1)
    if place == len(pattern):
        return ()
    if pattern[place] == "*":
        return (place,)
    return (place + 1,) if letter == pattern[place] or "?" in (letter, pattern[place]) else ()


def _admits_all(statement: Statement) -> bool:
    return "*" in statement.principals or bool(statement.not_principals)


def _open(
    policy: Policy,
    statement: Statement,
    asked: tuple[str, ...] | None,
    narrow: _Test,
    safe: Callable[[Sequence[str]], bool],
) -> bool:
    """Whether an Allow leaves something to those it should not: no condition narrows it, and no Deny undoes it."""
    given = statement.actions or ("*",)
    wanted = [each.lower() for each in asked] if asked is not None else ["*"]
    pairs = [(each, want) for want in wanted if may(statement, want) for each in given if meet(each, want)]
    if not pairs or any(narrow(condition) for condition in statement.conditions):
        return False
    denials = [each for each in policy.statements if not each.allow and _keeps_out(each, narrow, safe)]
    return not all(any(_undoes(denial, statement, pair) for denial in denials) for pair in pairs)


def _keeps_out(denial: Statement, narrow: _Test, safe: Callable[[Sequence[str]], bool]) -> bool:
    """Whether those whom a Deny spares are no strangers: nobody, known principals, or who has a fixed value."""
    if not denial.everybody and not (denial.not_principals and safe(denial.not_principals)):
        return False
    if not denial.conditions:
        return True
    return len(denial.conditions) == 1 and narrow(_spared(denial.conditions[0]))


def _spared(condition: Condition) -> Condition:
    """Return the condition of whom a Deny with this one spares; a missing key is denied, with IfExists or without."""
    operator = _NEGATED.get(condition.operator, "")
    return Condition(operator, condition.key, condition.values, if_exists=False)


def _undoes(denial: Statement, statement: Statement, pair: tuple[str, str]) -> bool:
    """Whether a Deny speaks of all resources of the statement and of all actions of one kind."""
    resources = statement.resources or ("*",)
    everywhere = all(any(covers(each, resource) for each in denial.resources) for resource in resources)
    if denial.not_actions:
        return everywhere and any(not any(meet(each, action) for each in denial.not_actions) for action in pair)
    return everywhere and any(covers(each, action) for each in denial.actions for action in pair)


def _named(names: Sequence[str]) -> bool:
    return "*" not in names


def _holds_to(condition: Condition, account_id: str) -> bool:
    """Whether only the account itself meets the condition."""
    if condition.if_exists or condition.operator not in _MATCHING or not condition.values:
        return False
    if condition.key in _ACCOUNTS:
        return all(value == account_id for value in condition.values)
    return condition.key in _ARNS and all(_account(value) == account_id for value in condition.values)


def _strangers(statement: Statement, account_id: str) -> Iterable[str]:
    if _admits_all(statement):
        keys = ", ".join(sorted({condition.key for condition in statement.conditions}))
        return (_everybody(statement) + (f" whom the condition on {keys} admits" if keys else ""),)
    return (_plain(name) for name in statement.principals if _stranger(name, account_id))


def _stranger(name: str, account_id: str) -> bool:
    """Whether a principal is of another account, or of one that its name does not tell."""
    kind, _, said = name.partition(":")
    if kind == "service" or _DELETED.match(said):
        return False
    return (_account(said) if said.startswith("arn:") else said) != account_id


def _account(arn: str) -> str:
    """Return the account of an ARN, or of a pattern of ARNs that spells it; empty where there is none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""  # noqa: PLR2004 - the parts of an ARN


def _fixed(value: str) -> bool:
    return bool(value) and not any(sign in value for sign in ("*", "?", "${"))


def _narrow(cidr: str) -> bool:
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _BROADEST[network.version]


def _plain(name: str) -> str:
    return name.partition(":")[2] or name


def _everybody(statement: Statement) -> str:
    if "*" in statement.principals:
        return "everybody"
    return f"everybody but {', '.join(sorted(map(_plain, statement.not_principals)))}"


def _done(statement: Statement) -> str:
    """Say what a statement allows, and which conditions do not help."""
    actions = ", ".join(sorted(statement.actions)) or f"all but {', '.join(sorted(statement.not_actions))}"
    keys = ", ".join(sorted({condition.key for condition in statement.conditions}))
    return f"{actions}, which the condition on {keys} does not narrow" if keys else actions
