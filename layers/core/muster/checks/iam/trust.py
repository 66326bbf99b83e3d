"""Checks of the trust policies of IAM roles, and of the confused deputy problem."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from muster.analysis.policies.document import Policy
from muster.analysis.policies.role_trust import Trusted, either, fixing, fixing_to, of_accounts, trusted
from muster.analysis.policies.service_principals import Sends, normal, sends, sends_external_id
from muster.facets.iam.policies import Trust
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence

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
"""Identity providers with one issuer for all customers, whose tokens differ in the claim `sub` or in `_CLAIMS`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "api.pulumi.com/oidc": ("aud",),
    "oidc.vercel.com": ("aud", "sub"),
    "sandboxes.cloud": ("aud",),
    "token.actions.githubusercontent.com": ("enterprise_id", "repository", "repository_id", "sub"),
}
"""The claims that distinguish the customers of a shared provider, where it is not `sub` alone.

https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
"""

_PUBLIC_PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "accounts.google.com": ("aud", "oaud", "sub"),
    "cognito-identity.amazonaws.com": ("aud",),
    "graph.facebook.com": ("app_id", "id"),
    "www.amazon.com": ("app_id", "user_id"),
}
"""The claims that distinguish the customers of the providers that IAM knows itself.

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
    """IAM role trust policies should prevent the confused deputy problem.

    A trusted service needs a condition on aws:SourceAccount, aws:SourceArn, aws:SourceOrgID or aws:SourceOrgPaths, or
    on sts:ExternalId if AWS documents that the service sends one (Firehose, SES, Amazon Cognito user pools). Another
    account needs one on sts:ExternalId, aws:PrincipalOrgID or aws:PrincipalOrgPaths, unless it is in
    `trusted_accounts`. The same applies to Principal "*" with a condition that limits it to another account
    (aws:PrincipalAccount or aws:PrincipalArn). A shared identity provider needs one on the claim that distinguishes its
    customers. Principals and identity providers of the role's own account need no condition. A condition counts if a
    request without the key cannot meet it and its values are specific. A condition in a Deny counts for everyone that
    the Deny applies to.

    Muster's table data/service_principals.yaml lists the services that send these keys; `services_with_source` and
    `services_without_source` override it. A service that sends none of them needs no condition, because a condition
    would lock it out. Neither does a service that only resources of the role's own account can use. For services
    without documentation, see `iam-role-trust-services-documented`.

    Problem: role trust lacks a source condition
    Why: Anyone who can use the service, account or provider could make it assume this role for them (the "confused
      deputy" problem).
    Fix: Save the trust policy: `aws iam get-role --role-name NAME --query Role.AssumeRolePolicyDocument --output json >
      TRUST-POLICY.json` In the file, add the condition that the reason names. For a service: {"StringEquals":
      {"aws:SourceAccount": "YOUR-ACCOUNT"}}. For another company: sts:ExternalId. For GitHub: the claim sub with your
      own repositories. Then replace the policy: `aws iam update-assume-role-policy --role-name NAME --policy-document
      file://TRUST-POLICY.json`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    lists = _Lists(
        _normal(services_with_source),
        _normal(services_without_source),
        shared_providers,
        (trust.account_id, *trusted_accounts),
    )
    found = _found(known(trust.policy), lists)
    if found[_Kind.OPEN]:
        return non_compliant(sentence("; ".join(_unlimited(found[_Kind.OPEN], lists))))
    if doubted := _listed(map(_name, found[_Kind.DOUBTED])):
        return not_applicable(f"AWS documents no condition for {doubted}; see iam-role-trust-services-documented")
    bound = "Every trusted principal is of this account or limited by a condition"
    if mute := _listed(map(_name, found[_Kind.MUTE])):
        return compliant(f"{bound}, except {mute}, which supports no condition")
    return compliant(bound)


@check(severity=Severity.LOW)
def iam_role_trust_services_documented(
    trust: Trust,
    *,
    services_with_source: tuple[str, ...] = (),
    services_without_source: tuple[str, ...] = (),
) -> Verdict:
    """IAM roles should trust only services with a documented source condition.

    The check fails if a role trusts a service without a condition, and no AWS page says whether the service sends
    aws:SourceAccount or aws:SourceArn. A condition may then limit the service or lock it out.
    data/service_principals.yaml lists what is known; `services_with_source` and `services_without_source` override it.
    Use the same values as for `iam-role-trust-not-confusable`.

    Problem: trusted service without a condition
    Why: Another account may be able to make the service assume the role (the "confused deputy" problem).
    Fix: Save the trust policy: `aws iam get-role --role-name NAME --query Role.AssumeRolePolicyDocument --output json >
      TRUST-POLICY.json` Try a condition on aws:SourceAccount in a test account. If the service still works, keep the
      condition: `aws iam update-assume-role-policy --role-name NAME --policy-document file://TRUST-POLICY.json` If not,
      add the service to the setting services_without_source of this check and of iam-role-trust-not-confusable, or
      suppress the finding with the reason.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention
    """
    lists = _Lists(_normal(services_with_source), _normal(services_without_source), (), (trust.account_id,))
    services = [each for each in trusted(known(trust.policy)) if each.principal.startswith("service:")]
    if not services:
        return not_applicable("The role trusts no service")
    doubted = _listed(_name(each) for each in services if _kind(each, lists) is _Kind.DOUBTED)
    if doubted:
        return non_compliant(f"Trusts {doubted} without a condition, and AWS documents none")
    return compliant("Every trusted service is limited by a condition or documented")


class _Kind(Enum):
    """The result for a principal that a role trusts."""

    BOUND = "of this account, or limited by a condition"
    MUTE = "a service that sends no condition key"
    DOUBTED = "a service without documentation"
    OPEN = "without a required condition"


@dataclass(frozen=True, slots=True)
class _Lists:
    """The settings of the check; the accounts include the role's own."""

    sourced: tuple[str, ...]
    mute: tuple[str, ...]
    shared: tuple[str, ...]
    accounts: tuple[str, ...]


def _found(policy: Policy, lists: _Lists) -> Mapping[_Kind, list[Trusted]]:
    found: dict[_Kind, list[Trusted]] = {kind: [] for kind in _Kind}
    for each in trusted(policy):
        found[_kind(each, lists)].append(each)
    return found


def _unlimited(found: Iterable[Trusted], lists: _Lists) -> Iterator[str]:
    """Yield a text for each condition that is missing: the principals that need it, and its keys."""
    missing: dict[str, list[str]] = {}
    for each in found:
        missing.setdefault(_wanted(each, lists), []).append(_name(each))
    return (f"trusts {_listed(names)} without a condition on {keys}" for keys, names in missing.items())


def _wanted(each: Trusted, lists: _Lists) -> str:
    """Return the condition keys that limit a principal, the usual ones first."""
    kind, _, name = each.principal.partition(":")
    if kind == "service":
        return "aws:SourceAccount or aws:SourceArn" + (" or sts:ExternalId" if sends_external_id(name) else "")
    if kind == "federated":
        claims = [claim.rpartition(":")[2] for claim in _claims(name, lists.shared)]
        return f"the claim {' or '.join(claims)}"
    return "sts:ExternalId or aws:PrincipalOrgID"


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
    """Whether everyone is limited to the accounts or an organization, or to another account and an external ID."""
    own = either(fixing(_CALLERS), fixing_to(_WHOSE, accounts))
    named = either(own, fixing(_WHOSE))
    return each.held(own) or (each.held(named) and each.held(either(own, fixing(_EXTERNAL))))


def _service_kind(name: str, lists: _Lists) -> _Kind:
    """Return the result for a service without a condition; the settings override the table."""
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
    return f"everyone in {held}" if held else "everyone with an AWS account"


def _claims(provider: str, shared: Collection[str]) -> tuple[str, ...]:
    """Return the keys that distinguish the customers of a provider; none where it has only one."""
    host = provider.rpartition("oidc-provider/")[2].lower()
    claims = _PUBLIC_PROVIDERS.get(host, _CLAIMS.get(host, ("sub",)) if host in shared else ())
    return tuple(f"{host}:{claim}" for claim in claims)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
