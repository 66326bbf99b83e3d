"""Checks of whom IAM roles trust: who may assume one, and whether somebody may do so through another's hands."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from muster.analysis.policies.document import Policy
from muster.analysis.policies.role_trust import Trusted, either, fixing, fixing_to, of_accounts, trusted
from muster.analysis.policies.service_principals import Sends, normal, sends, sends_external_id
from muster.facets.iam.policies import Trust
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_CALLERS = ("aws:principalorgid", "aws:principalorgpaths")
_WHOSE = ("aws:principalaccount", "aws:principalarn")
_EXTERNAL = ("sts:externalid",)

_SHARED_PROVIDERS = (
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


@check(severity=Severity.HIGH, version=4)
def iam_role_trust_not_confusable(
    trust: Trust,
    *,
    services_with_source: tuple[str, ...] = (),
    services_without_source: tuple[str, ...] = (),
    shared_providers: tuple[str, ...] = _SHARED_PROVIDERS,
    trusted_accounts: tuple[str, ...] = (),
) -> Verdict:
    """IAM roles should say for whom services and other accounts may assume them.

    A service needs a condition on aws:SourceAccount, aws:SourceArn, aws:SourceOrgID or aws:SourceOrgPaths, or on
    sts:ExternalId where AWS documents that it sends one (Firehose, SES, Cognito's user pools); another
    account one on sts:ExternalId, aws:PrincipalOrgID or aws:PrincipalOrgPaths, unless it is one of
    `trusted_accounts`, and so does everybody whom aws:PrincipalAccount or aws:PrincipalArn holds to another account;
    an identity provider that many organizations share one on the claim that tells them apart. Principals of the
    role's own account and its own identity providers need none. A condition counts where it cannot be met without the
    key and its values are not left open; one in a Deny counts for everybody it speaks of.

    Muster's table of service principals says which services send these keys: data/service_principals.yaml.
    `services_with_source` and `services_without_source` overrule it. A service that sends none needs no condition,
    which would lock it out, and neither does one that only resources of the role's own account can use. A role that
    trusts a service of which AWS documents nothing is judged by `iam-role-trust-services-documented`.

    Problem: role trust lacks a source condition
    Why: Who can make the service, the account or the provider act for them gets at the role, whoever they are: the
      deputy cannot tell on whose behalf it was asked.
    Fix: `aws iam update-assume-role-policy --role-name NAME --policy-document file://TRUST-POLICY.json` For
      services add {"StringEquals": {"aws:SourceAccount": "YOUR-ACCOUNT"}}. For other companies require an
      ExternalId. For GitHub require the subject of your own repositories.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    lists = _Lists(
        _normal(services_with_source),
        _normal(services_without_source),
        shared_providers,
        (trust.account_id, *trusted_accounts),
    )
    found = _found(known(trust.policy), lists)
    if opened := _listed(found[_Kind.OPEN]):
        return non_compliant(f"without saying for whom, it trusts {opened}")
    if doubted := _listed(found[_Kind.DOUBTED]):
        return not_applicable(
            f"AWS documents no condition that binds {doubted}: iam-role-trust-services-documented judges that"
        )
    bound = "all that it trusts is its own or bound by a condition"
    if mute := _listed(found[_Kind.MUTE]):
        return compliant(f"{bound}, but {mute}, which cannot be bound")
    return compliant(bound)


@check(severity=Severity.LOW)
def iam_role_trust_services_documented(
    trust: Trust,
    *,
    services_with_source: tuple[str, ...] = (),
    services_without_source: tuple[str, ...] = (),
) -> Verdict:
    """IAM roles should trust services whose documentation says which condition binds them.

    It fails where a role trusts a service without a condition, and no page of AWS says whether the service sends
    aws:SourceAccount or aws:SourceArn. A condition may bind the service or lock it out.
    data/service_principals.yaml lists what is known. `services_with_source` and `services_without_source` overrule
    it; give `iam-role-trust-not-confusable` the same ones.

    Problem: trusted service without a condition
    Why: Another account may be able to make the service assume the role (the "confused deputy" problem).
    Fix: Try a condition on aws:SourceAccount in a test account. If the service still works, keep it. If not, name
      the service in services_without_source of both checks, or suppress the finding with the reason.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention
    """
    lists = _Lists(_normal(services_with_source), _normal(services_without_source), (), (trust.account_id,))
    services = [each for each in trusted(known(trust.policy)) if each.principal.startswith("service:")]
    if not services:
        return not_applicable("it trusts no service")
    doubted = _listed(_name(each) for each in services if _kind(each, lists) is _Kind.DOUBTED)
    if doubted:
        return non_compliant(f"AWS documents no condition that binds {doubted}, which it trusts without one")
    return compliant("every service that it trusts is bound by a condition or documented")


class _Kind(Enum):
    """The result for a principal that a role trusts."""

    BOUND = "its own, or bound by a condition"
    MUTE = "a service that sends no key"
    DOUBTED = "a service of which AWS documents nothing"
    OPEN = "open to whoever makes it act"


@dataclass(frozen=True, slots=True)
class _Lists:
    """The check's settings, the role's own account among the accounts."""

    sourced: tuple[str, ...]
    mute: tuple[str, ...]
    shared: tuple[str, ...]
    accounts: tuple[str, ...]


def _found(policy: Policy, lists: _Lists) -> Mapping[_Kind, list[str]]:
    found: dict[_Kind, list[str]] = {kind: [] for kind in _Kind}
    for each in trusted(policy):
        found[_kind(each, lists)].append(_name(each))
    return found


def _name(each: Trusted) -> str:
    return each.principal.partition(":")[2] or _anybody(each)


def _kind(each: Trusted, lists: _Lists) -> _Kind:
    kind, _, name = each.principal.partition(":")
    if kind == "service":
        keys = (*_SOURCES, *_EXTERNAL) if sends_external_id(name) else _SOURCES
        return _Kind.BOUND if each.held(fixing(keys)) else _service_kind(name, lists)
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
    """Return the result for a service that no condition binds; the settings come before the table."""
    service = normal(name)
    if service in lists.mute:
        return _Kind.MUTE
    return _Kind.OPEN if service in lists.sourced or service == "*" else _KINDS[sends(service)]


_KINDS: Mapping[Sends, _Kind] = {
    Sends.SOURCE: _Kind.OPEN,
    Sends.EXTERNAL_ID: _Kind.OPEN,
    Sends.NONE: _Kind.MUTE,
    Sends.OWN: _Kind.BOUND,
    Sends.UNDOCUMENTED: _Kind.DOUBTED,
}


def _normal(services: Iterable[str]) -> tuple[str, ...]:
    return tuple(normal(service) for service in services)


def _anybody(each: Trusted) -> str:
    """Return the words for everyone."""
    held = _listed(each.values_of(_WHOSE)) if each.held(fixing(_WHOSE)) else ""
    return f"anybody of {held}" if held else "anybody with an AWS account"


def _claims(provider: str, shared: Collection[str]) -> tuple[str, ...]:
    """Return the keys that tell a provider's tokens apart; none where nobody else has tokens of it."""
    host = provider.rpartition("oidc-provider/")[2].lower()
    claims = _PUBLIC_PROVIDERS.get(host, _CLAIMS.get(host, ("sub",)) if host in shared else ())
    return tuple(f"{host}:{claim}" for claim in claims)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
