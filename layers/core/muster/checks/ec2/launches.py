"""Checks of what is launched: launch templates, Spot Fleet requests and user data."""

from collections.abc import Sequence

from muster.facets.ec2.images import LaunchTemplate, LaunchTemplateVersions
from muster.facets.ec2.launches import LaunchSettings, SpotFleet, UserData
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed, sentence

_FEW = 5


@check(severity=Severity.HIGH, controls=("FSBP EC2.25",))
def ec2_launch_template_no_public_ip(template: LaunchTemplate, versions: LaunchTemplateVersions) -> Verdict:
    """Launch templates should not assign public IP addresses to network interfaces.

    The default version decides. A version that does not set AssociatePublicIpAddress passes: the subnet then decides.

    Problem: launch template assigns public IPs
    Why: Every instance launched from the template gets a public address, in any subnet.
    Fix: `aws ec2 create-launch-template-version --launch-template-id ID --source-version SOURCE-VERSION
      --launch-template-data "NetworkInterfaces=[{DeviceIndex=0,AssociatePublicIpAddress=false}]"` Repeat the other
      options of the network interface, such as its subnet and security groups. Test the new version, then make it the
      default: `aws ec2 modify-launch-template --launch-template-id ID --default-version NEW-VERSION`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-25
    """
    number, settings = _default(template, versions)
    if settings.public_interfaces:
        named = f"{'interface' if len(settings.public_interfaces) == 1 else 'interfaces'} with device index"
        indexes = ", ".join(map(str, settings.public_interfaces))
        reason = f"Version {number} (default) assigns a public IP address to the network {named} {indexes}"
        return non_compliant(reason, source_version=str(number))
    latest = _latest(template, versions)
    later = f"; version {template.latest} (latest) does" if latest and latest.public_interfaces else ""
    return compliant(f"Version {number} (default) assigns no public IP address{later}")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.181",))
def ec2_launch_template_volumes_encrypted(template: LaunchTemplate, versions: LaunchTemplateVersions) -> Verdict:
    """Launch templates should not turn off the encryption of EBS volumes.

    The default version decides. A volume fails if the template sets its encryption to false. If the template does not
    set the encryption, the snapshot and the region's EBS encryption by default decide. If that default is on, it also
    overrides a false in the template, but other regions may be different.

    Problem: template has unencrypted volumes
    Why: Everyone who gets a copy of an unencrypted volume, for example by a shared snapshot, can read its data.
    Fix: `aws ec2 create-launch-template-version --launch-template-id ID --source-version SOURCE-VERSION
      --launch-template-data "BlockDeviceMappings=[{DeviceName=DEVICE,Ebs={Encrypted=true}}]"` Repeat the other options
      of all volumes. Test the new version, then make it the default: `aws ec2 modify-launch-template
      --launch-template-id ID --default-version NEW-VERSION`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-181
    """
    number, settings = _default(template, versions)
    if settings.unencrypted:
        reason = f"Version {number} (default) turns encryption off for {listed(settings.unencrypted, _FEW)}"
        return non_compliant(reason, source_version=str(number), device=settings.unencrypted[0])
    if not settings.volumes:
        return not_applicable(f"Version {number} (default) sets no EBS volume")
    latest = _latest(template, versions)
    later = f"; version {template.latest} (latest) does" if latest and latest.unencrypted else ""
    return compliant(f"Version {number} (default) does not turn encryption off{later}")


@check(severity=Severity.HIGH)
def ec2_launch_template_without_secrets(template: LaunchTemplate, versions: LaunchTemplateVersions) -> Verdict:
    """Launch templates should not contain secrets in their user data.

    The check reads the user data of the default and the latest version, also if it is compressed or a MIME archive. A
    line counts if it has the format of a known key or token, an address with a password, or sets an option whose name
    suggests a secret. The finding names the line, never its text.

    Problem: secret in launch template user data
    Why: Everyone with ec2:DescribeLaunchTemplateVersions can read user data, and so can every process on the instance.
    Fix: Store the secret in Secrets Manager or Parameter Store and read it when the instance starts. Create a new
      version without it, make it the default, delete the old versions, and rotate the secret: the old value was
      readable. `aws ec2 delete-launch-template-versions --launch-template-id ID --versions VERSION`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
    """
    default, latest = known(template.default), known(template.latest)
    names = {default: "default", latest: "latest"} if default != latest else {default: "default and latest"}
    judged = {number: known(versions.settings_of(template.id, number)).secrets for number in names}
    found = {number: secrets for number, secrets in judged.items() if secrets and not isinstance(secrets, Unknown)}
    if found:
        texts = (f"version {number} ({names[number]}): {_places(secrets)}" for number, secrets in found.items())
        return non_compliant(sentence("; ".join(texts)), version=str(next(iter(found))))
    for secrets in judged.values():
        known(secrets)
    if all(secrets is None for secrets in judged.values()):
        return compliant("The default and the latest version have no user data")
    return compliant("No line of the user data looks like a secret")


@check(severity=Severity.HIGH)
def ec2_instance_user_data_without_secrets(user_data: UserData) -> Verdict:
    """EC2 instances should not contain secrets in their user data.

    The check reads the user data with one call an instance, also if it is compressed or a MIME archive. A line counts
    if it has the format of a known key or token, an address with a password, or sets an option whose name suggests a
    secret. The finding names the line, never its text.

    Problem: secret in instance user data
    Why: Everyone with ec2:DescribeInstanceAttribute can read user data, and so can every process on the instance.
    Fix: Store the secret in Secrets Manager or Parameter Store and read it when the instance starts. While the instance
      is stopped, replace the user data with a file that is encoded in base64: `aws ec2 modify-instance-attribute
      --instance-id ID --attribute userData --value file://USER-DATA` Rotate the secret: the old value was readable.
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
    """
    secrets = known(user_data.secrets)
    if secrets is None:
        return compliant("The instance has no user data")
    if secrets:
        return non_compliant(sentence(_places(secrets)))
    return compliant("No line of the user data looks like a secret")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.173",))
def ec2_spot_fleet_volumes_encrypted(fleet: SpotFleet) -> Verdict:
    """Spot Fleet requests should not turn off the encryption of EBS volumes.

    The check reads the launch specifications of the request. A volume fails if its encryption is set to false. The
    check does not apply to a request that does not set the encryption of any volume: the snapshot and the region's EBS
    encryption by default decide. For launch templates, see `ec2-launch-template-volumes-encrypted`.

    Problem: Spot Fleet creates unencrypted volumes
    Why: Everyone who gets a copy of an unencrypted volume, for example by a shared snapshot, can read its data.
    Fix: A request cannot be changed. Save its configuration with encrypted volumes (this needs jq): `aws ec2
      describe-spot-fleet-requests --spot-fleet-request-ids ID --query
      "SpotFleetRequestConfigs[0].SpotFleetRequestConfig" --output json | jq 'del(.ClientToken, .FulfilledCapacity,
      .OnDemandFulfilledCapacity) | (.LaunchSpecifications[]?.BlockDeviceMappings[]?.Ebs | select(.Encrypted == false) |
      .Encrypted) = true' > FLEET-CONFIG.json` Check the dates in the file, then make a new request: `aws ec2
      request-spot-fleet --spot-fleet-request-config file://FLEET-CONFIG.json` When its instances run, cancel the old
      one: `aws ec2 cancel-spot-fleet-requests --spot-fleet-request-ids ID --terminate-instances`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-173
    """
    if not fleet.specifications:
        return not_applicable("The request has no launch specifications; it uses launch templates")
    unencrypted = tuple(dict.fromkeys(name for each in fleet.specifications for name in each.unencrypted))
    if unencrypted:
        return non_compliant(f"Encryption is turned off for {listed(unencrypted, _FEW)}")
    volumes = sum(encrypted is True for each in fleet.specifications for _, encrypted in each.volumes)
    if not volumes:
        return not_applicable("The launch specifications do not set the encryption of any EBS volume")
    return compliant(f"No launch specification turns encryption off ({counted(volumes, 'volume')} encrypted)")


def _default(template: LaunchTemplate, versions: LaunchTemplateVersions) -> tuple[int, LaunchSettings]:
    number = known(template.default)
    return number, known(versions.settings_of(template.id, number))


def _latest(template: LaunchTemplate, versions: LaunchTemplateVersions) -> LaunchSettings | None:
    """Return the settings of the latest version where it is another one than the default and was read."""
    if isinstance(template.latest, Unknown) or template.latest == template.default:
        return None
    settings = versions.settings_of(template.id, template.latest)
    return None if isinstance(settings, Unknown) else settings


def _places(secrets: Sequence[tuple[str, str]]) -> str:
    return listed([f"{place} looks like a secret ({reason})" for place, reason in secrets], _FEW)
