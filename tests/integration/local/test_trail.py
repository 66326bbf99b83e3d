"""A call that changes something is an event of CloudTrail's on the default bus, spelled as each service spells it."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws

HOME, VIRGINIA = "eu-west-1", "us-east-1"
Event = dict[str, Any]


def watched(aws: EmbeddedAws, region: str = HOME) -> str:
    """Hand every API call of a region to a queue."""
    arn = f"arn:aws:sqs:{region}:{ACCOUNT}:calls"
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    url = aws.client("sqs", region).create_queue(QueueName="calls", Attributes={"Policy": policy})["QueueUrl"]
    pattern = json.dumps({"detail-type": ["AWS API Call via CloudTrail"]})
    aws.client("events", region).put_rule(Name="calls", EventPattern=pattern)
    aws.client("events", region).put_targets(Rule="calls", Targets=[{"Id": "1", "Arn": arn}])
    return str(url)


def logged(aws: EmbeddedAws, *, everywhere: bool = True) -> None:
    """Make a trail that logs."""
    trail = aws.client("cloudtrail")
    where = {"LocationConstraint": HOME}
    aws.client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration=where)
    trail.create_trail(Name="trail", S3BucketName="trail", IsMultiRegionTrail=everywhere)
    trail.start_logging(Name="trail")


def seen(aws: EmbeddedAws, url: str, name: str, region: str = HOME) -> Event:
    """Return the event of an operation."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        got = aws.client("sqs", region).receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            event: Event = json.loads(message["Body"])
            if event["detail"]["eventName"] == name:
                return event
    raise AssertionError(f"there was no {name}")


def names(aws: EmbeddedAws, url: str) -> list[str]:
    time.sleep(0.2)
    got = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(each["Body"])["detail"]["eventName"] for each in got]


def test_a_call_of_a_role_is_recorded_with_its_session(aws: EmbeddedAws) -> None:
    url = watched(aws)
    logged(aws)
    role = aws.client("iam").create_role(RoleName="maker", AssumeRolePolicyDocument="{}")["Role"]
    allow = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    aws.client("iam").put_role_policy(RoleName="maker", PolicyName="all", PolicyDocument=allow)
    key = aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
    session = boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=HOME)
    where = {"LocationConstraint": HOME}
    session.client("s3", endpoint_url=aws.endpoint).create_bucket(Bucket="mine", CreateBucketConfiguration=where)
    event = seen(aws, url, "CreateBucket")
    assert (event["source"], event["region"], event["account"]) == ("aws.s3", HOME, ACCOUNT)
    detail = event["detail"]
    assert detail["requestParameters"]["bucketName"] == "mine"
    assert (detail["eventSource"], detail["awsRegion"], detail["readOnly"]) == ("s3.amazonaws.com", HOME, False)
    assert detail["recipientAccountId"] == ACCOUNT
    identity = detail["userIdentity"]
    assert (identity["type"], identity["arn"]) == ("AssumedRole", f"arn:aws:sts::{ACCOUNT}:assumed-role/maker/me")
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == role["Arn"]
    assert "errorCode" not in detail


def test_without_a_trail_that_logs_nothing_comes(aws: EmbeddedAws) -> None:
    url = watched(aws)
    aws.client("ec2").create_security_group(GroupName="a", Description="a")
    assert names(aws, url) == []
    logged(aws)
    aws.client("cloudtrail").stop_logging(Name="trail")
    names(aws, url)
    aws.client("ec2").create_security_group(GroupName="b", Description="b")
    assert "CreateSecurityGroup" not in names(aws, url)


def test_reads_and_data_events_do_not_come(aws: EmbeddedAws) -> None:
    url = watched(aws)
    logged(aws)
    names(aws, url)
    aws.client("ec2").describe_instances()
    aws.client("s3").put_object(Bucket="trail", Key="a", Body=b"x")
    aws.client("s3").list_buckets()
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    aws.client("cloudwatch").put_metric_data(Namespace="a", MetricData=[{"MetricName": "b", "Value": 1}])
    aws.client("sts").get_caller_identity()
    time.sleep(0.2)
    (message,) = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert message["Body"] == "{}"


def test_a_call_that_fails_says_so(aws: EmbeddedAws) -> None:
    url = watched(aws)
    logged(aws)
    with pytest.raises(ClientError):
        aws.client("ec2").delete_security_group(GroupId="sg-0123456789abcdef0")
    detail = seen(aws, url, "DeleteSecurityGroup")["detail"]
    assert detail["errorCode"] == "Client.InvalidGroup.NotFound"
    assert detail["requestParameters"] == {"groupId": "sg-0123456789abcdef0"}
    assert detail["responseElements"] is None


def test_iam_comes_in_virginia_only(aws: EmbeddedAws) -> None:
    here, virginia = watched(aws), watched(aws, VIRGINIA)
    logged(aws)
    aws.client("iam").create_user(UserName="me")
    event = seen(aws, virginia, "CreateUser", VIRGINIA)
    assert (event["region"], event["detail"]["requestParameters"]) == (VIRGINIA, {"userName": "me"})
    assert event["detail"]["responseElements"]["user"]["userName"] == "me"
    assert "CreateUser" not in names(aws, here)


def run(aws: EmbeddedAws) -> Any:
    answer = aws.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    return answer["Instances"][0]["InstanceId"]


def instance(aws: EmbeddedAws) -> Any:
    return run(aws)


def tagged(aws: EmbeddedAws) -> Any:
    number = run(aws)
    aws.client("ec2").create_tags(Resources=[number], Tags=[{"Key": "a", "Value": "b"}])
    return number


def terminated(aws: EmbeddedAws) -> Any:
    number = run(aws)
    aws.client("ec2").terminate_instances(InstanceIds=[number])
    return number


def hopped(aws: EmbeddedAws) -> Any:
    number = run(aws)
    aws.client("ec2").modify_instance_metadata_options(InstanceId=number, HttpTokens="required")
    return number


def opened(aws: EmbeddedAws) -> Any:
    ec2 = aws.client("ec2")
    group = ec2.create_security_group(GroupName="g", Description="g")["GroupId"]
    ranges = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=ranges)
    return group


def template(aws: EmbeddedAws) -> Any:
    given = {"InstanceType": "t3.micro", "SecurityGroupIds": ["sg-1"]}
    answer = aws.client("ec2").create_launch_template(LaunchTemplateName="t", LaunchTemplateData=given)
    return answer["LaunchTemplate"]["LaunchTemplateId"]


def logs_of_vpc(aws: EmbeddedAws) -> Any:
    vpc = aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws.client("ec2").create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="flows",
        DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/flows",
    )
    return vpc


def function(aws: EmbeddedAws) -> Any:
    role = aws.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", "")
    aws.client("lambda").create_function(
        FunctionName="f",
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": held.getvalue()},
        Environment={"Variables": {"SECRET": "s"}},
    )
    return "f"


def topic(aws: EmbeddedAws) -> Any:
    return aws.client("sns").create_topic(Name="t")["TopicArn"]


def queue(aws: EmbeddedAws) -> Any:
    return aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]


def table(aws: EmbeddedAws) -> Any:
    aws.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return "t"


def blocked(aws: EmbeddedAws) -> Any:
    aws.client("s3").put_public_access_block(Bucket="trail", PublicAccessBlockConfiguration={"BlockPublicAcls": False})
    return "trail"


def bucket_tagged(aws: EmbeddedAws) -> Any:
    arn, tags = "arn:aws:s3:::trail", [{"Key": "a", "Value": "b"}]
    aws.client("s3control").tag_resource(AccountId=ACCOUNT, ResourceArn=arn, Tags=tags)
    return arn


def pointed(aws: EmbeddedAws) -> Any:
    aws.client("s3control").create_access_point(AccountId=ACCOUNT, Name="door", Bucket="trail")
    return "door"


def notified(aws: EmbeddedAws) -> Any:
    whole: Any = {"EventBridgeConfiguration": {}}
    aws.client("s3").put_bucket_notification_configuration(Bucket="trail", NotificationConfiguration=whole)
    return "trail"


def key(aws: EmbeddedAws) -> Any:
    return aws.client("kms").create_key()["KeyMetadata"]["Arn"]


def alarm(aws: EmbeddedAws) -> Any:
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="a",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )
    return "a"


def cluster(aws: EmbeddedAws) -> Any:
    aws.client("ecs").create_cluster(clusterName="c")
    return "c"


@pytest.mark.parametrize(
    ("call", "name", "path"),
    [
        (instance, "RunInstances", "responseElements.instancesSet.items.0.instanceId"),
        (terminated, "TerminateInstances", "requestParameters.instancesSet.items.0.instanceId"),
        (tagged, "CreateTags", "requestParameters.resourcesSet.items.0.resourceId"),
        (
            hopped,
            "ModifyInstanceMetadataOptions",
            "requestParameters.ModifyInstanceMetadataOptionsRequest.InstanceId",
        ),
        (opened, "CreateSecurityGroup", "responseElements.groupId"),
        (opened, "AuthorizeSecurityGroupIngress", "requestParameters.groupId"),
        (
            template, "CreateLaunchTemplate",
            "responseElements.CreateLaunchTemplateResponse.launchTemplate.launchTemplateId",
        ),
        (logs_of_vpc, "CreateVpc", "responseElements.vpc.vpcId"),
        (logs_of_vpc, "CreateFlowLogs", "requestParameters.CreateFlowLogsRequest.ResourceId.content"),
        (function, "CreateFunction20150331", "requestParameters.functionName"),
        (topic, "CreateTopic", "responseElements.topicArn"),
        (queue, "CreateQueue", "responseElements.queueUrl"),
        (table, "CreateTable", "requestParameters.tableName"),
        (blocked, "PutBucketPublicAccessBlock", "requestParameters.bucketName"),
        (bucket_tagged, "TagResource", "requestParameters.resourceArn"),
        (pointed, "CreateAccessPoint", "requestParameters.name"),
        (notified, "PutBucketNotification", "requestParameters.bucketName"),
        (key, "CreateKey", "responseElements.keyMetadata.arn"),
        (key, "CreateKey", "resources.0.ARN"),
        (alarm, "PutMetricAlarm", "requestParameters.alarmName"),
        (cluster, "CreateCluster", "requestParameters.clusterName"),
    ],
)  # fmt: skip
def test_the_resource_stands_where_cloudtrail_has_it(
    aws: EmbeddedAws, call: Callable[[EmbeddedAws], Any], name: str, path: str
) -> None:
    url = watched(aws)
    logged(aws)
    made = call(aws)
    found: Any = seen(aws, url, name)["detail"]
    for part in path.split("."):
        found = found[int(part)] if part.isdigit() else found[part]
    assert found == made


def test_what_is_secret_is_not_recorded(aws: EmbeddedAws) -> None:
    url = watched(aws)
    logged(aws)
    function(aws)
    made = seen(aws, url, "CreateFunction20150331")
    aws.client("secretsmanager").create_secret(Name="s", SecretString="hidden value")
    recorded = json.dumps([made, seen(aws, url, "CreateSecret")])
    assert '"SECRET"' not in recorded
    assert "hidden value" not in recorded
