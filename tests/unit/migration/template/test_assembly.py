"""The whole template: clean, named, tagged, deletable, and complete or said not to be."""

import json
from typing import Any

import pytest

from muster.errors import ConfigurationError
from muster.migration.file import TableItem
from muster.migration.relatives import BUCKET, FUNCTION, LOG_GROUP, TABLE
from tests.unit.migration.sides_of import UNREAD, source_of
from tests.unit.migration.template.plans import (
    ALL,
    DATA,
    FILE,
    GROUP,
    ORDERS,
    WORKER,
    bucket_source,
    faults,
    group_source,
    made,
    names,
    one,
    properties,
    table_source,
)

TAKES_NO_TAGS = {"AWS::KMS::Alias", "AWS::S3::BucketPolicy", "AWS::ApplicationAutoScaling::ScalingPolicy"}


def test_cfn_lint_has_nothing_to_say() -> None:
    assert faults(made(*ALL)) == []
    assert faults(made(*ALL, across=True)) == []


def test_there_is_a_resource_for_everything_a_target_needs() -> None:
    types = {each["Type"] for each in made(*ALL).body["Resources"].values()}
    assert types == {
        BUCKET, TABLE, LOG_GROUP, "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::IAM::Role", "AWS::SNS::Topic",
        "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard",
    }  # fmt: skip


def test_every_name_has_the_suffix() -> None:
    found = [*names(made(*ALL))]
    assert len(found) > 8
    assert [name for name in found if "eu" not in name.replace("eu-west-1", "")] == []


def test_everything_that_takes_tags_has_the_three() -> None:
    wanted = [{"Key": key, "Value": value} for key, value in FILE.tags.items()]
    for each in made(*ALL).body["Resources"].values():
        tags = each["Properties"].get("Tags")
        if each["Type"] not in TAKES_NO_TAGS:
            assert [tag for tag in wanted if tag not in tags] == [], each["Type"]


def test_the_stack_can_be_deleted_with_all_that_it_made() -> None:
    template = made(*ALL)
    assert "Retain" not in json.dumps(template.body)
    assert any("must be emptied" in remark for remark in template.remarks)


def test_tables_are_protected_by_a_parameter_only_where_their_source_is() -> None:
    plain = made((ORDERS, table_source()))
    assert "Parameters" not in plain.body
    assert one(plain, TABLE)["DeletionProtectionEnabled"] is False
    protected = made((ORDERS, table_source(DeletionProtectionEnabled=True)))
    assert protected.body["Parameters"]["DeletionProtection"]["Default"] == "true"
    assert one(protected, TABLE)["DeletionProtectionEnabled"] == {"Fn::If": ["TablesProtected", True, False]}
    assert faults(protected) == []


def test_a_complete_source_leaves_no_gap() -> None:
    assert made(*ALL).gaps == ()


@pytest.mark.parametrize(
    ("item", "resource_type"), [(DATA, BUCKET), (ORDERS, TABLE), (WORKER, FUNCTION), (GROUP, LOG_GROUP)]
)
def test_a_source_that_does_not_exist_is_a_gap_and_makes_no_target(item: Any, resource_type: str) -> None:
    template = made((item, source_of(resource_type, item.name)))
    assert [gap for gap in template.gaps if item.name in gap]
    assert properties(template, resource_type) == []
    assert faults(template) == []


def test_what_was_not_read_of_a_bucket_is_a_gap_and_the_rest_is_made() -> None:
    template = made((DATA, bucket_source(cors=UNREAD)))
    assert [gap for gap in template.gaps if "cors" in gap] == list(template.gaps)
    assert one(template, BUCKET)["BucketName"] == "data-eu"


def test_a_table_or_log_group_that_was_not_read_is_a_gap() -> None:
    unread = (
        (ORDERS, source_of(TABLE, "orders", {"table": UNREAD})),
        (GROUP, source_of(LOG_GROUP, GROUP.name, {"log-group": UNREAD})),
    )
    template = made(*unread)
    assert len(template.gaps) == 2
    assert not properties(template, TABLE) + properties(template, LOG_GROUP)


def test_more_resources_than_a_stack_takes_are_refused_with_what_to_do() -> None:
    many = [(TableItem(f"t{number}", f"t{number}-eu"), table_source(f"t{number}")) for number in range(120)]
    with pytest.raises(ConfigurationError, match="split the migration file"):
        made(*many)


def policy_source(policy: dict[str, Any]) -> Any:
    return group_source(sections={"data-protection": {"policyDocument": json.dumps(policy)}})


def test_the_log_group_has_the_retention_class_and_key_that_it_should() -> None:
    template = made((GROUP, group_source(logGroupClass="INFREQUENT_ACCESS", kmsKeyId="arn:aws:kms:us-east-1:1:key/k")))
    group = one(template, LOG_GROUP)
    assert (group["RetentionInDays"], group["LogGroupClass"]) == (30, "INFREQUENT_ACCESS")
    assert group["KmsKeyId"] == {"Fn::GetAtt": ["MigrationKey", "Arn"]}
    hidden = made((GROUP, policy_source({"Statement": [{"Operation": {"Audit": {"FindingsDestination": {}}}}]})))
    assert "DataProtectionPolicy" in one(hidden, LOG_GROUP)
    sent = made((GROUP, policy_source({"Statement": [{"FindingsDestination": {"S3": {"Bucket": "b"}}}]})))
    assert "DataProtectionPolicy" not in one(sent, LOG_GROUP)
    assert any("sends findings" in remark for remark in sent.remarks)
    forever = made((GROUP, group_source(retentionInDays=None)))
    assert one(forever, LOG_GROUP)["RetentionInDays"] == 90
    assert any("never expire" in remark for remark in forever.remarks)
