"""Systems Manager: instances with their reports, documents, and the settings of a region."""

from datetime import UTC, datetime
from typing import Any

from local.server import EmbeddedAws

_PAIRS = [
    {"Key": key, "Value": value}
    for key, value in {
        "Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"
    }.items()
]  # fmt: skip
_CONTENT = '{"schemaVersion": "2.2", "description": "restart", "mainSteps": []}'


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ssm = aws.client("ssm", region)
    reservations = aws.client("ec2", region).describe_instances()["Reservations"]
    running = sorted(
        (each["InstanceId"] for one in reservations for each in one["Instances"] if each["State"]["Name"] == "running"),
    )
    for instance, status in zip(running, ("COMPLIANT", "NON_COMPLIANT"), strict=False):
        for kind in ("Patch", "Association"):
            _report(ssm, instance, kind, status)
    for name in ("restart", "restart-for-all"):
        ssm.create_document(
            Name=name, Content=_CONTENT, DocumentType="Command", Tags=_PAIRS if name == "restart" else []
        )
    ssm.modify_document_permission(Name="restart", PermissionType="Share", AccountIdsToAdd=["111122223333"])
    ssm.modify_document_permission(Name="restart-for-all", PermissionType="Share", AccountIdsToAdd=["all"])
    ssm.update_service_setting(SettingId="/ssm/automation/customer-script-log-destination", SettingValue="CloudWatch")
    ssm.update_service_setting(SettingId="/ssm/documents/console/public-sharing-permission", SettingValue="Disable")


def _report(ssm: Any, instance: str, kind: str, status: str) -> None:
    ssm.put_compliance_items(
        ResourceId=instance,
        ResourceType="ManagedInstance",
        ComplianceType=kind,
        ExecutionSummary={"ExecutionTime": datetime.now(UTC)},
        Items=[{"Id": "1", "Severity": "HIGH", "Status": status}],
    )
