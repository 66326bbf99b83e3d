"""ACM: certificates."""

from datetime import datetime

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

KEY_TYPES = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")
"""All key types; without them ListCertificates returns certificates with RSA_1024 and RSA_2048 only.

https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
"""
ISSUED, EXPIRED = "ISSUED", "EXPIRED"
IMPORTED = "IMPORTED"
_STATUSES = ("PENDING_VALIDATION", ISSUED, "INACTIVE", EXPIRED, "VALIDATION_TIMED_OUT", "REVOKED", "FAILED")


@facet
class Certificate(Parsed):
    """One certificate of ListCertificates; `expires` is None before it is issued.

    `renewed` is true where ACM renews it by itself.
    https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html
    """

    status: str | Unknown = read("Status", kinds.one_of(*_STATUSES), "the status of the certificate")
    expires: datetime | None = read("NotAfter", kinds.as_is)
    key_type: str | Unknown = read(
        "KeyAlgorithm",
        lambda value, *names: kinds.one_of(*KEY_TYPES)(str(value).replace("-", "_") if value else None, *names),
        "the key type of the certificate",
    )
    origin: str | Unknown = read("Type", kinds.one_of(IMPORTED, "AMAZON_ISSUED", "PRIVATE"))
    in_use: bool = read("InUse", kinds.is_true)
    renewed: bool = read("RenewalEligibility", kinds.equals("ELIGIBLE"))
