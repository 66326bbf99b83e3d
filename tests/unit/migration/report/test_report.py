"""The report of a migration: facts of both sides, differences, and the steps that follow from the findings."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.migration.file import BucketItem, Factors, FunctionItem, Item, LogGroupItem, TableItem
from muster.migration.judging import judge
from muster.migration.reading import Compared
from muster.migration.relatives import BUCKET, FUNCTION, KEY, LOG_GROUP, ROLE, TABLE
from muster.migration.report.differences import differences
from muster.migration.report.pages import html, markdown
from muster.migration.report.report import Entry, MigrationReport, Parity, entry_of
from muster.migration.sides import Pair, Source, Target
from muster.model.finding import REGION, Finding, Severity, Status, Unavailable
from tests.unit.migration.sides_of import AT, FILE, UNREAD, pair_of, snapshot_of, source_of, target_of

TABLE_ITEM = TableItem("orders", "orders-eu", Factors(Decimal("1.1"), Decimal(2)))
PLAIN: dict[str, Any] = {
    "TableName": "orders",
    "TableStatus": "ACTIVE",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": 10},
}
STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-eu/stream/2026"
ON = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}, "LatestStreamArn": STREAM}


def compared(item: Item, source: Source, target: Target) -> Compared:
    pair = pair_of(item)
    return Compared(pair, source, target, (*judge(source, target, pair, AT),))


def table(source: Any = None, target: Any = None, **sections: Any) -> Compared:
    own = {
        "recovery": {},
        "time-to-live": {},
        "tags": {"Tags": []},
        "scaling-targets": {"ScalableTargets": []},
        **sections,
    }
    return compared(
        TABLE_ITEM,
        source_of(TABLE, "orders", {"table": {**PLAIN, **(source or {})}, **own}),
        target_of(TABLE, "orders-eu", {"table": {**PLAIN, **(target or {})}, **own}),
    )


def entry(each: Compared) -> Entry:
    return entry_of(each, "wave 1.yaml")


def report(*entries: Entry) -> MigrationReport:
    source, target = source_of(REGION, "us-east-1", {}), target_of(REGION, "eu-west-1", {})
    region = Compared(Pair(FILE, Item("us-east-1", "eu-west-1")), source, target, ())
    return MigrationReport(FILE, "wave 1.yaml", "run", entry(region), entries, AT, AT)


def test_a_table_shows_its_stream_only_while_it_is_on() -> None:
    off = {"LatestStreamArn": STREAM}
    assert entry(table(target=ON)).target.settings["stream_arn"] == STREAM
    assert entry(table(target=off)).target.settings["stream_arn"] is None


def test_a_setting_that_could_not_be_read_is_null_with_its_reason() -> None:
    shown = entry(table(recovery=UNREAD)).target.to_json()
    assert shown["point_in_time_recovery"] is None
    assert shown["unread"] == {"point_in_time_recovery": "AccessDenied"}
    assert shown["exists"] is True


def test_a_side_of_which_nothing_could_be_read_exists_neither_nor() -> None:
    none = dict.fromkeys(("table", "recovery", "time-to-live", "tags"), UNREAD)
    each = entry(compared(TABLE_ITEM, source_of(TABLE, "orders", none), target_of(TABLE, "orders-eu", none)))
    assert each.target.exists is None
    assert each.parity is Parity.UNKNOWN


def test_a_missing_side_has_no_settings() -> None:
    each = entry(compared(TABLE_ITEM, source_of(TABLE, "orders", {"table": PLAIN}), target_of(TABLE, "orders-eu")))
    assert (each.target.exists, dict(each.target.settings), each.parity) == (False, {}, Parity.NO)


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ([], "NONE"),
        ([("other", "Enabled")], "NONE"),
        ([("data-eu", "Disabled")], "DISABLED"),
        ([("data-eu", "Disabled"), ("data-eu", "Enabled")], "ENABLED"),
    ],
)
def test_the_replication_status_is_that_of_the_rules_to_the_target(rules: list[tuple[str, str]], status: str) -> None:
    made = [
        {"ID": str(place), "Status": state, "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"}}
        for place, (bucket, state) in enumerate(rules)
    ]
    replication = {"ReplicationConfiguration": {"Role": "arn:aws:iam::123456789012:role/copier", "Rules": made}}
    each = bucket_entry(replication)
    assert each.replication_status == status


def bucket_entry(replication: Any) -> Entry:
    source = source_of(BUCKET, "data", {"replication": replication}, role=snapshot_of(ROLE, "copier", {}))
    return entry(compared(BucketItem("data", "data-eu"), source, target_of(BUCKET, "data-eu", {})))


def test_replication_that_could_not_be_read_is_unread() -> None:
    each = bucket_entry(UNREAD)
    assert (each.replication_status, each.to_json()["replication_unread"]) == ("UNREAD", "AccessDenied")


def test_names_accounts_and_regions_of_the_source_count_as_those_of_the_target() -> None:
    each = table(
        source={"SSEDescription": {"KMSMasterKeyArn": "arn:aws:kms:us-east-1:123456789012:key/orders"}},
        target={"SSEDescription": {"KMSMasterKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/orders-eu"}},
    )
    assert entry(each).differences == ()


def test_the_key_of_the_source_counts_as_that_of_the_target() -> None:
    arns = [
        f"arn:aws:kms:{region}:123456789012:key/{name}" for region, name in (("us-east-1", "a1"), ("eu-west-1", "b2"))
    ]
    sides = [{"table": {**PLAIN, "SSEDescription": {"KMSMasterKeyArn": arn}}} for arn in arns]
    keys = [snapshot_of(KEY, arn, {}) for arn in arns]
    source = source_of(TABLE, "orders", sides[0], key=keys[0])
    target = target_of(TABLE, "orders-eu", sides[1], key=keys[1])
    assert differences(source, target, pair_of(TABLE_ITEM)) == ()


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ("orders", "orders-eu", False),
        ("orders", "orders", True),
        ("orders-2", "orders-eu-2", True),
        (
            "https://sqs.us-east-1.amazonaws.com/orders",
            "https://sqs.eu-west-1.amazonaws.com/orders-eu",
            False,
        ),
        ("backup-us-east-1", "backup-us-east-1", True),
    ],
)
def test_only_whole_names_move(before: str, after: str, differs: bool) -> None:
    each = table(source={"Note": before}, target={"Note": after})
    assert bool(entry(each).differences) is differs


def test_a_difference_has_its_path_and_both_values() -> None:
    (each,) = entry(
        table(target={"ProvisionedThroughput": {"ReadCapacityUnits": 110, "WriteCapacityUnits": 10}})
    ).differences
    assert each.to_json() == {
        "section": "table",
        "setting": "ProvisionedThroughput.ReadCapacityUnits",
        "source": 100,
        "target": 110,
    }


def test_what_aws_makes_anew_is_no_difference() -> None:
    moments = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2))
    before, after = ({"CreationDateTime": each, "ItemCount": each.day, "TableId": str(each)} for each in moments)
    assert entry(table(source=before, target=after)).differences == ()


def test_entries_of_lists_are_compared_by_their_names_in_any_order() -> None:
    a, b = {"IndexName": "a", "IndexStatus": "ACTIVE"}, {"IndexName": "b", "IndexStatus": "ACTIVE"}
    (each,) = entry(
        table(
            source={"GlobalSecondaryIndexes": [a, b]},
            target={"GlobalSecondaryIndexes": [b, {**a, "IndexStatus": "CREATING"}]},
        )
    ).differences
    assert each.setting == "GlobalSecondaryIndexes.a.IndexStatus"


def test_values_of_environment_variables_are_never_shown() -> None:
    item = FunctionItem("bills", "bills-eu")
    source, target = (
        {"function": {"Configuration": {"Environment": {"Variables": {"PASSWORD": value}}}}}
        for value in ("old secret", "new secret")
    )
    each = compared(item, source_of(FUNCTION, "bills", source), target_of(FUNCTION, "bills-eu", target))
    (found,) = differences(each.source, each.target, each.pair)
    assert (found.setting, found.source, found.target) == (
        "Configuration.Environment.Variables.PASSWORD", "(not shown)", "(not shown)",
    )  # fmt: skip
    whole = report(entry(each))
    assert "secret" not in str(whole.to_json()) + html(whole) + markdown(whole)


def test_a_fix_has_the_names_and_values_of_the_pair() -> None:
    steps = [step for each in report(entry(table(target=ON))).next_steps for step in each.steps if step.command]
    commands = [step.text for step in steps]
    assert (
        "aws dynamodb update-table --region eu-west-1 --table-name orders-eu --provisioned-throughput "
        "ReadCapacityUnits=110,WriteCapacityUnits=20"
    ) in commands
    assert commands[-1] == "muster migration validate 'wave 1.yaml'"


def test_targets_that_are_missing_are_one_step() -> None:
    missing = [
        entry(compared(TABLE_ITEM, source_of(TABLE, "orders", {"table": PLAIN}), target_of(TABLE, "orders-eu"))),
        bucket_missing(),
    ]
    (deploy,) = (each for each in report(*missing).next_steps if "orders-eu" in each.resources)
    assert {"orders-eu", "data-eu"} <= {*deploy.resources}
    assert [step.text for step in deploy.steps] == [
        "muster migration template 'wave 1.yaml' --output target.yaml",
        (
            "aws cloudformation deploy --region eu-west-1 --template-file target.yaml "
            "--stack-name wave-1-migration--eu --capabilities CAPABILITY_NAMED_IAM"
        ),
    ]


def bucket_missing() -> Entry:
    return entry(compared(BucketItem("data", "data-eu"), source_of(BUCKET, "data", {}), target_of(BUCKET, "data-eu")))


def test_steps_come_worst_first_and_name_missing_permissions() -> None:
    steps = report(entry(table(recovery=Unavailable("dynamodb:DescribeContinuousBackups", "denied")))).next_steps
    ranks = [each.severity.rank for each in steps if each.severity]
    assert ranks == sorted(ranks, reverse=True)
    titles = [each.title for each in steps]
    assert "Grant dynamodb:DescribeContinuousBackups: that permission is missing or denied" in titles


def test_a_log_group_without_a_retention_of_its_own_takes_that_of_the_source() -> None:
    source = source_of(LOG_GROUP, "app", {"log-group": {"retentionInDays": 30}, "tags": {"tags": {}}})
    target = target_of(LOG_GROUP, "app-eu", {"log-group": {}, "tags": {"tags": {}}})
    made = report(entry(compared(LogGroupItem("app", "app-eu"), source, target)))
    commands = [step.text for each in made.next_steps for step in each.steps]
    assert "aws logs put-retention-policy --region eu-west-1 --log-group-name app-eu --retention-in-days 30" in commands


def test_a_side_that_does_not_exist_is_no_parity_even_where_nothing_is_compared() -> None:
    each = entry(Compared(Pair(FILE, TABLE_ITEM), source_of(TABLE, "orders"), target_of(TABLE, "orders-eu"), ()))
    assert (each.parity, report(each).parity) == (Parity.NO, Parity.NO)


def finding(status: Status) -> Finding:
    (first, *_) = table().findings
    return replace(first, status=status, severity=Severity.LOW)


@pytest.mark.parametrize(
    ("statuses", "parity"),
    [
        ([Status.COMPLIANT, Status.NOT_APPLICABLE], Parity.YES),
        ([Status.COMPLIANT, Status.INSUFFICIENT_DATA], Parity.UNKNOWN),
        ([Status.NON_COMPLIANT, Status.INSUFFICIENT_DATA], Parity.NO),
        ([], Parity.UNKNOWN),
    ],
)
def test_could_not_look_is_never_parity(statuses: list[Status], parity: Parity) -> None:
    assert Parity.of(map(finding, statuses)) is parity
