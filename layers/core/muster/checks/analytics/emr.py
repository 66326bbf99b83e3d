"""Checks of EMR: clusters, security configurations, and the block of public access of a region."""

from muster.facets.analytics.emr import EmrBlockPublicAccess, EmrPrimaryNodes, EmrSecurityConfiguration, Port
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant
from muster.model.text import listed

_SSH = 22
_MOST = 5


@check(severity=Severity.HIGH, controls=("FSBP EMR.1",))
def emr_master_no_public_ip(primary: EmrPrimaryNodes) -> Verdict:
    """Primary nodes of EMR clusters should have no public IP address.

    Problem: primary node has a public IP address
    Why: The web pages and services of the primary node give access to all data of the cluster. With a public address,
      only security groups stand between them and the internet.
    Fix: The address cannot be removed. Create the cluster again in a private subnet, then terminate the old one. `aws
      emr create-cluster --name NEW-NAME --release-label RELEASE --instance-type TYPE --instance-count NUMBER
      --use-default-roles --ec2-attributes SubnetId=SUBNET-ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/emr-master-no-public-ip.html
    """
    public = [f"{node.instance} ({node.address})" for node in primary.nodes if node.address]
    if public:
        return non_compliant(f"Primary node has a public IP address: {listed(public, _MOST)}")
    if not primary.nodes:
        return known(Unknown("AWS returned no primary node of the cluster"))
    return compliant("No primary node has a public IP address")


@check(severity=Severity.CRITICAL, controls=("FSBP EMR.2",))
def emr_block_public_access(settings: EmrBlockPublicAccess) -> Verdict:
    """Block public access of EMR should be enabled in each region.

    Only port 22 may be an exception.

    Problem: EMR does not block public access
    Why: A cluster whose security group is open to everyone can be taken over. With the block, EMR does not start it.
    Fix: `aws emr put-block-public-access-configuration --block-public-access-configuration
      BlockPublicSecurityGroupRules=true` The command removes all exceptions, including port 22. Clusters that already
      run do not change.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/emr-block-public-access.html
    """
    if not known(settings.blocked):
        return non_compliant("Block public access is off")
    wrong = [
        _range_text(lowest, highest)
        for lowest, highest in settings.ports
        if any(isinstance(port, int) and port != _SSH for port in (lowest, highest))
    ]
    if wrong:
        return non_compliant(f"These ports may be open to everyone: {listed(wrong, _MOST)}")
    for lowest, highest in settings.ports:
        known(lowest)
        known(highest)
    return compliant("Block public access is on" + (", except port 22" if settings.ports else ""))


def _range_text(lowest: Port, highest: Port) -> str:
    if isinstance(highest, Unknown):
        return f"from {lowest}"
    if isinstance(lowest, Unknown):
        return f"up to {highest}"
    return f"{lowest}" if lowest == highest else f"{lowest} to {highest}"


@check(severity=Severity.MEDIUM, controls=("FSBP EMR.3",))
def emr_security_configuration_encryption_rest(configuration: EmrSecurityConfiguration) -> Verdict:
    """EMR security configurations should encrypt data at rest.

    Problem: no encryption at rest
    Why: Data on disks of the cluster and in S3 can be read by anyone who gets at the storage.
    Fix: A security configuration cannot be changed. Create a new one and use it for new clusters. `aws emr
      create-security-configuration --name NEW-NAME --security-configuration file://CONFIGURATION.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/emr-security-configuration-encryption-rest.html
    """
    if known(configuration.at_rest):
        return compliant("Encryption at rest is on")
    return non_compliant("Encryption at rest is off")


@check(severity=Severity.MEDIUM, controls=("FSBP EMR.4",))
def emr_security_configuration_encryption_transit(configuration: EmrSecurityConfiguration) -> Verdict:
    """EMR security configurations should encrypt data in transit.

    Problem: no encryption in transit
    Why: The nodes of the cluster send data to each other in plain text.
    Fix: A security configuration cannot be changed. Create a new one and use it for new clusters. `aws emr
      create-security-configuration --name NEW-NAME --security-configuration file://CONFIGURATION.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/emr-security-configuration-encryption-transit.html
    """
    if known(configuration.in_transit):
        return compliant("Encryption in transit is on")
    return non_compliant("Encryption in transit is off")
