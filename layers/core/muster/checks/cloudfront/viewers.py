"""Checks of what CloudFront distributions offer to viewers: protocols, certificates, signed URLs and logs."""

from muster.facets.edge.cloudfront import (
    ALLOW_ALL,
    RECOMMENDED_TLS_POLICIES,
    S3,
    TENANT_ONLY,
    Distribution,
    DistributionSettings,
)
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed

_SHOWN = 4


@check(severity=Severity.HIGH, controls=("FSBP CloudFront.1",))
def cloudfront_default_root_object_configured(distribution: Distribution, settings: DistributionSettings) -> Verdict:
    """CloudFront distributions should have a default root object.

    The check does not apply to distributions without an S3 origin. A website endpoint of a bucket is a custom origin.

    Problem: distribution has no default root object
    Why: Without it a request for the root URL may return a list of all objects in the bucket.
    Fix: `aws cloudfront update-distribution --id ID --default-root-object index.html`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-1
    """
    origins = known(distribution.origins)
    if all(known(each.kind) != S3 for each in origins):
        return not_applicable("Distribution has no S3 origin")
    if settings.root_object:
        return compliant(f"Default root object is {settings.root_object}")
    return non_compliant("Distribution has an S3 origin and no default root object")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.3",))
def cloudfront_viewer_policy_https(distribution: Distribution) -> Verdict:
    """CloudFront distributions should require HTTPS from viewers.

    Every cache behavior must redirect HTTP to HTTPS or accept HTTPS only.

    Problem: distribution accepts HTTP
    Why: Anyone on the network path can read and change what is sent over HTTP.
    Fix: Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID --query
      DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag --output
      text` Set ViewerProtocolPolicy of each behavior to redirect-to-https. Then replace the configuration: `aws
      cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-3
    """
    behaviors = known(distribution.behaviors)
    plain = [each.path for each in behaviors if each.policy == ALLOW_ALL]
    if plain:
        return non_compliant(f"Viewers may use HTTP (allow-all) in behavior {listed(plain, _SHOWN)}")
    policies = sorted({known(each.policy) for each in behaviors})
    return compliant(f"All behaviors require HTTPS ({', '.join(policies)})")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.5",))
def cloudfront_accesslogs_enabled(settings: DistributionSettings) -> Verdict:
    """CloudFront distributions should write standard access logs.

    The check reads standard logging (legacy), as the control of Security Hub does. It does not see standard logging
    v2, which is set up in CloudWatch Logs, nor real-time logs.

    Problem: distribution has no access logs
    Why: Access logs show which viewer requested what. After an attack or an outage they are often the only evidence.
    Fix: Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID --query
      DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag --output
      text` Set Logging in the file: Enabled to true, and Bucket to the domain name of a bucket that allows ACLs. Then
      replace the configuration: `aws cloudfront update-distribution --id ID --if-match ETAG --distribution-config
      file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-5
    """
    if known(settings.logging):
        return compliant(f"Access logs go to {settings.log_bucket or 'a bucket that AWS did not name'}")
    return non_compliant("Standard logging is off")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.6",))
def cloudfront_associated_with_waf(distribution: Distribution) -> Verdict:
    """CloudFront distributions should have a web ACL of AWS WAF.

    Problem: distribution has no web ACL
    Why: A web ACL blocks common attacks and floods of requests before they reach the origin.
    Fix: `aws cloudfront associate-distribution-web-acl --id ID --web-acl-arn WEB-ACL-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-6
    """
    web_acl = known(distribution.web_acl)
    if web_acl:
        return compliant(f"Web ACL is {web_acl}")
    return non_compliant("Distribution has no web ACL")


@check(severity=Severity.LOW, controls=("FSBP CloudFront.7",))
def cloudfront_custom_ssl_certificate(distribution: Distribution) -> Verdict:
    """CloudFront distributions should use their own SSL/TLS certificate.

    The check does not apply to a multi-tenant distribution with the default certificate, because its tenants may have
    certificates of their own.

    Problem: distribution has the default certificate
    Why: With the default certificate viewers can use HTTPS only under a name of cloudfront.net, not your own domain.
    Fix: Request or import a certificate in us-east-1. Save the configuration and read its ETag: `aws cloudfront
      get-distribution-config --id ID --query DistributionConfig --output json > ID.json` `aws cloudfront
      get-distribution-config --id ID --query ETag --output text` Set Aliases and ViewerCertificate in the file. Then
      replace the configuration: `aws cloudfront update-distribution --id ID --if-match ETAG --distribution-config
      file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-7
    """
    if not known(distribution.default_certificate):
        return compliant("Distribution uses a certificate of its own")
    if known(distribution.mode) == TENANT_ONLY:
        return not_applicable(_TENANTS)
    return non_compliant("Distribution uses the default certificate of CloudFront")


@check(severity=Severity.LOW, controls=("FSBP CloudFront.8",))
def cloudfront_sni_enabled(distribution: Distribution) -> Verdict:
    """CloudFront distributions should serve HTTPS requests with SNI.

    A distribution with the default certificate fails too, as with the control of Security Hub.

    Problem: distribution does not use SNI
    Why: A dedicated IP address costs extra every month, and current browsers and clients support SNI.
    Fix: Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID --query
      DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag --output
      text` Set SSLSupportMethod of ViewerCertificate to sni-only, beside a certificate of your own. Then replace the
      configuration: `aws cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-8
    """
    if known(distribution.default_certificate):
        if known(distribution.mode) == TENANT_ONLY:
            return not_applicable(_TENANTS)
        return non_compliant("Distribution uses the default certificate of CloudFront")
    method = known(distribution.ssl_method)
    if method == "sni-only":
        return compliant("HTTPS requests are served with SNI")
    return non_compliant(f"HTTPS requests are served with {method}, not with SNI")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.15",))
def cloudfront_ssl_policy_current(
    distribution: Distribution, *, policies: tuple[str, ...] = RECOMMENDED_TLS_POLICIES
) -> Verdict:
    """CloudFront distributions should have a recommended security policy for viewers.

    The check does not apply to the default certificate, whose policy is always TLSv1, nor to distributions that serve
    HTTPS with dedicated IP addresses.

    Problem: TLS policy is not recommended
    Why: Older policies allow TLS 1.0 and 1.1 or weak ciphers.
    Fix: Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID --query
      DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag --output
      text` Set MinimumProtocolVersion of ViewerCertificate to TLSv1.2_2021. Then replace the configuration: `aws
      cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-15
    """
    if known(distribution.default_certificate):
        return not_applicable("Distribution uses the default certificate of CloudFront")
    method = known(distribution.ssl_method)
    if method != "sni-only":
        return not_applicable(f"Distribution serves HTTPS with {method}")
    policy = known(distribution.tls_policy)
    if policy in policies:
        return compliant(f"Security policy is {policy}")
    return non_compliant(f"Security policy is {policy}, which is not recommended")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.17",))
def cloudfront_distribution_key_group_enabled(distribution: Distribution) -> Verdict:
    """CloudFront distributions should require signed URLs or cookies, with trusted key groups.

    Every cache behavior must have a trusted key group and no trusted signer, which is an AWS account. A public website
    cannot pass. The check does not apply to multi-tenant distributions.

    Problem: distribution requires no signed URLs
    Why: Without a key group anyone who has the URL can get the content, and the keys of signers belong to root users.
    Fix: Create a key group. Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID
      --query DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag
      --output text` Set TrustedKeyGroups of each behavior, and remove TrustedSigners. Then replace the configuration:
      `aws cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-17
    """
    if known(distribution.mode) == TENANT_ONLY:
        return not_applicable("Distribution is multi-tenant")
    behaviors = known(distribution.behaviors)
    signers = [each.path for each in behaviors if each.signers is True]
    if signers:
        return non_compliant(f"AWS accounts are trusted signers of behavior {listed(signers, _SHOWN)}")
    unsigned = [each.path for each in behaviors if each.key_groups is False]
    if unsigned:
        return non_compliant(f"No key group is trusted in behavior {listed(unsigned, _SHOWN)}")
    for each in behaviors:
        known(each.signers), known(each.key_groups)
    return compliant(f"{counted(len(behaviors), 'behavior')} with trusted key groups")


_TENANTS = "Distribution is multi-tenant: its certificates may be those of its tenants"
