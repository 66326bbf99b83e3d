"""Checks of how EC2 instances were launched: interfaces, virtualization, instance profile, age and image."""

from datetime import timedelta

from muster.facets.ec2.images import SourceImage
from muster.facets.ec2.instances import Instance
from muster.facets.ec2.launches import InstanceLaunch
from muster.facets.tagging.tags import Tags
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Related,
    Severity,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted


@check(severity=Severity.LOW, controls=("FSBP EC2.17",))
def ec2_instance_single_interface(
    launch: InstanceLaunch,
    tags: Tags,
    *,
    allowed_interfaces: tuple[str, ...] = (),
    exempt_tags: tuple[str, ...] = ("eks:cluster-name", "aws:eks:cluster-name"),
) -> Verdict:
    """EC2 instances should have a single network interface.

    Elastic Fabric Adapters count too. Interfaces in `allowed_interfaces`, given by their IDs, do not. The check does
    not apply to instances with a tag in `exempt_tags`: by default nodes of EKS, because their network plugin adds
    interfaces.

    Problem: instance has several network interfaces
    Why: An attacker on an instance in two subnets can reach one from the other, around network ACLs and route tables.
    Fix: `aws ec2 detach-network-interface --attachment-id ATTACHMENT-ID` Then delete the interface: `aws ec2
      delete-network-interface --network-interface-id NETWORK-INTERFACE-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-17
    """
    if exempt := [key for key in exempt_tags if key in tags.values]:
        return not_applicable(f"The instance has the tag {exempt[0]}")
    counting = [name for name in launch.interfaces if name not in allowed_interfaces]
    if len(counting) > 1:
        return non_compliant(f"The instance has {len(counting)} network interfaces: {', '.join(counting)}")
    return compliant(f"The instance has {counted(len(launch.interfaces), 'network interface')}")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.24",))
def ec2_instance_not_paravirtual(launch: InstanceLaunch) -> Verdict:
    """EC2 instances should not use paravirtual virtualization.

    Problem: instance uses paravirtual virtualization
    Why: Paravirtual (PV) images run on instance types of old generations only, without enhanced networking and current
      processors.
    Fix: Launch a new instance from a hardware virtual machine (HVM) image on a current instance type, move the work to
      it, and terminate this one: `aws ec2 terminate-instances --instance-ids ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-24
    """
    if known(launch.virtualization) == "paravirtual":
        return non_compliant("The virtualization type is paravirtual")
    return compliant("The virtualization type is hvm")


@check(severity=Severity.MEDIUM)
def ec2_instance_profile_attached(launch: InstanceLaunch) -> Verdict:
    """EC2 instances should have an instance profile.

    Problem: instance has no instance profile
    Why: Programs on an instance without a profile need long-term access keys, which leak. Systems Manager cannot
      manage the instance either, unless the region's default host management does it.
    Fix: `aws ec2 associate-iam-instance-profile --instance-id ID --iam-instance-profile Name=PROFILE`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-instance-profile-attached.html
    """
    if launch.profile:
        return compliant(f"The instance has the profile {launch.profile.rpartition('/')[2]}")
    return non_compliant("The instance has no instance profile")


@check(severity=Severity.MEDIUM)
def ec2_instance_public_without_profile(instance: Instance, launch: InstanceLaunch) -> Verdict:
    """EC2 instances with a public IP address should not have an instance profile.

    The finding joins two facts: the internet can reach the instance, and it holds credentials of a role. IPv6 addresses
    count unless they are unique local addresses.

    Problem: public instance has a role
    Why: An attacker who breaks into the instance gets the permissions of its role and can use them from anywhere.
    Fix: Move the instance behind a load balancer and remove its public address. Or remove the profile, if nothing on
      the instance calls AWS: `aws ec2 describe-iam-instance-profile-associations --filters
      Name=instance-id,Values=ID` `aws ec2 disassociate-iam-instance-profile --association-id ASSOCIATION-ID`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    """
    addresses = (*instance.public_ipv4, *instance.public_ipv6)
    if not addresses:
        return compliant("The instance has no public IP address")
    if not launch.profile:
        return compliant("The instance has a public IP address, but no instance profile")
    name = launch.profile.rpartition("/")[2]
    return non_compliant(f"The instance has the profile {name} and a public IP address: {', '.join(addresses)}")


@check(severity=Severity.LOW)
def ec2_instance_young_enough(
    instance: Instance, launch: InstanceLaunch, scan: ObservedAt, *, days: int = 180
) -> Verdict:
    """EC2 instances should not run for too long without a restart.

    The age is counted from the last start of a running instance, which is what AWS returns as its launch time.

    Problem: instance has been running for long
    Why: A new kernel takes effect only with a restart. An instance that was not restarted for long may not start again
      after an outage.
    Fix: Replace the instance by one from a current image. Or restart it: `aws ec2 stop-instances --instance-ids ID`
      `aws ec2 start-instances --instance-ids ID` Data on instance store volumes is lost when an instance stops.
    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
    """
    if known(instance.state) != "running":
        return not_applicable(f"The instance is {instance.state}")
    since = known(launch.launched_at)
    age = scan.at - since
    text = f"The instance was started {counted(age.days, 'day')} ago ({since:%Y-%m-%d})"
    if age > timedelta(days=days):
        return non_compliant(f"{text}; at most {days} days are allowed")
    return compliant(text)


@check(severity=Severity.MEDIUM)
def ec2_instance_image_not_outdated(launch: InstanceLaunch, images: Related[SourceImage], scan: ObservedAt) -> Verdict:
    """EC2 instances should not run from a deprecated image.

    The image is deprecated when its deprecation time has passed. If AWS does not return the image, because it was
    deregistered or is no longer shared with the account, the result is unknown.

    Problem: instance runs from a deprecated image
    Why: The owner of a deprecated image does not update it any more. New instances from it start with known
      vulnerabilities.
    Fix: Launch a new instance from the current image of the same owner, move the work to it, and terminate this one:
      `aws ec2 terminate-instances --instance-ids ID`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
    """
    at = known(images[launch.image].deprecated_at)
    if at is None:
        return compliant(f"Image {launch.image} has no deprecation time")
    if at <= scan.at:
        return non_compliant(f"Image {launch.image} is deprecated since {at:%Y-%m-%d}")
    return compliant(f"Image {launch.image} is not deprecated before {at:%Y-%m-%d}")
