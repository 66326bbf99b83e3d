"""AWS Private CA: root certificate authorities."""

import pytest

from muster.checks.edge.pca import acm_pca_root_ca_disabled
from muster.facets.edge.pca import CertificateAuthority
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("kind", "status", "verdict", "reason"),
    [
        ("ROOT", "DISABLED", C, "Root certificate authority is disabled"),
        ("ROOT", "ACTIVE", N, "Root certificate authority is active"),
        ("ROOT", "EXPIRED", NA, "Root certificate authority cannot issue certificates (EXPIRED)"),
        ("ROOT", "PENDING_CERTIFICATE", NA,
         "Root certificate authority cannot issue certificates (PENDING_CERTIFICATE)"),
        ("SUBORDINATE", "ACTIVE", NA, "Certificate authority is a subordinate one"),
    ],
)  # fmt: skip
def test_authorities(kind: str, status: str, verdict: Status, reason: str) -> None:
    found = acm_pca_root_ca_disabled(CertificateAuthority.parse({"Type": kind, "Status": status}))
    assert (found.status, found.reason) == (verdict, reason)


@pytest.mark.parametrize("answer", [{"Status": "ACTIVE"}, {"Type": "ROOT"}, {"Type": "ROOT", "Status": "RESTING"}])
def test_what_is_not_known_is_no_verdict(answer: dict[str, str]) -> None:
    with pytest.raises(UnknownField):
        acm_pca_root_ca_disabled(CertificateAuthority.parse(answer))
