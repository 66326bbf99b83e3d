"""Zones and VPCs of functions, websites that may call them, and keys of environments."""

from typing import Any

import pytest

from muster.checks.lambda_.network import (
    lambda_environment_kms,
    lambda_inside_vpc,
    lambda_multiple_zones,
    lambda_url_cors_narrow,
)
from muster.facets.ec2.subnets import SubnetZones
from muster.facets.lambda_.functions import Function, FunctionUrls
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ZONES = SubnetZones({"subnet-a": "a", "subnet-a2": "a", "subnet-b": "b", "subnet-?": Unknown("AWS did not say")})


def function(*subnets: str, **more: Any) -> Function:
    vpc = {"VpcId": "vpc-1", "SubnetIds": list(subnets)} if subnets else {}
    return Function.parse({"FunctionName": "f", "VpcConfig": vpc, **more})


@pytest.mark.parametrize(
    ("subnets", "required", "status", "reason"),
    [
        (("subnet-a", "subnet-b"), 2, C, "The function is in 2 Availability Zones (a, b)"),
        (("subnet-a", "subnet-b", "subnet-?", "subnet-new"), 2, C, "The function is in 2 Availability Zones (a, b)"),
        (("subnet-a", "subnet-a2"), 2, N, "The function is in 1 Availability Zone (a); use 2 or more"),
        (("subnet-a", "subnet-b"), 3, N, "The function is in 2 Availability Zones (a, b); use 3 or more"),
        ((), 2, NA, "The function is not in a VPC"),
    ],
)
def test_lambda_multiple_zones(subnets: tuple[str, ...], required: int, status: Status, reason: str) -> None:
    verdict = lambda_multiple_zones(function(*subnets), ZONES, zones=required)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize("other", ["subnet-?", "subnet-gone"])
def test_a_subnet_that_is_not_known_may_be_in_another_zone(other: str) -> None:
    with pytest.raises(UnknownField):
        lambda_multiple_zones(function("subnet-a", other), ZONES)


def test_a_function_that_left_its_vpc_is_not_in_one() -> None:
    left = Function.parse({"VpcConfig": {"VpcId": "", "SubnetIds": [], "SecurityGroupIds": []}})
    assert lambda_multiple_zones(left, ZONES).status is NA


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (function("subnet-a"), C, "The function is in VPC vpc-1"),
        (function(), N, "The function is not in a VPC"),
        (Function.parse({"VpcConfig": {"VpcId": "", "SubnetIds": []}}), N, "The function is not in a VPC"),
    ],
)
def test_lambda_inside_vpc(found: Function, status: Status, reason: str) -> None:
    verdict = lambda_inside_vpc(found, required=True)
    assert (verdict.status, verdict.reason) == (status, reason)
    assert lambda_inside_vpc(found).status is NA


BOTH = "Every website may call the function URL of $LATEST with credentials, without authentication (AllowOrigins: *)"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"


def urls(*items: dict[str, Any]) -> FunctionUrls:
    return FunctionUrls.parse({"FunctionUrlConfigs": [{"FunctionArn": ARN, "AuthType": "AWS_IAM", **i} for i in items]})


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (urls(), NA, "The function has no function URL"),
        (urls({}), C, "No function URL accepts requests from every website"),
        (urls({"Cors": {}}), C, "No function URL accepts requests from every website"),
        (
            urls({"Cors": {"AllowOrigins": ["https://a.example", "https://*.example"]}}), C,
            "No function URL accepts requests from every website",
        ),
        (
            urls({"Cors": {"AllowOrigins": ["https://a.example", "*"]}}), N,
            "Every website may call the function URL of $LATEST (AllowOrigins: *)",
        ),
        (
            urls({"AuthType": "NONE", "Cors": {"AllowOrigins": ["*"], "AllowCredentials": True}}), N,
            BOTH,
        ),
        (
            urls({}, {"FunctionArn": f"{ARN}:live", "Cors": {"AllowOrigins": ["*"]}}), N,
            "Every website may call the function URL of live (AllowOrigins: *)",
        ),
    ],
)  # fmt: skip
def test_lambda_url_cors_narrow(found: FunctionUrls, status: Status, reason: str) -> None:
    verdict = lambda_url_cors_narrow(found)
    assert (verdict.status, verdict.reason) == (status, reason)


VARIABLES = {"Environment": {"Variables": {"LOG_LEVEL": "INFO"}}}


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (function(**VARIABLES, KMSKeyArn="arn:key"), C, "Environment variables are encrypted with arn:key"),
        (
            function(**VARIABLES),
            N,
            "Environment variables are encrypted with an AWS managed key, not with a customer managed key",
        ),
        (function(KMSKeyArn="arn:key"), NA, "No environment variables"),
    ],
)
def test_lambda_environment_kms(found: Function, status: Status, reason: str) -> None:
    verdict = lambda_environment_kms(found, required=True)
    assert (verdict.status, verdict.reason) == (status, reason)
    assert lambda_environment_kms(found).status is NA


def test_an_environment_that_aws_cannot_read_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        lambda_environment_kms(function(Environment={"Error": {"ErrorCode": "AccessDenied"}}), required=True)
