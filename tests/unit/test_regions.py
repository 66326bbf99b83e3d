"""Which regions are meant, as far as nobody need be asked."""

import boto3
import pytest

from muster.errors import ConfigurationError
from muster.regions import known_regions, resolve_regions
from muster.session import Clients

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
    assert list(known_regions(CLIENTS, "aws-cn")) == sorted(known_regions(CLIENTS, "aws-cn"))
    assert not {"eu-west-1", "us-east-1"} & set(known_regions(CLIENTS, "aws-cn"))
