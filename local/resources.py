"""Resource types that moto's CloudFormation lacks or loses properties of, made by the services' own APIs.

moto looks through the subclasses of CloudFormationModel; the last one of a type wins.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from local import completed, event_resources, stacks
from local.completed import Made, Properties
from local.completed import client as _client


def _bucket(properties: Properties, region: str, _account: str) -> Made:
    s3, name = _client("s3", region), str(properties["BucketName"])
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"])
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule["BucketKeyEnabled"],
            "BlockedEncryptionTypes": rule["BlockedEncryptionTypes"],
        }
        for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    ]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"])
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=properties["OwnershipControls"])
    for metrics in properties.get("MetricsConfigurations", ()):
        s3.put_bucket_metrics_configuration(Bucket=name, Id=metrics["Id"], MetricsConfiguration=metrics)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": properties["Tags"]})
    lifecycle = properties["LifecycleConfiguration"]
    s3.put_bucket_lifecycle_configuration(
        Bucket=name,
        TransitionDefaultMinimumObjectSize=lifecycle["TransitionDefaultMinimumObjectSize"],
        LifecycleConfiguration={"Rules": _lifecycle_rules(lifecycle["Rules"])},
    )
    return name, {"Arn": f"arn:aws:s3:::{name}"}


def _lifecycle_rules(rules: list[Properties]) -> list[dict[str, Any]]:
    """Return the rules of a bucket; where one has a size, all have filters: S3 takes no rules of both forms."""
    converted = [_lifecycle_rule(rule) for rule in rules]
    if not any("ObjectSizeGreaterThan" in rule for rule in rules):
        return converted
    for rule, made in zip(rules, converted, strict=True):
        prefix = {"Prefix": made.pop("Prefix")}
        size = rule.get("ObjectSizeGreaterThan")
        made["Filter"] = prefix if size is None else {"And": {**prefix, "ObjectSizeGreaterThan": int(size)}}
    return converted


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """Say CloudFormation's spelling of a lifecycle rule in S3's, which has a rule's prefix where it stands here."""
    converted: dict[str, Any] = {"ID": rule["Id"], "Status": rule["Status"], "Prefix": rule.get("Prefix", "")}
    if "ExpirationInDays" in rule:
        converted["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if rule.get("ExpiredObjectDeleteMarker"):
        converted["Expiration"] = {"ExpiredObjectDeleteMarker": True}
    if "Transitions" in rule:
        converted["Transitions"] = [
            {"Days": int(each["TransitionInDays"]), "StorageClass": each["StorageClass"]}
            for each in rule["Transitions"]
        ]
    if "NoncurrentVersionExpiration" in rule:
        converted["NoncurrentVersionExpiration"] = {
            key: int(value) for key, value in rule["NoncurrentVersionExpiration"].items()
        }
    if "AbortIncompleteMultipartUpload" in rule:
        converted["AbortIncompleteMultipartUpload"] = {
            key: int(value) for key, value in rule["AbortIncompleteMultipartUpload"].items()
        }
    return converted


def _bucket_policy(properties: Properties, region: str, _account: str) -> Made:
    _client("s3", region).put_bucket_policy(
        Bucket=properties["Bucket"], Policy=json.dumps(properties["PolicyDocument"])
    )
    return f"{properties['Bucket']}-policy", {}


def _queue_policy(properties: Properties, region: str, _account: str) -> Made:
    for queue in properties["Queues"]:
        _client("sqs", region).set_queue_attributes(
            QueueUrl=queue, Attributes={"Policy": json.dumps(properties["PolicyDocument"])}
        )
    return f"{properties['Queues'][0]}-policy", {}


def _topic_policy(properties: Properties, region: str, _account: str) -> Made:
    for topic in properties["Topics"]:
        _client("sns", region).set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"])
        )
    return f"{properties['Topics'][0]}-policy", {}


def _state_machine(properties: Properties, region: str, account: str) -> Made:
    definition = properties["DefinitionString"]
    definition = definition if isinstance(definition, str) else json.dumps(definition)
    for key, value in properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f'"${{{key}}}"', json.dumps(_number(value))).replace(f"${{{key}}}", str(value))
    name = properties["StateMachineName"]
    _client("stepfunctions", region).create_state_machine(
        name=name, definition=definition, roleArn=properties["RoleArn"], type=properties["StateMachineType"]
    )
    arn = f"arn:aws:states:{region}:{account}:stateMachine:{name}"
    return arn, {"Arn": arn, "Name": name}


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _schedule(properties: Properties, region: str, account: str) -> Made:
    wanted = ("Name", "GroupName", "Description", "ScheduleExpression", "State", "FlexibleTimeWindow", "Target")
    _client("scheduler", region).create_schedule(**{key: properties[key] for key in wanted if key in properties})
    name = properties["Name"]
    return name, {"Arn": f"arn:aws:scheduler:{region}:{account}:schedule/{properties['GroupName']}/{name}"}


def _schedule_group(properties: Properties, region: str, account: str) -> Made:
    name = properties["Name"]
    _client("scheduler", region).create_schedule_group(Name=name, Tags=properties["Tags"])
    return name, {"Arn": f"arn:aws:scheduler:{region}:{account}:schedule-group/{name}"}


def _glue_database(properties: Properties, region: str, _account: str) -> Made:
    _client("glue", region).create_database(DatabaseInput=properties["DatabaseInput"])
    return properties["DatabaseInput"]["Name"], {}


def _glue_table(properties: Properties, region: str, _account: str) -> Made:
    _client("glue", region).create_table(DatabaseName=properties["DatabaseName"], TableInput=properties["TableInput"])
    return properties["TableInput"]["Name"], {}


def _crawler(properties: Properties, region: str, _account: str) -> Made:
    wanted = (
        "Name",
        "Role",
        "DatabaseName",
        "Description",
        "Targets",
        "TablePrefix",
        "SchemaChangePolicy",
        "RecrawlPolicy",
    )
    _client("glue", region).create_crawler(**{key: properties[key] for key in wanted}, Tags=properties["Tags"])
    return properties["Name"], {}


def _workgroup(properties: Properties, region: str, _account: str) -> Made:
    given = properties["WorkGroupConfiguration"]
    _client("athena", region).create_work_group(
        Name=properties["Name"],
        Description=properties["Description"],
        Tags=properties["Tags"],
        Configuration={**given, "BytesScannedCutoffPerQuery": int(given["BytesScannedCutoffPerQuery"])},
    )
    return properties["Name"], {}


def _named_query(properties: Properties, region: str, _account: str) -> Made:
    wanted = ("Name", "Description", "Database", "QueryString", "WorkGroup")
    answer = _client("athena", region).create_named_query(**{key: properties[key] for key in wanted})
    return answer["NamedQueryId"], {"NamedQueryId": answer["NamedQueryId"]}


def _alarm(properties: Properties, region: str, account: str) -> Made:
    numbers = {"Period", "EvaluationPeriods", "DatapointsToAlarm"}
    converted = {key: int(value) if key in numbers else value for key, value in properties.items()}
    converted["Threshold"] = float(converted["Threshold"])
    _client("cloudwatch", region).put_metric_alarm(**converted)
    name = properties["AlarmName"]
    return name, {"Arn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"}


def _key(properties: Properties, region: str, _account: str) -> Made:
    kms = _client("kms", region)
    tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties["Tags"]]
    key = kms.create_key(Description=properties["Description"], Policy=json.dumps(properties["KeyPolicy"]), Tags=tags)[
        "KeyMetadata"
    ]
    if properties["EnableKeyRotation"]:
        kms.enable_key_rotation(KeyId=key["KeyId"])
    return key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]}


def _delete_key(key_id: str, region: str) -> None:
    _client("kms", region).schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)


def _delete_bucket(name: str, region: str) -> None:
    _client("s3", region).delete_bucket(Bucket=name)


def _delete_state_machine(arn: str, region: str) -> None:
    _client("stepfunctions", region).delete_state_machine(stateMachineArn=arn)


_MAKERS: dict[str, tuple[Callable[[Properties, str, str], Made], Callable[[str, str], None] | None]] = {
    "AWS::KMS::Key": (_key, _delete_key),
    "AWS::S3::Bucket": (_bucket, _delete_bucket),
    "AWS::S3::BucketPolicy": (_bucket_policy, None),
    "AWS::SQS::QueuePolicy": (_queue_policy, None),
    "AWS::SNS::TopicPolicy": (_topic_policy, None),
    **completed.MAKERS,
    **event_resources.MAKERS,
    "AWS::StepFunctions::StateMachine": (_state_machine, _delete_state_machine),
    "AWS::Scheduler::Schedule": (_schedule, None),
    "AWS::Scheduler::ScheduleGroup": (
        _schedule_group,
        lambda name, region: _client("scheduler", region).delete_schedule_group(Name=name),
    ),
    "AWS::Glue::Database": (_glue_database, lambda name, region: _client("glue", region).delete_database(Name=name)),
    "AWS::Glue::Table": (_glue_table, None),
    "AWS::Glue::Crawler": (_crawler, lambda name, region: _client("glue", region).delete_crawler(Name=name)),
    "AWS::Athena::WorkGroup": (
        _workgroup,
        lambda name, region: _client("athena", region).delete_work_group(WorkGroup=name, RecursiveDeleteOption=True),
    ),
    "AWS::Athena::NamedQuery": (_named_query, None),
    "AWS::CloudWatch::Alarm": (
        _alarm,
        lambda name, region: _client("cloudwatch", region).delete_alarms(AlarmNames=[name]),
    ),
}
_MODELS: list[type] = []


def install() -> None:
    """Add the resource types to moto's CloudFormation, once in a process."""
    if _MODELS:
        return
    stacks.install()
    for resource_type, (make, delete) in _MAKERS.items():
        _MODELS.append(_model(resource_type, make, delete))
    parsing.get_model_list.cache_clear()
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()


def _model(resource_type: str, make: Callable[..., Made], delete: Callable[[str, str], None] | None) -> type:
    class Model(CloudFormationModel):  # type: ignore[misc]  # moto publishes no types
        __module__ = "moto.cloudformation.models"  # moto names stack resources by it

        def __init__(self, physical_id: str, attributes: dict[str, str], region: str) -> None:
            self.physical_resource_id = physical_id
            self.attributes = attributes
            self.region = region

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return resource_type

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return bool(attr)

        def get_cfn_attribute(self, attribute: str) -> str:
            return self.attributes[attribute]

        def is_created(self) -> bool:
            return True

        @classmethod
        def create_from_cloudformation_json(
            cls, _name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
        ) -> Any:
            properties = _plain(cloudformation_json["Properties"])
            return cls(*make(properties, region_name, account_id), region_name)

        @classmethod
        def delete_from_cloudformation_json(
            cls, resource_name: str, _json: Any, _account_id: str, region_name: str
        ) -> None:
            if delete:
                delete(resource_name, region_name)

    Model.__name__ = Model.__qualname__ = "Embedded" + resource_type.replace("::", "")
    return Model


def _plain(value: Any) -> Any:
    """Put physical ids where moto left resources for a Ref, and truths where CloudFormation takes texts."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return getattr(value, "physical_resource_id", value)
