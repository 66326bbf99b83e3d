"""AWS Private CA: a root authority that is disabled, one that is active, and a subordinate one."""

from typing import Any

from local import estate
from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    pca = aws.client("acm-pca", region)
    tags = {"Tags": [{"Key": key, "Value": value} for key, value in estate.GOOD_TAGS.items()]}
    made: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("shop", "ROOT", "DISABLED", tags),
        ("trials", "ROOT", "ACTIVE", {}),
        ("web", "SUBORDINATE", "", {}),
    )
    for name, kind, status, more in made:
        authority = pca.create_certificate_authority(
            CertificateAuthorityType=kind, **more,
            CertificateAuthorityConfiguration={
                "KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA", "Subject": {"CommonName": name},
            },
        )["CertificateAuthorityArn"]  # fmt: skip
        if status:
            pca.update_certificate_authority(CertificateAuthorityArn=authority, Status=status)
