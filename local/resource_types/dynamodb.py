"""Tables.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

import json
from collections.abc import Mapping
from typing import Any

from local.provisioning.kinds import Kind, Made, Properties, chosen, client

_AS_THEY_ARE = (
    "AttributeDefinitions",
    "BillingMode",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "Tags",
    "WarmThroughput",
)
_DEFAULT_PERIOD = 35


def _table(properties: Properties, region: str, _account: str) -> Made:
    dynamodb, name = client("dynamodb", region), str(properties["TableName"])
    given: dict[str, Any] = chosen(properties, *_AS_THEY_ARE)
    given["DeletionProtectionEnabled"] = properties.get("DeletionProtectionEnabled", False)
    stream = properties.get("StreamSpecification") or {}
    if stream:
        given["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream["StreamViewType"]}
    if encryption := properties.get("SSESpecification"):
        renamed = {key: value for key, value in encryption.items() if key != "SSEEnabled"}
        given["SSESpecification"] = {**renamed, "Enabled": encryption["SSEEnabled"]}
    if policy := properties.get("ResourcePolicy"):
        given["ResourcePolicy"] = json.dumps(policy["PolicyDocument"])
    if indexes := properties.get("GlobalSecondaryIndexes"):
        given["GlobalSecondaryIndexes"] = [
            {key: value for key, value in index.items() if key != "ContributorInsightsSpecification"}
            for index in indexes
        ]
    described = dynamodb.create_table(TableName=name, **given)["TableDescription"]
    attributes = {"Arn": described["TableArn"]}
    if "LatestStreamArn" in described:
        attributes["StreamArn"] = described["LatestStreamArn"]
        if "ResourcePolicy" in stream:
            document = json.dumps(stream["ResourcePolicy"]["PolicyDocument"])
            dynamodb.put_resource_policy(ResourceArn=attributes["StreamArn"], Policy=document)
        if tags := stream.get("Tags"):
            dynamodb.tag_resource(ResourceArn=attributes["StreamArn"], Tags=tags)
    _after(dynamodb, name, properties)
    return name, attributes


def _after(dynamodb: Any, name: str, properties: Properties) -> None:
    """Set what CreateTable does not take."""
    if aging := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=aging)
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        if recovery.get("PointInTimeRecoveryEnabled"):
            recovery = {"RecoveryPeriodInDays": _DEFAULT_PERIOD, **recovery}
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    _insights(dynamodb, {"TableName": name}, properties)
    for index in properties.get("GlobalSecondaryIndexes", ()):
        _insights(dynamodb, {"TableName": name, "IndexName": index["IndexName"]}, index)
    if kinesis := properties.get("KinesisStreamSpecification"):
        precision = kinesis.get("ApproximateCreationDateTimePrecision")
        dynamodb.enable_kinesis_streaming_destination(
            TableName=name,
            StreamArn=kinesis["StreamArn"],
            **(
                {"EnableKinesisStreamingConfiguration": {"ApproximateCreationDateTimePrecision": precision}}
                if precision
                else {}
            ),
        )


def _insights(dynamodb: Any, where: dict[str, str], properties: Properties) -> None:
    if wanted := properties.get("ContributorInsightsSpecification"):
        action = "ENABLE" if wanted["Enabled"] else "DISABLE"
        dynamodb.update_contributor_insights(
            **where, ContributorInsightsAction=action, **chosen(wanted, ContributorInsightsMode="Mode")
        )


def _find_table(identifier: Properties, region: str, _account: str) -> Made:
    table = client("dynamodb", region).describe_table(TableName=identifier["TableName"])["Table"]
    attributes = {"Arn": table["TableArn"]}
    if "LatestStreamArn" in table:
        attributes["StreamArn"] = table["LatestStreamArn"]
    return table["TableName"], attributes


def _tag_table(name: str, tags: Mapping[str, str], region: str) -> None:
    dynamodb = client("dynamodb", region)
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def _delete_table(name: str, region: str) -> None:
    client("dynamodb", region).delete_table(TableName=name)


KINDS = (Kind("AWS::DynamoDB::Table", _table, _delete_table, name="TableName", find=_find_table, tag=_tag_table),)
