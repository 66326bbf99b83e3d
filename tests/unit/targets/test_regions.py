"""Which regions are meant, as far as nobody need be asked."""

from typing import Any

import boto3
import botocore.exceptions
import pytest

from muster.errors import ConfigurationError
from muster.sdk.session import Clients
from muster.targets.partitions import partition_of
from muster.targets.regions import may_be_region, region_of_calls, resolve_regions, sdk_regions

CLIENTS = Clients(boto3.session.Session("testing", "testing", region_name="eu-west-1"))


def resolved(*asked: str, excluded: tuple[str, ...] = (), partition: str = "aws") -> tuple[str, ...]:
    return resolve_regions(asked, excluded=excluded, partition=partition, clients=CLIENTS, region="eu-west-1")


@pytest.mark.parametrize(
    ("asked", "excluded", "regions"),
    [
        pytest.param(["us-east-1"], (), ("us-east-1",), id="one"),
        pytest.param(["us-east-1", "eu-west-1"], (), ("eu-west-1", "us-east-1"), id="sorted"),
        pytest.param(["us-east-1", "us-east-1"], (), ("us-east-1",), id="named twice"),
        pytest.param(["us-east-1", "eu-west-1"], ("us-east-1",), ("eu-west-1",), id="one left out"),
        pytest.param(["us-east-1"], ("eu-west-1",), ("us-east-1",), id="another left out"),
    ],
)
def test_what_is_asked_for_without_what_is_left_out(
    asked: list[str], excluded: tuple[str, ...], regions: tuple[str, ...]
) -> None:
    assert resolved(*asked, excluded=excluded) == regions


@pytest.mark.parametrize(
    ("asked", "excluded", "says"),
    [
        pytest.param(["eu-wst-1"], (), "eu-wst-1 is not a region of aws; did you mean eu-west-1?", id="asked for"),
        pytest.param(["eu-west-1"], ("eu-wst-2",), "eu-wst-2 is not a region of aws", id="left out"),
        pytest.param(["cn-north-1"], (), "cn-north-1 is not a region of aws", id="of another partition"),
        pytest.param(["eu-west-1"], ("eu-west-1",), "no region is left to scan", id="all left out"),
        pytest.param([], (), "no region is left to scan", id="none asked for"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: list[str], excluded: tuple[str, ...], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says.replace("?", r"\?")):
        resolved(*asked, excluded=excluded)


def test_a_region_is_known_in_its_own_partition() -> None:
    assert resolved("cn-north-1", partition="aws-cn") == ("cn-north-1",)
    assert "cn-north-1" in sdk_regions()["aws-cn"]
    assert not {"eu-west-1", "us-east-1"} & set(sdk_regions()["aws-cn"])


class Ec2:
    """Answers which regions exist, and which are enabled; or refuses."""

    def __init__(self, *more: str, error: str = "") -> None:
        self.exists, self.error = [*sdk_regions()["aws"], *more], error
        self.asked: list[bool] = []

    def describe_regions(self, *, AllRegions: bool) -> dict[str, Any]:  # noqa: N803 - EC2's own name
        self.asked.append(AllRegions)
        if self.error:
            refusal = {"Error": {"Code": self.error, "Message": "no"}}
            raise botocore.exceptions.ClientError(refusal, "DescribeRegions")
        return {"Regions": [{"RegionName": name} for name in self.exists]}


class Asked(Clients):
    """Clients that give one for EC2, and note where."""

    def __init__(self, ec2: Ec2) -> None:
        super().__init__(CLIENTS.session)
        self.ec2, self.places = ec2, []  # type: ignore[var-annotated]

    def get(self, service: str, region: str) -> Any:
        assert service == "ec2"
        self.places.append(region)
        return self.ec2


NEW = "ap-southeast-9"


@pytest.mark.parametrize(("asked", "excluded"), [((NEW,), ()), ((NEW, "eu-west-1"), ()), (("eu-west-1",), (NEW,))])
def test_a_region_that_only_ec2_knows_is_one(asked: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    ec2 = Ec2(NEW)
    found = resolve_regions(asked, excluded=excluded, partition="aws", clients=Asked(ec2), region="eu-west-1")
    assert found == tuple(sorted({*asked} - {*excluded}))
    assert ec2.asked == [True]


def test_a_region_that_ec2_does_not_know_either_is_refused_with_what_was_probably_meant() -> None:
    with pytest.raises(ConfigurationError, match=r"eu-north-2 is not a region of aws; did you mean eu-north-1\?"):
        resolve_regions(["eu-north-2"], partition="aws", clients=Asked(Ec2(NEW)), region="eu-west-1")


def test_what_ec2_knows_is_suggested_too() -> None:
    with pytest.raises(ConfigurationError, match=f"mars-north-1 is not a region of aws; did you mean {'mars-north-2'}"):
        resolve_regions(["mars-north-1"], partition="aws", clients=Asked(Ec2("mars-north-2")), region="eu-west-1")


@pytest.mark.parametrize("error", ["UnauthorizedOperation", "InternalError", "RequestLimitExceeded"])
def test_where_ec2_may_not_be_asked_a_well_spelled_name_is_taken_and_said_to_be_unchecked(error: str) -> None:
    said: list[str] = []
    found = resolve_regions(
        [NEW], partition="aws", clients=Asked(Ec2(error=error)), region="eu-west-1", note=said.append
    )
    assert found == (NEW,)
    [sentence] = said
    assert sentence.startswith(f"{NEW}: the SDK does not know this region, and EC2 could not be called (ec2:")


def test_what_the_sdk_knows_costs_no_call() -> None:
    ec2 = Ec2()
    assert resolve_regions(["eu-west-1"], partition="aws", clients=Asked(ec2), region="eu-west-1") == ("eu-west-1",)
    assert ec2.asked == []


def test_every_region_of_the_sdk_is_spelled_as_regions_are() -> None:
    assert [name for names in sdk_regions().values() for name in names if not may_be_region(name)] == []


@pytest.mark.parametrize("name", ["eu-wst-1", "eu-west-11", "eu-west-1a", "Ireland", "EU-WEST-1", "eu-west", "", "all"])
def test_a_typing_error_is_not_taken_for_a_new_region(name: str) -> None:
    assert not may_be_region(name)


@pytest.mark.parametrize(
    ("region", "place"),
    [
        ("eu-west-1", "eu-west-1"),
        (NEW, "us-east-1"),
        ("cn-south-1", "cn-northwest-1"),
        ("us-gov-central-1", "us-gov-west-1"),
        ("eusc-de-west-1", "eusc-de-east-1"),
        ("us-iso-north-1", "us-iso-east-1"),
        ("us-isob-north-1", "us-isob-east-1"),
        ("us-isof-north-1", "us-isof-south-1"),
        ("eu-isoe-north-1", "eu-isoe-west-1"),
    ],
)
def test_what_has_no_region_is_asked_where_something_answers(region: str, place: str) -> None:
    assert region_of_calls(region) == place


def test_every_region_of_the_sdk_belongs_to_its_partition_by_its_spelling() -> None:
    found = {(partition, partition_of(name)) for partition, names in sdk_regions().items() for name in names}
    assert {wanted for wanted, _ in found} == {told for _, told in found} == set(sdk_regions())
    assert all(wanted == told for wanted, told in found)
