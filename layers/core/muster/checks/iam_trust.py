"""Checks of whom IAM roles trust: who may assume one, and whether somebody may do so through another's hands."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from muster.check import check
from muster.facets.iam import Trust
from muster.model import Severity, Unknown, Verdict, compliant, known, non_compliant
from muster.role_trust import Trusted, either, fixing, fixing_to, of_accounts, trusted

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


@check(severity=Severity.HIGH, version=3)
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
    for each in trusted(policy):
        found[_kind(each, lists)].append(each.principal.partition(":")[2] or _anybody(each))
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


def _kind(each: Trusted, lists: _Lists) -> _Kind:
    kind, _, name = each.principal.partition(":")
    if kind == "service":
        return _Kind.BOUND if each.held(fixing(_SOURCES)) else _service_kind(name, lists)
    if kind == "federated":
        claims = _claims(name, lists.shared)
        bound = not claims or each.held(fixing(claims))
    elif each.principal == "*":
        bound = _everyone_held(each, lists.accounts)
    else:
        bound = of_accounts(name, lists.accounts) or each.held(fixing((*_EXTERNAL, *_CALLERS)))
    return _Kind.BOUND if bound else _Kind.OPEN


def _everyone_held(each: Trusted, accounts: Collection[str]) -> bool:
    """Whether everyone is held to the accounts or an organization, or to another account and an external id."""
    own = either(fixing(_CALLERS), fixing_to(_WHOSE, accounts))
    named = either(own, fixing(_WHOSE))
    return each.held(own) or (each.held(named) and each.held(either(own, fixing(_EXTERNAL))))


def _service_kind(name: str, lists: _Lists) -> _Kind:
    """Tell what a service does that no condition binds, by its principal without region and without China's suffix."""
    labels = name.lower().removesuffix(".cn").split(".")
    service = ".".join(label for label in labels if not _REGION.match(label))
    if service in lists.mute:
        return _Kind.MUTE
    return _Kind.OPEN if service in lists.sourced or service == "*" else _Kind.DOUBTED


def _anybody(each: Trusted) -> str:
    """Say who everyone is."""
    held = _listed(each.said(_WHOSE)) if each.held(fixing(_WHOSE)) else ""
    return f"anybody of {held}" if held else "anybody with an AWS account"


def _claims(provider: str, shared: Collection[str]) -> tuple[str, ...]:
    """Return the keys that tell a provider's tokens apart; none where nobody else has tokens of it."""
    host = provider.rpartition("oidc-provider/")[2].lower()
    claims = _PUBLIC_PROVIDERS.get(host, _CLAIMS.get(host, ("sub",)) if host in shared else ())
    return tuple(f"{host}:{claim}" for claim in claims)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
