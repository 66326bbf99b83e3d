import pytest

from muster.migration.comparison import comparisons
from muster.migration.comparisons.tags import target_log_group_tagged, target_table_tagged, target_tagged
from muster.migration.file import LogGroupItem, TableItem
from muster.migration.relatives import BUCKET, FUNCTION, LOG_GROUP, TABLE
from tests.unit.migration.sides_of import UNREAD, judged, pair_of, source_of, target_of

SOURCE, PAIR = source_of(TABLE, "orders", {}), pair_of(TableItem("orders", "orders-eu"))
TAGS = {"Environment": "prod", "MigrationBatch": "wave-1", "SourceRegion": "us-east-1"}


def listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.mark.parametrize(
    ("tags", "status", "reason"),
    [
        (TAGS, "COMPLIANT", "Environment is prod, MigrationBatch is wave-1, SourceRegion is us-east-1"),
        ({**TAGS, "aws:cloudformation:stack-name": "x", "Owner": "me"}, "COMPLIANT", ""),
        ({**TAGS, "MigrationBatch": "wave-2"}, "NON_COMPLIANT", "MigrationBatch is wave-2, not wave-1"),
        ({**TAGS, "SourceRegion": ""}, "NON_COMPLIANT", "SourceRegion is , not us-east-1"),
        (
            {"environment": "prod", "MigrationBatch": "wave-1"},
            "NON_COMPLIANT",
            "Environment is missing (prod is expected); SourceRegion is missing (us-east-1 is expected)",
        ),
    ],
)
def test_tags(tags: dict[str, str], status: str, reason: str) -> None:
    target = target_of(TABLE, "orders-eu", {"tags": {"Tags": listed(tags)}})
    assert judged(target_table_tagged, SOURCE, target, PAIR) == (
        status,
        reason or ", ".join(f"{key} is {TAGS[key]}" for key in TAGS),
    )


def test_no_tags_at_all() -> None:
    target = target_of(LOG_GROUP, "/app", {"tags": None})
    status, reason = judged(target_log_group_tagged, SOURCE, target, pair_of(LogGroupItem("/app", "/app")))
    assert status == "NON_COMPLIANT"
    assert reason.count("is missing") == 3


def test_unread_tags_are_no_parity() -> None:
    target = target_of(TABLE, "orders-eu", {"tags": UNREAD})
    assert judged(target_table_tagged, SOURCE, target, PAIR) == (
        "INSUFFICIENT_DATA",
        "AccessDenied (needs service:Action)",
    )


def test_tags_of_everything_that_is_migrated_are_compared() -> None:
    judging = {each.resource_type for each in comparisons() if each.check.function is target_tagged}
    assert judging == {BUCKET, TABLE, FUNCTION, LOG_GROUP}
