"""Checks of EC2 instances, the encryption of EBS volumes, and the defaults of a region."""

from datetime import timedelta

from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.ec2.instances import EbsEncryptionByDefault, Instance, InstanceLoad, InstanceMetadataDefaults, Volume
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_STATUS_CHECKS = ("StatusCheckFailed", "StatusCheckFailed_System")
_MEGABYTE = 1_000_000


@check(severity=Severity.HIGH, controls=("FSBP EC2.8",))
def ec2_instance_imdsv2_required(instance: Instance) -> Verdict:
    """EC2 instances should require IMDSv2.

    Problem: IMDSv1 is allowed
    Why: With IMDSv1, one server-side request forgery is enough to steal the credentials of the instance's role.
      IMDSv2 requires a session token first.
    Fix: Check with the CloudWatch metric MetadataNoToken that nothing on the instance still uses IMDSv1, then require
      IMDSv2: `aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8
    """
    if instance.metadata_endpoint == "disabled":
        return compliant("The instance metadata service is off")
    if known(instance.metadata_tokens) == "required":
        return compliant("IMDSv2 is required (HttpTokens: required)")
    known(instance.metadata_endpoint)  # where the service is off, tokens do not matter
    return non_compliant("IMDSv1 is allowed (HttpTokens: optional)")


@check(severity=Severity.LOW)
def ec2_instance_detailed_monitoring_enabled(instance: Instance) -> Verdict:
    """EC2 instances should have detailed monitoring enabled.

    Problem: detailed monitoring is off
    Why: Without detailed monitoring CloudWatch gets a data point only every 5 minutes, so alarms and Auto Scaling react
      late.
    Fix: `aws ec2 monitor-instances --instance-ids ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-instance-detailed-monitoring-enabled.html
    """
    if known(instance.state) != "running":
        return not_applicable(f"The instance is {instance.state}; only running instances send metrics")
    monitoring = known(instance.monitoring)
    if monitoring == "enabled":
        return compliant("Detailed monitoring is enabled")
    if monitoring == "pending":
        return compliant("Detailed monitoring is being enabled")
    return non_compliant(f"Detailed monitoring is {monitoring}; CloudWatch gets a data point only every 5 minutes")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.9",))
def ec2_instance_no_public_ip(instance: Instance, *, ipv6: bool = True) -> Verdict:
    """EC2 instances should not have a public IP address.

    The check reads all network interfaces and addresses of the instance. IPv6 addresses count as public unless they
    are unique local addresses. AWS's own control checks IPv4 only; set `ipv6` to false for the same result.

    Problem: instance has a public IP address
    Why: With a public address, only security groups and route tables stand between the internet and everything that
      listens on the instance.
    Fix: Move the instance to a private subnet behind a load balancer or a NAT gateway. Or remove the addresses. An
      address that AWS assigned: `aws ec2 modify-network-interface-attribute --network-interface-id NETWORK-INTERFACE
      --no-associate-public-ip-address` An Elastic IP address: `aws ec2 disassociate-address --association-id
      ASSOCIATION-ID` An IPv6 address: `aws ec2 unassign-ipv6-addresses --network-interface-id NETWORK-INTERFACE
      --ipv6-addresses ADDRESS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-9
    """
    v6 = instance.public_ipv6 if ipv6 else ()
    addresses = [f"Public IPv4 address: {', '.join(instance.public_ipv4)}"] if instance.public_ipv4 else []
    addresses += [f"Public IPv6 address: {', '.join(v6)}"] if v6 else []
    if addresses:
        interfaces = {address.rpartition(" on ")[2] for address in (*instance.public_ipv4, *v6)}
        return non_compliant("; ".join(addresses), network_interface=interfaces.pop() if len(interfaces) == 1 else "")
    return compliant("The instance has no public IPv4" + (" or IPv6 address" if ipv6 else " address"))


@check(severity=Severity.LOW)
def ec2_instance_not_idle(
    instance: Instance,
    load: InstanceLoad,
    *,
    cpu_percent: int = 5,
    network_megabytes: int = 5,
    minimum_hours: int = 300,
) -> Verdict:
    """EC2 instances should not be idle.

    The check reads the hourly metrics of the 14 days before the scan. An instance is idle if in 95 % of the hours its
    average CPU utilization was below `cpu_percent` and its network traffic, in and out together, below
    `network_megabytes`. The check does not apply with data points for fewer than `minimum_hours` of the 336 hours: the
    instance is new, or it was stopped for part of the time.

    Problem: instance is idle
    Why: You pay for an idle instance as for a busy one, and it needs the same patching and monitoring.
    Fix: Data on instance store volumes is lost when an instance stops. `aws ec2 stop-instances
      --instance-ids ID` Terminate the instance if it is not needed, or move its work to a smaller instance type.
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
    """
    if known(instance.state) != "running":
        return not_applicable(f"The instance is {instance.state}; only running instances can be idle")
    cpu, network = known(load.cpu), known(load.network) / _MEGABYTE
    if load.hours < minimum_hours:
        return not_applicable(
            f"CloudWatch has data points for {load.hours} hours of the last 14 days; {minimum_hours} are needed"
        )
    usage = f"at most {cpu:.1f} % CPU and {network:.1f} MB of network traffic per hour in 95 % of the last 14 days"
    if cpu < cpu_percent and network < network_megabytes:
        return non_compliant(f"The instance is idle: {usage}")
    return compliant(f"The instance is in use: {usage}")


@check(severity=Severity.LOW, controls=("FSBP EC2.4",))
def ec2_instance_not_stopped_too_long(instance: Instance, scan: ObservedAt, *, days: int = 30) -> Verdict:
    """EC2 instances should not stay stopped for long.

    Problem: instance has been stopped for long
    Why: A stopped instance gets no patches and starts again with old vulnerabilities. You still pay for its volumes and
      Elastic IP addresses.
    Fix: Create an AMI if you may need the instance again: `aws ec2 create-image --instance-id ID --name stopped.ID`
      When the AMI is available, terminate the instance. This deletes the volumes that are set to be deleted with it.
      `aws ec2 terminate-instances --instance-ids ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-4
    """
    if known(instance.state) != "stopped" or instance.stopped_at is None:
        return not_applicable(f"The instance is {instance.state}")
    since = known(instance.stopped_at)
    age = scan.at - since
    stopped = f"The instance was stopped {counted(age.days, 'day')} ago ({since:%Y-%m-%d})"
    if age > timedelta(days=days):
        return non_compliant(f"{stopped}; at most {days} days are allowed")
    return compliant(stopped)


@check(severity=Severity.MEDIUM, version=2)
def ec2_instance_status_check_alarmed(instance: Instance, alarms: Alarms) -> Verdict:
    """EC2 instances should have an alarm on their status checks.

    An alarm on StatusCheckFailed or StatusCheckFailed_System of the instance counts if it has an enabled action for the
    state ALARM, or if a composite alarm above it has one.

    Problem: no alarm on status checks
    Why: Without an alarm a failed host goes unnoticed until a customer reports it. An alarm on the system status check
      can also recover the instance automatically.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name status-check.ID --namespace AWS/EC2 --metric-name
      StatusCheckFailed --dimensions Name=InstanceId,Value=ID --statistic Maximum --period 60 --evaluation-periods 2
      --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating_status_check_alarms.html
    """
    if known(instance.state) != "running":
        return not_applicable(f"The instance is {instance.state}; only running instances have status checks")
    found = alarms.on("AWS/EC2", _STATUS_CHECKS, {"InstanceId": instance.id})
    if loud := known(alarms.heard(found)):
        return compliant(f"Alarm {loud.name} watches the status checks")
    if found:
        silent = ", ".join(alarm.name for alarm in found)
        return non_compliant(f"The alarms on the status checks have no enabled action: {silent}")
    return non_compliant(f"No alarm watches {' or '.join(_STATUS_CHECKS)} of the instance")


@check(severity=Severity.HIGH, controls=("FSBP EC2.3",))
def ec2_volume_encrypted(volume: Volume) -> Verdict:
    """EBS volumes should be encrypted.

    The check also applies to volumes that are not attached.

    Problem: EBS volume is not encrypted
    Why: Everyone who gets a copy of an unencrypted volume, for example by a shared snapshot, can read its data.
    Fix: Encryption of a volume cannot be changed. Take a snapshot: `aws ec2 create-snapshot --volume-id ID` When it is
      complete, create an encrypted volume from it, with the type, IOPS and throughput of the old one, and replace the
      old one: `aws ec2 create-volume --snapshot-id SNAPSHOT-ID --availability-zone AVAILABILITY-ZONE --volume-type
      VOLUME-TYPE --encrypted`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/encrypted-volumes.html
    """
    place = f"attached to {', '.join(volume.attached_to)}" if volume.attached_to else "not attached"
    if known(volume.encrypted):
        return compliant(f"The volume is encrypted ({place})")
    return non_compliant(f"The volume is not encrypted ({place})")


@check(severity=Severity.HIGH, controls=("FSBP EC2.7",))
def ec2_ebs_encryption_by_default(default: EbsEncryptionByDefault) -> Verdict:
    """EBS encryption by default should be on in every region.

    Problem: EBS encryption by default is off
    Why: With the setting off, a new volume is encrypted only if the request says so. The setting is per region.
    Fix: `aws ec2 enable-ebs-encryption-by-default` It applies to new volumes; existing ones do not change.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-7
    """
    if known(default.enabled):
        return compliant("EBS encryption by default is on")
    return non_compliant("EBS encryption by default is off; new volumes are encrypted only on request")


@check(severity=Severity.MEDIUM)
def ec2_imdsv2_required_by_default(defaults: InstanceMetadataDefaults) -> Verdict:
    """IMDSv2 should be required by default in every region.

    Problem: IMDSv2 is not the default
    Why: Without the default, a new instance allows IMDSv1 unless its launch request, launch template or AMI requires
      IMDSv2. The setting is per region.
    Fix: `aws ec2 modify-instance-metadata-defaults --http-tokens required` It applies to new instances.
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    """
    if defaults.endpoint == "disabled":
        return compliant("The instance metadata service of new instances is off by default")
    if known(defaults.tokens) == "required":
        return compliant("New instances require IMDSv2 by default (HttpTokens: required)")
    known(defaults.endpoint)  # where the service is off, tokens do not matter
    if defaults.tokens:
        return non_compliant("New instances allow IMDSv1 by default (HttpTokens: optional)")
    return non_compliant("The region has no default for HttpTokens; new instances may allow IMDSv1")
