"""Checks of an account's access to AWS Support, its security contact, identity providers and server certificates."""

from datetime import datetime, timedelta

from muster.facets.iam.account import AccountSummary, IdentityProviders, SecurityContact, SupportAccess
from muster.facets.iam.identities import AttachedPolicies, ServerCertificate
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed

_SHOWN = 4


@check(severity=Severity.LOW, controls=("Security Hub IAM.18",))
def iam_support_access_attached(access: SupportAccess) -> Verdict:
    """Someone in the account should have access to AWS Support.

    The AWS managed policy AWSSupportAccess should be attached to a user, to a role that someone can assume, or to a
    group with a user. Roles of IAM Identity Center count. CIS wants a role.

    Problem: no identity has AWSSupportAccess
    Why: During an incident there is no time to arrange access to AWS Support.
    Fix: `aws iam attach-role-policy --role-name ROLE-NAME --policy-arn arn:PARTITION:iam::aws:policy/AWSSupportAccess`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-in-use.html
    """
    kinds = {"role": access.roles, "user": access.users, "group": access.groups}
    if found := [f"{kind} {name}" for kind, names in kinds.items() for name in names]:
        return compliant(f"AWSSupportAccess is attached to {listed(found, _SHOWN)}")
    return non_compliant("AWSSupportAccess is attached to no user, no role that can be assumed and no group with users")


@check(severity=Severity.MEDIUM, controls=("FSBP Account.1",))
def account_security_contact_set(contact: SecurityContact) -> Verdict:
    """AWS accounts should have a security contact.

    The alternate contact of type SECURITY should be set. Muster reads only whether it is set, not who it is.

    Problem: account has no security contact
    Why: AWS writes to this contact about leaked credentials and abuse. Otherwise only the root user's address gets it.
    Fix: `aws account put-alternate-contact --alternate-contact-type SECURITY --name CONTACT-NAME --title TITLE
      --email-address ADDRESS --phone-number PHONE-NUMBER`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/security-account-information-provided.html
    """
    if contact.present:
        return compliant("The account has a security contact")
    return non_compliant("The account has no alternate contact of type SECURITY")


@check(severity=Severity.LOW, opt_in=("required",))
def iam_identity_provider_configured(
    summary: AccountSummary, providers: IdentityProviders, scan: ObservedAt, *, required: bool = False
) -> Verdict:
    """Users should sign in through an identity provider.

    The check is off until `required` is true. It passes if the account has a SAML or OpenID Connect provider; IAM
    Identity Center adds one to each account with permission sets. It fails if the metadata of a SAML provider expired.

    Problem: no working identity provider
    Why: Users of a central directory lose their access when they leave. IAM users stay until someone deletes them.
    Fix: Assign permission sets in IAM Identity Center, or create a provider: `aws iam create-saml-provider --name
      PROVIDER-NAME --saml-metadata-document file://METADATA-FILE.xml` New metadata for an expired provider: `aws iam
      update-saml-provider --saml-provider-arn PROVIDER-ARN --saml-metadata-document file://METADATA-FILE.xml`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html
    """
    if not required:
        return not_applicable("The setting required is false")
    ended = [name for name, until in sorted(providers.saml.items()) if isinstance(until, datetime) and until < scan.at]
    if ended:
        return non_compliant(f"The metadata of SAML provider {listed(ended, _SHOWN)} expired")
    if known(summary.providers) == 0:
        return non_compliant("The account has no identity provider")
    return compliant("The account has an identity provider")


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.26",))
def iam_server_certificate_not_expired(
    certificate: ServerCertificate, scan: ObservedAt, *, warn_days: int = 0
) -> Verdict:
    """IAM server certificates should not be expired.

    The check applies to all certificates, attached or not. With `warn_days` it fails that many days before the end.

    Problem: server certificate expired
    Why: Clients refuse a load balancer or distribution with an expired certificate. One that is not used can be
      attached by mistake.
    Fix: Replace the certificate with one from AWS Certificate Manager, then delete it: `aws iam
      delete-server-certificate --server-certificate-name NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-server-certificate-expiration-check.html
    """
    expires = known(certificate.expires)
    if expires < scan.at:
        return non_compliant(f"The certificate expired on {expires:%Y-%m-%d}")
    if expires < scan.at + timedelta(days=warn_days):
        return non_compliant(f"The certificate expires on {expires:%Y-%m-%d}, within {counted(warn_days, 'day')}")
    return compliant(f"The certificate expires on {expires:%Y-%m-%d}")


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.27",))
def iam_cloudshell_full_access_not_attached(policies: AttachedPolicies) -> Verdict:
    """IAM identities should not have AWSCloudShellFullAccess.

    The check looks for the AWS managed policy only. A permissions boundary or an inline policy that allows CloudShell
    does not fail.

    Problem: AWSCloudShellFullAccess is attached
    Why: The policy allows upload and download of files. Data can leave the account through CloudShell without a trace.
    Fix: For a role: `aws iam detach-role-policy --role-name ROLE-NAME --policy-arn
      arn:PARTITION:iam::aws:policy/AWSCloudShellFullAccess` For a user: `aws iam detach-user-policy --user-name
      USER-NAME --policy-arn arn:PARTITION:iam::aws:policy/AWSCloudShellFullAccess` For a group: `aws iam
      detach-group-policy --group-name GROUP-NAME --policy-arn arn:PARTITION:iam::aws:policy/AWSCloudShellFullAccess` If
      CloudShell is needed, allow it without cloudshell:GetFileDownloadUrls and cloudshell:GetFileUploadUrls.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-blacklisted-check.html
    """
    if policies.of_aws("AWSCloudShellFullAccess"):
        return non_compliant("The AWS managed policy AWSCloudShellFullAccess is attached")
    return compliant("AWSCloudShellFullAccess is not attached")
