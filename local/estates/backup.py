"""AWS Backup: plans with tags and without; vaults with an encrypted recovery point, an unencrypted one, and none."""

from local.server import ACCOUNT, EmbeddedAws

_TAGS = {"Environment": "production", "Owner": "platform", "CostCenter": "CC-1000", "Project": "shop"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region; what was backed up is gone."""
    backup = aws.client("backup", region)
    role = f"arn:aws:iam::{ACCOUNT}:role/backup"
    for vault in ("guarded", "careless", "empty"):
        backup.create_backup_vault(BackupVaultName=vault, BackupVaultTags=_TAGS if vault == "guarded" else {})
    for name, tags in (("nightly", _TAGS), ("weekly", {})):
        rule = {"RuleName": name, "TargetBackupVaultName": "guarded"}
        backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]}, BackupPlanTags=tags)
        reports = {"S3BucketName": f"reports-{region}"}
        setting = {"ReportTemplate": "BACKUP_JOB_REPORT"}
        report = backup.create_report_plan(
            ReportPlanName=f"{name}_report", ReportDeliveryChannel=reports, ReportSetting=setting
        )
        # moto takes no tags when it makes one.
        backup.tag_resource(ResourceArn=report["ReportPlanArn"], Tags=tags)
    table = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/gone"
    volume = f"arn:aws:ec2:{region}:{ACCOUNT}:volume/vol-0f0e0d0c0b0a09080"
    backup.start_backup_job(BackupVaultName="guarded", ResourceArn=table, IamRoleArn=role)
    backup.start_backup_job(BackupVaultName="careless", ResourceArn=volume, IamRoleArn=role)
