"""Target buckets: the rules of a target, and what is carried over from the source."""

import json
from typing import Any

import pytest

from muster.migration.file import BucketItem
from muster.migration.relatives import BUCKET
from muster.migration.template.buckets.lifecycle import target_lifecycle
from muster.migration.template.moving import Mover
from tests.unit.migration.sides_of import ACCOUNT_ID, OTHER_ACCOUNT
from tests.unit.migration.template.plans import (
    DATA,
    GROUP,
    ORDERS,
    WORKER,
    bucket_source,
    faults,
    function_source,
    group_source,
    made,
    one,
    plan_of,
    properties,
    table_source,
)

KEY = {"Fn::GetAtt": ["MigrationKey", "Arn"]}
OWN_RULE = {
    "Id": "expire-after-90-days", "Status": "Enabled", "ExpirationInDays": 90,
    "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}  # fmt: skip


def target(**answers: Any) -> dict[str, Any]:
    return one(made((DATA, bucket_source(**answers))), BUCKET)


def remarks(**answers: Any) -> str:
    return "\n".join(made((DATA, bucket_source(**answers))).remarks)


def test_a_target_is_versioned_encrypted_blocked_and_expires() -> None:
    bucket = target()
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert encryption == {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}, "BucketKeyEnabled": True,
    }  # fmt: skip
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["LifecycleConfiguration"]["Rules"] == [OWN_RULE]


def test_two_layers_of_encryption_and_blocked_types_are_the_source_s() -> None:
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": "k"}}
    rule = {**default, "BucketKeyEnabled": False, "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    bucket = target(encryption={"ServerSideEncryptionConfiguration": {"Rules": [rule]}})
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"] == [
        {
            "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": KEY},
            "BucketKeyEnabled": False,
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        }
    ]


AFTER_30 = {"TransitionInDays": 30}


def lifecycle(*rules: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    said: list[str] = []
    given = {"Rules": [{"Id": "r", "Status": "Enabled", **rule} for rule in rules]}
    rules = target_lifecycle(given, 90, said.append)["Rules"]
    return rules[: next(place for place, rule in enumerate(rules) if rule["Id"] == OWN_RULE["Id"])], said


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"ExpirationInDays": 30}, []),
        ({"ExpirationDate": "2030-01-01T00:00:00Z"}, []),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 5}}, []),
        ({"ExpirationInDays": 30, "Prefix": "tmp/"}, [{"ExpirationInDays": 30, "Prefix": "tmp/"}]),
        ({"ExpiredObjectDeleteMarker": True}, [{"ExpiredObjectDeleteMarker": True}]),
        ({"Transitions": [AFTER_30], "ExpirationInDays": 365}, [{"Transitions": [AFTER_30]}]),
        ({"Transitions": [AFTER_30, {"TransitionInDays": 90}]}, [{"Transitions": [AFTER_30]}]),
        ({"Transitions": [{"TransitionInDays": 120}]}, []),
        ({"Status": "Disabled", "ExpirationInDays": 1}, [{"Status": "Disabled", "ExpirationInDays": 1}]),
    ],
)  # fmt: skip
def test_rules_for_all_objects_give_way_and_narrower_ones_stay(
    rule: dict[str, Any], left: list[dict[str, Any]]
) -> None:
    kept, said = lifecycle(rule)
    assert kept == [{"Id": "r", "Status": "Enabled", **each} for each in left]
    assert bool([text for text in said if text.startswith("lifecycle rule")]) is (
        kept != [{"Id": "r", "Status": "Enabled", **rule}]
    )


@pytest.mark.parametrize(
    ("rule", "added"),
    [
        ({"Prefix": "tmp/", "ExpirationInDays": 1}, True),
        ({"Prefix": "tmp/", "Transitions": [AFTER_30]}, False),
        ({"Prefix": "tmp/", "ExpirationInDays": 1, "TagFilters": [{"Key": "a", "Value": "b"}]}, False),
        ({"Prefix": "tmp/", "ExpirationInDays": 1, "ObjectSizeGreaterThan": "5"}, False),
        ({"Transitions": [AFTER_30]}, False),
        ({"Status": "Disabled", "ExpirationInDays": 5}, True),
    ],
)
def test_prefixes_that_overlap_for_one_action_are_sent_as_filters(rule: dict[str, Any], added: bool) -> None:
    given = {"Rules": [{"Id": "r", "Status": "Enabled", **rule}]}
    rules = target_lifecycle(given, 90, lambda _text: None)["Rules"]
    assert [each["Status"] for each in rules if each["Id"] == "allow-overlaps"] == ["Disabled"] * added


def test_the_rule_of_the_target_has_an_id_of_its_own() -> None:
    given = {"Rules": [{"Id": "expire-after-90-days", "Status": "Enabled", "Prefix": "x", "Transitions": [AFTER_30]}]}
    rules = target_lifecycle(given, 90, lambda _said: None)["Rules"]
    assert [rule["Id"] for rule in rules] == ["expire-after-90-days", "expire-after-90-days-2"]


def test_logs_go_to_a_bucket_that_is_migrated_too_and_are_dropped_otherwise() -> None:
    logging = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "data/"}}
    assert "LoggingConfiguration" not in target(logging=logging)
    assert "access logs are not carried over" in remarks(logging=logging)
    delivery = {"Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*",
                "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::data"}}}  # fmt: skip
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [delivery]})}
    logs = BucketItem("logs", "logs-eu"), bucket_source("logs", policy=policy)
    both = made((DATA, bucket_source(logging=logging)), logs)
    (logged,) = [each for each in both.body["Resources"].values() if "LoggingConfiguration" in each["Properties"]]
    (made_policy,) = [key for key, each in both.body["Resources"].items() if each["Type"] == "AWS::S3::BucketPolicy"]
    assert logged["Properties"]["LoggingConfiguration"]["DestinationBucketName"]["Ref"] in both.body["Resources"]
    assert logged["DependsOn"] == [made_policy]
    (statement,) = one(both, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::data-eu"}}
    assert faults(both) == []


def test_buckets_that_log_to_each_other_or_to_themselves_are_not_logged() -> None:
    to_logs = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": ""}}
    to_data = {"LoggingEnabled": {"TargetBucket": "data", "TargetPrefix": ""}}
    both = made(
        (DATA, bucket_source(logging=to_logs)), (BucketItem("logs", "logs-eu"), bucket_source("logs", logging=to_data))
    )
    itself = made((DATA, bucket_source(logging=to_data)))
    for template in (both, itself):
        assert not [each for each in properties(template, BUCKET) if "LoggingConfiguration" in each]
        assert any("has access logs of its own" in remark for remark in template.remarks)


def test_notifications_are_dropped_with_a_remark_but_for_event_bridge() -> None:
    queue = {"QueueArn": "arn:aws:sqs:us-east-1:123456789012:q", "Events": ["s3:ObjectCreated:*"]}
    said = {"QueueConfigurations": [queue], "EventBridgeConfiguration": {}}
    assert target(notification=said)["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    assert "notifications are not carried over" in remarks(notification=said)


def test_what_has_no_property_is_a_remark() -> None:
    assert "request-payment.Payer is not carried over" in remarks(request_payment={"Payer": "Requester"})


def test_tags_of_the_source_stay_and_those_of_the_migration_win() -> None:
    tags = [{"Key": "team", "Value": "data"}, {"Key": "Environment", "Value": "old"}, {"Key": "aws:x", "Value": "y"}]
    assert target(tags={"TagSet": tags})["Tags"] == [
        {"Key": "team", "Value": "data"}, {"Key": "Environment", "Value": "prod"},
        {"Key": "MigrationBatch", "Value": "wave-1"}, {"Key": "SourceRegion", "Value": "us-east-1"},
    ]  # fmt: skip


def policy(*statements: dict[str, Any], across: bool = False) -> tuple[Any, str]:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    template = made((DATA, bucket_source(policy={"Policy": text})), across=across)
    found = properties(template, "AWS::S3::BucketPolicy")
    return (found[0]["PolicyDocument"]["Statement"] if found else None), "\n".join(template.remarks)


TLS = {
    "Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
    "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip


def test_the_policy_names_the_target_bucket() -> None:
    statements, said = policy(TLS)
    assert statements == [{**TLS, "Resource": ["arn:aws:s3:::data-eu", "arn:aws:s3:::data-eu/*"]}]
    assert "policy" not in said


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({**TLS, "Effect": "Allow", "Condition": {}}, "everyone"),
        ({**TLS, "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}}, "VPC"),
        ({**TLS, "Condition": {"StringNotEquals": {
            "s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:us-east-1:123456789012:key/k"}}}, "KMS key"),
        ({**TLS, "Principal": {"AWS": "AIDAJQABLZS4A3QDU576Q"}}, "deleted"),
    ],
    ids=("public", "endpoint", "key", "deleted"),
)  # fmt: skip
def test_statements_that_the_target_could_not_live_with_are_left_out(statement: dict[str, Any], reason: str) -> None:
    statements, said = policy(TLS, statement)
    assert len(statements) == 1
    assert reason in said
    assert policy(statement)[0] is None


def test_a_target_of_another_account_admits_the_replication_role() -> None:
    statements, _ = policy(TLS, across=True)
    _, bucket, objects = statements
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/wave-1-replication-eu-west-1-eu"
    for each in (bucket, objects):
        assert each["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
        assert each["Condition"] == {"ArnEquals": {"aws:PrincipalArn": role}}
    assert bucket["Action"] == ["s3:List*", "s3:GetBucketVersioning", "s3:PutBucketVersioning"]
    assert {"s3:ReplicateObject", "s3:ReplicateDelete"} <= set(objects["Action"])
    assert objects["Resource"] == "arn:aws:s3:::data-eu/*"


def test_a_bucket_that_is_not_replicated_has_no_role_and_no_admission() -> None:
    template = made((BucketItem("data", "data-eu", replicated=False), bucket_source()), across=True)
    assert properties(template, "AWS::S3::BucketPolicy") == properties(template, "AWS::IAM::Role") == []
    assert template.steps == ()


def test_a_target_with_dots_is_not_accelerated() -> None:
    dotted = made((BucketItem("data", "data.eu"), bucket_source(accelerate={"Status": "Enabled"})))
    assert "AccelerateConfiguration" not in one(dotted, BUCKET)
    assert target(accelerate={"Status": "Enabled"})["AccelerateConfiguration"] == {"AccelerationStatus": "Enabled"}


def test_object_lock_is_carried_over_and_said_to_hold_the_bucket() -> None:
    said = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    assert target(object_lock=said)["ObjectLockEnabled"] is True
    assert "Object Lock" in remarks(object_lock=said)
    assert faults(made((DATA, bucket_source(object_lock=said)))) == []


DB, LA, LOGS = "arn:aws:dynamodb:", "arn:aws:lambda:", "arn:aws:logs:"
GROUPS = f"{ACCOUNT_ID}:log-group"


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("us-east-1", "eu-west-1"),
        ("https://sqs.us-east-1.amazonaws.com/", "https://sqs.eu-west-1.amazonaws.com/"),
        ("us-east-10", "us-east-10"),
        ("my-us-east-1", "my-eu-west-1"),
        ("busy-bus-east-1", "busy-bus-east-1"),
        ("us-east-1a", "eu-west-1a"),
        ("arn:aws:s3:::data/x/*", "arn:aws:s3:::data-eu/x/*"),
        ("arn:aws:s3:::data-lake", "arn:aws:s3:::data-lake"),
        (f"{DB}us-east-1:{ACCOUNT_ID}:table/orders/index/*", f"{DB}eu-west-1:{ACCOUNT_ID}:table/orders-eu/index/*"),
        (f"{LA}us-east-1:{ACCOUNT_ID}:function:worker:1", f"{LA}eu-west-1:{ACCOUNT_ID}:function:worker-eu:1"),
        (f"{LOGS}us-east-1:{GROUPS}:/app/worker:*", f"{LOGS}eu-west-1:{GROUPS}:/app/worker-eu:*"),
        (f"arn:aws:iam::{ACCOUNT_ID}:role/x", f"arn:aws:iam::{ACCOUNT_ID}:role/x"),
    ],
)  # fmt: skip
def test_texts_name_the_target_region_and_the_targets(text: str, moved: str) -> None:
    sources = (DATA, bucket_source()), (ORDERS, table_source()), (WORKER, function_source()), (GROUP, group_source())
    assert Mover(plan_of(*sources)).text(text) == moved


def test_arns_of_another_account_s_target_have_its_account() -> None:
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT_ID}:q"
    assert (
        Mover(plan_of((DATA, bucket_source()), across=True)).text(queue) == f"arn:aws:sqs:eu-west-1:{OTHER_ACCOUNT}:q"
    )
