"""Access that a resource's policy gives to everyone or to principals of other accounts. Pure.

A statement is public if some stranger's request meets its conditions and no Deny stops that request. What a condition
can hold a request to is in data/condition_keys.yaml; decisions 15 and 16 say what counts as held.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from muster.analysis.patterns.globs import covers, intersects
from muster.analysis.policies.condition_keys import Key, find, spelled
from muster.analysis.policies.condition_values import Fixes
from muster.analysis.policies.document import Policy, Statement
from muster.analysis.policies.strangers import ANONYMOUS, PRINCIPAL, Query, from_accounts, get_past, known
from muster.analysis.policies.wildcards import applies_to
from muster.model.arn import account_of

_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}\Z")
"""What IAM puts in place of a principal that was deleted: it admits nobody.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

_Pair = tuple[str, str]
"""A pattern of actions that a statement names, and one of those that matter."""


def public(policy: Policy, actions: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Describe each Allow statement that admits everyone; none means that the policy is not public.

    `actions` are the patterns of actions that matter, all if None. A Deny counts only where it takes away all that the
    statement gives to strangers.
    """
    return tuple(_reason(policy.statements.index(each) + 1, each) for each in public_statements(policy, actions))


def public_statements(policy: Policy, actions: tuple[str, ...] | None = None) -> tuple[Statement, ...]:
    """Return the statements that `public` describes."""

    def spared(denial: Statement) -> bool:
        return not denial.everybody and not (denial.not_principals and "*" not in denial.not_principals)

    return tuple(
        statement
        for statement in policy.statements
        if statement.allow
        and _admits_all(statement)
        and _open(policy, statement, actions, known, spared, (ANONYMOUS, PRINCIPAL))
    )


def foreign(
    policy: Policy, account_id: str, actions: tuple[str, ...] | None = None, trusted: Sequence[str] = ()
) -> tuple[str, ...]:
    """Name the principals of other accounts that are allowed any of the actions; everyone is among them.

    Services are no accounts, and `trusted` accounts are no others. A principal whose account its name does not tell is
    taken for a stranger.
    """
    accounts = frozenset((account_id, *trusted))
    own = from_accounts(accounts)
    found = (
        text
        for statement in policy.statements
        if statement.allow
        for name, text in _strangers(statement, accounts)
        if _open(policy, statement, actions, own, _sparing(name, accounts), _senders(name))
    )
    return tuple(sorted(set(found)))


def _senders(name: str) -> tuple[str, ...]:
    return (ANONYMOUS, PRINCIPAL) if name == "*" else (PRINCIPAL,)


def _sparing(name: str, accounts: Collection[str]) -> Callable[[Statement], bool]:
    """Return what says whether a Deny leaves a principal of another account alone."""

    def spared(denial: Statement) -> bool:
        if denial.not_principals:
            return any(each == "*" or _stranger(each, accounts) for each in denial.not_principals)
        return not denial.everybody and name not in denial.principals

    return spared


def _admits_all(statement: Statement) -> bool:
    return "*" in statement.principals or bool(statement.not_principals)


def _open(  # noqa: PLR0913 - the policy, its statement, and four things that tell strangers
    policy: Policy,
    statement: Statement,
    actions: tuple[str, ...] | None,
    fixes: Fixes,
    spared: Callable[[Statement], bool],
    senders: Sequence[str],
) -> bool:
    """Whether an Allow leaves a stranger something to do."""
    denials = [each for each in policy.statements if not each.allow and not spared(each)]
    keys = {find(condition.key) for each in (statement, *denials) for condition in each.conditions}
    tried = set()
    for pair in _pairs(statement, actions, keys):
        stops = [each.conditions for each in denials if _undoes(each, statement, pair)]
        action = pair[0] if covers(pair[1], pair[0]) else pair[1]
        # Actions that the same denials stop and whose requests carry the same keys have the same answer.
        alike = (*map(id, stops), *(key for key in keys if key.carried(action)))
        if alike not in tried and get_past(statement.conditions, stops, Query(fixes, action), senders):
            return True
        tried.add(alike)
    return False


def _pairs(statement: Statement, actions: tuple[str, ...] | None, keys: Collection[Key]) -> Iterator[_Pair]:
    """Yield what a statement gives of what is asked, and singly the actions whose requests alone carry a key."""
    given = statement.actions or ("*",)
    wanted = [each.lower() for each in actions] if actions is not None else ["*"]
    for want in wanted:
        if applies_to(statement, want):
            yield from ((each, want) for each in given if intersects(each, want))
    named = {action for key in keys for action in key.actions}
    for action in sorted(named):
        if applies_to(statement, action) and any(covers(want, action) for want in wanted):
            yield action, action


def _undoes(denial: Statement, statement: Statement, pair: _Pair) -> bool:
    """Whether a Deny speaks of all resources of the statement and of all actions of one kind."""
    resources = statement.resources or ("*",)
    everywhere = all(any(covers(each, resource) for each in denial.resources) for resource in resources)
    if denial.not_actions:
        return everywhere and any(not any(intersects(each, action) for each in denial.not_actions) for action in pair)
    return everywhere and any(covers(each, action) for each in denial.actions for action in pair)


def _strangers(statement: Statement, accounts: Collection[str]) -> Iterable[tuple[str, str]]:
    """Return the principals of a statement that are of other accounts, and how they are told."""
    if _admits_all(statement):
        keys = ", ".join(sorted({spelled(condition.key) for condition in statement.conditions}))
        return (("*", _everyone(statement) + (f" that meets the condition on {keys}" if keys else "")),)
    return [(name, _plain(name)) for name in statement.principals if _stranger(name, accounts)]


def _stranger(name: str, accounts: Collection[str]) -> bool:
    """Whether a principal is of another account, or of one that its name does not tell."""
    kind, _, principal = name.partition(":")
    if kind == "service" or deleted(name):
        return False
    return (account_of(principal) or principal) not in accounts


def deleted(name: str) -> bool:
    """Whether a principal of a statement is what IAM put in the place of a deleted one: its unique id."""
    return _DELETED.match(name.partition(":")[2]) is not None


def _plain(name: str) -> str:
    return name.partition(":")[2] or name


def _everyone(statement: Statement) -> str:
    if "*" in statement.principals:
        return 'everyone (Principal "*")'
    return f"everyone except {', '.join(sorted(map(_plain, statement.not_principals)))} (NotPrincipal)"


def _unfixed(name: str) -> str:
    """Describe the value that a condition on a key could fix and does not."""
    what = _FIXED.get(find(name).holds)
    return f"{spelled(name)} names no {what}" if what else f"{spelled(name)} does not limit the caller"


_FIXED: Mapping[str, str] = {
    "account": "account",
    "organization": "organization",
    "path": "organization",
    "arn": "account",
    "vpc": "VPC",
    "id": "id",
    "userid": "user or role",
    "address": "narrow range of addresses",
    "endpoint": "endpoint",
}
"""What a reader should fix, by what the key holds a request to."""


def _reason(number: int, statement: Statement) -> str:
    """Describe a statement: its actions, its principals, and the keys of its conditions that do not help."""
    doing = ("all actions except " if statement.not_actions else "") + ", ".join(sorted(statement.written))
    keys = dict.fromkeys(condition.key for condition in statement.conditions)
    limits = f" despite its condition ({', '.join(map(_unfixed, keys))})" if keys else ""
    named = f'statement {number} ("{statement.sid}")' if statement.sid else f"statement {number}"
    return f"{named} allows {doing} to {_everyone(statement)}{limits}"
