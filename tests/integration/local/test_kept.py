"""What moto keeps, and what it searches less for, is what it would answer without that."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import moto.backends
import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.base_backend import BaseBackend
from moto.core.serialize import ResponseSerializer

from local import kept


@pytest.fixture(autouse=True)
def _kept() -> None:
    kept.keep()


@pytest.mark.parametrize("service", ["s3", "ec2", "sqs"])
def test_the_addresses_are_those_that_moto_lists(service: str) -> None:
    backend = get_backend(service)["123456789012"]["us-east-1" if service != "s3" else "aws"]
    assert backend.urls.keys() == kept._listed_addresses(backend).keys()
    assert backend.urls is backend.urls


def test_the_addresses_follow_the_endpoints_that_moto_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = get_backend("s3")["123456789012"]["aws"]
    ordinary = backend.urls
    monkeypatch.setenv("MOTO_S3_CUSTOM_ENDPOINTS", "https://storage.example.com")
    assert any("storage.example.com" in each for each in backend.urls)
    monkeypatch.undo()
    assert backend.urls is ordinary


def test_the_modules_are_those_that_moto_lists() -> None:
    assert moto.backends.list_of_moto_modules() == list(kept._listed_modules())
    assert "s3" in moto.backends.list_of_moto_modules()


def test_keeping_twice_is_keeping_once() -> None:
    before = BaseBackend.urls
    kept.keep()
    assert BaseBackend.urls.fget is before.fget


NOW = datetime(2026, 11, 29, 6, tzinfo=UTC)


def datum(name: str, minutes: int, value: float, **dimensions: str) -> dict[str, Any]:
    return {
        "MetricName": name,
        "Timestamp": NOW - timedelta(minutes=minutes),
        "Value": value,
        "Dimensions": [{"Name": key, "Value": each} for key, each in dimensions.items()],
    }


def query(name: str, stat: str = "Sum", **dimensions: str) -> dict[str, Any]:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": "shop", "MetricName": name, "Dimensions": listed}
    return {"Id": f"{name.lower()}{len(dimensions)}", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": stat}}


EXPRESSION = {"Id": "both", "Expression": "SUM(METRICS())"}


@pytest.mark.parametrize(
    ("queries", "descending"),
    [
        pytest.param([query("Orders", shop="a")], False, id="one metric"),
        pytest.param([query("Orders", shop="a")], True, id="the latest first"),
        pytest.param([query("Orders")], False, id="of any dimensions"),
        pytest.param([query("Orders", shop="a", till="1")], False, id="two dimensions"),
        pytest.param([query("Orders", till="1", shop="a")], False, id="two dimensions in another order"),
        pytest.param([query("Bills", "Maximum"), query("Orders", shop="b")], False, id="two metrics"),
        pytest.param([query("Orders", shop="z")], False, id="no data"),
        pytest.param([query("Orders", shop="a"), query("Bills"), EXPRESSION], False, id="an expression"),
    ],
)
@mock_aws
def test_the_data_of_a_metric_are_those_that_moto_finds_among_all(
    queries: list[dict[str, Any]], *, descending: bool
) -> None:
    backend: Any = get_backend("cloudwatch")["123456789012"]["eu-west-1"]
    data = [
        datum("Orders", minutes, float(minutes), **dimensions)
        for minutes in (10, 70, 130)
        for dimensions in ({"shop": "a"}, {"shop": "b"}, {"shop": "a", "till": "1"}, {})
    ]
    backend.put_metric_data("shop", [*data, datum("Bills", 5, 7.0), datum("Bills", 65, 8.0)])
    arguments = (queries, NOW - timedelta(hours=3), NOW, "TimestampDescending" if descending else "TimestampAscending")
    found = backend.get_metric_data(*arguments)
    assert found == kept._searched["metrics"](backend, *arguments)
    assert [each["id"] for each in found] == [each["Id"] for each in queries]


@pytest.mark.parametrize(
    "filters",
    [
        None,
        {},
        {"resource-id": ["vol-1"]},
        {"resource-id": ["vol-2", "i-1", "vol-2"]},
        {"resource-id": ["nothing"]},
        {"resource-id": ["vol-*"]},
        {"resource-id": ["vol-1", "i-1"], "key": ["Own*"]},
        {"resource-type": ["volume"]},
        {"resource-id": ["vol-1", "i-1"], "resource-type": ["volume"], "value": ["web"]},
    ],
)
@mock_aws
def test_the_tags_of_a_resource_are_those_that_moto_finds_among_all(filters: dict[str, list[str]] | None) -> None:
    backend: Any = get_backend("ec2")["123456789012"]["eu-west-1"]
    backend.create_tags(["vol-1", "i-1"], {"Owner": "web", "Environment": "production"})
    backend.create_tags(["vol-2"], {"Owner": "data"})
    found = backend.describe_tags(filters)

    def by_id(tags: list[dict[str, str]]) -> list[dict[str, str]]:
        return sorted(tags, key=lambda tag: (tag["resource_id"], tag["key"]))

    assert by_id(found) == by_id(kept._searched["tags"](backend, filters))


@mock_aws
def test_a_member_of_an_answer_has_the_value_that_moto_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []

    def shown(value: Any) -> str:
        """Return the text of a value; moto makes some objects anew for each look at them."""
        return re.sub(r" at 0x\w+", "", repr(value))

    def both(serializer: Any, value: Any, key: str, shape: Any) -> Any:
        here = kept._value(serializer, value, key, shape)
        found.append((key, shown(here) == shown(kept._found_value(serializer, value, key, shape))))
        return here

    monkeypatch.setattr(ResponseSerializer, "get_value", both)
    session = boto3.session.Session(region_name="eu-west-1")
    ec2, iam, dynamodb = session.client("ec2"), session.client("iam"), session.client("dynamodb")
    ec2.run_instances(ImageId=ec2.describe_images()["Images"][0]["ImageId"], MinCount=1, MaxCount=1)
    for describe in (ec2.describe_instances, ec2.describe_security_groups, ec2.describe_network_interfaces):
        describe()
    iam.create_role(RoleName="one", AssumeRolePolicyDocument="{}")
    iam.list_roles()
    dynamodb.create_table(
        TableName="one",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    dynamodb.put_item(TableName="one", Item={"id": {"S": "a"}, "L": {"L": [{"N": "1"}, {"M": {"N": {"S": "b"}}}]}})
    assert dynamodb.scan(TableName="one")["Items"] == [
        {"id": {"S": "a"}, "L": {"L": [{"N": "1"}, {"M": {"N": {"S": "b"}}}]}}
    ]
    assert len(found) > 500
    assert [key for key, same in found if not same] == []
