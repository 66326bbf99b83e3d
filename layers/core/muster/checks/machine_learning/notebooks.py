"""Checks of SageMaker notebook instances."""

from muster.facets.machine_learning.sagemaker import Notebook, oldest_platform
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.HIGH, controls=("FSBP SageMaker.1",))
def sagemaker_notebook_no_direct_internet_access(notebook: Notebook) -> Verdict:
    """SageMaker notebook instances should not have direct internet access.

    Problem: notebook has direct internet access
    Why: Direct access goes past the security groups, flow logs and firewalls of your VPC. Code in a notebook can then
      send data anywhere.
    Fix: The setting cannot be changed. Save the work, create a new instance, then delete the old one. `aws sagemaker
      create-notebook-instance --notebook-instance-name NEW-NAME --instance-type TYPE --role-arn ROLE-ARN --subnet-id
      SUBNET-ID --security-group-ids GROUP-ID --direct-internet-access Disabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-1
    """
    if known(notebook.internet) == "Enabled":
        return non_compliant("Direct internet access is enabled")
    return compliant("Direct internet access is disabled")


@check(severity=Severity.HIGH, controls=("FSBP SageMaker.2",))
def sagemaker_notebook_instance_inside_vpc(notebook: Notebook) -> Verdict:
    """SageMaker notebook instances should be in a VPC of the account.

    Problem: notebook is in no VPC
    Why: Outside a VPC, no security group limits what the notebook can reach, and no flow log records it.
    Fix: The subnet cannot be changed. Save the work, create a new instance, then delete the old one. `aws sagemaker
      create-notebook-instance --notebook-instance-name NEW-NAME --instance-type TYPE --role-arn ROLE-ARN --subnet-id
      SUBNET-ID --security-group-ids GROUP-ID --direct-internet-access Disabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-2
    """
    if notebook.subnet:
        return compliant(f"Notebook instance is in subnet {notebook.subnet}")
    return non_compliant("Notebook instance is in no VPC of the account")


@check(severity=Severity.HIGH, controls=("FSBP SageMaker.3",))
def sagemaker_notebook_instance_root_access_check(notebook: Notebook) -> Verdict:
    """Users should not have root access to SageMaker notebook instances.

    Problem: users have root access
    Why: With root access, users can change or delete every file of the instance, and install any software.
    Fix: Stop the instance first. `aws sagemaker stop-notebook-instance --notebook-instance-name NAME` `aws sagemaker
      update-notebook-instance --notebook-instance-name NAME --root-access Disabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-3
    """
    if known(notebook.root) == "Enabled":
        return non_compliant("Users have root access")
    return compliant("Users have no root access")


@check(severity=Severity.MEDIUM, controls=("FSBP SageMaker.8",))
def sagemaker_notebook_instance_platform_version(notebook: Notebook) -> Verdict:
    """SageMaker notebook instances should run on a supported platform.

    A platform newer than Muster's list passes.

    Problem: notebook platform is not supported
    Why: A platform without support gets no security updates.
    Fix: Stop the instance first. `aws sagemaker stop-notebook-instance --notebook-instance-name NAME` `aws sagemaker
      update-notebook-instance --notebook-instance-name NAME --platform-identifier PLATFORM` If AWS refuses to change
      the platform, create a new instance with it.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-8
    """
    platform, (read, oldest) = known(notebook.platform), oldest_platform()
    if platform < oldest:
        return non_compliant(f"Platform is {platform}; use {oldest} or later", platform=str(oldest))
    if platform > oldest:
        return compliant(f"Platform is {platform}, which is newer than Muster's list of {read}")
    return compliant(f"Platform is {platform}")
