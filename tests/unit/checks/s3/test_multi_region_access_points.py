"""Multi-Region Access Points: their Block Public Access settings, and which of them are there."""

from typing import Any

import pytest

from muster.checks.s3.access_points import s3_multi_region_access_point_public_access_blocks
from muster.facets.s3.access_points import MultiRegionAccessPoint, MultiRegionAccessPoints
from muster.model.finding import ACCOUNT, Resource, Status, UnknownField
from muster.readers.s3.access_points import of_several_regions

SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ALL = dict.fromkeys(SETTINGS, True)


def point(name: str = "p", status: str = "READY", **more: Any) -> dict[str, Any]:
    regions = [{"Bucket": "b", "Region": "eu-west-1"}]
    return {
        "Name": name,
        "Alias": f"{name}.mrap",
        "Status": status,
        "Regions": regions,
        "PublicAccessBlock": ALL,
        **more,
    }


def test_all_four_settings_are_required() -> None:
    verdict = s3_multi_region_access_point_public_access_blocks(MultiRegionAccessPoint.parse(point()))
    assert verdict.status is Status.COMPLIANT
    assert verdict.reason == "Block Public Access is on for p: all four settings"


@pytest.mark.parametrize("off", SETTINGS)
def test_each_setting_that_is_off_fails(off: str) -> None:
    found = MultiRegionAccessPoint.parse(point(PublicAccessBlock={**ALL, off: False}))
    verdict = s3_multi_region_access_point_public_access_blocks(found)
    assert verdict.status is Status.NON_COMPLIANT
    assert verdict.reason == f"Block Public Access is off for p: {off}"


def test_settings_that_aws_left_out_are_no_verdict() -> None:
    with pytest.raises(UnknownField):
        s3_multi_region_access_point_public_access_blocks(MultiRegionAccessPoint.parse(point(PublicAccessBlock=None)))


def test_only_points_that_are_there_are_listed() -> None:
    states = ("READY", "INCONSISTENT_ACROSS_REGIONS", "PARTIALLY_DELETED", "CREATING", "PARTIALLY_CREATED", "DELETING")
    found = MultiRegionAccessPoints.parse({"AccessPoints": [point(state, state) for state in states]})
    assert [each.facet.name for each in found.all] == list(states[:3])
    assert found.all[0].alias == "READY.mrap"
    assert found.all[0].facet.regions == ("eu-west-1",)


def test_they_are_read_page_by_page_in_us_west_2_alone() -> None:
    asked: list[tuple[str, str]] = []
    pages = {"": {"AccessPoints": [point("a")], "NextToken": "then"}, "then": {"AccessPoints": [point("b")]}}

    class Client:
        def list_multi_region_access_points(self, *, AccountId: str, NextToken: str = "") -> Any:  # noqa: N803
            asked.append((AccountId, NextToken))
            return pages[NextToken]

    def clients(service: str, region: str) -> Client:
        assert (service, region) == ("s3control", "us-west-2")
        return Client()

    account = Resource(ACCOUNT, "123456789012", "123456789012", "eu-west-1")
    found = of_several_regions.function(None, account, clients=clients)
    assert [each.facet.name for each in found.all] == ["a", "b"]
    assert asked == [("123456789012", ""), ("123456789012", "then")]
    china = Resource(ACCOUNT, "123456789012", "123456789012", "cn-north-1", "aws-cn")
    assert of_several_regions.function(None, china, clients=clients).all == ()
