"""Checks of certificates in ACM."""

from datetime import timedelta

from muster.facets.edge.acm import EXPIRED, IMPORTED, ISSUED, Certificate
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Severity,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted

_LEAST_BITS = 2048


@check(severity=Severity.MEDIUM, controls=("FSBP ACM.1",))
def acm_certificate_expiration_check(certificate: Certificate, scan: ObservedAt, *, days: int = 30) -> Verdict:
    """ACM certificates should be renewed before they expire.

    The check applies to issued and expired certificates. ACM renews its own certificates by itself, if their domains
    can still be validated; imported ones must be imported again.

    Problem: certificate expires soon
    Why: When a certificate expires, browsers and clients refuse to connect.
    Fix: Import the new certificate: `aws acm import-certificate --certificate-arn ARN --certificate
      fileb://CERTIFICATE.pem --private-key fileb://KEY.pem --certificate-chain fileb://CHAIN.pem` If ACM issued the
      certificate, look at its renewal status and validate its domains: `aws acm describe-certificate --certificate-arn
      ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html#acm-1
    """
    status = known(certificate.status)
    kind = "imported" if certificate.origin == IMPORTED else "renewable" if certificate.renewed else "not renewable"
    about = f"{kind}, {'in use' if certificate.in_use else 'not in use'}"
    if status == EXPIRED:
        return non_compliant(f"Certificate is expired ({about})")
    if status != ISSUED:
        return not_applicable(f"Certificate has status {status}")
    expires = known(certificate.expires or Unknown("AWS did not return when the certificate expires"))
    left = expires - scan.at
    when = f"on {expires:%Y-%m-%d}, {counted(max(left.days, 0), 'day')} from the scan ({about})"
    if left > timedelta(days=days):
        return compliant(f"Certificate expires {when}")
    return non_compliant(f"Certificate expires {when}; at least {days} days are required")


@check(severity=Severity.HIGH, controls=("FSBP ACM.2",))
def acm_certificate_rsa_check(certificate: Certificate) -> Verdict:
    """RSA certificates in ACM should have a key of at least 2,048 bits.

    The check does not apply to elliptic curve certificates.

    Problem: RSA key is too short
    Why: RSA keys below 2,048 bits can be broken, and then anyone can pose as the domain.
    Fix: Get a certificate with a longer key, and import it: `aws acm import-certificate --certificate-arn ARN
      --certificate fileb://CERTIFICATE.pem --private-key fileb://KEY.pem --certificate-chain fileb://CHAIN.pem`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html#acm-2
    """
    family, _, size = known(certificate.key_type).partition("_")
    if family != "RSA":
        return not_applicable("Certificate has an elliptic curve key")
    if int(size) < _LEAST_BITS:
        return non_compliant(f"RSA key has {size} bits; at least {_LEAST_BITS} are required")
    return compliant(f"RSA key has {size} bits")
