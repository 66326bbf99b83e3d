"""The IAM policy of a migration: it grants the calls of the snapshots that are compared, and those of a first file."""

from collections.abc import Iterator
from typing import Any

from muster.catalog.permissions import read_statements
from muster.migration.files.starting import LISTERS
from muster.migration.relatives import KEY, RELATIVES, ROLE
from muster.model.finding import REGION
from muster.snapshots.form import forms


def comparing_statements(partition: str = "aws") -> list[dict[str, Any]]:
    """Return the statements that let both sides of a migration be read; `partition` may be a placeholder."""
    return read_statements(_grants(), partition)


def migration_policy(partition: str = "aws", role: str = "") -> dict[str, Any]:
    """Return the policy document of `muster migration`; with a `role`, it may be assumed in any account."""
    listing = ((action, "*") for lister in LISTERS.values() for action in lister.permissions)
    statements = read_statements((*_grants(), *listing), partition)
    if role:
        arn = f"arn:{partition}:iam::*:role/{role.strip('/')}"
        statements.append(
            {"Sid": "MusterEntersAccounts", "Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": arn}
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _grants() -> Iterator[tuple[str, str]]:
    for resource_type in (*RELATIVES, KEY, ROLE, REGION):
        yield from forms()[resource_type].permissions
