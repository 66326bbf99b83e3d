"""Application Auto Scaling's answers, parsed."""

from typing import Any

import pytest

from muster.facets.ec2.autoscaling import TableScaling

READ = "dynamodb:table:ReadCapacityUnits"
TARGET: dict[str, Any] = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": "table/orders",
    "ScalableDimension": READ,
    "MinCapacity": 5,
    "MaxCapacity": 100,
    "SuspendedState": {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False},
}
INDEX = TARGET | {
    "ResourceId": "table/orders/index/by-day",
    "ScalableDimension": "dynamodb:index:WriteCapacityUnits",
    "MinCapacity": 1,
}


def test_tables_and_indexes_are_found_by_their_dimension() -> None:
    scaling = TableScaling.parse({"ScalableTargets": [TARGET, INDEX]})
    assert scaling.lacking("orders", "", "Read") == ""
    assert scaling.lacking("orders", "by-day", "Write") == ""
    assert scaling.lacking("orders", "", "Write") == "is not scaled"
    assert scaling.lacking("orders", "by-day", "Read") == "is not scaled"
    assert scaling.lacking("other", "", "Read") == "is not scaled"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"MinCapacity": 100}, "cannot grow: minimum and maximum are 100 units", id="no room"),
        pytest.param(
            {"SuspendedState": {"DynamicScalingOutSuspended": True}}, "scaling out is suspended", id="suspended"
        ),
        pytest.param({"SuspendedState": {"DynamicScalingInSuspended": True}}, "", id="it may not shrink"),
        pytest.param({"SuspendedState": None}, "", id="nothing said of suspension"),
        pytest.param({"MinCapacity": None, "MaxCapacity": None}, "", id="nothing said of its room"),
    ],
)
def test_a_target_that_cannot_grow_says_why(changed: dict[str, Any], says: str) -> None:
    found = TableScaling.parse({"ScalableTargets": [TARGET | changed]}).lacking("orders", "", "Read")
    assert says in found
    assert bool(found) is bool(says)


def test_an_empty_answer_scales_nothing() -> None:
    assert TableScaling.parse({}) == TableScaling({})
