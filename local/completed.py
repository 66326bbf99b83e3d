"""Resource types that moto's CloudFormation makes without properties that the template sets: here with all of them.

Dashboards are here because they are the account's, and moto keeps them by region.
"""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from local.clients import CLIENTS

Properties = Mapping[str, Any]
Made = tuple[str, dict[str, str]]
"""A physical id (what Ref gives) and attributes (what Fn::GetAtt gives)."""


def client(service: str, region: str) -> Any:
    """Return a client of the embedded AWS with an administrator's credentials."""
    return CLIENTS.client(service, os.environ["AWS_ENDPOINT_URL"], region)


def _function(properties: Properties, region: str, _account: str) -> Made:
    wanted = ("FunctionName", "Runtime", "Handler", "Role", "Code", "Description", "TracingConfig", "Architectures")
    variables = {name: str(value) for name, value in properties["Environment"]["Variables"].items()}
    functions = client("lambda", region)
    further = {key: properties[key] for key in ("DeadLetterConfig", "EphemeralStorage") if key in properties}
    if "EphemeralStorage" in further:
        further["EphemeralStorage"] = {"Size": int(further["EphemeralStorage"]["Size"])}
    answer = functions.create_function(
        **{key: properties[key] for key in wanted},
        **further,
        LoggingConfig=properties["LoggingConfig"],
        Environment={"Variables": variables},
        MemorySize=int(properties["MemorySize"]),
        Timeout=int(properties["Timeout"]),
        Tags={tag["Key"]: tag["Value"] for tag in properties["Tags"]},
    )
    if "ReservedConcurrentExecutions" in properties:
        functions.put_function_concurrency(
            FunctionName=answer["FunctionName"],
            ReservedConcurrentExecutions=int(properties["ReservedConcurrentExecutions"]),
        )
    return answer["FunctionName"], {"Arn": answer["FunctionArn"]}


def _topic(properties: Properties, region: str, _account: str) -> Made:
    attributes = {key: properties[key] for key in ("DisplayName", "KmsMasterKeyId")}
    answer = client("sns", region).create_topic(
        Name=properties["TopicName"], Attributes=attributes, Tags=properties["Tags"]
    )
    return answer["TopicArn"], {"TopicArn": answer["TopicArn"], "TopicName": properties["TopicName"]}


def _subscription(properties: Properties, region: str, _account: str) -> Made:
    answer = client("sns", region).subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes={"RedrivePolicy": json.dumps(properties["RedrivePolicy"])},
        ReturnSubscriptionArn=True,
    )
    return answer["SubscriptionArn"], {}


def _log_group(properties: Properties, region: str, account: str) -> Made:
    logs, name = client("logs", region), str(properties["LogGroupName"])
    logs.create_log_group(
        logGroupName=name,
        kmsKeyId=properties["KmsKeyId"],
        tags={tag["Key"]: tag["Value"] for tag in properties["Tags"]},
    )
    logs.put_retention_policy(logGroupName=name, retentionInDays=int(properties["RetentionInDays"]))
    return name, {"Arn": f"arn:aws:logs:{region}:{account}:log-group:{name}:*"}


def _dashboard(properties: Properties, region: str, _account: str) -> Made:
    """Make a dashboard; CloudFormation refuses a name that the account has already, in whichever region.

    Raises:
        ValidationError: there is such a dashboard.
    """
    cloudwatch, name = client("cloudwatch", region), str(properties["DashboardName"])
    if name in {each["DashboardName"] for each in cloudwatch.list_dashboards()["DashboardEntries"]}:
        raise ValidationError(
            message=f"Resource of type 'AWS::CloudWatch::Dashboard' with identifier '{name}' already exists."
        )
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=properties["DashboardBody"])
    return name, {}


MAKERS: dict[str, tuple[Callable[[Properties, str, str], Made], Callable[[str, str], None] | None]] = {
    "AWS::CloudWatch::Dashboard": (
        _dashboard,
        lambda name, region: client("cloudwatch", region).delete_dashboards(DashboardNames=[name]),
    ),
    "AWS::Lambda::Function": (
        _function,
        lambda name, region: client("lambda", region).delete_function(FunctionName=name),
    ),
    "AWS::SNS::Topic": (_topic, lambda arn, region: client("sns", region).delete_topic(TopicArn=arn)),
    "AWS::SNS::Subscription": (_subscription, None),
    "AWS::Logs::LogGroup": (
        _log_group,
        lambda name, region: client("logs", region).delete_log_group(logGroupName=name),
    ),
}
"""By type: what makes a resource, and what deletes it."""
