"""Checks of EC2 instances, volumes and the region's defaults."""

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
    Why: Version 1 of the instance metadata service answers any request that reaches it, so a server-side request
      forgery hands out the credentials of the instance's role. Version 2 asks for a session token first.
    Fix: `aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required --http-endpoint enabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8
    """
    if instance.metadata_endpoint == "disabled":
        return compliant("the metadata service is turned off: neither version answers")
    if known(instance.metadata_tokens) == "required":
        return compliant("HttpTokens is required: the instance answers IMDSv2 only")
    known(instance.metadata_endpoint)  # tokens do not matter where nothing answers
    return non_compliant("HttpTokens is optional: the instance still answers IMDSv1")


@check(severity=Severity.LOW)
def ec2_instance_detailed_monitoring_enabled(instance: Instance) -> Verdict:
    """EC2 instances should have detailed monitoring enabled.

    Problem: detailed monitoring is off
    Why: Without it CloudWatch has a datapoint every five minutes, too coarse for alarms and scaling to act on.
    Fix: `aws ec2 monitor-instances --instance-ids ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-instance-detailed-monitoring-enabled.html
    """
    if known(instance.state) != "running":
        return not_applicable(f"the instance is {instance.state}: only a running one sends metrics")
    monitoring = known(instance.monitoring)
    if monitoring == "enabled":
        return compliant("detailed monitoring is enabled: a datapoint every minute")
    if monitoring == "pending":
        return compliant("detailed monitoring is being enabled")
    return non_compliant(f"detailed monitoring is {monitoring}: a datapoint every five minutes only")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.9",))
def ec2_instance_no_public_ip(instance: Instance, *, ipv6: bool = True) -> Verdict:
    """EC2 instances should not have a public IP address.

    Every interface and address is looked at. An IPv6 address of a VPC is globally routable unless it is a unique local
    one; AWS's own controls look at IPv4 alone, as this check does with `ipv6` off.

    Problem: instance has a public IP address
    Why: An address that the internet can route leaves routes and security groups as the only protection.
    Fix: Move the instance to a private subnet behind a load balancer or a NAT gateway. Release its Elastic IP and
      IPv6 addresses: `aws ec2 disassociate-address --association-id ASSOCIATION-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-9
    """
    v6 = instance.public_ipv6 if ipv6 else ()
    addresses = [f"public IPv4: {', '.join(instance.public_ipv4)}"] if instance.public_ipv4 else []
    addresses += [f"IPv6, which is globally routable: {', '.join(v6)}"] if v6 else []
    if addresses:
        return non_compliant("; ".join(addresses))
    return compliant("no interface has a public IPv4 address" + (" or a routable IPv6 address" if ipv6 else ""))


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

    The 14 days before the scan are looked at hour by hour: an instance is idle when in 95 of 100 hours it used less
    than `cpu_percent` of its processors on average and moved less than `network_megabytes`, in and out together. One
    with datapoints of fewer than `minimum_hours` of the 336 hours is too young to tell, or was stopped meanwhile.

    Problem: instance is idle
    Why: An instance that does nothing costs as much as one that works, and is patched and watched for nothing.
    Fix: `aws ec2 stop-instances --instance-ids ID` Delete it after a while, or move its work to a smaller type.
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
    """
    if known(instance.state) != "running":
        return not_applicable(f"the instance is {instance.state}: only a running one can be idle")
    cpu, network = known(load.cpu), known(load.network) / _MEGABYTE
    if load.hours < minimum_hours:
        return not_applicable(
            f"it has datapoints of {load.hours} hours of the last 14 days, {minimum_hours} are asked for"
        )
    usage = f"in 95 of 100 hours of 14 days at most {cpu:.1f} % CPU and {network:.1f} MB of network an hour"
    if cpu < cpu_percent and network < network_megabytes:
        return non_compliant(f"the instance is idle: {usage}")
    return compliant(f"the instance is used: {usage}")


@check(severity=Severity.LOW, controls=("FSBP EC2.4",))
def ec2_instance_not_stopped_too_long(instance: Instance, scan: ObservedAt, *, days: int = 30) -> Verdict:
    """EC2 instances should not stay stopped for long.

    Problem: instance has been stopped for long
    Why: A stopped instance is not patched and starts again with old holes; its volumes and addresses cost on.
    Fix: If you may need it, create an image first. `aws ec2 create-image --instance-id ID --name stopped.ID` `aws
      ec2 terminate-instances --instance-ids ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-4
    """
    if known(instance.state) != "stopped" or instance.stopped_at is None:
        return not_applicable(f"the instance is {instance.state}")
    since = known(instance.stopped_at)
    age = scan.at - since
    stopped = f"stopped {counted(age.days, 'day')} ago, on {since:%Y-%m-%d}"
    if age > timedelta(days=days):
        return non_compliant(f"{stopped}; {days} days are allowed")
    return compliant(stopped)


@check(severity=Severity.MEDIUM, version=2)
def ec2_instance_status_check_alarmed(instance: Instance, alarms: Alarms) -> Verdict:
    """EC2 instances should have an alarm on their status checks.

    An alarm on StatusCheckFailed or StatusCheckFailed_System of the instance counts if it has an action for ALARM, or
    a composite alarm has that it helps to raise.

    Problem: no alarm on status checks
    Why: An instance whose host or network has failed stays so until somebody hears of it; an alarm on the system's
      check can also recover it without anybody.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name status-check.ID --namespace AWS/EC2 --metric-name
      StatusCheckFailed --dimensions Name=InstanceId,Value=ID --statistic Maximum --period 60 --evaluation-periods 2
      --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating_status_check_alarms.html
    """
    if known(instance.state) != "running":
        return not_applicable(f"the instance is {instance.state}: only a running one has status checks")
    found = alarms.on("AWS/EC2", _STATUS_CHECKS, {"InstanceId": instance.id})
    if loud := known(alarms.heard(found)):
        return compliant(f"the alarm {loud.name} watches its status checks")
    if found:
        silent = ", ".join(alarm.name for alarm in found)
        return non_compliant(f"what watches its status checks acts on nothing when it goes into ALARM: {silent}")
    return non_compliant(f"no alarm watches {' or '.join(_STATUS_CHECKS)} of the instance")


@check(severity=Severity.HIGH, controls=("FSBP EC2.3",))
def ec2_volume_encrypted(volume: Volume) -> Verdict:
    """EBS volumes should be encrypted.

    Problem: EBS volume is not encrypted
    Why: An unencrypted volume and all its snapshots can be read by whoever gets at a copy. Volumes that are not
      attached are judged too: their data is as readable.
    Fix: `aws ec2 create-snapshot --volume-id ID` Copy the snapshot with encryption, create a volume from the copy
      and replace the old volume.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/encrypted-volumes.html
    """
    place = f"attached to {', '.join(volume.attached_to)}" if volume.attached_to else "not attached"
    if known(volume.encrypted):
        return compliant(f"the volume is encrypted ({place})")
    return non_compliant(f"the volume is not encrypted ({place})")


@check(severity=Severity.HIGH, controls=("FSBP EC2.7",))
def ec2_ebs_encryption_by_default(default: EbsEncryptionByDefault) -> Verdict:
    """EBS encryption by default should be on in every region.

    Problem: EBS encryption by default is off
    Why: It is set for each region apart; where it is off, a volume is encrypted only if whoever made it thought of it.
    Fix: `aws ec2 enable-ebs-encryption-by-default --region REGION`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-7
    """
    if known(default.enabled):
        return compliant("encryption by default is on: new volumes of this region are encrypted")
    return non_compliant("encryption by default is off: a new volume of this region is encrypted only when asked for")


@check(severity=Severity.MEDIUM)
def ec2_imdsv2_required_by_default(defaults: InstanceMetadataDefaults) -> Verdict:
    """IMDSv2 should be required by default in every region.

    Problem: IMDSv2 is not the default
    Why: It is set for each region apart; where it is not, an instance answers version 1 of the metadata service
      unless whoever launches it, or its image, asks for version 2.
    Fix: `aws ec2 modify-instance-metadata-defaults --http-tokens required --region REGION`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    """
    if defaults.endpoint == "disabled":
        return compliant("the metadata service of new instances is turned off: neither version answers")
    if known(defaults.tokens) == "required":
        return compliant("HttpTokens is required by default: new instances answer IMDSv2 only")
    known(defaults.endpoint)  # tokens do not matter where nothing answers
    default = "optional by default" if defaults.tokens else "not set for the region: the launch and the image decide"
    return non_compliant(f"HttpTokens is {default}")
