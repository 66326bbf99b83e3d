"""Log groups and metric filters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
"""

import json
from collections.abc import Mapping
from typing import Any

from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of


def _log_group(properties: Properties, region: str, account: str) -> Made:
    logs, name = client("logs", region), str(properties["LogGroupName"])
    given: dict[str, Any] = chosen(
        properties,
        kmsKeyId="KmsKeyId",
        logGroupClass="LogGroupClass",
        deletionProtectionEnabled="DeletionProtectionEnabled",
    )
    if tags := tags_of(properties):
        given["tags"] = tags
    logs.create_log_group(logGroupName=name, **given)
    if "RetentionInDays" in properties:
        logs.put_retention_policy(logGroupName=name, retentionInDays=properties["RetentionInDays"])
    if "DataProtectionPolicy" in properties:
        document = _text(properties["DataProtectionPolicy"])
        logs.put_data_protection_policy(logGroupIdentifier=name, policyDocument=document)
    for policy in properties.get("FieldIndexPolicies", ()):
        logs.put_index_policy(logGroupIdentifier=name, policyDocument=_text(policy))
    if "BearerTokenAuthenticationEnabled" in properties:
        logs.put_bearer_token_authentication(
            logGroupIdentifier=name, bearerTokenAuthenticationEnabled=properties["BearerTokenAuthenticationEnabled"]
        )
    arn = f"arn:aws:logs:{region}:{account}:log-group:{name}"
    if "ResourcePolicyDocument" in properties:
        logs.put_resource_policy(policyDocument=_text(properties["ResourcePolicyDocument"]), resourceArn=arn)
    return name, {"Arn": f"{arn}:*"}


def _find_log_group(identifier: Properties, region: str, _account: str) -> Made:
    name = str(identifier["LogGroupName"])
    found = client("logs", region).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    for group in found:
        if group["logGroupName"] == name:
            return name, {"Arn": group["arn"]}
    raise LookupError(name)


def _tag_log_group(name: str, tags: Mapping[str, str], region: str) -> None:
    logs = client("logs", region)
    _, attributes = _find_log_group({"LogGroupName": name}, region, "")
    logs.tag_resource(resourceArn=attributes["Arn"].removesuffix(":*"), tags=dict(tags))


def _delete_log_group(name: str, region: str) -> None:
    client("logs", region).delete_log_group(logGroupName=name)


def _metric_filter(properties: Properties, region: str, _account: str) -> Made:
    transformations = [
        {f"{key[0].lower()}{key[1:]}": value for key, value in _transformation(each).items()}
        for each in properties["MetricTransformations"]
    ]
    name = str(properties["FilterName"])
    client("logs", region).put_metric_filter(
        filterName=name,
        metricTransformations=transformations,
        **chosen(
            properties,
            logGroupName="LogGroupName",
            filterPattern="FilterPattern",
            applyOnTransformedLogs="ApplyOnTransformedLogs",
            fieldSelectionCriteria="FieldSelectionCriteria",
            emitSystemFieldDimensions="EmitSystemFieldDimensions",
        ),
    )
    return f"{properties['LogGroupName']}|{name}", {}


def _transformation(given: Properties) -> dict[str, Any]:
    """Return a transformation with its dimensions as a map, where CloudFormation takes a list."""
    if "Dimensions" not in given:
        return dict(given)
    return {**given, "Dimensions": {each["Key"]: each["Value"] for each in given["Dimensions"]}}


def _find_metric_filter(identifier: Properties, region: str, _account: str) -> Made:
    group, name = identifier["LogGroupName"], identifier["FilterName"]
    found = client("logs", region).describe_metric_filters(logGroupName=group, filterNamePrefix=name)["metricFilters"]
    if name not in {each["filterName"] for each in found}:
        raise LookupError(name)
    return f"{group}|{name}", {}


def _delete_metric_filter(physical_id: str, region: str) -> None:
    group, _, name = physical_id.rpartition("|")
    client("logs", region).delete_metric_filter(logGroupName=group, filterName=name)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


KINDS = (
    Kind(
        "AWS::Logs::LogGroup",
        _log_group,
        _delete_log_group,
        name="LogGroupName",
        find=_find_log_group,
        tag=_tag_log_group,
    ),
    Kind(
        "AWS::Logs::MetricFilter",
        _metric_filter,
        _delete_metric_filter,
        name="FilterName",
        find=_find_metric_filter,
    ),
)
