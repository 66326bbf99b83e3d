"""Functions: one as it should be, one as bad as may be for each thing that is checked, one switched off."""

import io
import json
import zipfile
from typing import Any

from local.estate import HOME
from local.server import ACCOUNT, EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_PAIRS = [{"Key": key, "Value": value} for key, value in TAGS.items()]
_GOOD, _BAD, _OFF = "shop-orders", "shop-bills", "shop-old-bills"


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region; in the first of the estate's regions too much concurrency is reserved."""
    client, sqs, sns = (aws.client(name, region) for name in ("lambda", "sqs", "sns"))
    role = _role(aws.client("iam", region), region)
    _functions(client, role, _network(aws.client("ec2", region), region))
    _layers(client, region)
    topic = sns.create_topic(Name="shop-function-alerts", Tags=_PAIRS)["TopicArn"]
    _alarm(aws.client("cloudwatch", region), topic)
    _queues(client, sqs)
    client.add_permission(**_permission(_GOOD, "bucket", "s3.amazonaws.com", SourceAccount=ACCOUNT))
    client.add_permission(**_permission(_BAD, "topic", "sns.amazonaws.com", SourceArn=topic))
    client.add_permission(**_permission(_BAD, "everybody", "*"))
    client.create_function_url_config(FunctionName=_GOOD, AuthType="AWS_IAM")
    client.create_function_url_config(FunctionName=_BAD, AuthType="NONE", Cors={"AllowOrigins": ["*"]})
    client.put_function_concurrency(FunctionName=_GOOD, ReservedConcurrentExecutions=850 if region == HOME else 50)
    client.put_function_concurrency(FunctionName=_OFF, ReservedConcurrentExecutions=0)


def _network(ec2: Any, region: str) -> dict[str, Any]:
    """Make a VPC with subnets in two zones; return the network of a function in both."""
    vpc = ec2.create_vpc(CidrBlock="10.4.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.4.{number}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="functions", Description="of functions", VpcId=vpc)["GroupId"]
    return {"SubnetIds": subnets, "SecurityGroupIds": [group]}


def _role(iam: Any, region: str) -> str:
    options = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [options]})
    role = iam.create_role(RoleName=f"shop-functions-{region}", AssumeRolePolicyDocument=trust, Tags=_PAIRS)
    # Lambda refuses a mapping from a queue that the role cannot read.
    reads = {
        "Effect": "Allow",
        "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "Resource": f"arn:aws:sqs:{region}:{ACCOUNT}:shop-function-*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [reads]})
    iam.put_role_policy(RoleName=f"shop-functions-{region}", PolicyName="queues", PolicyDocument=policy)
    return str(role["Role"]["Arn"])


def _functions(client: Any, role: str, network: dict[str, Any]) -> None:
    _function(
        client,
        role,
        FunctionName=_GOOD,
        Runtime="python3.13",
        TracingConfig={"Mode": "Active"},
        Environment={"Variables": {"LOG_LEVEL": "INFO", "DB_PASSWORD_PARAMETER": "/shop/orders/password"}},
        VpcConfig=network,
        KMSKeyArn=f"arn:aws:kms:{client.meta.region_name}:{ACCOUNT}:key/0f1e2d3c-0000-4000-8000-000000000000",
        Tags=TAGS,
    )
    _function(
        client,
        role,
        FunctionName=_BAD,
        Runtime="nodejs18.x",
        Environment={"Variables": {"LOG_LEVEL": "DEBUG", "DB_PASSWORD": "correct horse battery staple"}},
    )
    one = {**network, "SubnetIds": network["SubnetIds"][:1]}
    _function(client, role, FunctionName=_OFF, Runtime="provided.al2023", VpcConfig=one)


def _function(client: Any, role: str, **options: Any) -> None:
    client.create_function(Role=role, Handler="app.handler", Timeout=30, Code={"ZipFile": _code()}, **options)


def _layers(client: Any, region: str) -> None:
    """Give one function a layer of its account, and one a layer of another account."""
    own = client.publish_layer_version(LayerName="shop-helpers", Content={"ZipFile": _code()})["LayerVersionArn"]
    client.update_function_configuration(FunctionName=_GOOD, Layers=[own])
    foreign = f"arn:aws:lambda:{region}:111122223333:layer:useful-helpers:3"
    client.update_function_configuration(FunctionName=_BAD, Layers=[foreign])


def _code() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return event\n")
    return held.getvalue()


def _permission(function: str, name: str, principal: str, **more: str) -> dict[str, str]:
    return {
        "FunctionName": function,
        "StatementId": name,
        "Action": "lambda:InvokeFunction",
        "Principal": principal,
        **more,
    }


def _queues(client: Any, sqs: Any) -> None:
    dead = _queue(sqs, "shop-function-failures")
    redrive_policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 5})
    good = _queue(sqs, "shop-function-orders", VisibilityTimeout="180", RedrivePolicy=redrive_policy)
    bad = _queue(sqs, "shop-function-bills", VisibilityTimeout="30")
    client.create_event_source_mapping(FunctionName=_GOOD, EventSourceArn=good)
    client.create_event_source_mapping(FunctionName=_BAD, EventSourceArn=bad)
    destination = {"OnFailure": {"Destination": dead}}
    client.put_function_event_invoke_config(FunctionName=_GOOD, DestinationConfig=destination)


def _queue(sqs: Any, name: str, **attributes: str) -> str:
    url = sqs.create_queue(QueueName=name, Attributes=attributes, tags=TAGS)["QueueUrl"]
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def _alarm(cloudwatch: Any, topic: str) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=f"{_GOOD}-fails",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": _GOOD}],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        Tags=_PAIRS,
    )
