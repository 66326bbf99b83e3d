"""Certificates: one that is valid for a year, and one with a short key that expires in ten days."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local.server import EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "web"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    acm = aws.client("acm", region)
    acm.import_certificate(**_certificate(2048, 400), Tags=_TAGS)
    acm.import_certificate(**_certificate(1024, 10))


def _certificate(bits: int, days: int) -> dict[str, Any]:
    from cryptography import x509  # noqa: PLC0415 - only this estate needs it
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{bits}.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(bits)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"Certificate": certificate.public_bytes(serialization.Encoding.PEM), "PrivateKey": private}
