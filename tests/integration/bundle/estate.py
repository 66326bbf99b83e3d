"""Resources of every type that a bundle imports, made by the services' own APIs."""

import json
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PERSONAL = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop.data/${aws:username}/*"}
    ],
}
LABELS = [{"Key": "owner", "Value": "shop"}]


def bucket(aws: EmbeddedAws, name: str, region: str = HOME) -> Any:
    where = {} if region == AWAY else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3 = aws.client("s3", region)
    s3.create_bucket(Bucket=name, **where)
    return s3


def full_bucket(aws: EmbeddedAws, name: str = "shop.data") -> None:
    s3 = bucket(aws, name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": LABELS})
    deny = {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"}
    condition = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, **condition}]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/${x}/"}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})


def queue(aws: EmbeddedAws, name: str = "jobs") -> str:
    sqs = aws.client("sqs", HOME)
    url = str(
        sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "99"}, tags={"owner": "shop"})["QueueUrl"]
    )
    send = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sqs:SendMessage"}
    statement = {**send, "Resource": f"arn:aws:sqs:{HOME}:{ACCOUNT}:{name}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url


def table(aws: EmbeddedAws, name: str = "orders") -> None:
    aws.client("dynamodb", HOME).create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("id", "day")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-day",
                "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        Tags=LABELS,
    )


def key(aws: EmbeddedAws) -> str:
    kms = aws.client("kms", HOME)
    key_id = str(kms.create_key(Description="data")["KeyMetadata"]["KeyId"])
    kms.create_alias(AliasName="alias/data", TargetKeyId=key_id)
    kms.enable_key_rotation(KeyId=key_id)
    return key_id


def role(aws: EmbeddedAws, name: str = "worker") -> None:
    iam = aws.client("iam", HOME)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=LABELS)
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(PERSONAL))


def group(aws: EmbeddedAws, name: str = "web") -> str:
    ec2 = aws.client("ec2", HOME)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = str(ec2.create_security_group(GroupName=name, Description="the web", VpcId=vpc)["GroupId"])
    https = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "in"}],
    }
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[https])
    return made


def function(aws: EmbeddedAws, name: str = "image", **variables: str) -> None:
    image = f"{ACCOUNT}.dkr.ecr.{HOME}.amazonaws.com/app@sha256:{'a' * 64}"
    aws.client("lambda", HOME).create_function(
        FunctionName=name,
        PackageType="Image",
        Role=f"arn:aws:iam::{ACCOUNT}:role/worker",
        Code={"ImageUri": image},
        Environment={"Variables": variables},
        Timeout=30,
    )


def whole(aws: EmbeddedAws) -> None:
    """Make one resource of each type, and a bucket in another region."""
    full_bucket(aws)
    bucket(aws, "shop-data")
    bucket(aws, "away", AWAY)
    table(aws)
    queue(aws)
    aws.client("sns", HOME).create_topic(Name="news", Attributes={"DisplayName": "News"}, Tags=LABELS)
    logs = aws.client("logs", HOME)
    logs.create_log_group(logGroupName="/app/web", tags={"owner": "shop"})
    logs.put_retention_policy(logGroupName="/app/web", retentionInDays=14)
    key(aws)
    role(aws)
    function(aws)
    group(aws)
