"""Reading Application Auto Scaling on moto."""

from typing import Any

from muster.model.finding import REGION, Resource
from muster.readers.ec2.autoscaling import table_scaling
from muster.sdk.session import Clients

HERE = "eu-west-1"
REGION_ITSELF = Resource(REGION, HERE, "123456789012", HERE)


def register(scaling: Any, resource: str, dimension: str, least: int = 1) -> None:
    scaling.register_scalable_target(
        ServiceNamespace="dynamodb", ResourceId=resource, ScalableDimension=dimension, MinCapacity=least, MaxCapacity=9
    )


def test_targets_of_tables_and_indexes_are_read_to_the_last_page(clients: Clients) -> None:
    scaling = clients.get("application-autoscaling", HERE)
    for number in range(51):
        register(scaling, f"table/t{number:02d}", "dynamodb:table:ReadCapacityUnits")
    register(scaling, "table/t00/index/by-day", "dynamodb:index:WriteCapacityUnits", 9)
    found = table_scaling.function(scaling, REGION_ITSELF)
    assert len(found.targets) == 52
    assert found.lacking("t50", "", "Read") == ""
    assert "are 9 units" in found.lacking("t00", "by-day", "Write")
    assert found.lacking("t00", "", "Write") == "is not scaled"
