"""The embedded AWS answers about managed instances and settings as Systems Manager documents."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

LOGS = "/ssm/automation/customer-script-log-destination"
SHARING = "/ssm/documents/console/public-sharing-permission"


def test_what_reports_is_managed_and_one_item_that_does_not_comply_decides(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListResourceComplianceSummaries.html."""
    ssm = aws.client("ssm")
    inventory = {"TypeName": "Custom:Shop", "SchemaVersion": "1.0", "CaptureTime": "2026-11-29T12:00:00Z"}
    items = [{"Id": str(number), "Severity": "LOW", "Status": status} for number, status in
             enumerate(("COMPLIANT", "NON_COMPLIANT"))]  # fmt: skip
    ssm.put_compliance_items(
        ResourceId="i-1", ResourceType="ManagedInstance", ComplianceType="Patch", Items=items,
        ExecutionSummary={"ExecutionTime": datetime(2026, 11, 29, tzinfo=UTC)},
    )  # fmt: skip
    ssm.put_inventory(InstanceId="i-2", Items=[inventory])
    first = ssm.describe_instance_information(MaxResults=5)["InstanceInformationList"]
    assert [each["InstanceId"] for each in first] == ["i-1", "i-2"]
    [summary] = ssm.list_resource_compliance_summaries()["ResourceComplianceSummaryItems"]
    assert (summary["ResourceId"], summary["ComplianceType"], summary["Status"]) == ("i-1", "Patch", "NON_COMPLIANT")
    assert summary["NonCompliantSummary"]["NonCompliantCount"] == 1


def test_a_setting_has_its_default_until_it_is_set(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html."""
    ssm = aws.client("ssm")
    before = ssm.get_service_setting(SettingId=SHARING)["ServiceSetting"]
    assert (before["SettingValue"], before["Status"]) == ("Enable", "Default")
    ssm.update_service_setting(SettingId=before["ARN"], SettingValue="Disable")
    after = ssm.get_service_setting(SettingId=SHARING)["ServiceSetting"]
    assert (after["SettingValue"], after["Status"]) == ("Disable", "Customized")
    assert not ssm.get_service_setting(SettingId=LOGS)["ServiceSetting"]["SettingValue"]
    with pytest.raises(ClientError, match="ServiceSettingNotFound"):
        ssm.get_service_setting(SettingId="/ssm/unknown")
