"""Principals and policies of an account: one of each kind as it should be, and one as open as may be."""

import json
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_PAIRS = [{"Key": key, "Value": value} for key, value in TAGS.items()]

Statements = list[dict[str, Any]]

_NARROW: Statements = [
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::shop-orders/*"},
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555",
    },
]
_EVERYTHING: Statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
_ALL_BUT_BILLING: Statements = [{"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}]
_WHOLE_SERVICES: Statements = [{"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}]
_ALL_KEYS: Statements = [{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*"}]

_GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
_AUDIENCE = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate; IAM is one for all regions, so that the second region finds it made."""
    iam = aws.client("iam", region)
    if any(user["UserName"] == "ann" for user in iam.list_users()["Users"]):
        return
    _policies(iam)
    _users_and_groups(iam)
    _roles(iam)


def _policies(iam: Any) -> None:
    iam.create_policy(PolicyName="orders", PolicyDocument=_policy(_NARROW), Tags=_PAIRS)
    iam.create_policy(PolicyName="break-glass", PolicyDocument=_policy(_EVERYTHING))
    iam.create_policy(PolicyName="storage", PolicyDocument=_policy(_WHOLE_SERVICES), Tags=_PAIRS)
    mended = iam.create_policy(PolicyName="reports", PolicyDocument=_policy(_EVERYTHING), Tags=_PAIRS)["Policy"]
    iam.create_policy_version(PolicyArn=mended["Arn"], PolicyDocument=_policy(_NARROW), SetAsDefault=True)


def _users_and_groups(iam: Any) -> None:
    iam.create_user(UserName="ann", Tags=_PAIRS)
    iam.create_user(UserName="build")
    iam.put_user_policy(UserName="build", PolicyName="everything", PolicyDocument=_policy(_EVERYTHING))
    iam.create_group(GroupName="web")
    iam.put_group_policy(GroupName="web", PolicyName="orders", PolicyDocument=_policy(_NARROW))
    iam.create_group(GroupName="platform")
    iam.put_group_policy(GroupName="platform", PolicyName="all-but-billing", PolicyDocument=_policy(_ALL_BUT_BILLING))


def _roles(iam: Any) -> None:
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    _role(iam, "orders", _trust({"Service": "lambda.amazonaws.com"}, own), _NARROW)
    _role(iam, "bastion", _trust({"Service": "ec2.amazonaws.com"}), _ALL_KEYS)
    _role(iam, "reports", _trust({"Service": "scheduler.amazonaws.com"}), _NARROW)
    _role(iam, "genomes", _trust({"Service": "omics.amazonaws.com"}), _NARROW)
    _role(iam, "auditor", _trust({"AWS": "arn:aws:iam::111122223333:root"}), _NARROW)
    agreed = {"StringEquals": {"sts:ExternalId": "agreed-on"}}
    _role(iam, "monitoring", _trust({"AWS": "arn:aws:iam::111122223333:root"}, agreed), _NARROW)
    main = {"StringEquals": {**_AUDIENCE, "token.actions.githubusercontent.com:sub": "repo:shop/web:environment:live"}}
    _role(iam, "deploy", _trust({"Federated": _GITHUB}, main, "sts:AssumeRoleWithWebIdentity"), _NARROW)
    anybody = _trust({"Federated": _GITHUB}, {"StringEquals": _AUDIENCE}, "sts:AssumeRoleWithWebIdentity")
    _role(iam, "deploy-anything", anybody, _WHOLE_SERVICES)


def _role(iam: Any, name: str, trust: dict[str, Any], statements: Statements) -> None:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]), Tags=_PAIRS)
    iam.put_role_policy(RoleName=name, PolicyName="needs", PolicyDocument=_policy(statements))


def _trust(
    principal: dict[str, str], condition: dict[str, Any] | None = None, action: str = "sts:AssumeRole"
) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action} | (
        {"Condition": condition} if condition else {}
    )


def _policy(statements: Statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
