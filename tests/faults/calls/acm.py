"""The calls of ACM: what the list holds is not read again, but for tags."""

from muster.facets.edge.acm import KEY_TYPES
from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    types = {"keyTypes": list(KEY_TYPES)}
    certificates = there.all("acm", "list_certificates", "CertificateSummaryList", Includes=types)
    return {"acm:ListCertificates": REGIONS, "acm:ListTagsForCertificate": len(certificates)}
