"""Systems Manager: instances that it manages, documents, settings of a region."""

import pytest

from muster.checks.management.ssm import (
    ec2_instance_managed_by_systems_manager,
    ec2_managedinstance_association_compliant,
    ec2_managedinstance_patch_compliant,
    ssm_automation_logging_enabled,
    ssm_document_block_public_sharing,
    ssm_document_not_public,
)
from muster.facets.ec2.instances import Instance
from muster.facets.management.ssm import (
    AutomationLogs,
    DocumentShares,
    DocumentSharing,
    InstanceCompliance,
    ManagedInstances,
)
from muster.model.finding import Resource, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
HERE = Resource("AWS::EC2::Instance", "i-1", "123456789012", "eu-west-1")
MANAGED = ManagedInstances(frozenset({"i-1", "mi-2"}))
NONE = ManagedInstances(frozenset({"i-2"}))


def instance(state: str = "running") -> Instance:
    return Instance.parse({"State": {"Name": state}})


@pytest.mark.parametrize(
    ("state", "managed", "status", "reason"),
    [
        pytest.param("running", MANAGED, C, "Systems Manager manages the instance", id="managed"),
        pytest.param("stopped", MANAGED, C, "", id="stopped, its agent does not answer"),
        pytest.param("running", NONE, N, "Systems Manager does not manage the instance", id="not managed"),
        pytest.param("stopped", NONE, N, "", id="stopped and not managed"),
        pytest.param("terminated", NONE, NA, "Instance is terminated", id="terminated"),
        pytest.param("pending", NONE, NA, "", id="it only starts"),
    ],
)
def test_ec2_instance_managed_by_systems_manager(
    state: str, managed: ManagedInstances, status: Status, reason: str
) -> None:
    verdict = ec2_instance_managed_by_systems_manager(instance(state), managed, HERE)
    assert verdict.status is status
    assert reason in (verdict.reason, "")


def summary(kind: str, status: str | None, name: str = "i-1") -> dict[str, str]:
    return {"ComplianceType": kind, "ResourceId": name} | ({"Status": status} if status else {})


@pytest.mark.parametrize(
    ("summaries", "patch", "association"),
    [
        pytest.param([summary("Patch", "COMPLIANT"), summary("Association", "COMPLIANT")], C, C, id="both"),
        pytest.param([summary("Patch", "NON_COMPLIANT"), summary("Association", "COMPLIANT")], N, C, id="patches"),
        pytest.param([summary("Patch", "COMPLIANT"), summary("Association", "NON_COMPLIANT")], C, N, id="associations"),
        pytest.param([summary("Patch", "NON_COMPLIANT", "i-2"), summary("Custom:X", "NON_COMPLIANT")], NA, NA,
                     id="another instance, and a kind of the customer's"),
        pytest.param([], NA, NA, id="no report"),
    ],
)  # fmt: skip
def test_compliance(summaries: list[dict[str, str]], patch: Status, association: Status) -> None:
    compliance = InstanceCompliance.parse({"ResourceComplianceSummaryItems": summaries})
    assert ec2_managedinstance_patch_compliant(instance(), compliance, HERE).status is patch
    assert ec2_managedinstance_association_compliant(instance(), compliance, HERE).status is association


def test_the_reasons_of_compliance() -> None:
    for status in ("COMPLIANT", "NON_COMPLIANT"):
        compliance = InstanceCompliance.parse({"ResourceComplianceSummaryItems": [summary("Patch", status)]})
        verdict = ec2_managedinstance_patch_compliant(instance(), compliance, HERE)
        assert verdict.reason == f"Patch compliance: {status}"
    verdict = ec2_managedinstance_patch_compliant(instance(), InstanceCompliance({}), HERE)
    assert verdict.reason == "Systems Manager reports no patch compliance of the instance"
    assert ec2_managedinstance_patch_compliant(instance("terminated"), InstanceCompliance({}), HERE).status is NA


def test_what_aws_left_out_is_no_failure() -> None:
    compliance = InstanceCompliance.parse({"ResourceComplianceSummaryItems": [summary("Patch", None)]})
    with pytest.raises(UnknownField):
        ec2_managedinstance_patch_compliant(instance(), compliance, HERE)
    with pytest.raises(UnknownField):
        ec2_instance_managed_by_systems_manager(Instance.parse({}), MANAGED, HERE)
    assert isinstance(compliance.of("Patch", "i-1"), Unknown)


@pytest.mark.parametrize(
    ("accounts", "status", "reason"),
    [
        pytest.param([], C, "Document is not shared", id="nobody"),
        pytest.param(["111122223333"], C, "Document is shared with 111122223333", id="an account"),
        pytest.param(["111122223333", "all"], N, "Document is shared with all AWS accounts", id="everybody"),
        pytest.param(["All"], N, "", id="in another spelling"),
    ],
)
def test_ssm_document_not_public(accounts: list[str], status: Status, reason: str) -> None:
    verdict = ssm_document_not_public(DocumentShares.parse({"AccountIds": accounts}))
    assert verdict.status is status
    assert reason in (verdict.reason, "")


@pytest.mark.parametrize(("value", "status"), [("CloudWatch", C), ("", N), ("None", N)])
def test_ssm_automation_logging_enabled(value: str, status: Status) -> None:
    answer = {"ServiceSetting": {"SettingValue": value}} if value else {}
    verdict = ssm_automation_logging_enabled(AutomationLogs.parse(answer))
    words = "writes" if status is C else "does not write"
    assert (verdict.status, verdict.reason) == (
        status, f"Automation {words} the output of scripts to CloudWatch Logs"
    )  # fmt: skip


@pytest.mark.parametrize(("value", "status"), [("Disable", C), ("Enable", N), ("", N)])
def test_ssm_document_block_public_sharing(value: str, status: Status) -> None:
    verdict = ssm_document_block_public_sharing(DocumentSharing.parse({"ServiceSetting": {"SettingValue": value}}))
    word = "blocked" if status is C else "not blocked"
    assert (verdict.status, verdict.reason) == (status, f"Public sharing of documents is {word}")
