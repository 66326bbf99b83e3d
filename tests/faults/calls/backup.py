"""Vaults and plans of AWS Backup, recovery points and tags."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called."""
    vaults = there.all("backup", "list_backup_vaults", "BackupVaultList")
    plans = [
        *there.all("backup", "list_backup_plans", "BackupPlansList"),
        *there.all("backup", "list_report_plans", "ReportPlans"),
    ]
    return {
        "backup:ListBackupVaults": REGIONS,
        "backup:ListBackupPlans": REGIONS,
        "backup:ListReportPlans": REGIONS,
        "backup:ListRecoveryPointsByBackupVault": len(vaults),
        "backup:ListTags": len(vaults) + len(plans),
    }
