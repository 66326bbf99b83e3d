"""Comparisons of capacity, by named examples and against exact arithmetic on texts."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.migration.file import Factors, TableItem, Throughput, scaled
from muster.model.finding import Status
from tests.unit.migration.comparisons.table_sides import DENIED, LIMITS, both, index, on_demand, scaling
from tests.unit.migration.comparisons.test_tables import changed, reason

CAPACITY, SCALING = "target-table-capacity-scaled", "target-table-autoscaling-scaled"
MAXIMUM, QUOTAS = "target-table-maximum-throughput", "target-table-capacity-within-quotas"


def item(read: str = "1", write: str = "1", **more: Any) -> TableItem:
    return TableItem("orders", "orders-eu", Factors(Decimal(read), Decimal(write)), **more)


def units(read: int, write: int) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}}


@given(st.integers(1, 40_000), st.integers(1, 100), st.integers(0, 99))
def test_a_product_is_rounded_up_and_never_below_one_unit(capacity: int, whole: int, hundredths: int) -> None:
    factor = f"{whole - 1}.{hundredths:02d}"
    exact = capacity * Fraction((whole - 1) * 100 + hundredths, 100)
    least = -(-exact.numerator // exact.denominator)
    assert scaled(capacity, Decimal(factor)) == max(1, least)


def test_a_hundred_units_by_one_point_one_are_a_hundred_and_ten() -> None:
    assert scaled(100, Decimal("1.1")) == 110


def test_capacity_is_that_of_the_source_times_the_factors() -> None:
    ours, theirs = both()
    ours["table"].update(units(150, 56))
    ours["table"]["GlobalSecondaryIndexes"][0].update(units(30, 11))
    assert changed(ours, theirs, item=item("1.5", "1.1")) == {CAPACITY: Status.NON_COMPLIANT}
    assert reason(CAPACITY, ours, theirs, item=item("1.5", "1.1")) == (
        "the write capacity of the table is 56, expected is 55 (50 times 1.1)"
    )
    ours["table"].update(units(150, 55))
    assert changed(ours, theirs, item=item("1.5", "1.1")) == {}


def test_an_index_has_factors_of_its_own() -> None:
    ours, theirs = both()
    ours["table"]["GlobalSecondaryIndexes"][0].update(units(40, 10))
    wanted = item(indexes={"by-day": Factors(Decimal(2))})
    assert changed(ours, theirs, item=wanted) == {}
    assert changed(ours, theirs) == {CAPACITY: Status.NON_COMPLIANT}


def test_factors_of_an_index_that_the_source_lacks_are_a_mistake_of_the_file() -> None:
    ours, theirs = both()
    found = reason(CAPACITY, ours, theirs, item=item(indexes={"by-dy": Factors()}))
    assert found == "the migration file has factors of by-dy, an index that the source lacks"


def test_an_index_of_one_side_only_is_no_matter_of_capacity() -> None:
    ours, theirs = both()
    ours["table"]["GlobalSecondaryIndexes"].append(index("more", 1, 1))
    assert list(changed(ours, theirs)) == ["target-table-global-indexes-match"]


def test_what_autoscaling_set_is_no_configuration() -> None:
    ours, theirs = both()
    theirs.update(scaling("orders", 50, 500))
    ours.update(scaling("orders-eu", 50, 500))
    ours["table"].update(units(777, 50))
    assert changed(ours, theirs) == {}


def test_ranges_are_scaled_and_compared() -> None:
    ours, theirs = both()
    theirs.update(scaling("orders", 5, 500))
    ours.update(scaling("orders-eu", 8, 750))
    ours["table"].update(units(150, 50))
    ours["table"]["GlobalSecondaryIndexes"][0].update(units(30, 10))
    assert changed(ours, theirs, item=item("1.5")) == {}
    ours.update(scaling("orders-eu", 7, 750))
    assert changed(ours, theirs, item=item("1.5")) == {SCALING: Status.NON_COMPLIANT}
    assert reason(SCALING, ours, theirs, item=item("1.5")) == (
        "the read capacity of the table is scaled from 7 to 750 units, expected is 8 to 750"
    )


@pytest.mark.parametrize(
    ("least", "most", "found"),
    [
        pytest.param(100, 200, {SCALING}, id="inside-though-only-the-target-scales"),
        pytest.param(101, 200, {SCALING, CAPACITY}, id="below-the-range"),
        pytest.param(10, 99, {SCALING, CAPACITY}, id="above-the-range"),
    ],
)
def test_a_target_that_scales_alone_must_reach_the_capacity(least: int, most: int, found: set[str]) -> None:
    ours, theirs = both()
    ours.update(scaling("orders-eu", least, most))
    assert set(changed(ours, theirs)) == found


def test_a_source_that_scales_alone_is_one_difference() -> None:
    ours, theirs = both()
    theirs.update(scaling("orders", 50, 500, index="by-day", kind="Write"))
    assert changed(ours, theirs) == {SCALING: Status.NON_COMPLIANT}
    assert reason(SCALING, ours, theirs) == "the write capacity of the index by-day is not scaled"


def test_the_utilization_that_scaling_aims_at_is_compared() -> None:
    ours, theirs = both()
    theirs.update(scaling("orders", 50, 500))
    ours.update(scaling("orders-eu", 50, 500, aim=85))
    assert changed(ours, theirs) == {SCALING: Status.NON_COMPLIANT}
    assert "aims at 85 percent, at the source at 70 percent" in reason(SCALING, ours, theirs)


def test_suspended_scaling_differs() -> None:
    ours, theirs = both()
    theirs.update(scaling("orders", 50, 500))
    ours.update(scaling("orders-eu", 50, 500))
    ours["scaling-targets"]["ScalableTargets"][0]["SuspendedState"] = {"DynamicScalingOutSuspended": True}
    assert changed(ours, theirs) == {SCALING: Status.NON_COMPLIANT}


def test_scaling_that_outlived_a_change_to_on_demand_is_ignored() -> None:
    ours, theirs = both()
    theirs.update(scaling("orders", 50, 500))
    for answers in (ours, theirs):
        answers["table"].update(on_demand())
    assert changed(ours, theirs) == {}


@pytest.mark.parametrize(
    ("at_source", "wanted", "at_target", "fails"),
    [
        pytest.param((None, None), None, (None, None), False, id="none"),
        pytest.param((100, 50), None, (100, 50), False, id="the-source's"),
        pytest.param((100, 50), None, (None, None), True, id="lost"),
        pytest.param((100, 50), Throughput(200, 50), (200, 50), False, id="the-file's"),
        pytest.param((100, 50), Throughput(200, 50), (100, 50), True, id="the-source's-though-the-file-has-another"),
        pytest.param((100, 50), Throughput(), (None, None), False, id="the-file-wants-none"),
    ],
)
def test_the_maximum_of_a_table_on_demand(
    at_source: tuple[int | None, int | None],
    wanted: Throughput | None,
    at_target: tuple[int | None, int | None],
    fails: bool,
) -> None:
    ours, theirs = both()
    theirs["table"].update(on_demand(*at_source))
    ours["table"].update(on_demand(*at_target))
    assert set(changed(ours, theirs, item=item(maximum=wanted))) == ({MAXIMUM} if fails else set())


def test_a_capacity_over_the_quota_of_a_table() -> None:
    ours, theirs = both()
    region = {"dynamodb-limits": {**LIMITS, "TableMaxReadCapacityUnits": 99}}
    assert changed(ours, theirs, region=region) == {QUOTAS: Status.NON_COMPLIANT}
    assert (
        reason(QUOTAS, ours, theirs, region=region)
        == "the read capacity of the table needs 100 units, a table may have 99"
    )


def test_a_capacity_over_the_quota_of_the_account_with_its_indexes() -> None:
    ours, theirs = both()
    region = {"dynamodb-limits": {**LIMITS, "AccountMaxWriteCapacityUnits": 59}}
    assert reason(QUOTAS, ours, theirs, region=region) == "the table needs 60 write units, the account may have 59"


def test_quotas_that_could_not_be_read_are_not_enough() -> None:
    ours, theirs = both()
    assert changed(ours, theirs, region={"dynamodb-limits": DENIED}) == {QUOTAS: Status.INSUFFICIENT_DATA}
