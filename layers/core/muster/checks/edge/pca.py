"""Checks of AWS Private CA."""

from muster.facets.edge.pca import ACTIVE, ROOT, CertificateAuthority
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.LOW, controls=("FSBP PCA.1",))
def acm_pca_root_ca_disabled(authority: CertificateAuthority) -> Verdict:
    """Root certificate authorities of AWS Private CA should be disabled.

    Enable the root authority only to issue the certificate of a subordinate one. One that has no certificate, or whose
    certificate has expired, can issue none and is not judged.

    Problem: root certificate authority is active
    Why: Everything trusts what the root authority signs. Subordinate authorities can be revoked, the root cannot.
    Fix: `aws acm-pca update-certificate-authority --certificate-authority-arn ARN --status DISABLED`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/acm-pca-root-ca-disabled.html
    """
    if known(authority.kind) != ROOT:
        return not_applicable("Certificate authority is a subordinate one")
    status = known(authority.status)
    if status == ACTIVE:
        return non_compliant("Root certificate authority is active")
    if status == "DISABLED":
        return compliant("Root certificate authority is disabled")
    return not_applicable(f"Root certificate authority cannot issue certificates ({status})")
