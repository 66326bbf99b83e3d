"""Checks of Systems Manager: instances that it manages, documents, settings of a region."""

from muster.facets.ec2.instances import Instance
from muster.facets.management.ssm import (
    AutomationLogs,
    DocumentShares,
    DocumentSharing,
    InstanceCompliance,
    ManagedInstances,
)
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP SSM.1",))
def ec2_instance_managed_by_systems_manager(
    instance: Instance, managed: ManagedInstances, resource: Resource
) -> Verdict:
    """EC2 instances should be managed by Systems Manager.

    The check applies to running and stopped instances. An instance stays managed while its agent does not answer.

    Problem: Systems Manager does not manage it
    Why: Without Systems Manager you cannot patch the instance, list its software or open a session without SSH.
    Fix: Install the SSM Agent, and give the instance a profile whose role has AmazonSSMManagedInstanceCore: `aws ec2
      associate-iam-instance-profile --instance-id ID --iam-instance-profile Name=PROFILE-NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-instance-managed-by-systems-manager.html
    """
    state = known(instance.state)
    if state not in ("running", "stopped"):
        return not_applicable(f"Instance is {state}")
    if resource.id in managed.ids:
        return compliant("Systems Manager manages the instance")
    return non_compliant("Systems Manager does not manage the instance")


@check(severity=Severity.HIGH, controls=("FSBP SSM.2",))
def ec2_managedinstance_patch_compliant(
    instance: Instance, compliance: InstanceCompliance, resource: Resource
) -> Verdict:
    """EC2 instances that Systems Manager manages should have their patches.

    An instance without a report of its patches is not checked.

    Problem: patches are missing
    Why: A missing patch leaves a known vulnerability open, and attackers scan the internet for those first.
    Fix: `aws ssm send-command --document-name AWS-RunPatchBaseline --instance-ids ID --parameters Operation=Install`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-managedinstance-patch-compliance-status-check.html
    """
    return _reported(instance, compliance, "Patch", resource)


@check(severity=Severity.LOW, controls=("FSBP SSM.3",))
def ec2_managedinstance_association_compliant(
    instance: Instance, compliance: InstanceCompliance, resource: Resource
) -> Verdict:
    """EC2 instances that Systems Manager manages should comply with their associations.

    An instance without associations is not checked.

    Problem: an association failed
    Why: A failed association leaves the instance without the software or the settings that you defined for it.
    Fix: Find the association that failed: `aws ssm describe-instance-associations-status --instance-id ID` Remove the
      cause, then run it again: `aws ssm start-associations-once --association-ids ASSOCIATION-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ssm-controls.html#ssm-3
    """
    return _reported(instance, compliance, "Association", resource)


@check(severity=Severity.CRITICAL, controls=("FSBP SSM.4",))
def ssm_document_not_public(shares: DocumentShares) -> Verdict:
    """Systems Manager documents should not be public.

    Problem: SSM document is public
    Why: Anyone with an AWS account can read a public document, and learn from it how your systems are set up.
    Fix: `aws ssm modify-document-permission --name NAME --permission-type Share --account-ids-to-remove all`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ssm-document-not-public.html
    """
    if shares.public:
        return non_compliant("Document is shared with all AWS accounts")
    shared = ", ".join(sorted(shares.accounts))
    return compliant(f"Document is shared with {shared}" if shared else "Document is not shared")


@check(severity=Severity.MEDIUM, controls=("FSBP SSM.6",))
def ssm_automation_logging_enabled(logs: AutomationLogs) -> Verdict:
    """Systems Manager Automation should write its scripts' output to CloudWatch Logs.

    Problem: Automation writes no logs
    Why: Without logs you cannot find out what the script of a failed or suspicious execution did.
    Fix: `aws ssm update-service-setting --setting-id /ssm/automation/customer-script-log-destination --setting-value
      CloudWatch`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ssm-automation-logging-enabled.html
    """
    if logs.value == "CloudWatch":
        return compliant("Automation writes the output of scripts to CloudWatch Logs")
    return non_compliant("Automation does not write the output of scripts to CloudWatch Logs")


@check(severity=Severity.CRITICAL, controls=("FSBP SSM.7",))
def ssm_document_block_public_sharing(sharing: DocumentSharing) -> Verdict:
    """Systems Manager should block public sharing of documents.

    Problem: documents can be shared publicly
    Why: Without the setting, one mistaken call can make a document public. Documents that are public already stay
      public.
    Fix: `aws ssm update-service-setting --setting-id /ssm/documents/console/public-sharing-permission --setting-value
      Disable`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ssm-automation-block-public-sharing.html
    """
    if sharing.value == "Disable":
        return compliant("Public sharing of documents is blocked")
    return non_compliant("Public sharing of documents is not blocked")


def _reported(instance: Instance, compliance: InstanceCompliance, kind: str, resource: Resource) -> Verdict:
    if known(instance.state) == "terminated":
        return not_applicable("Instance is terminated")
    status = compliance.of(kind, resource.id)
    if status is None:
        return not_applicable(f"Systems Manager reports no {kind.lower()} compliance of the instance")
    if known(status) == "COMPLIANT":
        return compliant(f"{kind} compliance: COMPLIANT")
    return non_compliant(f"{kind} compliance: NON_COMPLIANT")
