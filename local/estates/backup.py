"""Vaults of AWS Backup: one with an encrypted recovery point, one with an unencrypted one, and one that is empty."""

from local.server import ACCOUNT, EmbeddedAws

_TAGS = {"Environment": "production", "Owner": "platform", "CostCenter": "CC-1000", "Project": "shop"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region; what was backed up is gone."""
    backup = aws.client("backup", region)
    role = f"arn:aws:iam::{ACCOUNT}:role/backup"
    for vault in ("guarded", "careless", "empty"):
        backup.create_backup_vault(BackupVaultName=vault, BackupVaultTags=_TAGS if vault == "guarded" else {})
    table = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/gone"
    volume = f"arn:aws:ec2:{region}:{ACCOUNT}:volume/vol-0f0e0d0c0b0a09080"
    backup.start_backup_job(BackupVaultName="guarded", ResourceArn=table, IamRoleArn=role)
    backup.start_backup_job(BackupVaultName="careless", ResourceArn=volume, IamRoleArn=role)
