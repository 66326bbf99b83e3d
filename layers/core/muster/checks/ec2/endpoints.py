"""Checks of the interface endpoints of VPCs, and of the block of internet gateways."""

from muster.facets.ec2.endpoints import VpcBlockPublicAccess, VpcEndpoints
from muster.facets.ec2.vpc import Vpc
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant

_PREFIXES = ("com.amazonaws", "cn.com.amazonaws")
"""Names of services in China begin with either: https://docs.amazonaws.cn/en_us/vpc/latest/privatelink/aws-services-privatelink-support.html"""


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.10",))
def ec2_vpc_endpoint_for_ec2(vpc: Vpc, resource: Resource, endpoints: VpcEndpoints) -> Verdict:
    """VPCs should have an interface endpoint for the Amazon EC2 API.

    The endpoint must be available. A FIPS endpoint counts too. Endpoints cost money; suppress the finding for VPCs that
    are empty or that reach the service through another VPC.

    Problem: VPC has no endpoint for EC2
    Why: Without an endpoint, calls of the EC2 API need a route to the internet, and malware can send data out through
      it.
    Fix: `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ID --service-name
      com.amazonaws.REGION.ec2 --subnet-ids SUBNET-IDS --security-group-ids SECURITY-GROUP-IDS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-10
    """
    return _endpoint(vpc, resource, endpoints, "ec2")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.55",))
def ec2_vpc_endpoint_for_ecr_api(vpc: Vpc, resource: Resource, endpoints: VpcEndpoints) -> Verdict:
    """VPCs should have an interface endpoint for the Amazon ECR API.

    The endpoint must be available. Endpoints cost money; suppress the finding for VPCs that are empty or that reach the
    service through another VPC.

    Problem: VPC has no endpoint for the ECR API
    Why: Without an endpoint, calls of the ECR API need a route to the internet, and malware can send data out through
      it.
    Fix: `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ID --service-name
      com.amazonaws.REGION.ecr.api --subnet-ids SUBNET-IDS --security-group-ids SECURITY-GROUP-IDS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-55
    """
    return _endpoint(vpc, resource, endpoints, "ecr.api")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.56",))
def ec2_vpc_endpoint_for_ecr_dkr(vpc: Vpc, resource: Resource, endpoints: VpcEndpoints) -> Verdict:
    """VPCs should have an interface endpoint for the Docker registry of Amazon ECR.

    The endpoint must be available. Endpoints cost money; suppress the finding for VPCs that are empty or that reach the
    service through another VPC.

    Problem: VPC has no endpoint for the ECR registry
    Why: Without an endpoint, hosts that pull container images need a route to the internet, and malware can send data
      out through it.
    Fix: `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ID --service-name
      com.amazonaws.REGION.ecr.dkr --subnet-ids SUBNET-IDS --security-group-ids SECURITY-GROUP-IDS` Image layers come
      from S3, which needs a gateway endpoint of its own.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-56
    """
    return _endpoint(vpc, resource, endpoints, "ecr.dkr")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.57",))
def ec2_vpc_endpoint_for_ssm(vpc: Vpc, resource: Resource, endpoints: VpcEndpoints) -> Verdict:
    """VPCs should have an interface endpoint for AWS Systems Manager.

    The endpoint must be available. Endpoints cost money; suppress the finding for VPCs that are empty or that reach the
    service through another VPC.

    Problem: VPC has no endpoint for Systems Manager
    Why: Without an endpoint, instances that Systems Manager patches need a route to the internet, and malware can send
      data out through it.
    Fix: `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ID --service-name
      com.amazonaws.REGION.ssm --subnet-ids SUBNET-IDS --security-group-ids SECURITY-GROUP-IDS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-57
    """
    return _endpoint(vpc, resource, endpoints, "ssm")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.58",))
def ec2_vpc_endpoint_for_ssm_contacts(vpc: Vpc, resource: Resource, endpoints: VpcEndpoints) -> Verdict:
    """VPCs should have an interface endpoint for Systems Manager Incident Manager Contacts.

    The endpoint must be available. Endpoints cost money; suppress the finding for VPCs that are empty or that reach the
    service through another VPC.

    Problem: no VPC endpoint for SSM Contacts
    Why: Without an endpoint, calls of Incident Manager Contacts need a route to the internet, and malware can send data
      out through it.
    Fix: `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ID --service-name
      com.amazonaws.REGION.ssm-contacts --subnet-ids SUBNET-IDS --security-group-ids SECURITY-GROUP-IDS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-58
    """
    return _endpoint(vpc, resource, endpoints, "ssm-contacts")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.60",))
def ec2_vpc_endpoint_for_ssm_incidents(vpc: Vpc, resource: Resource, endpoints: VpcEndpoints) -> Verdict:
    """VPCs should have an interface endpoint for Systems Manager Incident Manager.

    The endpoint must be available. Endpoints cost money; suppress the finding for VPCs that are empty or that reach the
    service through another VPC.

    Problem: VPC has no endpoint for Incident Manager
    Why: Without an endpoint, calls of Incident Manager need a route to the internet, and malware can send data out
      through it.
    Fix: `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ID --service-name
      com.amazonaws.REGION.ssm-incidents --subnet-ids SUBNET-IDS --security-group-ids SECURITY-GROUP-IDS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-60
    """
    return _endpoint(vpc, resource, endpoints, "ssm-incidents")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.172",))
def ec2_vpc_block_public_access(block: VpcBlockPublicAccess) -> Verdict:
    """Regions should block the traffic of internet gateways.

    Both modes pass: block-bidirectional blocks all traffic, block-ingress lets NAT gateways and egress-only internet
    gateways out. Exclusions for some VPCs or subnets do not matter. A region that serves the internet without
    exclusions fails; suppress the finding there.

    Problem: internet gateway traffic is not blocked
    Why: Without the block, an internet gateway, a route and a public address that are added by mistake open a VPC to
      the internet.
    Fix: Add exclusions for the VPCs or subnets that need the internet first: `aws ec2
      create-vpc-block-public-access-exclusion --vpc-id VPC-ID --internet-gateway-exclusion-mode allow-bidirectional`
      Then block: `aws ec2 modify-vpc-block-public-access-options --internet-gateway-block-mode block-ingress`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-172
    """
    mode = known(block.mode)
    if mode == "off":
        return non_compliant("VPC Block Public Access is off")
    return compliant(f"VPC Block Public Access is on ({mode})")


def _endpoint(vpc: Vpc, resource: Resource, endpoints: VpcEndpoints, service: str) -> Verdict:
    names = endpoints.by_vpc.get(known(vpc.id), frozenset())
    wanted = {f"{prefix}.{resource.region}.{service}{end}" for prefix in _PREFIXES for end in ("", "-fips")}
    if found := sorted(names & wanted):
        return compliant(f"The VPC has an interface endpoint for {found[0]}")
    return non_compliant(f"The VPC has no available interface endpoint for {service}")
