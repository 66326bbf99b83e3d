"""Checks of EC2 instances, volumes and the region's defaults."""

from muster.check import check
from muster.facets.ec2 import EbsEncryptionByDefault, Instance, Volume
from muster.model import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.HIGH, controls=("FSBP EC2.8",))
def ec2_instance_imdsv2_required(instance: Instance) -> Verdict:
    """EC2 instances should require IMDSv2.

    Why: Version 1 of the instance metadata service answers any request that reaches it, so a server-side request
      forgery hands out the credentials of the instance's role. Version 2 asks for a session token first.
    Fix: aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required --http-endpoint enabled
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

    Why: Without it CloudWatch has a datapoint every five minutes, too coarse for alarms and scaling to act on.
    Fix: aws ec2 monitor-instances --instance-ids ID
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

    Why: An address that the internet can route leaves routes and security groups as the only protection.
    Fix: Put the instance in a private subnet behind a load balancer or NAT; release its Elastic IP and IPv6 addresses.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-9
    """
    v6 = instance.public_ipv6 if ipv6 else ()
    said = [f"public IPv4: {', '.join(instance.public_ipv4)}"] if instance.public_ipv4 else []
    said += [f"IPv6, which is globally routable: {', '.join(v6)}"] if v6 else []
    if said:
        return non_compliant("; ".join(said))
    return compliant("no interface has a public IPv4 address" + (" or a routable IPv6 address" if ipv6 else ""))


@check(severity=Severity.HIGH, controls=("FSBP EC2.3",))
def ec2_volume_encrypted(volume: Volume) -> Verdict:
    """EBS volumes should be encrypted.

    Why: An unencrypted volume and all its snapshots can be read by whoever gets at a copy. Volumes that are not
      attached are judged too: their data is as readable.
    Fix: Copy its snapshot with encryption, make a volume of the copy and replace the old one.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/encrypted-volumes.html
    """
    place = f"attached to {', '.join(volume.attached_to)}" if volume.attached_to else "not attached"
    if known(volume.encrypted):
        return compliant(f"the volume is encrypted ({place})")
    return non_compliant(f"the volume is not encrypted ({place})")


@check(severity=Severity.HIGH, controls=("FSBP EC2.7",))
def ec2_ebs_encryption_by_default(default: EbsEncryptionByDefault) -> Verdict:
    """EBS encryption by default should be on in every region.

    Why: It is set for each region apart; where it is off, a volume is encrypted only if whoever made it thought of it.
    Fix: aws ec2 enable-ebs-encryption-by-default --region REGION
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-7
    """
    if known(default.enabled):
        return compliant("encryption by default is on: new volumes of this region are encrypted")
    return non_compliant("encryption by default is off: a new volume of this region is encrypted only when asked for")
