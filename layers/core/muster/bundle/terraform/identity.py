"""The tables of roles and keys."""

from muster.bundle.terraform.shapes import Piece, Table, by, json_in, merged, named, only, tags

_ROLE = {"role": by("RoleName")}

ROLE = Table(
    "aws_iam_role",
    {
        "RoleName": named("name"),
        "Path": named("path"),
        "Description": named("description"),
        "MaxSessionDuration": named("max_session_duration"),
        "PermissionsBoundary": named("permissions_boundary"),
        "AssumeRolePolicyDocument": json_in("assume_role_policy"),
        "Tags": tags(),
    },
    by("RoleName"),
    (
        Piece(
            "aws_iam_role_policy", "Policies", _ROLE,
            merged({"PolicyName": named("name"), "PolicyDocument": json_in("policy")}),
            id=lambda properties, _ids, item: f"{properties['RoleName']}:{item['PolicyName']}", each=True,
        ),
        Piece(
            "aws_iam_role_policy_attachment", "ManagedPolicyArns", _ROLE, named("policy_arn"),
            id=lambda properties, _ids, item: f"{properties['RoleName']}/{item}", each=True,
        ),
    ),
)  # fmt: skip

KEY = Table(
    "aws_kms_key",
    {
        "Description": named("description"),
        "KeySpec": named("customer_master_key_spec"),
        "KeyUsage": named("key_usage"),
        "Origin": only("AWS_KMS"),
        "Enabled": named("is_enabled"),
        "MultiRegion": named("multi_region"),
        "EnableKeyRotation": named("enable_key_rotation"),
        "RotationPeriodInDays": named("rotation_period_in_days"),
        "KeyPolicy": json_in("policy"),
        "Tags": tags(),
    },
    by("KeyId"),
)
ALIAS = Table("aws_kms_alias", {"AliasName": named("name"), "TargetKeyId": named("target_key_id")}, by("AliasName"))
