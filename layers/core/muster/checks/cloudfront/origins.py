"""Checks of the origins of CloudFront distributions."""

from collections.abc import Iterator

from muster.facets.edge.cloudfront import (
    ALLOW_ALL,
    CUSTOM,
    HTTP_ONLY,
    MATCH_VIEWER,
    S3,
    Distribution,
    Origin,
    OriginBucket,
)
from muster.model.check import check
from muster.model.finding import (
    Related,
    Severity,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted, listed

_SHOWN = 4
_PAIR = 2


@check(severity=Severity.LOW, controls=("FSBP CloudFront.4",))
def cloudfront_origin_failover_enabled(distribution: Distribution) -> Verdict:
    """CloudFront distributions should have origin failover.

    Problem: distribution has no origin failover
    Why: Without an origin group, viewers get errors when the origin fails. With one, CloudFront sends their requests to
      a second origin.
    Fix: Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID --query
      DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag --output
      text` Add an origin group of two origins to OriginGroups, and make it the target of a behavior. Then replace the
      configuration: `aws cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-4
    """
    groups = known(distribution.groups)
    pairs = [name for name, members in groups.items() if len(members) >= _PAIR]
    if pairs:
        return compliant(f"Origin group {listed(pairs, _SHOWN)} has {counted(len(groups[pairs[0]]), 'origin')}")
    return non_compliant("Distribution has no origin group with two origins")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.9",))
def cloudfront_traffic_to_origin_encrypted(distribution: Distribution) -> Verdict:
    """CloudFront distributions should encrypt traffic to custom origins.

    An origin that follows the viewer's protocol (match-viewer) fails if a behavior that uses it, directly or through an
    origin group, lets viewers use HTTP. The check does not apply to distributions without custom origins.

    Problem: traffic to the origin is not encrypted
    Why: CloudFront reaches custom origins over the internet, where HTTP can be read and changed.
    Fix: Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID --query
      DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag --output
      text` Set OriginProtocolPolicy of the origin to https-only. Then replace the configuration: `aws cloudfront
      update-distribution --id ID --if-match ETAG --distribution-config file://ID.json` Website endpoints of S3 take
      HTTP only: use the bucket itself as an S3 origin with origin access control.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-9
    """
    origins = known(distribution.origins)
    plain = list(_unencrypted(distribution))
    if plain:
        return non_compliant("; ".join(plain[:_SHOWN]))
    custom = [each for each in origins if known(each.kind) == CUSTOM]
    if not custom:
        return not_applicable("Distribution has no custom origin")
    for each in custom:
        if known(each.protocol) == MATCH_VIEWER:
            for policy in _policies(distribution, each):
                known(policy)
    return compliant(f"Traffic to {counted(len(custom), 'custom origin')} is encrypted")


def _unencrypted(distribution: Distribution) -> Iterator[str]:
    """Yield what lets CloudFront use HTTP to a custom origin, as far as is known."""
    for origin in known(distribution.origins):
        if origin.kind != CUSTOM:
            continue
        if origin.protocol == HTTP_ONLY:
            website = "is a website endpoint of S3, which takes HTTP only" if origin.website else "is reached over HTTP"
            yield f"Origin {origin.id} {website}"
        elif origin.protocol == MATCH_VIEWER and ALLOW_ALL in _policies(distribution, origin):
            yield f"Origin {origin.id} is reached as viewers connect (match-viewer), and they may use HTTP"


def _policies(distribution: Distribution, origin: Origin) -> list[str | Unknown]:
    """Return the viewer protocol policies of the behaviors that use an origin, directly or through a group."""
    groups = {name for name, members in known(distribution.groups).items() if origin.id in members}
    return [each.policy for each in known(distribution.behaviors) if each.target in {origin.id, *groups}]


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.10",))
def cloudfront_no_deprecated_ssl_protocols(distribution: Distribution) -> Verdict:
    """CloudFront distributions should not use SSLv3 to their origins.

    The check does not apply to distributions without custom origins.

    Problem: SSLv3 is allowed to the origin
    Why: SSLv3 can be decrypted (POODLE), and an attacker on the path can make both sides fall back to it.
    Fix: Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID --query
      DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag --output
      text` Leave only TLSv1.2 in OriginSslProtocols of the origin. Then replace the configuration: `aws cloudfront
      update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-10
    """
    origins = known(distribution.origins)
    old = [each.id for each in origins if not isinstance(each.ssl, Unknown) and "SSLv3" in each.ssl]
    if old:
        return non_compliant(f"SSLv3 is allowed to origin {listed(old, _SHOWN)}")
    custom = [each for each in origins if known(each.kind) == CUSTOM]
    if not custom:
        return not_applicable("Distribution has no custom origin")
    for each in custom:
        known(each.ssl)
    return compliant(f"{counted(len(custom), 'custom origin')} without SSLv3")


@check(severity=Severity.HIGH, controls=("FSBP CloudFront.12",))
def cloudfront_s3_origin_bucket_exists(distribution: Distribution, buckets: Related[OriginBucket]) -> Verdict:
    """CloudFront distributions should point to S3 origins that exist.

    A bucket of another account passes if it exists. The check does not apply to distributions without S3 origins.

    Problem: S3 origin does not exist
    Why: Anyone can create a bucket of that name and serve their own content from your domain.
    Fix: Create the bucket again in your account, or remove the origin. Save the configuration and read its ETag: `aws
      cloudfront get-distribution-config --id ID --query DistributionConfig --output json > ID.json` `aws cloudfront
      get-distribution-config --id ID --query ETag --output text` Change or remove the origin. Then replace the
      configuration: `aws cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-12
    """
    s3 = [each for each in known(distribution.origins) if each.kind == S3]
    missing = [name for name in distribution.buckets if buckets.by_key.get(name) == OriginBucket(exists=False)]
    if missing:
        return non_compliant(f"Bucket {listed(missing, _SHOWN)} does not exist")
    for each in known(distribution.origins):
        known(each.kind)
    if not s3:
        return not_applicable("Distribution has no S3 origin")
    for each in s3:
        known(each.bucket or Unknown(f"The domain name {each.domain} of origin {each.id} names no bucket"))
    for name in distribution.buckets:
        buckets[name]
    return compliant(f"Bucket {listed(distribution.buckets, _SHOWN)} exists")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.13",))
def cloudfront_s3_origin_access_control_enabled(distribution: Distribution) -> Verdict:
    """CloudFront distributions should use origin access control for S3 origins.

    An origin access identity alone fails: AWS recommends origin access control instead. The check does not apply to
    distributions without S3 origins.

    Problem: S3 origin has no access control
    Why: Without origin access control the bucket must be public, or it relies on an access identity, which supports
      neither SSE-KMS nor all regions.
    Fix: `aws cloudfront create-origin-access-control --origin-access-control-config
      Name=ID,SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3` Allow the distribution in
      the bucket policy. Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID
      --query DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag
      --output text` Set OriginAccessControlId of the origin in the file. Then replace the configuration: `aws
      cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-13
    """
    origins = known(distribution.origins)
    without = [each for each in origins if each.kind == S3 and not each.access_control]
    if without:
        names = listed([each.id for each in without], _SHOWN)
        rest = "; it uses an origin access identity" if all(each.identity for each in without) else ""
        return non_compliant(f"S3 origin {names} has no origin access control{rest}")
    if all(known(each.kind) != S3 for each in origins):
        return not_applicable("Distribution has no S3 origin")
    return compliant("All S3 origins have origin access control")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudFront.16",))
def cloudfront_origin_lambda_url_oac_enabled(distribution: Distribution) -> Verdict:
    """CloudFront distributions should use origin access control for Lambda function URLs.

    The check does not apply to distributions without a function URL as an origin.

    Problem: function URL has no access control
    Why: Without origin access control anyone can call the function URL directly, past CloudFront and its web ACL.
    Fix: `aws cloudfront create-origin-access-control --origin-access-control-config
      Name=ID,SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=lambda` Allow the distribution
      to invoke the function. Save the configuration and read its ETag: `aws cloudfront get-distribution-config --id ID
      --query DistributionConfig --output json > ID.json` `aws cloudfront get-distribution-config --id ID --query ETag
      --output text` Set OriginAccessControlId of the origin in the file. Then replace the configuration: `aws
      cloudfront update-distribution --id ID --if-match ETAG --distribution-config file://ID.json` Then set the AuthType
      of the function URL: `aws lambda update-function-url-config --function-name FUNCTION-NAME --auth-type AWS_IAM`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-16
    """
    urls = [each for each in known(distribution.origins) if each.function_url]
    if not urls:
        return not_applicable("Distribution has no Lambda function URL as an origin")
    without = [each.id for each in urls if not each.access_control]
    if without:
        return non_compliant(f"Function URL of origin {listed(without, _SHOWN)} has no origin access control")
    return compliant("All function URLs have origin access control")
