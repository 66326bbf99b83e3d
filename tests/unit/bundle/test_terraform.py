"""Terraform's blocks: one table a type, and nothing that a table does not know is dropped."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2
import jsonschema
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from muster.bundle import pulumi
from muster.bundle.contents import Imported
from muster.bundle.kinds import TYPES
from muster.bundle.terraform import files, resources
from muster.properties.conversion import TemplateResource
from tests.unit.bundle.examples import ACCOUNT, ARN, bucket, contents, imported

SCHEMA = json.loads(Path(__file__).with_name("pulumi-import.schema.json").read_text("utf-8"))


def blocks(*made: Imported) -> dict[str, dict[str, Any]]:
    """Return the parsed resource blocks by their types; each type once."""
    written = files.files(contents(*made))
    found: dict[str, dict[str, Any]] = {}
    for text in (text for path, text in written.items() if path != "providers.tf"):
        for each in hcl2.loads(text)["resource"]:
            ((kind, labelled),) = each.items()
            ((_, body),) = labelled.items()
            assert found.setdefault(kind.strip('"'), body) is body
    return found


def ids(*made: Imported) -> dict[str, str]:
    return {each.type: each.id for resource in made for each in resources.resources_of(resource)}


def refusal(made: Imported) -> str:
    (left_out,) = resources.refused(contents(made)).values()
    return left_out.reasons[0]


FULL = bucket(
    "shop.data",
    ObjectLockEnabled=True,
    Tags=[{"Key": "team:a", "Value": "${x}"}],
    VersioningConfiguration={"Status": "Enabled"},
    BucketEncryption={
        "ServerSideEncryptionConfiguration": [
            {
                "BucketKeyEnabled": True,
                "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"},
            }
        ]
    },
    LifecycleConfiguration={
        "Rules": [
            {
                "Id": "all", "Status": "Enabled", "Prefix": "a/", "ObjectSizeGreaterThan": "10", "ExpirationInDays": 5,
                "TagFilters": [{"Key": "k", "Value": "v"}],
                "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 3}],
                "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 4}],
                "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 2},
            },
            {"Id": "one", "Status": "Disabled", "TagFilters": [{"Key": "k", "Value": "v"}],
             "ExpiredObjectDeleteMarker": True},
            {"Id": "none", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        ],
    },
    PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": False},
    OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    LoggingConfiguration={"DestinationBucketName": "logs", "TargetObjectKeyFormat": {"SimplePrefix": {}}},
    ReplicationConfiguration={
        "Role": "r",
        "Rules": [
            {"Id": "r1", "Priority": 1, "Status": "Enabled", "Filter": {"And": {"Prefix": "p", "TagFilters": []}},
             "DeleteMarkerReplication": {"Status": "Disabled"},
             "Destination": {"Bucket": "b", "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}}},
        ],
    },
    CorsConfiguration={"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 3}]},
    WebsiteConfiguration={
        "IndexDocument": "i.html",
        "RoutingRules": [{"RedirectRule": {"HostName": "h"}, "RoutingRuleCondition": {"KeyPrefixEquals": "k"}}],
    },
    NotificationConfiguration={
        "EventBridgeConfiguration": {"EventBridgeEnabled": True},
        "QueueConfigurations": [
            {"Queue": "q", "Event": event, "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "a"}]}}}
            for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
        ],
    },
    ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}},
    },
    AccelerateConfiguration={"AccelerationStatus": "Enabled"},
    MetricsConfigurations=[{"Id": "m", "Prefix": "p", "TagFilters": [{"Key": "k", "Value": "v"}]}],
    InventoryConfigurations=[
        {"Id": "i", "Enabled": True, "IncludedObjectVersions": "All", "ScheduleFrequency": "Weekly", "Prefix": "p",
         "Destination": {"BucketArn": "arn:aws:s3:::x", "Format": "CSV"}},
    ],
    AnalyticsConfigurations=[{"Id": "a", "StorageClassAnalysis": {}}],
    IntelligentTieringConfigurations=[
        {"Id": "t", "Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]}
    ],
    AbacStatus="Enabled",
)  # fmt: skip


def test_each_part_of_a_bucket_is_a_resource_with_its_own_import() -> None:
    assert ids(FULL) == {
        **dict.fromkeys(
            (f"aws_s3_bucket{part}" for part in (
                "", "_abac", "_accelerate_configuration", "_cors_configuration", "_lifecycle_configuration", "_logging",
                "_notification", "_object_lock_configuration", "_ownership_controls", "_public_access_block",
                "_replication_configuration", "_server_side_encryption_configuration", "_versioning",
                "_website_configuration",
            )),
            "shop.data",
        ),
        "aws_s3_bucket_metric": "shop.data:m",
        "aws_s3_bucket_inventory": "shop.data:i",
        "aws_s3_bucket_analytics_configuration": "shop.data:a",
        "aws_s3_bucket_intelligent_tiering_configuration": "shop.data:t",
    }  # fmt: skip
    assert all(body["bucket"] == '"shop.data"' for body in blocks(FULL).values())


def test_a_lifecycle_filter_is_nested_as_terraform_wants_it() -> None:
    first, second, third = blocks(FULL)["aws_s3_bucket_lifecycle_configuration"]["rule"]
    both = first["filter"][0]["and"][0]
    assert (both["prefix"], both["object_size_greater_than"], both["tags"]) == ('"a/"', 10, {"k": '"v"'})
    assert (first["expiration"][0]["days"], first["transition"][0]["days"]) == (5, 3)
    assert first["noncurrent_version_transition"][0]["noncurrent_days"] == 4
    assert second["filter"][0]["tag"][0] == {"key": '"k"', "value": '"v"', "__is_block__": True}
    assert second["expiration"][0]["expired_object_delete_marker"] is True
    assert third["filter"] == [{"__is_block__": True}]


def test_events_that_share_target_and_filter_are_one_notification() -> None:
    (queue,) = blocks(FULL)["aws_s3_bucket_notification"]["queue"]
    assert queue["events"] == ['"s3:ObjectCreated:*"', '"s3:ObjectRemoved:*"']
    assert (queue["filter_prefix"], queue["queue_arn"]) == ('"a"', '"q"')


def test_a_log_prefix_that_is_not_set_is_empty_as_terraform_requires_it() -> None:
    assert blocks(FULL)["aws_s3_bucket_logging"]["target_prefix"] == '""'


TABLE = imported(
    "AWS::DynamoDB::Table",
    {
        "TableName": "orders",
        "BillingMode": "PROVISIONED",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:k"},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35},
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "LocalSecondaryIndexes": [
            {
                "IndexName": "l",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "x", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["y"]},
            }
        ],
        "ResourcePolicy": {"PolicyDocument": {"Version": "2012-10-17", "Statement": []}},
        "KinesisStreamSpecification": {"StreamArn": "arn:s"},
    },
    {"TableName": "orders"},
)


def test_a_table_has_its_keys_stream_and_indexes_as_arguments() -> None:
    body = blocks(TABLE)["aws_dynamodb_table"]
    assert (body["hash_key"], body["range_key"], body["read_capacity"]) == ('"id"', '"at"', 5)
    assert (body["stream_enabled"], body["stream_view_type"]) == (True, '"NEW_AND_OLD_IMAGES"')
    (index,) = body["local_secondary_index"]
    assert (index["range_key"], index["non_key_attributes"]) == ('"x"', ['"y"'])
    assert "hash_key" not in index
    assert ids(TABLE) == {
        "aws_dynamodb_table": "orders",
        "aws_dynamodb_resource_policy": ARN["AWS::DynamoDB::Table"],
        "aws_dynamodb_kinesis_streaming_destination": "orders,arn:s",
    }


def group(**rules: Any) -> Imported:
    return imported("AWS::EC2::SecurityGroup", {"GroupName": "g", "GroupDescription": "d", **rules}, {"Id": "sg-1"})


def test_rules_of_a_group_are_joined_as_the_provider_reads_them() -> None:
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    rules = [
        {**https, "CidrIp": "10.0.0.0/8"},
        {**https, "CidrIp": "10.1.0.0/16", "Description": "b"},
        {**https, "CidrIpv6": "::/0"},
        {**https, "SourceSecurityGroupId": "sg-1", "SourceSecurityGroupOwnerId": ACCOUNT},
        {**https, "SourceSecurityGroupId": "sg-2", "SourceSecurityGroupOwnerId": "111122223333"},
    ]
    body = blocks(group(SecurityGroupIngress=rules, SecurityGroupEgress=[{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]))
    first, second = body["aws_security_group"]["ingress"]
    assert first["cidr_blocks"] == ['"10.0.0.0/8"']
    assert first["ipv6_cidr_blocks"] == ['"::/0"']
    assert first["self"] is True
    assert first["security_groups"] == ['"111122223333/sg-2"']
    assert (second["description"], second["cidr_blocks"]) == ('"b"', ['"10.1.0.0/16"'])
    (egress,) = body["aws_security_group"]["egress"]
    assert (egress["protocol"], egress["from_port"], egress["to_port"]) == ('"-1"', 0, 0)


ROLE = imported(
    "AWS::IAM::Role",
    {
        "RoleName": "r",
        "AssumeRolePolicyDocument": {"Statement": []},
        "Policies": [{"PolicyName": "own", "PolicyDocument": {"Resource": "${aws:username}"}}],
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    },
    {"RoleName": "r"},
)


def test_policies_of_a_role_are_resources_of_their_own() -> None:
    assert ids(ROLE) == {
        "aws_iam_role": "r",
        "aws_iam_role_policy": "r:own",
        "aws_iam_role_policy_attachment": "r/arn:aws:iam::aws:policy/ReadOnlyAccess",
    }
    assert "$${aws:username}" in blocks(ROLE)["aws_iam_role_policy"]["policy"]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        pytest.param(bucket("a", NewSetting=1), "NewSetting", id="a new property"),
        pytest.param(bucket("a", VersioningConfiguration={"Status": "Enabled", "New": 1}),
                     "VersioningConfiguration.New", id="a new member"),
        pytest.param(bucket("a", MetadataConfiguration={}), "MetadataConfiguration", id="metadata tables"),
        pytest.param(imported("AWS::X::Y", {}, {"Name": "x"}), "AWS::X::Y", id="a type without a table"),
        pytest.param(group(SecurityGroupIngress=[{"IpProtocol": "tcp", "New": 1}]), "SecurityGroupIngress.New",
                     id="a new member of a rule"),
        pytest.param(imported("AWS::KMS::Key", {"Origin": "EXTERNAL"}, {"KeyId": "k"}), "Origin", id="a value"),
        pytest.param(imported("AWS::DynamoDB::Table", {"TableName": "t", "KeySchema": [
            {"AttributeName": each, "KeyType": "HASH"} for each in "ab"]}, {"TableName": "t"}), "KeySchema",
                     id="several keys of a kind"),
    ],
)  # fmt: skip
def test_what_the_tables_cannot_express_is_left_out_and_named(made: Imported, says: str) -> None:
    assert refusal(made).startswith(f"Terraform: {says}: ")


def test_every_block_is_protected_and_has_the_provider_of_its_region() -> None:
    written = files.files(contents(bucket("here"), bucket("away", "us-east-1"), ROLE))
    assert set(written) == {"providers.tf", "eu-west-1-s3.tf", "us-east-1-s3.tf", "eu-west-1-iam.tf"}
    for path, text in written.items():
        parsed = hcl2.loads(text)
        for each in parsed.get("resource", ()):
            ((_, labelled),) = each.items()
            ((_, body),) = labelled.items()
            assert body["lifecycle"][0]["prevent_destroy"] is True
            assert body["provider"] == ("${aws.us_east_1}" if path.startswith("us") else "${aws.eu_west_1}")
    providers = hcl2.loads(written["providers.tf"])["provider"]
    assert [each['"aws"']["region"] for each in providers] == ['"eu-west-1"', '"us-east-1"']
    assert {each['"aws"']["allowed_account_ids"][0] for each in providers} == {f'"{ACCOUNT}"'}


def test_every_import_names_a_block_that_is_there_and_no_other_has_its_name() -> None:
    text = files.files(contents(bucket("a.b"), bucket("a-b"), bucket("1st")))["eu-west-1-s3.tf"]
    parsed = hcl2.loads(text)
    named = [each["to"].removeprefix("${").removesuffix("}") for each in parsed["import"]]
    there = [
        f"{kind}.{label}".replace('"', "") for each in parsed["resource"] for kind, by in each.items() for label in by
    ]
    assert named == there
    assert len(set(named)) == len(named) == 3


EVERYTHING = (
    FULL,
    TABLE,
    ROLE,
    group(),
    imported("AWS::SQS::Queue", {"QueueName": "q"}, {"QueueUrl": "https://sqs/1/q"},
             TemplateResource("AWS::SQS::QueueInlinePolicy", "q", {"Queue": "https://sqs/1/q", "PolicyDocument": {}},
                              {"Queue": "https://sqs/1/q"})),
    imported("AWS::SNS::Topic", {"TopicName": "t", "DataProtectionPolicy": {}}, {"TopicArn": "arn:t"},
             TemplateResource("AWS::SNS::TopicInlinePolicy", "t", {"TopicArn": "arn:t", "PolicyDocument": {}},
                              {"TopicArn": "arn:t"})),
    imported("AWS::Logs::LogGroup", {"LogGroupName": "/l", "FieldIndexPolicies": [{"Fields": ["a"]}],
                                     "DataProtectionPolicy": {}}, {"LogGroupName": "/l"}),
    imported("AWS::KMS::Key", {"Enabled": True}, {"KeyId": "k"},
             TemplateResource("AWS::KMS::Alias", "alias/a", {"AliasName": "alias/a", "TargetKeyId": "k"},
                              {"AliasName": "alias/a"})),
    imported("AWS::Lambda::Function", {"FunctionName": "f", "RecursiveLoop": "Allow"}, {"FunctionName": "f"}),
)  # fmt: skip


def test_pulumi_gets_the_same_resources_in_a_file_that_its_schema_accepts() -> None:
    for path, text in pulumi.files(contents(*EVERYTHING, bucket("a.b"), bucket("a-b"))).items():
        assert path == "eu-west-1/import.json"
        document = json.loads(text)
        jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
        urns = [(each["type"], each["name"]) for each in document["resources"]]
        assert len(urns) == len(set(urns))
        assert len(urns) == sum(len(resources.resources_of(each)) for each in (*EVERYTHING, bucket("x"), bucket("y")))


def test_the_schema_of_pulumi_refuses_what_pulumi_would_refuse() -> None:
    whole = {"type": "aws:s3/bucket:Bucket", "name": "a", "id": "a", "version": "7.51.1"}
    for broken in ({**whole, "type": "aws_s3_bucket"}, {**whole, "id": ""}, {**whole, "outputs": {}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"resources": [broken]}, SCHEMA)


UNEXPRESSED = {
    "AWS::S3::Bucket": {"AccessControl", "BucketNamePrefix", "BucketNamespace", "MetadataConfiguration",
                        "MetadataTableConfiguration"},
    "AWS::DynamoDB::Table": {"ImportSourceSpecification", "VectorIndexes", "WarmThroughput"},
    "AWS::SQS::Queue": set(),
    "AWS::SNS::Topic": {"MaximumMessageSize", "Subscription"},
    "AWS::Logs::LogGroup": {"ResourcePolicyDocument"},
    "AWS::KMS::Key": {"BypassPolicyLockoutSafetyCheck", "PendingWindowInDays"},
    "AWS::Lambda::Function": {"CapacityProviderConfig", "DurableConfig", "Environment", "FunctionScalingConfig",
                              "PublishToLatestPublished", "TenancyConfig"},
    "AWS::EC2::SecurityGroup": set(),
    "AWS::IAM::Role": set(),
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_these_properties_and_no_others_have_no_place_in_terraform(kind: str) -> None:
    table = resources._TABLES[kind]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    read_only = {each.rpartition("/")[2] for each in schema.get("readOnlyProperties", ()) if each.count("/") == 2}
    known = {*table.rules, *(piece.of for piece in table.pieces)}
    assert set(_settable(schema, read_only)) - known == UNEXPRESSED[kind]


def _settable(schema: Mapping[str, Any], read_only: set[str]) -> Iterator[str]:
    return (name for name in schema["properties"] if name not in read_only)
