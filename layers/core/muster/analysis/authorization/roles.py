"""Whether a role may make a request: by its policies, its permissions boundary and the policy of the resource. Pure.

An explicit Deny comes first. A role's own policies are enough for a resource of its account, unless the resource is a
KMS key: its policy must admit the account or the role. For a resource of another account both sides must allow.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from muster.analysis.authorization.families import members
from muster.analysis.authorization.requests import Match, Request, find_match
from muster.analysis.policies.document import Policy, Statement
from muster.analysis.three_valued import all_of, any_of
from muster.model.arn import Arn

_BOUNDARY = "the permissions boundary"


@dataclass(frozen=True, slots=True)
class Role:
    """A role with its inline and attached policies, each with its name in a sentence, and its permissions boundary."""

    arn: str
    policies: tuple[tuple[str, Policy], ...]
    boundary: Policy | None = None

    @property
    def account(self) -> str:
        """The account of the role."""
        return Arn.of(self.arn).account

    @property
    def bounds(self) -> tuple[tuple[str, Policy], ...]:
        """The permissions boundary with its name in a sentence; nothing where the role has none."""
        return () if self.boundary is None else ((_BOUNDARY, self.boundary),)


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """The policy of a resource, with its name in a sentence and the account that owns the resource.

    `decides` says that a role's own policies count only where this policy admits the role's account, as with KMS keys.
    """

    name: str
    policy: Policy
    account: str
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is allowed, None where that is undecided, and why it is not certainly allowed."""

    allowed: bool | None
    reason: str = ""


def decide(role: Role, request: Request, resource: ResourcePolicy | None = None) -> Decision:
    """Return whether a role may make a request, or all requests of a family.

    Without the policy of the resource, the role's own policies and its boundary decide.
    """
    policies = [policy for _, policy in (*role.policies, *role.bounds)] + ([resource.policy] if resource else [])
    kinds = members(request, policies)
    if kinds is None:
        return Decision(None, "the policies name too many kinds of objects to judge each")
    decisions = [_decide(role, each, resource) for each in kinds]
    worst = min(decisions, key=_rank)
    if worst.allowed is False and any(each.allowed is not False for each in decisions):
        return Decision(False, f"not for all objects: {worst.reason}")
    return worst


def denial(role: Role, request: Request, resource: ResourcePolicy) -> Decision:
    """Return whether the policy of a resource leaves a request of a role alone: no Deny of it applies."""
    kinds = members(request, [resource.policy])
    if kinds is None:
        return Decision(None, f"{resource.name} names too many kinds of objects to judge each")
    found = [_not_denied([_denies(role, each, resource)]) for each in kinds]
    return min(found, key=_rank)


def admission(role: Role, request: Request, resource: ResourcePolicy) -> Decision:
    """Return whether the policy of a resource admits a role of another account, and no Deny of it applies."""
    kinds = members(request, [resource.policy])
    if kinds is None:
        return Decision(None, f"{resource.name} names too many kinds of objects to judge each")
    return min((_admission(role, each, resource) for each in kinds), key=_rank)


def _admission(role: Role, request: Request, resource: ResourcePolicy) -> Decision:
    denied = _not_denied([_denies(role, request, resource)])
    direct, account = _direct(role, request, resource), _account(role, request, resource)
    if denied.allowed is False:
        return denied
    allowed = any_of((direct.result, account.result))
    if allowed is False:
        return Decision(False, f"{resource.name} does not admit the role")
    return denied if allowed and denied.allowed is None else _undecided(allowed, direct, account)


def _rank(decision: Decision) -> int:
    """Order decisions: not allowed, not known, allowed."""
    return {False: 0, None: 1, True: 2}[decision.allowed]


def _decide(role: Role, request: Request, resource: ResourcePolicy | None) -> Decision:
    own = find_match((*role.policies, *role.bounds), request, _everybody, allow=False)
    denied = _not_denied([own, _denies(role, request, resource) if resource else Match(False)])
    if denied.allowed is False:
        return denied
    identity = find_match(role.policies, request, _everybody, allow=True)
    bounds = find_match(role.bounds, request, _everybody, allow=True) if role.bounds else Match(True)
    if bounds.result is False:
        return Decision(False, f"{_BOUNDARY} does not allow it")
    granted = _granted(role, request, resource, identity)
    if granted.allowed is False:
        return granted
    unknown = (each for each in (denied, granted, _undecided(bounds.result, bounds)) if each.allowed is None)
    return next(unknown, Decision(True))


def _granted(role: Role, request: Request, resource: ResourcePolicy | None, identity: Match) -> Decision:
    """Return whether the policies allow it together, whatever denies it."""
    lacking = "no policy of the role allows it"
    if resource is None:
        return _undecided(identity.result, identity, lacking=lacking)
    direct, account = _direct(role, request, resource), _account(role, request, resource)
    if resource.account != role.account:
        admitted = any_of((direct.result, account.result))
        why = f"{resource.name} does not admit the role" if admitted is False else lacking
        return _undecided(all_of((identity.result, admitted)), identity, direct, account, lacking=why)
    if not resource.decides:
        return _undecided(any_of((identity.result, direct.result)), identity, direct, lacking=lacking)
    allowed = any_of((direct.result, all_of((account.result, identity.result))))
    why = f"{resource.name} admits neither the role nor its account" if account.result is False else lacking
    return _undecided(allowed, direct, account, identity, lacking=why)


def _undecided(allowed: bool | None, *matches: Match, lacking: str = "") -> Decision:
    if allowed is None:
        unknown = next(each.statement for each in matches if each.result is None)
        return Decision(None, f"it is not known whether {unknown} applies")
    return Decision(allowed, "" if allowed else lacking)


def _not_denied(matches: list[Match]) -> Decision:
    for each in matches:
        if each.result:
            return Decision(False, f"{each.statement} denies it")
    denied = any_of(each.result for each in matches)
    return _undecided(None if denied is None else True, *matches)


def _everybody(_statement: Statement) -> bool:
    return True


def _denies(role: Role, request: Request, resource: ResourcePolicy) -> Match:
    def names(statement: Statement) -> bool | None:
        if statement.not_principals:
            # A Deny must leave out the session, too, whose name is not known.
            named = any_of(_is_role(each, role) for each in statement.not_principals)
            return True if named is False else None
        return any_of(
            is_it for each in statement.principals for is_it in (_is_account(each, role), _is_role(each, role))
        )

    return find_match([(resource.name, resource.policy)], request, names, allow=False)


def _direct(role: Role, request: Request, resource: ResourcePolicy) -> Match:
    """Whether a statement allows the request to the role itself, or to everybody."""

    def names(statement: Statement) -> bool | None:
        if statement.not_principals:
            others = [_is_role(each, role) for each in statement.not_principals]
            named = any_of((*others, *(_is_account(each, role) for each in statement.not_principals)))
            return None if named is None else not named
        return any_of(_is_role(each, role) for each in statement.principals)

    return find_match([(resource.name, resource.policy)], request, names, allow=True)


def _account(role: Role, request: Request, resource: ResourcePolicy) -> Match:
    """Whether a statement allows the request to the role's account, which leaves the rest to its policies."""

    def names(statement: Statement) -> bool:
        return any(_is_account(each, role) for each in statement.principals)

    return find_match([(resource.name, resource.policy)], request, names, allow=True)


def _is_role(principal: str, role: Role) -> bool | None:
    """Whether a principal is the role; None for one of its sessions, and for an account by its canonical id."""
    kind, _, name = principal.partition(":")
    if principal == "*" or name == role.arn:
        return True
    if kind == "canonicaluser":
        return None
    session, arn = Arn.parse(name), Arn.of(role.arn)
    if session and session.service == "sts" and session.account == arn.account:
        return None if session.path[:2] == ("assumed-role", arn.name) else False
    return False


def _is_account(principal: str, role: Role) -> bool:
    return principal in _account_names(role)


def _account_names(role: Role) -> Iterator[str]:
    yield f"aws:{role.account}"
    yield f"aws:arn:{Arn.of(role.arn).partition}:iam::{role.account}:root"
