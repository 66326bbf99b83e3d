"""Interface endpoints of VPCs, and the block of internet gateways."""

import pytest

from muster.checks.ec2.endpoints import (
    ec2_vpc_block_public_access,
    ec2_vpc_endpoint_for_ec2,
    ec2_vpc_endpoint_for_ecr_api,
    ec2_vpc_endpoint_for_ecr_dkr,
    ec2_vpc_endpoint_for_ssm,
    ec2_vpc_endpoint_for_ssm_contacts,
    ec2_vpc_endpoint_for_ssm_incidents,
)
from muster.facets.ec2.endpoints import VpcBlockPublicAccess, VpcEndpoints
from muster.facets.ec2.vpc import Vpc
from muster.model.check import Check
from muster.model.finding import Resource, Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
HERE = "eu-west-1"
PLACE = Resource("AWS::EC2::VPC", "vpc-1", "123456789012", HERE)
CHECKS = {
    "ec2": ec2_vpc_endpoint_for_ec2,
    "ecr.api": ec2_vpc_endpoint_for_ecr_api,
    "ecr.dkr": ec2_vpc_endpoint_for_ecr_dkr,
    "ssm": ec2_vpc_endpoint_for_ssm,
    "ssm-contacts": ec2_vpc_endpoint_for_ssm_contacts,
    "ssm-incidents": ec2_vpc_endpoint_for_ssm_incidents,
}


def endpoints(*names: str) -> VpcEndpoints:
    return VpcEndpoints(
        {"vpc-1": frozenset(names), "vpc-2": frozenset({f"com.amazonaws.{HERE}.{one}" for one in CHECKS})}
    )


@pytest.mark.parametrize(("service", "judge"), CHECKS.items())
def test_a_vpc_has_an_endpoint_for_each_service(service: str, judge: Check) -> None:
    passing = judge(Vpc("vpc-1"), PLACE, endpoints(f"com.amazonaws.{HERE}.{service}"))
    assert (passing.status, passing.reason) == (
        C,
        f"The VPC has an interface endpoint for com.amazonaws.{HERE}.{service}",
    )
    others = (f"com.amazonaws.{HERE}.{each}" for each in CHECKS if each != service)
    failing = judge(Vpc("vpc-1"), PLACE, endpoints(*others))
    assert (failing.status, failing.reason) == (N, f"The VPC has no available interface endpoint for {service}")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param(f"com.amazonaws.{HERE}.ec2-fips", C, id="a FIPS endpoint"),
        pytest.param(f"cn.com.amazonaws.{HERE}.ec2", C, id="a name in China"),
        pytest.param("com.amazonaws.us-east-1.ec2", N, id="the service in another region"),
        pytest.param(f"com.amazonaws.{HERE}.ec2messages", N, id="another service whose name begins the same"),
    ],
)
def test_the_name_of_the_service_decides(name: str, status: Status) -> None:
    assert ec2_vpc_endpoint_for_ec2(Vpc("vpc-1"), PLACE, endpoints(name)).status is status


def test_a_vpc_without_endpoints_fails_and_one_without_an_id_is_unknown() -> None:
    assert ec2_vpc_endpoint_for_ssm(Vpc("vpc-9"), PLACE, endpoints()).status is N
    with pytest.raises(UnknownField):
        ec2_vpc_endpoint_for_ssm(Vpc(Unknown("none")), PLACE, endpoints())


@pytest.mark.parametrize(
    ("mode", "status", "reason"),
    [
        ("block-bidirectional", C, "VPC Block Public Access is on (block-bidirectional)"),
        ("block-ingress", C, "VPC Block Public Access is on (block-ingress)"),
        ("off", N, "VPC Block Public Access is off"),
    ],
)
def test_a_region_blocks_internet_gateways(mode: str, status: Status, reason: str) -> None:
    verdict = ec2_vpc_block_public_access(VpcBlockPublicAccess(mode))
    assert (verdict.status, verdict.reason) == (status, reason)
    with pytest.raises(UnknownField):
        ec2_vpc_block_public_access(VpcBlockPublicAccess.parse({}))
