"""Vaults of AWS Backup, their recovery points and their tags."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called."""
    vaults = there.all("backup", "list_backup_vaults", "BackupVaultList")
    return {
        "backup:ListBackupVaults": REGIONS,
        "backup:ListRecoveryPointsByBackupVault": len(vaults),
        "backup:ListTags": len(vaults),
    }
