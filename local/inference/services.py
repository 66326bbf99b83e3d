"""Which of botocore's services a request can be for, by the name in its signature or the target of its header."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import create_loader
from moto.core.utils import get_service_model

Model = Any
"""A botocore service model, in moto's own form."""

SIGNED_AS: Mapping[str, tuple[str, ...]] = {
    "access-analyzer": ("accessanalyzer",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "awsssoportal": ("sso",),
    "bedrock-agentcore": ("bedrock-agentcore-control", "bedrock-agentcore"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "es": ("opensearch", "es"),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "s3-object-lambda": ("s3", "s3control"),
    "s3-outposts": ("s3", "s3control"),
    "s3express": ("s3", "s3control"),
    "ses": ("ses", "sesv2"),
    "sso-oauth": ("sso-oidc",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
"""The services of each signing name that is not simply the service's own name in botocore."""

TARGETS: Mapping[str, str] = {
    "AWSSecurityTokenServiceV20110615": "sts",
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodbstreams",
}
"""Services of requests that carry no signature, by the prefix of their target."""

UNSIGNED = {"AssumeRoleWithWebIdentity": "sts", "AssumeRoleWithSAML": "sts"}
"""The operations of the query protocol that are sent unsigned."""


@cache
def model_of(service: str) -> Model:
    """Return the model of a service by botocore's name."""
    return get_service_model(service)


@cache
def _available() -> frozenset[str]:
    loader: Any = create_loader()
    return frozenset(loader.list_available_services("service-2"))


def candidates(signed_as: str, action: str = "") -> tuple[str, ...]:
    """Return the services that requests signed for this name can be for; none for a name that AWS does not have."""
    if not signed_as:
        return (UNSIGNED[action],) if action in UNSIGNED else ()
    if found := SIGNED_AS.get(signed_as):
        return found
    return (signed_as,) if signed_as in _available() else ()


def of_target(prefix: str, signed_as: str) -> str:
    """Return the service that a prefix of a target names, empty if none does."""
    if not signed_as:
        return TARGETS.get(prefix, "")
    return next((each for each in candidates(signed_as) if _prefix(each) == prefix), "")


def _prefix(service: str) -> str:
    return str(model_of(service).metadata.get("targetPrefix", ""))
