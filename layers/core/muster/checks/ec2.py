"""Checks of EC2 instances, volumes and the region's defaults."""

from muster.check import check
from muster.facets.ec2 import EbsEncryptionByDefault, Instance, Volume
from muster.model import Severity, UnknownField, Unavailable, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.HIGH, controls=("FSBP EC2.8",))
def ec2_instance_imdsv2_required(instance: Instance) -> Verdict:
    """EC2 instances should require IMDSv2.

    Why: Version 1 of the instance metadata service answers any request that reaches it, so a server-side request
      forgery hands out the credentials of the instance's role. Version 2 asks for a session token first.
    Fix: aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required --http-endpoint enabled
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8
    """
    if instance.metadata_endpoint == "disabled":
        return compliant("the metadata service is turned off")
    if instance.metadata_tokens == "required":
        return compliant("HttpTokens is required: only IMDSv2 answers")
    if instance.metadata_tokens == "optional":
        return non_compliant("HttpTokens is optional: the instance still answers IMDSv1")
    raise UnknownField(Unavailable(None, f"HttpTokens is {instance.metadata_tokens or 'missing'}, which Muster does not know"))


@check(severity=Severity.LOW)
def ec2_instance_detailed_monitoring_enabled(instance: Instance) -> Verdict:
    """EC2 instances should have detailed monitoring enabled.

    Why: Without it CloudWatch has a datapoint every five minutes, too coarse for alarms and scaling to act on.
    Fix: aws ec2 monitor-instances --instance-ids ID
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-instance-detailed-monitoring-enabled.html
    """
    if instance.state != "running":
        return not_applicable(f"the instance is {instance.state or 'in no known state'}; only running ones are monitored")
    if instance.monitoring in ("enabled", "pending"):
        return compliant(f"detailed monitoring is {instance.monitoring}")
    return non_compliant(f"detailed monitoring is {instance.monitoring or 'not set'}: a datapoint every five minutes")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.9",))
def ec2_instance_no_public_ip(instance: Instance) -> Verdict:
    """EC2 instances should not have a public IP address.

    Why: An address that the internet can reach leaves the security groups as the only protection. Every IPv6 address
      of a VPC is globally routable, which the control of AWS Config does not look at.
    Fix: Put the instance in a private subnet behind a load balancer or NAT; release its Elastic IP and IPv6 addresses.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-9
    """
    if instance.public_addresses:
        return non_compliant(f"it has public addresses: {', '.join(instance.public_addresses)}")
    return compliant("it has neither a public IPv4 nor a global IPv6 address")


@check(severity=Severity.HIGH, controls=("FSBP EC2.3",))
def ec2_volume_encrypted(volume: Volume) -> Verdict:
    """EBS volumes should be encrypted.

    Why: An unencrypted volume and all its snapshots can be read by whoever gets at a copy. Volumes that are not
      attached are judged too: their data is as readable.
    Fix: Copy its snapshot with encryption, make a volume of the copy and replace the old one.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/encrypted-volumes.html
    """
    return compliant("the volume is encrypted") if known(volume.encrypted) else non_compliant("the volume is not encrypted")


@check(severity=Severity.HIGH, controls=("FSBP EC2.7",))
def ec2_ebs_encryption_by_default(default: EbsEncryptionByDefault) -> Verdict:
    """EBS encryption by default should be on in every region.

    Why: It is set for each region apart; where it is off, a volume is encrypted only if whoever made it thought of it.
    Fix: aws ec2 enable-ebs-encryption-by-default --region REGION
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-7
    """
    if known(default.enabled):
        return compliant("new volumes of this region are encrypted")
    return non_compliant("encryption by default is off in this region")
