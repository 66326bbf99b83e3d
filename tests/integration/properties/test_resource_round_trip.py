"""A resource that is made from the properties of another one is configured as that one is, type by type."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from local.server import EmbeddedAws
from muster.model.finding import Resource
from muster.properties.consuming import logical_id
from muster.properties.conversion import Conversion, convert
from muster.sdk.session import Clients, open_session
from muster.snapshots.form import forms
from muster.snapshots.reading import read_snapshot
from muster.snapshots.snapshot import Snapshot
from tests.unit.properties.linted import faults

HOME, AWAY, ACCOUNT = "eu-west-1", "us-east-1", "123456789012"
TAGS = {"stage": "prod", "team": "a b é"}
LISTED = [{"Key": key, "Value": value} for key, value in TAGS.items()]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Admit",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": ["sqs:SendMessage", "sns:Publish", "kms:*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}},
        }
    ],
}
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}],
}
VOLATILE = {
    "CreateDate", "CreatedTimestamp", "CreationDate", "LastModifiedTimestamp", "NextRotationDate", "RoleId",
    "RoleLastUsed", "creationTime", "lastUpdatedTime", "lastUpdateTime", "AlarmConfigurationUpdatedTimestamp",
    "StateUpdatedTimestamp", "StateTransitionedTimestamp", "LastModified", "RevisionId", "CreationTime",
    "SecurityGroupRuleId", "SecurityGroupRuleArn", "EffectiveDeliveryPolicy", "PolicyId", "metricFilterCount",
}  # fmt: skip
"""What differs between two resources that are configured alike."""
Made = tuple[Resource, Callable[[], Any]]
"""A resource, and what deletes it."""


@pytest.fixture
def aws(running: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
    running.reset()
    return running


def _resource(kind: str, name: str, arn: str = "") -> Resource:
    return Resource(f"AWS::{kind}", name, ACCOUNT, "global" if kind.startswith("IAM") else HOME, arn=arn or name)


def _key_arn(aws: EmbeddedAws) -> str:
    return str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])


def _queue(aws: EmbeddedAws, **attributes: str) -> Made:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="orders", Attributes=attributes, tags=TAGS)["QueueUrl"]
    return _resource("SQS::Queue", url, f"arn:aws:sqs:{HOME}:{ACCOUNT}:orders"), lambda: sqs.delete_queue(QueueUrl=url)


def _whole_queue(aws: EmbeddedAws) -> Made:
    aws.client("sqs").create_queue(QueueName="lost")
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:{HOME}:{ACCOUNT}:lost", "maxReceiveCount": 4}
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [f"arn:aws:sqs:{HOME}:{ACCOUNT}:other"]}
    return _queue(
        aws,
        DelaySeconds="5",
        MaximumMessageSize="2048",
        MessageRetentionPeriod="120",
        ReceiveMessageWaitTimeSeconds="3",
        VisibilityTimeout="60",
        KmsMasterKeyId=_key_arn(aws),
        KmsDataKeyReusePeriodSeconds="600",
        RedrivePolicy=json.dumps(redrive),
        RedriveAllowPolicy=json.dumps(allowed),
        Policy=json.dumps(ALLOW),
    )


def _fifo_queue(aws: EmbeddedAws) -> Made:
    sqs = aws.client("sqs")
    attributes = {
        "FifoQueue": "true",
        "ContentBasedDeduplication": "true",
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
        "SqsManagedSseEnabled": "false",
    }
    url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
    arn = f"arn:aws:sqs:{HOME}:{ACCOUNT}:orders.fifo"
    return _resource("SQS::Queue", url, arn), lambda: sqs.delete_queue(QueueUrl=url)


def _topic(aws: EmbeddedAws, name: str, attributes: dict[str, str], **further: Any) -> Made:
    sns = aws.client("sns")
    arn = sns.create_topic(Name=name, Attributes=attributes, Tags=LISTED, **further)["TopicArn"]
    return _resource("SNS::Topic", arn), lambda: sns.delete_topic(TopicArn=arn)


def _whole_topic(aws: EmbeddedAws) -> Made:
    feedback = f"arn:aws:iam::{ACCOUNT}:role/feedback"
    attributes = {
        "DisplayName": "Alerts",
        "KmsMasterKeyId": _key_arn(aws),
        "Policy": json.dumps(ALLOW),
        "SignatureVersion": "2",
        "TracingConfig": "Active",
        "SQSSuccessFeedbackRoleArn": feedback,
        "SQSSuccessFeedbackSampleRate": "50",
        "HTTPFailureFeedbackRoleArn": feedback,
    }
    protection = json.dumps({"Name": "protect", "Version": "2021-06-01", "Statement": []})
    return _topic(aws, "alerts", attributes, DataProtectionPolicy=protection)


def _fifo_topic(aws: EmbeddedAws) -> Made:
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true", "FifoThroughputScope": "MessageGroup"}
    return _topic(aws, "alerts.fifo", attributes)


def _log_group(aws: EmbeddedAws) -> Made:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/shop/orders", kmsKeyId=_key_arn(aws), tags=TAGS, logGroupClass="STANDARD")
    logs.put_retention_policy(logGroupName="/shop/orders", retentionInDays=30)
    protection = json.dumps({"Name": "protect", "Version": "2021-06-01", "Statement": []})
    logs.put_data_protection_policy(logGroupIdentifier="/shop/orders", policyDocument=protection)
    index = json.dumps({"Fields": ["orderId", "buyer"]})
    logs.put_index_policy(logGroupIdentifier="/shop/orders", policyDocument=index)
    arn = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:/shop/orders"
    return _resource("Logs::LogGroup", "/shop/orders", arn), lambda: logs.delete_log_group(logGroupName="/shop/orders")


def _key(aws: EmbeddedAws, **how: Any) -> Made:
    kms = aws.client("kms")
    tags = [{"TagKey": key, "TagValue": value} for key, value in TAGS.items()]
    key = kms.create_key(Policy=json.dumps(ALLOW), Description="Orders.", Tags=tags, **how)["KeyMetadata"]
    return _resource("KMS::Key", key["KeyId"], key["Arn"]), lambda: None


def _whole_key(aws: EmbeddedAws) -> Made:
    made, _ = _key(aws)
    kms = aws.client("kms")
    kms.enable_key_rotation(KeyId=made.id)
    kms.disable_key(KeyId=made.id)
    for name in ("alias/orders", "alias/shop"):
        kms.create_alias(AliasName=name, TargetKeyId=made.id)
    return made, lambda: [kms.delete_alias(AliasName=name) for name in ("alias/orders", "alias/shop")]


def _role(aws: EmbeddedAws) -> Made:
    iam = aws.client("iam")
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(READ))["Policy"]["Arn"]
    role = iam.create_role(
        RoleName="worker",
        Path="/shop/",
        Description="Works.",
        MaxSessionDuration=7200,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        PermissionsBoundary=boundary,
        Tags=LISTED,
    )["Role"]
    for name in ("one", "two"):
        iam.put_role_policy(RoleName="worker", PolicyName=name, PolicyDocument=json.dumps(READ))
    attached = (boundary, "arn:aws:iam::aws:policy/ReadOnlyAccess")
    for arn in attached:
        iam.attach_role_policy(RoleName="worker", PolicyArn=arn)

    def gone() -> None:
        for arn in attached:
            iam.detach_role_policy(RoleName="worker", PolicyArn=arn)
        for name in ("one", "two"):
            iam.delete_role_policy(RoleName="worker", PolicyName=name)
        iam.delete_role(RoleName="worker")

    return _resource("IAM::Role", "worker", role["Arn"]), gone


def _group(aws: EmbeddedAws) -> Made:
    ec2 = aws.client("ec2")
    peer = ec2.create_security_group(GroupName="peer", Description="Peer.")["GroupId"]
    tags = [{"ResourceType": "security-group", "Tags": LISTED}]
    group = ec2.create_security_group(GroupName="web", Description="Web.", TagSpecifications=tags)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "TLS."}, {"CidrIp": "192.168.0.0/16"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "TLS, too."}],
            },
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": peer, "Description": "All of the peer."}]},
            {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        ],
    )
    (described,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=described["IpPermissionsEgress"])
    names = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.2/32"}]}
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[names])
    return _resource("EC2::SecurityGroup", group), lambda: ec2.delete_security_group(GroupId=group)


def _alarm(aws: EmbeddedAws) -> Made:
    cloudwatch = aws.client("cloudwatch")
    topic = f"arn:aws:sns:{HOME}:{ACCOUNT}:alerts"
    cloudwatch.put_metric_alarm(
        AlarmName="reads",
        AlarmDescription="Reads are throttled.",
        ActionsEnabled=False,
        AlarmActions=[topic],
        OKActions=[topic],
        Namespace="AWS/DynamoDB",
        MetricName="ReadThrottleEvents",
        Dimensions=[{"Name": "TableName", "Value": "orders"}],
        ExtendedStatistic="p99",
        Period=60,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=1.5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        EvaluateLowSampleCountPercentile="ignore",
        Tags=LISTED,
    )
    arn = f"arn:aws:cloudwatch:{HOME}:{ACCOUNT}:alarm:reads"
    return _resource("CloudWatch::Alarm", "reads", arn), lambda: cloudwatch.delete_alarms(AlarmNames=["reads"])


def _function(aws: EmbeddedAws) -> Made:
    client, ec2 = aws.client("lambda"), aws.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="f", Description="f", VpcId=subnet["VpcId"])["GroupId"]
    role = aws.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    registry = aws.client("ecr")
    registry.create_repository(repositoryName="shop")
    arn = client.create_function(
        FunctionName="work",
        PackageType="Image",
        Role=role,
        Code={"ImageUri": f"{ACCOUNT}.dkr.ecr.{HOME}.amazonaws.com/shop@sha256:{'0' * 64}"},
        ImageConfig={"EntryPoint": ["run"], "Command": ["a", "b"], "WorkingDirectory": "/shop"},
        Description="Works.",
        Timeout=30,
        MemorySize=512,
        Architectures=["arm64"],
        EphemeralStorage={"Size": 1024},
        TracingConfig={"Mode": "Active"},
        DeadLetterConfig={"TargetArn": f"arn:aws:sqs:{HOME}:{ACCOUNT}:lost"},
        Environment={"Variables": {"STAGE": "prod"}},
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN", "LogGroup": "/shop/work"},
        VpcConfig={"SubnetIds": [subnet["SubnetId"]], "SecurityGroupIds": [group]},
        KMSKeyArn=_key_arn(aws),
        Tags=TAGS,
    )["FunctionArn"]
    client.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=0)
    client.put_function_recursion_config(FunctionName="work", RecursiveLoop="Allow")
    return _resource("Lambda::Function", "work", arn), lambda: client.delete_function(FunctionName="work")


CASES: dict[str, Callable[[EmbeddedAws], Made]] = {
    "a plain queue": _queue,
    "a queue with everything": _whole_queue,
    "a FIFO queue": _fifo_queue,
    "a plain topic": lambda aws: _topic(aws, "alerts", {}),
    "a topic with everything": _whole_topic,
    "a FIFO topic": _fifo_topic,
    "a log group": _log_group,
    "a plain key": _key,
    "a key with rotation and aliases": _whole_key,
    "a key for signing": lambda aws: _key(aws, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"),
    "a role": _role,
    "a security group": _group,
    "an alarm": _alarm,
    "a function of an image": _function,
}


def snapshot(aws: EmbeddedAws, resource: Resource) -> Snapshot:
    """Read a resource with clients whose own region is another one."""
    clients = Clients(open_session(region=AWAY), endpoint_url=aws.endpoint)
    return read_snapshot(clients, resource, forms()[resource.type], HOME)


def deploy(aws: EmbeddedAws, conversion: Conversion) -> str:
    """Make the resources of a conversion, and return the physical id of the first.

    An alias names the key that there was; here it names the copy.
    """
    names = [logical_id(f"{each.type} {each.name}") for each in conversion.resources]
    made = {
        name: {"Type": each.type, "Properties": dict(each.properties)}
        for name, each in zip(names, conversion.resources, strict=True)
    }
    for each in made.values():
        if "TargetKeyId" in each["Properties"]:
            each["Properties"]["TargetKeyId"] = {"Ref": names[0]}
    cloudformation = aws.client("cloudformation", HOME)
    cloudformation.create_stack(StackName="copy", TemplateBody=json.dumps({"Resources": made}))
    listed = cloudformation.list_stack_resources(StackName="copy")["StackResourceSummaries"]
    (found,) = [each["PhysicalResourceId"] for each in listed if each["LogicalResourceId"] == names[0]]
    return str(found)


def compared(found: Snapshot) -> dict[str, Any]:
    """Return sections without what differs, documents parsed, lists that have no order in one order."""
    sections = json.loads(json.dumps(deepcopy(dict(found.sections)), default=str).replace(found.resource.id, "ID"))
    settled: dict[str, Any] = _settled(sections)
    return settled


def _settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _settled(each)
            for key, each in value.items()
            if key not in VOLATILE and not key.startswith("aws:cloudformation:")
        }
    if isinstance(value, list):
        kept = [each for each in value if not (isinstance(each, dict) and str(each.get("Key")).startswith("aws:"))]
        return sorted((_settled(each) for each in kept), key=str)
    if isinstance(value, str) and value.startswith("{"):
        return _settled(json.loads(value))
    return value


@pytest.mark.parametrize("case", CASES)
def test_the_copy_of_a_resource_is_configured_as_the_resource(aws: EmbeddedAws, case: str) -> None:
    resource, delete = CASES[case](aws)
    original = snapshot(aws, resource)
    assert dict(original.unread) == {}
    conversion = convert(original)
    assert conversion.obstacles == ()
    assert faults(conversion) == []
    delete()
    physical_id = deploy(aws, conversion)
    arn = resource.arn.replace(resource.id, physical_id)
    copy = Resource(resource.type, physical_id, ACCOUNT, resource.region, arn=arn)
    assert compared(snapshot(aws, copy)) == compared(original)
