"""Comparisons of tables, by named examples: each change of one side turns one comparison, and no other."""

from collections.abc import Callable
from typing import Any

import pytest

from muster.migration.comparison import Comparison
from muster.migration.comparisons import table_capacity, tables
from muster.migration.file import TableItem
from muster.migration.judging import judge
from muster.migration.relatives import TABLE
from muster.model.finding import Finding, Status, Unavailable
from tests.unit.migration.comparisons.table_sides import (
    DENIED,
    Sections,
    both,
    index,
    on_demand,
    pair,
    source,
    target,
)
from tests.unit.migration.sides_of import AT

Change = Callable[[Sections], object]
OURS = {
    each.check.id: each
    for module in (tables, table_capacity)
    for each in vars(module).values()
    if isinstance(each, Comparison)
}


def findings(
    ours: Sections | None, theirs: Sections | None, item: TableItem | None = None, **more: Any
) -> list[Finding]:
    """Judge a pair of tables by the comparisons of these two modules."""
    found = judge(source(theirs), target(ours, **more), pair(item), AT)
    return [each for each in found if each.check_id in OURS]


def changed(ours: Sections, theirs: Sections, **more: Any) -> dict[str, Status]:
    """Return the comparisons that are neither passed nor out of place, with their status."""
    fine = (Status.COMPLIANT, Status.NOT_APPLICABLE)
    return {each.check_id: each.status for each in findings(ours, theirs, **more) if each.status not in fine}


def reason(check_id: str, ours: Sections, theirs: Sections, **more: Any) -> str:
    return next(each.reason for each in findings(ours, theirs, **more) if each.check_id == check_id)


def table(**members: Any) -> Change:
    return lambda answers: answers["table"].update(members)


def first_index(**members: Any) -> Change:
    return lambda answers: answers["table"]["GlobalSecondaryIndexes"][0].update(members)


def local_index(**members: Any) -> Change:
    return lambda answers: answers["table"]["LocalSecondaryIndexes"][0].update(members)


def recovery(**members: Any) -> Change:
    return lambda answers: answers["recovery"]["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"].update(
        members
    )


def expiry(**members: Any) -> Change:
    return lambda answers: answers["time-to-live"]["TimeToLiveDescription"].update(members)


ON_TARGET = {
    "status": ("target-table-exists", table(TableStatus="INACCESSIBLE_ENCRYPTION_CREDENTIALS")),
    "key-name": ("target-table-keys-match", table(KeySchema=[{"AttributeName": "day", "KeyType": "HASH"}])),
    "index-missing": ("target-table-global-indexes-match", table(GlobalSecondaryIndexes=[])),
    "index-more": ("target-table-global-indexes-match", table(GlobalSecondaryIndexes=[index(), index("by-x")])),
    "index-being-deleted": (
        "target-table-global-indexes-match",
        table(GlobalSecondaryIndexes=[{**index(), "IndexStatus": "DELETING"}]),
    ),
    "index-backfilling": ("target-table-global-indexes-match", first_index(Backfilling=True)),
    "index-creating": ("target-table-global-indexes-match", first_index(IndexStatus="CREATING")),
    "index-keys": (
        "target-table-global-indexes-match",
        first_index(KeySchema=[{"AttributeName": "day", "KeyType": "HASH"}]),
    ),
    "index-projection": ("target-table-global-indexes-match", first_index(Projection={"ProjectionType": "ALL"})),
    "index-attributes": (
        "target-table-global-indexes-match",
        first_index(Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]}),
    ),
    "local-index-missing": ("target-table-local-indexes-match", table(LocalSecondaryIndexes=[])),
    "local-index-projection": (
        "target-table-local-indexes-match",
        local_index(Projection={"ProjectionType": "KEYS_ONLY"}),
    ),
    "recovery-off": ("target-table-recoverable", recovery(PointInTimeRecoveryStatus="DISABLED")),
    "recovery-shorter": ("target-table-recoverable", recovery(RecoveryPeriodInDays=7)),
    "stream-off": ("target-table-streams-images", table(StreamSpecification={"StreamEnabled": False})),
    "stream-gone": ("target-table-streams-images", table(StreamSpecification=None)),
    "stream-view": (
        "target-table-streams-images",
        table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}),
    ),
    "expiry-off": ("target-table-time-to-live-matches", expiry(TimeToLiveStatus="DISABLED")),
    "expiry-attribute": ("target-table-time-to-live-matches", expiry(AttributeName="until")),
    "key-of-aws": ("target-table-encrypted-with-customer-key", table(SSEDescription=None)),
    "key-of-another-region": (
        "target-table-encrypted-with-customer-key",
        table(
            SSEDescription={
                "Status": "ENABLED",
                "SSEType": "KMS",
                "KMSMasterKeyArn": "arn:aws:kms:us-east-1:123456789012:key/k",
            }
        ),
    ),
    "replicas": ("target-table-in-one-region", table(Replicas=[{"RegionName": "us-west-2"}])),
    "witness": ("target-table-in-one-region", table(GlobalTableWitnesses=[{"RegionName": "us-west-2"}])),
    "global-2017": (
        "target-table-in-one-region",
        lambda answers: answers.update({"global-table": {"GlobalTableDescription": {}}}),
    ),
    "class": (
        "target-table-class-matches",
        table(TableClassSummary={"TableClass": "STANDARD_INFREQUENT_ACCESS"}),
    ),
    "unknown-member": ("target-table-other-settings-match", table(Nonsense={"On": True})),
    "vector-index": ("target-table-other-settings-match", table(VectorIndexes=[{"IndexName": "v"}])),
    "unknown-member-of-index": ("target-table-other-settings-match", first_index(Nonsense=True)),
}


def test_like_tables_pass_every_comparison() -> None:
    ours, theirs = both()
    assert changed(ours, theirs) == {}
    assert {each.check_id for each in findings(ours, theirs)} == set(OURS)


@pytest.mark.parametrize("name", ON_TARGET)
def test_one_change_of_the_target_turns_its_own_comparison(name: str) -> None:
    check_id, change = ON_TARGET[name]
    ours, theirs = both()
    change(ours)
    assert changed(ours, theirs) == {check_id: Status.NON_COMPLIANT}


def test_an_index_of_another_type_differs_though_its_names_are_alike() -> None:
    ours, theirs = both()
    ours["table"]["AttributeDefinitions"][1]["AttributeType"] = "S"
    assert changed(ours, theirs) == {"target-table-global-indexes-match": Status.NON_COMPLIANT}
    assert "day HASH S" in reason("target-table-global-indexes-match", ours, theirs)


@pytest.mark.parametrize(
    ("name", "change"),
    {
        "sizes and times": table(ItemCount=3, TableSizeBytes=9, CreationDateTime=AT, TableId="x"),
        "warm throughput": table(WarmThroughput={"ReadUnitsPerSecond": 12000}),
        "an empty list of replicas": table(Replicas=[]),
        "the version of a removed replica": table(GlobalTableVersion="2019.11.21"),
        "expiry that begins": expiry(TimeToLiveStatus="ENABLING"),
        "attributes in another order": table(
            AttributeDefinitions=[
                {"AttributeName": "day", "AttributeType": "N"},
                {"AttributeName": "id", "AttributeType": "S"},
            ]
        ),
        "projected attributes in another order": first_index(
            Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["state", "total"]}
        ),
    }.items(),
)
def test_what_does_not_matter_turns_nothing(name: str, change: Change) -> None:
    ours, theirs = both()
    change(ours)
    assert (name, changed(ours, theirs)) == (name, {})


def test_protection_from_deletion_is_wanted_where_the_source_has_it() -> None:
    ours, theirs = both()
    theirs["table"]["DeletionProtectionEnabled"] = True
    assert changed(ours, theirs) == {"target-table-deletion-protected": Status.NON_COMPLIANT}


@pytest.mark.parametrize(
    ("key", "status"),
    [
        pytest.param(None, Status.NON_COMPLIANT, id="none"),
        pytest.param({"key": {"KeyMetadata": {"KeyManager": "AWS"}}}, Status.NON_COMPLIANT, id="aws-managed"),
        pytest.param(
            {"key": {"KeyMetadata": {"KeyManager": "CUSTOMER", "KeyState": "Disabled"}}},
            Status.NON_COMPLIANT,
            id="disabled",
        ),
        pytest.param(Unavailable("kms:DescribeKey", "denied"), Status.INSUFFICIENT_DATA, id="unread"),
        pytest.param({"key": Unavailable("kms:DescribeKey", "denied")}, Status.INSUFFICIENT_DATA, id="section-unread"),
    ],
)
def test_the_key_of_a_table(key: Any, status: Status) -> None:
    ours, theirs = both()
    found = changed(ours, theirs, key=key)
    assert found["target-table-encrypted-with-customer-key"] is status


@pytest.mark.parametrize("section", ["table", "recovery", "time-to-live", "global-table", "scaling-targets"])
@pytest.mark.parametrize("side", ["source", "target"])
def test_what_could_not_be_read_is_never_parity(section: str, side: str) -> None:
    ours, theirs = both()
    before = {each.check_id: each.status for each in findings(ours, theirs)}
    (ours if side == "target" else theirs)[section] = DENIED
    after = {each.check_id: each.status for each in findings(ours, theirs)}
    turned = {name: status for name, status in after.items() if status is not before[name]}
    assert set(turned.values()) <= {Status.INSUFFICIENT_DATA}
    assert bool(turned) is (side == "target" or section != "global-table")


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_side_that_does_not_exist_is_one_failure(side: str) -> None:
    ours, theirs = both()
    found = findings(None, theirs) if side == "target" else findings(ours, None)
    failing = [each.check_id for each in found if each.status is Status.NON_COMPLIANT]
    assert failing == ["target-table-exists"]
    assert {each.status for each in found} == {Status.NON_COMPLIANT, Status.NOT_APPLICABLE}


def test_an_answer_of_another_shape_is_unread() -> None:
    ours, theirs = both()
    del ours["table"]["KeySchema"]
    assert changed(ours, theirs)["target-table-keys-match"] is Status.INSUFFICIENT_DATA


def test_every_comparison_of_tables_is_found() -> None:
    found = {each.check_id for each in judge(source(both()[1]), target(both()[0]), pair(), AT)}
    assert set(OURS) <= found
    assert {each.resource_type for each in OURS.values()} == {TABLE}


def test_the_billing_mode_is_one_item_of_its_own() -> None:
    ours, theirs = both()
    ours["table"].update(on_demand())
    assert changed(ours, theirs) == {"target-table-billing-mode-matches": Status.NON_COMPLIANT}
