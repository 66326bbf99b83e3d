"""Principals and policies of an account: one of each kind as it should be, and one as open as may be."""

import json
from datetime import UTC, datetime, timedelta
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
_ESCALATING: Statements = [
    {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"},
    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
]
_PASSING: Statements = [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]
_INSTANCES: Statements = [{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}]
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
    _held_together(iam)
    _credentials(iam)
    _roles(iam)
    _account(iam)
    _analyzers(aws.client("accessanalyzer", region))
    # What is asked for first starts a report: IAM then serves it for four hours.
    iam.generate_credential_report()


def _policies(iam: Any) -> None:
    iam.create_policy(PolicyName="orders", PolicyDocument=_policy(_NARROW), Tags=_PAIRS)
    iam.create_policy(PolicyName="break-glass", PolicyDocument=_policy(_EVERYTHING))
    iam.create_policy(PolicyName="storage", PolicyDocument=_policy(_WHOLE_SERVICES), Tags=_PAIRS)
    iam.create_policy(PolicyName="deployer", PolicyDocument=_policy(_ESCALATING), Tags=_PAIRS)
    mended = iam.create_policy(PolicyName="reports", PolicyDocument=_policy(_EVERYTHING), Tags=_PAIRS)["Policy"]
    iam.create_policy_version(PolicyArn=mended["Arn"], PolicyDocument=_policy(_NARROW), SetAsDefault=True)


def _held_together(iam: Any) -> None:
    """Let one user pass roles by a policy and start instances by another, and make one with MFA an administrator."""
    passer = iam.create_policy(PolicyName="passer", PolicyDocument=_policy(_PASSING), Tags=_PAIRS)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="eve", PolicyArn=passer)
    iam.put_user_policy(UserName="eve", PolicyName="instances", PolicyDocument=_policy(_INSTANCES))
    iam.attach_group_policy(GroupName="web", PolicyArn=passer)
    iam.create_group(GroupName="rescue")
    iam.attach_group_policy(GroupName="rescue", PolicyArn=passer.replace("passer", "break-glass"))
    iam.add_user_to_group(GroupName="rescue", UserName="ann")


def _users_and_groups(iam: Any) -> None:
    iam.create_user(UserName="ann", Tags=_PAIRS)
    for name in ("build", "ci", "dora", "eve"):
        iam.create_user(UserName=name)
    iam.put_user_policy(UserName="build", PolicyName="everything", PolicyDocument=_policy(_EVERYTHING))
    iam.create_group(GroupName="web")
    iam.put_group_policy(GroupName="web", PolicyName="orders", PolicyDocument=_policy(_NARROW))
    iam.create_group(GroupName="platform")
    iam.put_group_policy(GroupName="platform", PolicyName="all-but-billing", PolicyDocument=_policy(_ALL_BUT_BILLING))


def _credentials(iam: Any) -> None:
    """Give users passwords, MFA devices and access keys; some are old, which no call can say."""
    kept = _backend().users
    for name in ("ann", "dora", "eve"):
        iam.create_login_profile(UserName=name, Password="embedded-Aws-1")
        kept[name].password_last_used = _ago(days=1)
    virtual = iam.create_virtual_mfa_device(VirtualMFADeviceName="ann")["VirtualMFADevice"]["SerialNumber"]
    for name, device in (("ann", virtual), ("dora", "GAHT12345678")):
        iam.enable_mfa_device(
            UserName=name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )
    iam.create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device")
    for name in ("ann", "build", "build", "eve"):
        iam.create_access_key(UserName=name)
    kept["ann"].create_date = kept["build"].create_date = _ago(days=300)
    (used,), (unused, _) = kept["ann"].access_keys, kept["build"].access_keys
    used.create_date, used.last_used = _ago(days=10), _ago(days=1)
    unused.create_date = _ago(days=200)


def _account(iam: Any) -> None:
    iam.update_account_password_policy(
        MinimumPasswordLength=8,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        RequireSymbols=True,
        RequireNumbers=True,
    )
    iam.attach_role_policy(RoleName="monitoring", PolicyArn="arn:aws:iam::aws:policy/AWSSupportAccess")
    iam.attach_group_policy(GroupName="web", PolicyArn="arn:aws:iam::aws:policy/AWSCloudShellFullAccess")
    for name, until in (("shop-2025", _ago(days=30)), ("shop-2026", _ago(days=-300))):
        body, key = _certificate(name, until)
        iam.upload_server_certificate(ServerCertificateName=name, CertificateBody=body, PrivateKey=key)
    iam.tag_server_certificate(ServerCertificateName="shop-2026", Tags=_PAIRS)


def _analyzers(access_analyzer: Any) -> None:
    access_analyzer.create_analyzer(analyzerName="external", type="ACCOUNT", tags=TAGS)
    access_analyzer.create_analyzer(analyzerName="unused", type="ACCOUNT_UNUSED_ACCESS")


def _certificate(name: str, until: datetime) -> tuple[str, str]:
    """Return a certificate that signs itself, and its private key."""
    from cryptography import x509  # noqa: PLC0415 - only the estate needs it
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - the same

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name}.example.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(until - timedelta(days=365))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def _backend() -> Any:
    """Return moto's own IAM, for times that no call can set."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto takes seconds to import

    return iam_backends[ACCOUNT]["aws"]


def _ago(*, days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


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
    for name in ("orders", "auditor"):
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    kept = {role.name: role for role in _backend().roles.values()}
    kept["orders"].last_used, kept["orders"].last_used_region = _ago(days=1), "eu-west-1"
    kept["bastion"].create_date = _ago(days=200)


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
