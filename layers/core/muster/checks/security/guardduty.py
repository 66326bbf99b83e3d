"""Checks of GuardDuty: that it is on, and what it protects."""

from muster.facets.security.guardduty import Detector, Detectors
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.1",))
def guardduty_enabled_centralized(detectors: Detectors) -> Verdict:
    """GuardDuty should be enabled in each region.

    The check looks at the detector of each account, also in member accounts of an administrator account.

    Problem: GuardDuty is not enabled
    Why: GuardDuty reports stolen credentials, malware and suspicious calls, also in regions that you do not use.
    Fix: `aws guardduty create-detector --enable` A suspended detector: `aws guardduty update-detector --detector-id
      DETECTOR-ID --enable`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-1
    """
    if not detectors.enabled:
        return non_compliant("GuardDuty is not enabled in this region")
    for detector, enabled in detectors.enabled.items():
        if not known(enabled):
            return non_compliant(f"GuardDuty is suspended in this region (detector {detector})", detector_id=detector)
    return compliant(f"GuardDuty is enabled (detector {next(iter(detectors.enabled))})")


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.5",))
def guardduty_eks_protection_audit_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have EKS audit log monitoring enabled.

    Problem: EKS audit logs are not monitored
    Why: Only the Kubernetes audit log shows the calls of an attacker to the cluster, for example to read its secrets.
    Fix: `aws guardduty update-detector --detector-id ID --features Name=EKS_AUDIT_LOGS,Status=ENABLED` In a member
      account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-5
    """
    return _protects(detector, "EKS audit log monitoring", "EKS_AUDIT_LOGS")


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.6",))
def guardduty_lambda_protection_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have Lambda Protection enabled.

    Problem: Lambda Protection is off
    Why: GuardDuty reports a function that connects to suspicious addresses, for example after an attacker replaced its
      code.
    Fix: `aws guardduty update-detector --detector-id ID --features Name=LAMBDA_NETWORK_LOGS,Status=ENABLED` In a member
      account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-6
    """
    return _protects(detector, "Lambda Protection", "LAMBDA_NETWORK_LOGS")


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.7",))
def guardduty_eks_protection_runtime_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have EKS Runtime Monitoring enabled.

    The older feature EKS_RUNTIME_MONITORING counts as RUNTIME_MONITORING.

    Problem: EKS Runtime Monitoring is off
    Why: The agent on each node reports suspicious processes and file access. Automated management installs it on every
      cluster.
    Fix: `aws guardduty update-detector --detector-id ID --features '[{"Name": "RUNTIME_MONITORING", "Status":
      "ENABLED", "AdditionalConfiguration": [{"Name": "EKS_ADDON_MANAGEMENT", "Status": "ENABLED"}]}]'` In a member
      account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-7
    """
    return _protects(detector, "EKS Runtime Monitoring", "RUNTIME_MONITORING", "EKS_ADDON_MANAGEMENT")


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.8",))
def guardduty_malware_protection_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have Malware Protection for EC2 enabled.

    Problem: Malware Protection for EC2 is off
    Why: When an instance behaves like an infected one, GuardDuty scans its volumes and names the malware.
    Fix: `aws guardduty update-detector --detector-id ID --features Name=EBS_MALWARE_PROTECTION,Status=ENABLED` In a
      member account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-8
    """
    return _protects(detector, "Malware Protection for EC2", "EBS_MALWARE_PROTECTION")


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.9",))
def guardduty_rds_protection_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have RDS Protection enabled.

    Problem: RDS Protection is off
    Why: GuardDuty reports suspicious logins to a database, for example with a stolen or guessed password.
    Fix: `aws guardduty update-detector --detector-id ID --features Name=RDS_LOGIN_EVENTS,Status=ENABLED` In a member
      account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-9
    """
    return _protects(detector, "RDS Protection", "RDS_LOGIN_EVENTS")


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.10",))
def guardduty_s3_protection_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have S3 Protection enabled.

    Problem: S3 Protection is off
    Why: Without it, GuardDuty does not see an attacker read, change or delete objects.
    Fix: `aws guardduty update-detector --detector-id ID --features Name=S3_DATA_EVENTS,Status=ENABLED` In a member
      account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-10
    """
    return _protects(detector, "S3 Protection", "S3_DATA_EVENTS")


@check(severity=Severity.HIGH, controls=("FSBP GuardDuty.11",))
def guardduty_runtime_monitoring_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have Runtime Monitoring enabled.

    Problem: Runtime Monitoring is off
    Why: No AWS log shows what an attacker's process does on a host. The agent of GuardDuty reports it.
    Fix: `aws guardduty update-detector --detector-id ID --features Name=RUNTIME_MONITORING,Status=ENABLED` In a member
      account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-11
    """
    return _protects(detector, "Runtime Monitoring", "RUNTIME_MONITORING")


@check(severity=Severity.MEDIUM, controls=("FSBP GuardDuty.12",))
def guardduty_ecs_protection_runtime_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have automated agent management for ECS on Fargate enabled.

    Problem: agent of ECS tasks is not managed
    Why: Only GuardDuty can add its agent to Fargate tasks. Without the agent, it does not see an attack in a task.
    Fix: `aws guardduty update-detector --detector-id ID --features '[{"Name": "RUNTIME_MONITORING", "Status":
      "ENABLED", "AdditionalConfiguration": [{"Name": "ECS_FARGATE_AGENT_MANAGEMENT", "Status": "ENABLED"}]}]'` In a
      member account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-12
    """
    return _protects(
        detector, "automated agent management for ECS on Fargate", "RUNTIME_MONITORING", "ECS_FARGATE_AGENT_MANAGEMENT"
    )


@check(severity=Severity.MEDIUM, controls=("FSBP GuardDuty.13",))
def guardduty_ec2_protection_runtime_enabled(detector: Detector) -> Verdict:
    """GuardDuty detectors should have automated agent management for EC2 enabled.

    Problem: agent of EC2 instances is not managed
    Why: Without automated management, GuardDuty does not see an attack on instances where the agent was not installed.
    Fix: `aws guardduty update-detector --detector-id ID --features '[{"Name": "RUNTIME_MONITORING", "Status":
      "ENABLED", "AdditionalConfiguration": [{"Name": "EC2_AGENT_MANAGEMENT", "Status": "ENABLED"}]}]'` In a member
      account of an organization, only the delegated administrator of GuardDuty can change this.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-13
    """
    return _protects(detector, "automated agent management for EC2", "RUNTIME_MONITORING", "EC2_AGENT_MANAGEMENT")


def _protects(detector: Detector, plan: str, feature: str, *configurations: str) -> Verdict:
    """Return whether a feature and its configurations are on; a suspended detector protects nothing."""
    if not known(detector.enabled):
        return non_compliant("Detector is suspended")
    plan = sentence(plan)
    features = known(detector.features)
    if feature not in features and f"EKS_{feature}" not in features:
        return not_applicable(f"{plan} is not offered in this region")
    on = _on(detector, feature, configurations) or (
        "EKS_ADDON_MANAGEMENT" in configurations and _on(detector, f"EKS_{feature}", configurations)
    )
    return compliant(f"{plan} is on") if on else non_compliant(f"{plan} is off")


def _on(detector: Detector, feature: str, configurations: tuple[str, ...]) -> bool:
    features = known(detector.features)
    names = (feature, *(f"{feature}/{each}" for each in configurations))
    return all(known(features.get(name, False)) for name in names)
