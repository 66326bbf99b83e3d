"""Secrets: one that is rotated and used, one whose rotation failed, one that nobody needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_PAIRS = [
    {"Key": key, "Value": value}
    for key, value in {
        "Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"
    }.items()
]  # fmt: skip


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region; moto cannot rotate without a function, nor knows when a secret was used."""
    secrets = aws.client("secretsmanager", region)
    for name in ("orders-database", "bills-database", "forgotten"):
        secrets.create_secret(Name=name, SecretString="not-a-secret", Tags=_PAIRS if name != "forgotten" else [])
    now = datetime.now(UTC)
    _rotates(region, "orders-database", rotated=now - timedelta(days=3), due=now + timedelta(days=27))
    _rotates(region, "bills-database", rotated=now - timedelta(days=40), due=now - timedelta(days=10))
    _secret(region, "forgotten").created_date = (now - timedelta(days=200)).timestamp()


def _rotates(region: str, name: str, *, rotated: datetime, due: datetime) -> None:
    secret = _secret(region, name)
    secret.rotation_requested, secret.rotation_enabled, secret.auto_rotate_after_days = True, True, 30
    secret.rotation_lambda_arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:rotate"
    secret.last_rotation_date, secret.next_rotation_date = rotated.timestamp(), due.timestamp()


def _secret(region: str, name: str) -> Any:
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415 - moto takes seconds to import

    return secretsmanager_backends[ACCOUNT][region].secrets[name]
