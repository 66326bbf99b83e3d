"""The replication role, the rules of the source, and the commands that people run."""

import json
import shlex
from typing import Any

import pytest

from muster.migration.file import BucketItem
from muster.migration.template.assembly import TargetTemplate
from muster.migration.template.buckets.replication import replication_configuration
from muster.migration.template.rendering import as_json, as_yaml, script
from tests.unit.migration.sides_of import ACCOUNT_ID, UNREAD
from tests.unit.migration.template.plans import (
    ALL,
    DATA,
    SOURCE_KEY,
    WORKER,
    bucket_source,
    function_source,
    made,
    one,
    plan_of,
    properties,
)

ROLE = "wave-1-replication-eu-west-1-eu"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/{ROLE}"
OTHER = {
    "ID": "backup", "Priority": 4, "Status": "Enabled", "Filter": {"Prefix": "x/"},
    "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": "arn:aws:s3:::backup"},
}  # fmt: skip
FIRST_VERSION = {"ID": "old", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::archive"}}
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/service/copy"


def allowed(template: TargetTemplate) -> dict[str, dict[str, Any]]:
    (policy,) = one(template, "AWS::IAM::Role")["Policies"]
    return {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}


def rules(*given: dict[str, Any], across: bool = False) -> dict[str, Any]:
    replication = {"ReplicationConfiguration": {"Role": OTHER_ROLE, "Rules": list(given)}} if given else None
    source = bucket_source(replication=replication)
    return replication_configuration(plan_of((DATA, source), across=across), DATA, source)


def command(template: TargetTemplate, operation: str) -> list[str]:
    (found,) = [words for each in template.steps if operation in (words := shlex.split(each.command))]
    return found


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def test_s3_alone_may_assume_the_role() -> None:
    (statement,) = one(made((DATA, bucket_source())), "AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole",
    }  # fmt: skip


def test_the_role_has_all_permissions_on_both_sides() -> None:
    statements = allowed(made((DATA, bucket_source())))
    assert statements["ReadTheRules"]["Resource"] == ["arn:aws:s3:::data"]
    assert statements["ReadTheObjects"]["Action"] == [
        "s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention", "s3:GetObjectLegalHold",
    ]  # fmt: skip
    assert statements["ReadTheObjects"]["Resource"] == ["arn:aws:s3:::data/*"]
    assert {"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"} <= {
        *statements["WriteTheReplicas"]["Action"]
    }
    assert statements["WriteTheReplicas"]["Resource"] == ["arn:aws:s3:::data-eu/*"]


def test_the_role_uses_both_keys_by_way_of_s3_for_objects_and_with_bucket_keys() -> None:
    statements = allowed(made((DATA, bucket_source())))
    source, target = statements["DecryptAtTheSource"], statements["EncryptAtTheTarget"]
    assert (source["Action"], source["Resource"]) == (["kms:Decrypt"], [SOURCE_KEY])
    assert source["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    assert target["Resource"] == {"Fn::GetAtt": ["MigrationKey", "Arn"]}
    assert {"kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"} == {*target["Action"]}
    assert target["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
        "ArnLike": {"kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::data-eu", "arn:aws:s3:::data-eu/*"]},
    }


def test_object_lock_needs_legal_holds_to_be_written() -> None:
    locked = bucket_source(object_lock={"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}})
    assert "s3:PutObjectLegalHold" in allowed(made((DATA, locked)))["WriteTheReplicas"]["Action"]
    assert "s3:PutObjectLegalHold" not in allowed(made((DATA, bucket_source())))["WriteTheReplicas"]["Action"]


def test_the_first_rule_copies_everything_with_the_target_s_key_and_metrics() -> None:
    assert rules() == {
        "Role": ROLE_ARN,
        "Rules": [
            {
                "ID": "wave-1-eu", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""},
                "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                "DeleteMarkerReplication": {"Status": "Enabled"},
                "Destination": {
                    "Bucket": "arn:aws:s3:::data-eu",
                    "EncryptionConfiguration": {
                        "ReplicaKmsKeyID": f"arn:aws:kms:eu-west-1:{ACCOUNT_ID}:alias/wave-1-migration-eu"
                    },
                    "Metrics": {"Status": "Enabled"},
                },
            }
        ],
    }  # fmt: skip


def test_other_rules_of_the_source_are_kept_with_their_role() -> None:
    made_of = rules(OTHER)
    assert made_of["Role"] == OTHER_ROLE
    assert made_of["Rules"][0] == OTHER
    assert made_of["Rules"][1]["Priority"] == 5


def test_rules_of_the_first_version_become_ones_of_the_second() -> None:
    old, ours = rules(FIRST_VERSION)["Rules"]
    assert (old["Filter"], old["DeleteMarkerReplication"]) == ({"Prefix": ""}, {"Status": "Enabled"})
    assert "Prefix" not in old
    assert old["Priority"] != ours["Priority"]


def test_a_rule_that_copies_to_the_target_already_is_replaced_and_keeps_its_id() -> None:
    existing = {**OTHER, "ID": "mine", "Destination": {"Bucket": "arn:aws:s3:::data-eu"}}
    made_of = rules(existing)
    assert (made_of["Role"], [rule["ID"] for rule in made_of["Rules"]]) == (ROLE_ARN, ["mine"])
    source = bucket_source(replication={"ReplicationConfiguration": {"Role": ROLE_ARN, "Rules": [existing]}})
    (latency,) = properties(made((DATA, source)), "AWS::CloudWatch::Alarm")
    assert {"Name": "RuleId", "Value": "mine"} in latency["Dimensions"]


def test_replicas_of_another_account_belong_to_it() -> None:
    destination = rules(across=True)["Rules"][0]["Destination"]
    assert destination["AccessControlTranslation"] == {"Owner": "Destination"}
    assert destination["Account"] == "111122223333"


def test_the_command_sets_the_rules_in_the_source_region() -> None:
    words = command(made((DATA, bucket_source())), "put-bucket-replication")
    assert words[:2] == ["aws", "s3api"]
    assert (option(words, "--bucket"), option(words, "--region")) == ("data", "us-east-1")
    assert json.loads(option(words, "--replication-configuration")) == rules()


def test_failures_are_alarmed_in_the_source_region_by_all_three_dimensions() -> None:
    words = command(made((DATA, bucket_source())), "put-metric-alarm")
    assert (option(words, "--metric-name"), option(words, "--region")) == ("OperationsFailedReplication", "us-east-1")
    for dimension in (
        "Name=SourceBucket,Value=data",
        "Name=DestinationBucket,Value=data-eu",
        "Name=RuleId,Value=wave-1-eu",
    ):
        assert dimension in words
    assert option(words, "--alarm-actions") == f"arn:aws:sns:us-east-1:{ACCOUNT_ID}:wave-1-migration-eu"


def test_an_unversioned_source_is_versioned_first() -> None:
    template = made((DATA, bucket_source(versioning={})))
    operations = [shlex.split(each.command)[2] for each in template.steps]
    assert operations.index("put-bucket-versioning") < operations.index("put-bucket-replication")


def test_a_role_that_the_source_has_already_is_given_the_permissions() -> None:
    replication = {"ReplicationConfiguration": {"Role": OTHER_ROLE, "Rules": [OTHER]}}
    words = command(made((DATA, bucket_source(replication=replication))), "put-role-policy")
    assert option(words, "--role-name") == "copy"
    assert "s3:ReplicateObject" in option(words, "--policy-document")


def test_the_role_is_made_by_a_command_where_the_target_is_in_another_account() -> None:
    template = made((DATA, bucket_source()), across=True)
    assert properties(template, "AWS::IAM::Role") == []
    assert option(command(template, "create-role"), "--role-name") == ROLE
    document = json.loads(option(command(template, "put-role-policy"), "--policy-document"))
    keys = [each["Resource"] for each in document["Statement"] if each["Sid"] == "EncryptAtTheTarget"]
    assert keys == ["arn:aws:kms:eu-west-1:111122223333:key/*"]
    (key,) = properties(template, "AWS::KMS::Key")
    assert "ReplicationFromTheSource" in {each["Sid"] for each in key["KeyPolicy"]["Statement"]}


def test_another_account_admits_the_role_that_the_source_has_already() -> None:
    replication = {"ReplicationConfiguration": {"Role": OTHER_ROLE, "Rules": [OTHER]}}
    locked = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    template = made((DATA, bucket_source(replication=replication, object_lock=locked)), across=True)
    (policy,) = properties(template, "AWS::S3::BucketPolicy")
    _, objects = policy["PolicyDocument"]["Statement"]
    assert objects["Condition"] == {"ArnEquals": {"aws:PrincipalArn": OTHER_ROLE}}
    assert "s3:PutObjectLegalHold" in objects["Action"]
    (key,) = properties(template, "AWS::KMS::Key")
    (admitted,) = [each for each in key["KeyPolicy"]["Statement"] if each["Sid"] == "ReplicationFromTheSource"]
    assert admitted["Condition"]["ArnEquals"] == {"aws:PrincipalArn": [OTHER_ROLE]}


def test_rules_that_were_not_read_are_a_gap_and_no_command_replaces_them() -> None:
    template = made((DATA, bucket_source(replication=UNREAD)))
    assert [gap for gap in template.gaps if "no replication rule" in gap]
    assert "put-bucket-replication" not in script(template)


def test_values_of_the_environment_are_printed_nowhere() -> None:
    template = made((WORKER, function_source(Environment={"Variables": {"TOKEN": "s3cr3t-value"}})))
    assert "s3cr3t-value" not in script(template)
    assert "TOKEN" not in script(template)
    assert "--query Environment" in script(template)


def test_names_of_what_is_migrated_are_replaced_in_the_environment() -> None:
    variables = {"TABLE": "orders", "BUCKET": "data", "SECRET": "s3cr3t-value"}
    sources = (*ALL[:2], (WORKER, function_source(Environment={"Variables": variables})))
    (command,) = [each.command for each in made(*sources).steps if "create-function" in each.command]
    assert """-e 's#"orders"#"orders-eu"#g'""" in command
    assert """-e 's#"data"#"data-eu"#g'""" in command
    assert "s3cr3t-value" not in command


def test_a_function_is_copied_with_its_settings_and_concurrency() -> None:
    queue = {"TargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT_ID}:failed"}
    template = made((WORKER, function_source(DeadLetterConfig=queue)))
    words = command(template, "create-function")
    assert (option(words, "--function-name"), option(words, "--region")) == ("worker-eu", "eu-west-1")
    assert (option(words, "--memory-size"), option(words, "--timeout")) == ("512", "30")
    assert option(words, "--dead-letter-config") == f"TargetArn=arn:aws:sqs:eu-west-1:{ACCOUNT_ID}:failed"
    assert option(command(template, "put-function-concurrency"), "--reserved-concurrent-executions") == "5"
    assert any("code" in remark for remark in template.remarks)


def test_a_function_of_an_image_is_not_made_of_a_package() -> None:
    template = made((WORKER, function_source(PackageType="Image", Runtime=None, Handler=None)))
    assert "create-function" not in script(template)


@pytest.mark.parametrize("name", ["a", "it's"])
def test_commands_are_one_line_each_and_quoted_for_a_shell(name: str) -> None:
    item = BucketItem(name, "data-eu")
    template = made((item, bucket_source(name)))
    assert option(command(template, "put-bucket-replication"), "--bucket") == name
    assert not [each for each in template.steps if "\n" in each.command]


def test_yaml_has_the_commands_and_remarks_as_comments_before_the_template() -> None:
    template, plan = made(*ALL), plan_of(*ALL)
    text = as_yaml(template, plan)
    comments, _, body = text.partition("AWSTemplateFormatVersion")
    assert all(line.startswith("#") for line in comments.splitlines())
    assert "#" not in [line[:1] for line in body.splitlines()]
    assert "put-bucket-replication" in comments
    assert f"--stack-name {plan.stack_name}" in comments
    assert "&id" not in body


def test_json_has_them_as_metadata() -> None:
    body = json.loads(as_json(made(*ALL), plan_of(*ALL)))
    notes = body["Metadata"]["Migration"]
    assert any("put-bucket-replication" in each["Command"] for each in notes["Commands"])
    assert notes["Missing"] == []
    assert notes["NotCarriedOver"]
