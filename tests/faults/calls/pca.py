"""The calls of AWS Private CA."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    authorities = there.all("acm-pca", "list_certificate_authorities", "CertificateAuthorities", ResourceOwner="SELF")
    return {"acm-pca:ListCertificateAuthorities": REGIONS, "acm-pca:ListTags": len(authorities)}
