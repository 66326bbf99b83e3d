"""File systems: one that is encrypted and backed up, one that is neither; access points to both."""

from local.server import ACCOUNT, EmbeddedAws

_PAIRS = [
    {"Key": key, "Value": value}
    for key, value in {
        "Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"
    }.items()
]  # fmt: skip


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    efs = aws.client("efs", region)
    kept = efs.create_file_system(CreationToken="kept", Encrypted=True, Backup=True, Tags=_PAIRS)
    lost = efs.create_file_system(CreationToken="lost")["FileSystemId"]
    role = f"arn:aws:iam::{ACCOUNT}:role/backup"
    aws.client("backup", region).start_backup_job(
        BackupVaultName="Default", ResourceArn=kept["FileSystemArn"], IamRoleArn=role
    )
    user = {"Uid": 1000, "Gid": 1000}
    directory = {"Path": "/orders", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "750"}}
    efs.create_access_point(
        ClientToken="orders", FileSystemId=kept["FileSystemId"], PosixUser=user, RootDirectory=directory, Tags=_PAIRS
    )
    efs.create_access_point(ClientToken="everything", FileSystemId=lost)
