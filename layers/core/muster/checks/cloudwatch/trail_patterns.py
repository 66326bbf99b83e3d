"""The filter patterns that Security Hub's controls CloudWatch.1 to CloudWatch.14 demand, in CloudWatch Logs' language.

The first of each control is AWS's; the others are those of CIS where it asks for other terms. A pattern that matches
more than one of these passes too.
https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
"""

import functools
from collections.abc import Sequence

from muster.analysis.patterns.log_filters import Alternatives, alternatives


def _any_of(names: str, source: str = "") -> str:
    """Return the pattern of some calls, of the service `source` where it is named."""
    either = " || ".join(f"($.eventName={name})" for name in names.split())
    return f"{{($.eventSource={source}.amazonaws.com) && ({either})}}" if source else f"{{{either}}}"


def _line(pattern: str) -> str:
    """Return a pattern in one line, as a command takes it."""
    return " ".join(pattern.split())


PATTERNS: dict[int, tuple[str, ...]] = {
    1: ('{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',),
    2: (
        '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
        _line(
            """{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*") &&
            ($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket")}"""
        ),
    ),
    3: (
        _line(
            """{($.eventName="ConsoleLogin") && ($.additionalEventData.MFAUsed !="Yes") &&
            ($.userIdentity.type="IAMUser") && ($.responseElements.ConsoleLogin="Success")}"""
        ),
    ),
    4: (
        _any_of(
            """DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy
            CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy
            AttachUserPolicy DetachUserPolicy AttachGroupPolicy DetachGroupPolicy""",
            "iam",
        ),
    ),
    5: (_any_of("CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging"),),
    6: ('{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',),
    7: (_any_of("DisableKey ScheduleKeyDeletion", "kms"),),
    8: (
        _any_of(
            """PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy
            DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication""",
            "s3",
        ),
    ),
    9: (
        _any_of(
            "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder", "config"
        ),
    ),
    10: (
        _any_of(
            """AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress
            RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup"""
        ),
    ),
    11: (
        _any_of(
            """CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry
            ReplaceNetworkAclAssociation"""
        ),
    ),
    12: (
        _any_of(
            """CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway
            DeleteInternetGateway DetachInternetGateway"""
        ),
    ),
    13: (
        _any_of(
            """CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute
            DisassociateRouteTable""",
            "ec2",
        ),
    ),
    14: (
        _any_of(
            """CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection
            DeleteVpcPeeringConnection RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc
            DisableVpcClassicLink EnableVpcClassicLink"""
        ),
    ),
}
"""The patterns by the number of the control."""


@functools.cache
def required(number: int) -> tuple[Alternatives, ...]:
    """Return the patterns of a control as terms."""
    return _read(PATTERNS[number])


def _read(patterns: Sequence[str]) -> tuple[Alternatives, ...]:
    return tuple(found for each in patterns if (found := alternatives(each)) is not None)
