"""The embedded AWS answers about backups as AWS documents."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from local.server import EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
OTHER = "111122223333"
ROLE = "arn:aws:iam::123456789012:role/backup"
VOLUME = f"arn:aws:ec2:{HOME}:123456789012:volume/vol-1"
TABLE = f"arn:aws:dynamodb:{HOME}:123456789012:table/orders"


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


def test_what_was_backed_up_is_protected_where_it_was(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html."""
    backup = aws.client("backup", HOME)
    assert backup.list_protected_resources()["Results"] == []
    for arn in (VOLUME, TABLE, VOLUME):
        assert backup.start_backup_job(BackupVaultName="Default", ResourceArn=arn, IamRoleArn=ROLE)["BackupJobId"]
    found = backup.list_protected_resources(MaxResults=1000)["Results"]
    assert [(item["ResourceArn"], item["ResourceType"]) for item in found] == [(VOLUME, "EBS"), (TABLE, "DynamoDB")]
    assert abs(found[0]["LastBackupTime"] - datetime.now(UTC)) < timedelta(minutes=5)
    assert aws.client("backup", AWAY).list_protected_resources()["Results"] == []
    assert aws.client_in(OTHER, "backup", HOME).list_protected_resources()["Results"] == []


def test_what_is_protected_comes_in_pages(aws: EmbeddedAws) -> None:
    backup = aws.client("backup", HOME)
    for number in range(3):
        backup.start_backup_job(BackupVaultName="Default", ResourceArn=f"{VOLUME}{number}", IamRoleArn=ROLE)
    first = backup.list_protected_resources(MaxResults=2)
    assert len(first["Results"]) == 2
    last = backup.list_protected_resources(MaxResults=2, NextToken=first["NextToken"])
    assert [item["ResourceArn"] for item in last["Results"]] == [f"{VOLUME}2"]
    assert "NextToken" not in last


def test_recovery_points_are_those_of_their_vault(aws: EmbeddedAws) -> None:
    backup = aws.client("backup", HOME)
    for vault, arn in (("tables", TABLE), ("volumes", VOLUME)):
        backup.start_backup_job(BackupVaultName=vault, ResourceArn=arn, IamRoleArn=ROLE)

    def encrypted(vault: str) -> list[bool]:
        points = backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]
        return [each["IsEncrypted"] for each in points]

    assert (encrypted("tables"), encrypted("volumes"), encrypted("empty")) == ([True], [False], [])
