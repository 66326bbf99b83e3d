"""Each function may write where its code writes, may not write elsewhere, and reads what others wrote."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from muster.migration.permissions import comparing_statements
from muster.storage import keys
from muster.tagging.services import tag_apis
from tests.infrastructure.reading import listed, managed, role_statements, text

Template = dict[str, Any]
SCAN = "20261121T060000Z-c22b102a"
DAY = "2026-11-21"
SHARD = "111122223333.eu-west-1.ec2"
ACCOUNT = "111122223333"
SETTLED = {
    keys.settling(SCAN, ACCOUNT, "done"),
    keys.state(ACCOUNT),
    keys.latest(ACCOUNT, 0),
    keys.table("findings", DAY, f"{SCAN}-{ACCOUNT}", 0),
    keys.outbox(SCAN, ACCOUNT, "x"),
    keys.flushed(keys.outbox(SCAN, ACCOUNT, "x")),
}
"""The objects that a function that settles an account reads and writes again."""
WRITES = {
    "PlanScanRole": {keys.plan(SCAN), keys.batches(SCAN), keys.batches(SCAN, "0a1b2c3d")},
    "ScanShardsRole": {
        keys.part(SCAN, SHARD, 0),
        keys.part(SCAN, SHARD, 0, "0a1b2c3d"),
        keys.progress(SCAN, SHARD),
        keys.progress(SCAN, SHARD, "0a1b2c3d"),
        keys.commit(SCAN, SHARD),
    },
    "SettleAccountRole": {
        keys.account(SCAN, ACCOUNT),
        keys.table("coverage", DAY, f"{SCAN}-{ACCOUNT}"),
        *SETTLED,
    },
    "SummarizeScanRole": {
        keys.summary(SCAN),
        keys.report(SCAN),
        keys.incomplete(SCAN),
        keys.sizes(),
        keys.table("tallies", DAY, SCAN),
    },
    "TagResourcesRole": {keys.tags(SCAN)},
    "ValidateMigrationRole": {
        keys.migration_report("wave-1", "2026-11-29T12-00-00Z"),
        keys.migration_state("wave-1"),
        keys.migration_file_state("0a1b2c3d"),
    },
    "SendAlertRole": {
        keys.alert(SCAN),
        keys.last_alert(),
        keys.held_alert("security", "0a1b2c3d"),
        keys.parked_alert("security", "0a1b2c3d", "topic"),
    },
    "RecordEventsRole": {keys.audit("a", 1), keys.audit_of_day(DAY, "x"), keys.set_aside("x")},
    "HandleChangeRole": {
        keys.state(ACCOUNT),
        keys.outbox(SCAN, ACCOUNT, "x"),
        keys.flushed(keys.outbox(SCAN, ACCOUNT, "x")),
    },
    "StateMachineRole": {
        keys.failure(SCAN, "b0000"),
        keys.failure(SCAN, f"settle-{ACCOUNT}"),
        "map-results/manifest.json",
    },
}
READS = {
    "PlanScanRole": {
        "config/muster.yaml",
        keys.sizes(),
        keys.plan(SCAN),
        keys.batches(SCAN),
        keys.incomplete(SCAN),
        keys.account(SCAN, "111122223333"),
        keys.commit(SCAN, SHARD),
    },
    "ScanShardsRole": {
        keys.plan(SCAN),
        keys.commit(SCAN, SHARD),
        keys.part(SCAN, SHARD, 0),
        keys.progress(SCAN, SHARD),
    },
    "SettleAccountRole": {
        keys.plan(SCAN),
        keys.progress(SCAN, SHARD),
        keys.commit(SCAN, SHARD),
        keys.part(SCAN, SHARD, 0),
        keys.account(SCAN, ACCOUNT),
        keys.failure(SCAN, "b0000"),
        *SETTLED,
    },
    "SummarizeScanRole": {
        keys.plan(SCAN),
        keys.summary(SCAN),
        keys.report(SCAN),
        keys.sizes(),
        keys.account(SCAN, ACCOUNT),
        keys.failure(SCAN, f"settle-{ACCOUNT}"),
    },
    "TagResourcesRole": {
        keys.plan(SCAN),
        keys.tags(SCAN),
        keys.table("findings", DAY, f"{SCAN}-{ACCOUNT}", 0),
    },
    "ValidateMigrationRole": {
        f"{keys.MIGRATION_FILES}wave-1.yaml",
        keys.migration_state("wave-1"),
        keys.migration_file_state("0a1b2c3d"),
    },
    "SendAlertRole": {
        keys.summary(SCAN),
        keys.report(SCAN),
        keys.incomplete(SCAN),
        keys.account(SCAN, ACCOUNT),
        keys.alert(SCAN),
        keys.last_alert(),
        keys.held_alert("security", "0a1b2c3d"),
        keys.parked_alert("security", "0a1b2c3d", "topic"),
        "config/muster.yaml",
    },
    "HandleChangeRole": {
        "config/muster.yaml",
        keys.state(ACCOUNT),
        keys.outbox(SCAN, ACCOUNT, "x"),
        keys.flushed(keys.outbox(SCAN, ACCOUNT, "x")),
    },
    "StateMachineRole": {keys.batches(SCAN), keys.batches(SCAN, "0a1b2c3d")},
    "CrawlerRole": {keys.table("coverage", DAY, SCAN)},
}
ELSEWHERE = {"config/muster.yaml", "athena-results/a.csv"}
ALL = set().union(*WRITES.values()) | ELSEWHERE


def patterns(template: Template, role: str, action: str) -> Iterator[str]:
    for owner, statement in role_statements(template):
        if owner == role and action in listed(statement["Action"]):
            yield from (text(resource) for resource in listed(statement["Resource"]))


def may(template: Template, role: str, action: str, key: str) -> bool:
    return any(fnmatchcase(f"${{ReportBucket.Arn}}/{key}", _literal(each)) for each in patterns(template, role, action))


def _literal(pattern: str) -> str:
    return pattern.replace("[", "[[]")


@pytest.mark.parametrize("role", WRITES)
def test_a_role_may_write_what_its_code_writes(role: str, template: Template) -> None:
    assert {key for key in WRITES[role] if not may(template, role, "s3:PutObject", key)} == set()


@pytest.mark.parametrize("role", [*WRITES, "CrawlerRole", "ScheduleRole"])
def test_a_role_may_write_nothing_else(role: str, template: Template) -> None:
    assert {key for key in ALL - WRITES.get(role, set()) if may(template, role, "s3:PutObject", key)} == set()


@pytest.mark.parametrize("role", READS)
def test_a_role_may_read_what_its_code_reads(role: str, template: Template) -> None:
    assert {key for key in READS[role] if not may(template, role, "s3:GetObject", key)} == set()


@pytest.mark.parametrize(
    "role",
    [
        "ScanShardsRole",
        "SettleAccountRole",
        "SummarizeScanRole",
        "TagResourcesRole",
        "ValidateMigrationRole",
        "RecordEventsRole",
        "StateMachineRole",
    ],
)
def test_nobody_but_the_planner_and_send_alert_reads_the_configuration(role: str, template: Template) -> None:
    """What a scan does is fixed in its plan; alerts between scans have none."""
    assert not may(template, role, "s3:GetObject", "config/muster.yaml")


def test_no_role_may_delete_an_object(template: Template) -> None:
    deleting = {
        (role, text(resource))
        for role, statement in role_statements(template)
        for resource in listed(statement["Resource"])
        if any("Delete" in action and action.startswith("s3:") for action in listed(statement["Action"]))
    }
    assert deleting == set()


@pytest.mark.parametrize(
    ("action", "roles", "resource"),
    [
        ("sns:Publish", {"SendAlertRole", "ValidateMigrationRole"}, "${AlertTopic}"),
        ("ec2:DescribeRegions", {"PlanScanRole"}, "*"),
    ],
)
def test_only_these_roles_may(action: str, roles: set[str], resource: str, template: Template) -> None:
    holders = {owner for owner, statement in role_statements(template) if action in listed(statement["Action"])}
    assert holders == roles
    for role in roles:
        assert resource in set(patterns(template, role, action))


def test_only_the_workflow_invokes_functions_but_send_alert(template: Template) -> None:
    """The reader of the stream hands alerts over; schedules send what quiet hours held back, and validate."""
    roles = {owner for owner, _ in role_statements(template)}
    invoked = {role: set(patterns(template, role, "lambda:InvokeFunction")) for role in roles}
    assert "${PlanScanFunction.Arn}" in invoked.pop("StateMachineRole")
    others = {role: functions for role, functions in invoked.items() if functions}
    assert others == {
        "RecordEventsRole": {"${SendAlertFunction.Arn}"},
        "ScheduleRole": {"${SendAlertFunction.Arn}", "${ValidateMigrationFunction.Arn}"},
    }


def test_the_role_for_migrations_reads_by_the_forms_and_enters_an_account_only_by_a_parameter(
    template: Template,
) -> None:
    granted = [statement for owner, statement in role_statements(template) if owner == "ValidateMigrationRole"]
    reading = [each for each in granted if str(each.get("Sid")).startswith("MusterReads")]
    assert [{**each, "Resource": text(each["Resource"])} for each in reading] == comparing_statements(
        "${AWS::Partition}"
    )
    (document,) = (
        each["PolicyDocument"] for each in template["Resources"]["ValidateMigrationRole"]["Properties"]["Policies"]
    )
    (conditional,) = (each["Fn::If"] for each in document["Statement"] if "Fn::If" in each)
    condition, statement, otherwise = conditional
    assert (condition, statement["Action"], otherwise) == (
        "HasMigrationRole",
        "sts:AssumeRole",
        {"Ref": "AWS::NoValue"},
    )
    assert template["Parameters"]["MigrationRoleName"]["Default"] == ""


def test_the_schedule_of_migrations_and_its_alarms_are_off_by_default(template: Template) -> None:
    conditional = {
        name for name, each in template["Resources"].items() if each.get("Condition") == "HasMigrationSchedule"
    }
    assert conditional == {"MigrationsSchedule", "MigrationParityAlarm", "MigrationDeadLetterAlarm"}
    assert template["Parameters"]["MigrationSchedule"]["Default"] == ""


def test_only_the_role_for_tagging_writes_tags_and_only_where_it_is_enabled(template: Template) -> None:
    writes = {action for api in tag_apis().values() for action, _ in api.actions[1:3]}
    holders = {owner for owner, statement in role_statements(template) if writes & set(listed(statement["Action"]))}
    assert holders == {"TagResourcesRole"}
    (conditional,) = (
        each["Fn::If"]
        for each in template["Resources"]["TagResourcesRole"]["Properties"]["Policies"]
        if "Fn::If" in each
    )
    condition, policy, otherwise = conditional
    assert (condition, otherwise) == ("HasComplianceTags", {"Ref": "AWS::NoValue"})
    assert template["Conditions"][condition] == {"Fn::Equals": [{"Ref": "ComplianceTags"}, "ENABLED"]}
    assert template["Parameters"]["ComplianceTags"]["Default"] == "DISABLED"
    granted = {action for each in policy["PolicyDocument"]["Statement"] for action in each["Action"]}
    assert granted == {action for api in tag_apis().values() for action, _ in api.actions}


def test_the_role_for_tagging_writes_one_key_alone(template: Template) -> None:
    writing = [
        statement
        for owner, statement in role_statements(template)
        if owner == "TagResourcesRole" and str(statement.get("Sid")).startswith("MusterWritesTags")
    ]
    assert writing
    for statement in writing:
        (keys_,) = statement["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"]
        assert text(keys_) == "${ComplianceTagKey}"
        assert "*" not in [text(each) for each in listed(statement["Resource"])]


def test_webhooks_stand_below_muster_only(template: Template) -> None:
    own = "${AWS::Region}:${AWS::AccountId}"
    (parameter,) = patterns(template, "SendAlertRole", "ssm:GetParameter")
    (secret,) = patterns(template, "SendAlertRole", "secretsmanager:GetSecretValue")
    assert parameter == f"arn:${{AWS::Partition}}:ssm:{own}:parameter/muster/*"
    assert secret == f"arn:${{AWS::Partition}}:secretsmanager:{own}:secret:muster/*"


def test_the_queue_is_filled_by_the_scanner_and_its_dead_letters_by_the_schedule(template: Template) -> None:
    assert list(patterns(template, "ScanShardsRole", "sqs:SendMessage")) == ["${ShardResultQueue.Arn}"]
    assert list(patterns(template, "ScheduleRole", "sqs:SendMessage")) == ["${ScheduleDeadLetterQueue.Arn}"]
    assert list(patterns(template, "RecordEventsRole", "sqs:SendMessage")) == ["${RecordDeadLetterQueue.Arn}"]


def test_those_who_settle_write_events(template: Template) -> None:
    action = "dynamodb:BatchWriteItem"
    holders = {owner for owner, statement in role_statements(template) if action in listed(statement["Action"])}
    assert holders == {"SettleAccountRole", "HandleChangeRole"}
    for role in holders:
        assert set(patterns(template, role, action)) == {"${EventTable.Arn}"}


def test_who_handles_changes_may_use_its_queues_and_read_what_the_scanner_reads(template: Template) -> None:
    assert set(patterns(template, "HandleChangeRole", "sqs:SendMessage")) == {"${ChangeDeadLetterQueue.Arn}"}
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"):
        assert set(patterns(template, "HandleChangeRole", f"sqs:{action}")) - {"arn:${AWS::Partition}:sqs:*:*:*"} == {
            "${ChangeQueue.Arn}"
        }
    scanner, handler = (template["Resources"][each]["Properties"] for each in ("ScanShardsRole", "HandleChangeRole"))
    assert managed(template, scanner) == managed(template, handler) != []


def test_whoever_reads_or_writes_the_bucket_may_use_its_key(template: Template) -> None:
    for role in {*WRITES, *READS}:
        actions = {
            action
            for owner, statement in role_statements(template)
            if owner == role and [text(each) for each in listed(statement["Resource"])] == ["${Key.Arn}"]
            for action in listed(statement["Action"])
        }
        assert actions == {"kms:Decrypt"} | ({"kms:GenerateDataKey"} if role in WRITES else set()), role
