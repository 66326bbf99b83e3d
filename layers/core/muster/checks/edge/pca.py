"""Checks of AWS Private CA."""

from muster.facets.edge.pca import ACTIVE, ROOT, CertificateAuthority
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.LOW, controls=("FSBP PCA.1",))
def acm_pca_root_ca_disabled(authority: CertificateAuthority) -> Verdict:
    """Root certificate authorities of AWS Private CA should be disabled.

    Enable the root authority only to issue the certificate of a subordinate authority. The check does not apply to a
    root authority without a certificate or with an expired one, because it cannot issue certificates.

    Problem: root certificate authority is active
    Why: An attacker who can use an active root authority can issue certificates that all your systems trust. A
      subordinate authority can be revoked, the root cannot.
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
