"""Checks of SageMaker monitoring jobs: job definitions, and schedules that have their job inline."""

from muster.facets.machine_learning.sagemaker import MonitoringJob
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_SEVERAL = 2


@check(
    severity=Severity.MEDIUM,
    controls=(
        "FSBP SageMaker.9",
        "FSBP SageMaker.10",
        "FSBP SageMaker.13",
        "FSBP SageMaker.15",
        "Security Hub SageMaker.22",
    ),
)
def sagemaker_monitoring_job_encrypt_in_transit(job: MonitoringJob) -> Verdict:
    """SageMaker monitoring jobs should encrypt the traffic between their containers.

    Definitions of data quality, model quality, bias and explainability jobs are checked, and schedules with a job of
    their own. The check does not apply to jobs on one instance, nor to schedules that use a definition: the definition
    is checked itself.

    Problem: traffic of the job is not encrypted
    Why: A job on several instances sends captured requests and answers of the model over the network.
    Fix: A definition cannot be changed. Create a new one with EnableInterContainerTrafficEncryption in its
      NetworkConfig, and have the schedule use it. `aws sagemaker update-monitoring-schedule --monitoring-schedule-name
      SCHEDULE --monitoring-schedule-config file://SCHEDULE.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-model-explainability-job-encrypt-in-transit.html
    """
    if job.definition:
        return not_applicable(f"Schedule uses job definition {job.definition}, which is checked itself")
    if job.encrypted:
        return compliant("Traffic between containers is encrypted")
    instances = known(job.instances)
    if instances < _SEVERAL:
        return not_applicable("Job runs on one instance")
    return non_compliant(f"Traffic between containers on {counted(instances, 'instance')} is not encrypted")


@check(
    severity=Severity.MEDIUM,
    controls=(
        "FSBP SageMaker.11",
        "FSBP SageMaker.12",
        "FSBP SageMaker.14",
        "Security Hub SageMaker.20",
        "Security Hub SageMaker.25",
    ),
)
def sagemaker_monitoring_job_isolation(job: MonitoringJob) -> Verdict:
    """SageMaker monitoring jobs should have network isolation enabled.

    Definitions of data quality, model quality, bias and explainability jobs are checked, and schedules with a job of
    their own. The check does not apply to schedules that use a definition: the definition is checked itself.

    Problem: job has no network isolation
    Why: Without isolation, code in the job's container can send captured requests of the model to the internet.
    Fix: A definition cannot be changed. Create a new one with EnableNetworkIsolation in its NetworkConfig, and have the
      schedule use it. `aws sagemaker update-monitoring-schedule --monitoring-schedule-name SCHEDULE
      --monitoring-schedule-config file://SCHEDULE.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-11
    """
    if job.definition:
        return not_applicable(f"Schedule uses job definition {job.definition}, which is checked itself")
    if job.isolated:
        return compliant("Network isolation is enabled")
    return non_compliant("Network isolation is disabled")
