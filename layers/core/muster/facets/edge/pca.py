"""AWS Private CA: certificate authorities."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

ROOT, ACTIVE = "ROOT", "ACTIVE"
_STATUSES = ("CREATING", "PENDING_CERTIFICATE", ACTIVE, "DELETED", "DISABLED", "EXPIRED", "FAILED")


@facet
class CertificateAuthority(Parsed):
    """One certificate authority of ListCertificateAuthorities.

    https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthority.html
    """

    kind: str | Unknown = read("Type", kinds.one_of(ROOT, "SUBORDINATE"), "the type of the authority")
    status: str | Unknown = read("Status", kinds.one_of(*_STATUSES), "the status of the authority")
