"""Checks of whom IAM roles trust: who may assume one, and whether somebody may do so through another's hands."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from muster.check import check
from muster.facets.iam import Trust
from muster.iam_patterns import applies_to as speaks_of
from muster.model import Severity, Unknown, Verdict, compliant, known, non_compliant
from muster.resource_policy import Condition, Policy, Statement

_ASSUMING = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_CALLERS = ("aws:principalorgid", "aws:principalorgpaths")
_WHOSE = ("aws:principalaccount", "aws:principalarn")
_EXTERNAL = ("sts:externalid",)

WITH_SOURCE = (
    "appstream.amazonaws.com",
    "codebuild.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "fis.amazonaws.com",
    "iot.amazonaws.com",
    "lambda.amazonaws.com",
    "personalize.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
"""Services whose guides ask for aws:SourceAccount or aws:SourceArn in the trust policies of their roles.

https://docs.aws.amazon.com/appstream2/latest/developerguide/example-fleet-machine.html
https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
https://github.com/aws/agent-toolkit-for-aws (its trust policy of ecs-tasks.amazonaws.com)
https://docs.aws.amazon.com/resilience-hub/latest/userguide/next-gen-resilience-testing-iam-single-account.html
https://docs.aws.amazon.com/iot/latest/developerguide/cross-service-confused-deputy-prevention.html
https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/doc-history.html (confused deputy prevention)
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
https://docs.aws.amazon.com/vpc/latest/tgw/flow-logs-cwl.html
"""

WITHOUT_SOURCE = ("cloudtrail.amazonaws.com", "ec2.amazonaws.com")
"""Services that were seen to send neither: a condition on them locks the service out.

https://github.com/prowler-cloud/prowler/issues/2810
https://github.com/prowler-cloud/prowler/issues/4714
"""

SHARED_PROVIDERS = (
    "agent.buildkite.com",
    "api.pulumi.com/oidc",
    "app.terraform.io",
    "gitlab.com",
    "oidc-configuration.audit-log.githubusercontent.com",
    "oidc.codefresh.io",
    "oidc.vercel.com",
    "proidc.upbound.io",
    "sandboxes.cloud",
    "scalr.io",
    "studio.datachain.ai/api",
    "token.actions.githubusercontent.com",
    "tokens.cloud.shisho.dev",
    "vstoken.actions.githubusercontent.com",
)
"""Identity providers that sign the tokens of all their customers, who differ in the claim `sub` or as `_CLAIMS` says.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "api.pulumi.com/oidc": ("aud",),
    "oidc.vercel.com": ("aud", "sub"),
    "sandboxes.cloud": ("aud",),
    "token.actions.githubusercontent.com": ("enterprise_id", "repository", "repository_id", "sub"),
}
"""The claims of shared providers that tell their customers apart, where that is not `sub` alone.

https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
"""

_PUBLIC_PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "accounts.google.com": ("aud", "oaud", "sub"),
    "cognito-identity.amazonaws.com": ("aud",),
    "graph.facebook.com": ("app_id", "id"),
    "www.amazon.com": ("app_id", "user_id"),
}
"""The claims that tell one customer's tokens from another's, by the providers that IAM knows itself.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

_SETTINGS = "name it in services_with_source or services_without_source"

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d\Z")
_ACCOUNT = re.compile(r"(?:arn:[^:]+:(?:iam|sts)::)?(?P<account>\d{12})(?::.+)?\Z")
_TENANT = re.compile(r"[^:*?]+:[^:*?/]+[:/]")


@check(severity=Severity.HIGH, version=2)
def iam_role_trust_not_confusable(
    trust: Trust,
    *,
    services_with_source: tuple[str, ...] = WITH_SOURCE,
    services_without_source: tuple[str, ...] = WITHOUT_SOURCE,
    shared_providers: tuple[str, ...] = SHARED_PROVIDERS,
    trusted_accounts: tuple[str, ...] = (),
) -> Verdict:
    """IAM roles should say for whom services and other accounts may assume them.

    A service needs a condition on aws:SourceAccount, aws:SourceArn, aws:SourceOrgID or aws:SourceOrgPaths; another
    account one on sts:ExternalId, aws:PrincipalOrgID or aws:PrincipalOrgPaths, unless it is one of
    `trusted_accounts`, and so does everybody whom aws:PrincipalAccount or aws:PrincipalArn holds to another account;
    an identity provider that many organizations share one on the claim that tells them apart. Principals of the
    role's own account and its own identity providers need none. A condition counts where it cannot be met without the
    key and its values are not left open; one in a Deny counts for everybody it speaks of.

    Services of `services_without_source` send no such key, so that a condition would lock them out. Of a service in
    neither list it is not known, and there is no verdict.

    Why: Who can make the service, the account or the provider act for them gets at the role, whoever they are: the
      deputy cannot tell on whose behalf it was asked.
    Fix: Add {"StringEquals": {"aws:SourceAccount": "ACCOUNT"}} for services, an ExternalId that was agreed on for other
      companies, and the subject of your own repositories for GitHub.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    policy = known(trust.policy)
    lists = _Lists(
        services_with_source, services_without_source, shared_providers, (trust.account_id, *trusted_accounts)
    )
    found: dict[_Kind, list[str]] = {kind: [] for kind in _Kind}
    for principal, statement in _trusted(policy):
        guards = (_denied_otherwise(each, statement) for each in policy.statements)
        conditions = [each for each in (*statement.conditions, *filter(None, guards)) if _binds(each)]
        found[_kind(principal, conditions, lists)].append(principal.partition(":")[2] or _anybody(conditions))
    if opened := _listed(found[_Kind.OPEN]):
        return non_compliant(f"without saying for whom, it trusts {opened}")
    if doubted := _listed(found[_Kind.DOUBTED]):
        known(Unknown(f"whether {doubted} says for whom it acts is not known: {_SETTINGS}"))
    if mute := _listed(found[_Kind.MUTE]):
        return compliant(f"all that it trusts is its own or bound by a condition, but {mute}, which cannot be bound")
    return compliant("all that it trusts is its own or bound by a condition")


class _Kind(Enum):
    """What became of one whom a role trusts."""

    BOUND = "its own, or bound by a condition"
    MUTE = "a service that never says for whom it acts"
    DOUBTED = "a service of which it is not known"
    OPEN = "open to whoever makes it act"


@dataclass(frozen=True, slots=True)
class _Lists:
    """The check's settings, the role's own account among the accounts."""

    sourced: tuple[str, ...]
    mute: tuple[str, ...]
    shared: tuple[str, ...]
    accounts: tuple[str, ...]


def _kind(principal: str, conditions: list[Condition], lists: _Lists) -> _Kind:
    kind, _, name = principal.partition(":")
    if kind == "service":
        return _Kind.BOUND if _held(conditions, _SOURCES) else _service_kind(name, lists)
    if kind == "federated":
        bound = _told_apart(name, conditions, lists.shared)
    elif principal == "*":
        agreed = _held(conditions, _WHOSE) and _held(conditions, _EXTERNAL)
        bound = agreed or _held(conditions, _CALLERS) or _held_to(conditions, lists.accounts)
    else:
        bound = _held(conditions, (*_EXTERNAL, *_CALLERS)) or _of(name, lists.accounts)
    return _Kind.BOUND if bound else _Kind.OPEN


def _service_kind(name: str, lists: _Lists) -> _Kind:
    """Tell what a service does that no condition binds, by its principal without region and without China's suffix."""
    labels = name.lower().removesuffix(".cn").split(".")
    service = ".".join(label for label in labels if not _REGION.match(label))
    if service in lists.mute:
        return _Kind.MUTE
    return _Kind.OPEN if service in lists.sourced or service == "*" else _Kind.DOUBTED


def _trusted(policy: Policy) -> Iterator[tuple[str, Statement]]:
    """Yield who may assume the role, with the statement that says so."""
    for statement in policy.statements:
        if statement.allow and any(speaks_of(statement, action) for action in _ASSUMING):
            for principal in ("*",) if statement.not_principals else statement.principals:
                yield principal, statement


def _denied_otherwise(denial: Statement, statement: Statement) -> Condition | None:
    """Return, as a condition to be met, what a Deny demands of everybody whom a statement lets in."""
    if denial.allow or not denial.everybody or len(denial.conditions) != 1:
        return None
    if not all(speaks_of(denial, action) for action in _ASSUMING if speaks_of(statement, action)):
        return None
    (condition,) = denial.conditions
    affirmed = re.sub(r"^(string|arn)not", r"\1", condition.operator)
    if affirmed == condition.operator:
        return None
    # A negated operator is met without the key, with IfExists or not: the Deny refuses whoever has none.
    return Condition(affirmed, condition.key, condition.values, if_exists=False)


def _binds(condition: Condition) -> bool:
    """Whether a request without the key fails it, and its values leave nobody free to choose."""
    operator = condition.operator.removeprefix("foranyvalue:")
    if condition.if_exists or operator not in _AFFIRMING:
        return False
    wild = operator in ("stringlike", "arnlike", "arnequals")
    return bool(condition.values) and all(_narrow(condition.key, value, wild=wild) for value in condition.values)


_AFFIRMING = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike")


def _narrow(key: str, value: str, *, wild: bool) -> bool:
    """Whether a value says whose the request is, in spite of its wildcards."""
    if not wild or not set("*?") & set(value):
        return True
    if key in ("aws:sourcearn", "aws:principalarn"):
        pieces = value.split(":", 5)
        account, rest = (pieces[4], pieces[5]) if len(pieces) > len("arn:") else ("*", "*")
        return not set("*?") & set(account) if account else rest[:1] not in ("*", "?", "")
    if key.endswith(("orgpaths", ":repository")):
        return not set("*?") & set(value.partition("/")[0])
    # What is left are claims of identity providers, `repo:octo-org/*` for example: the tenant must be spelled out.
    return not key.startswith(("aws:", "sts:")) and _TENANT.match(value) is not None


def _held(conditions: Iterable[Condition], keys: Collection[str]) -> bool:
    return any(condition.key in keys for condition in conditions)


def _held_to(conditions: Iterable[Condition], accounts: Collection[str]) -> bool:
    """Whether only principals of the accounts meet the conditions."""
    whose = (condition for condition in conditions if condition.key in _WHOSE)
    return any(all(_of(value, accounts) for value in condition.values) for condition in whose)


def _anybody(conditions: Iterable[Condition]) -> str:
    """Say who everybody is, under conditions that each bind."""
    held = _listed(value for condition in conditions if condition.key in _WHOSE for value in condition.values)
    return f"anybody of {held}" if held else "anybody with an AWS account"


def _told_apart(provider: str, conditions: Iterable[Condition], shared: Collection[str]) -> bool:
    """Whether a provider's tokens of others are refused; one that is nobody else's needs no condition."""
    host = provider.rpartition("oidc-provider/")[2].lower()
    claims = _PUBLIC_PROVIDERS.get(host, _CLAIMS.get(host, ("sub",)) if host in shared else ())
    return not claims or _held(conditions, [f"{host}:{claim}" for claim in claims])


def _of(principal: str, accounts: Collection[str]) -> bool:
    """Whether a principal is of one of the accounts; the id that is left of a deleted one is nobody's."""
    named = _ACCOUNT.match(principal)
    return named["account"] in accounts if named else not principal.startswith("arn:")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
