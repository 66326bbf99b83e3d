"""Alarms and dashboards.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
"""

from collections.abc import Mapping

from moto.cloudformation.exceptions import ValidationError

from local.provisioning.kinds import Kind, Made, Properties, client


def _alarm(properties: Properties, region: str, account: str) -> Made:
    client("cloudwatch", region).put_metric_alarm(**properties)
    return _alarm_made(properties, region, account)


def _composite_alarm(properties: Properties, region: str, account: str) -> Made:
    client("cloudwatch", region).put_composite_alarm(**properties)
    return _alarm_made(properties, region, account)


def _alarm_made(properties: Properties, region: str, account: str) -> Made:
    name = str(properties["AlarmName"])
    return name, {"Arn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"}


def _find_alarm(identifier: Properties, region: str, account: str) -> Made:
    return _found(identifier, region, account, "MetricAlarm")


def _find_composite_alarm(identifier: Properties, region: str, account: str) -> Made:
    return _found(identifier, region, account, "CompositeAlarm")


def _found(identifier: Properties, region: str, account: str, kind: str) -> Made:
    name = identifier["AlarmName"]
    answer = client("cloudwatch", region).describe_alarms(AlarmNames=[name], AlarmTypes=[kind])
    if not answer.get(f"{kind}s"):
        raise LookupError(name)
    return _alarm_made(identifier, region, account)


def _tag_alarm(name: str, tags: Mapping[str, str], region: str) -> None:
    cloudwatch = client("cloudwatch", region)
    answer = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    alarms = (answer["MetricAlarms"], answer.get("CompositeAlarms", ()))
    arn = next(alarm["AlarmArn"] for each in alarms for alarm in each)
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=listed)


def _delete_alarm(name: str, region: str) -> None:
    client("cloudwatch", region).delete_alarms(AlarmNames=[name])


def _dashboard(properties: Properties, region: str, _account: str) -> Made:
    """Make a dashboard; CloudFormation refuses a name that the account has already, in whichever region.

    Raises:
        ValidationError: there is such a dashboard.
    """
    cloudwatch, name = client("cloudwatch", region), str(properties["DashboardName"])
    if name in _dashboards(region):
        raise ValidationError(
            message=f"Resource of type 'AWS::CloudWatch::Dashboard' with identifier '{name}' already exists."
        )
    cloudwatch.put_dashboard(**properties)
    return name, {}


def _dashboards(region: str) -> set[str]:
    pages = client("cloudwatch", region).get_paginator("list_dashboards").paginate()
    return {each["DashboardName"] for page in pages for each in page["DashboardEntries"]}


def _find_dashboard(identifier: Properties, region: str, _account: str) -> Made:
    client("cloudwatch", region).get_dashboard(DashboardName=identifier["DashboardName"])
    return str(identifier["DashboardName"]), {}


def _tag_dashboard(name: str, tags: Mapping[str, str], region: str) -> None:
    cloudwatch = client("cloudwatch", region)
    arn = cloudwatch.get_dashboard(DashboardName=name)["DashboardArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def _delete_dashboard(name: str, region: str) -> None:
    client("cloudwatch", region).delete_dashboards(DashboardNames=[name])


KINDS = (
    Kind("AWS::CloudWatch::Alarm", _alarm, _delete_alarm, name="AlarmName", find=_find_alarm, tag=_tag_alarm),
    Kind(
        "AWS::CloudWatch::CompositeAlarm",
        _composite_alarm,
        _delete_alarm,
        name="AlarmName",
        find=_find_composite_alarm,
        tag=_tag_alarm,
    ),
    Kind(
        "AWS::CloudWatch::Dashboard",
        _dashboard,
        _delete_dashboard,
        name="DashboardName",
        find=_find_dashboard,
        tag=_tag_dashboard,
    ),
)
