"""How many resources were listed, out of the ledger, and what a scan takes that finds as many."""

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.estimate.forecast import Forecast, forecast, listed
from muster.model.coverage import Coverage
from muster.model.finding import GLOBAL
from muster.readers.elbv2.load_balancers import LISTENER, LOAD_BALANCER, TARGET_GROUP
from muster.readers.iam.policies import GROUP, POLICY, ROLE, USER
from muster.readers.s3.access_points import ACCESS_POINT
from muster.readers.s3.buckets import BUCKET

ACCOUNT, IRELAND = "111111111111", "eu-west-1"


def _row(api: str, items: int = 0, *, calls: int = 1, out_of_scope: int = 0, region: str = IRELAND) -> Coverage:
    return Coverage(ACCOUNT, region, api.partition(":")[0], api, calls, items, out_of_scope=out_of_scope)


class TestListed:
    def test_what_belongs_to_other_regions_is_not_judged(self) -> None:
        rows = [_row("s3:ListBuckets", 10, out_of_scope=7, region=GLOBAL)]
        assert listed(load(), rows) == {ACCOUNT: {(BUCKET, GLOBAL): 3}}

    def test_a_service_that_iam_calls_otherwise_than_the_sdk(self) -> None:
        rows = [
            _row("elbv2:DescribeListeners", 5),
            _row("elbv2:DescribeLoadBalancers", 4),
            _row("elbv2:DescribeTargetGroups", 3),
            _row("s3control:ListAccessPoints", 2),
        ]
        assert {kind: count for (kind, _), count in listed(load(), rows)[ACCOUNT].items()} == {
            LISTENER: 5, LOAD_BALANCER: 4, TARGET_GROUP: 3, ACCESS_POINT: 2,
        }  # fmt: skip

    def test_of_types_with_one_listing_those_that_were_read_one_by_one_are_known(self) -> None:
        rows = [_row("iam:GetAccountAuthorizationDetails", 30, calls=4), _row("iam:ListPolicyTags", calls=4)]
        found = listed(load(), rows)[ACCOUNT]
        assert found[POLICY, IRELAND] == 4
        assert sum(found.get((kind, IRELAND), 0) for kind in (GROUP, ROLE, USER)) == 26

    def test_what_was_read_again_and_again_is_not_more_than_was_listed(self) -> None:
        rows = [_row("iam:ListPolicyTags", calls=40), _row("iam:GetAccountAuthorizationDetails", 30)]
        assert sum(listed(load(), rows)[ACCOUNT].values()) == 30


class TestForecastOf:
    def test_it_is_as_many_calls_as_what_was_listed_takes(self) -> None:
        rules = select(load(), Configuration(), checks=("s3-bucket-encrypted",))
        found = forecast(read_plan(load(), rules), {ACCOUNT: (IRELAND,)}, {ACCOUNT: {(BUCKET, GLOBAL): 7}})
        assert found is not None
        assert found.calls == 8
        assert Forecast.from_json(found.to_json()) is not None

    def test_of_an_account_that_nothing_is_known_of_nothing_is_said(self) -> None:
        rules = select(load(), Configuration(), checks=("s3-bucket-encrypted",))
        assert forecast(read_plan(load(), rules), {ACCOUNT: (IRELAND,)}, {}) is None
