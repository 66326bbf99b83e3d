"""What S3 answers about locks, copies, access points and buckets that others name, parsed."""

from typing import Any

import pytest

from muster.analysis.policies.document import Policy
from muster.facets.s3.access_points import AccessPoint
from muster.facets.s3.buckets import PublicAccessBlock
from muster.facets.s3.related import (
    BucketPlace,
    LogTargetAcl,
    LogTargetEncryption,
    LogTargetLock,
    LogTargetOwnership,
    LogTargetPlace,
    LogTargetPolicy,
    ReplicaPlace,
)
from muster.facets.s3.resilience import BucketObjectLock, BucketReplication, ReplicationRule
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed


def lock(**retention: Any) -> BucketObjectLock:
    said = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    return BucketObjectLock.parse({"ObjectLockConfiguration": said})


@pytest.mark.parametrize(
    ("facet", "nothing"),
    [
        (BucketObjectLock, BucketObjectLock(enabled=False, mode="", days=0)),
        (BucketReplication, BucketReplication(())),
        (BucketPlace, BucketPlace("")),
        (ReplicaPlace, ReplicaPlace("")),
        (LogTargetPlace, LogTargetPlace("")),
        (LogTargetPolicy, LogTargetPolicy(Policy(()))),
        (LogTargetAcl, LogTargetAcl(())),
        (LogTargetOwnership, LogTargetOwnership("")),
        (LogTargetLock, LogTargetLock(enabled=False, mode="", days=0)),
        (LogTargetEncryption, LogTargetEncryption("", "", bucket_key=False)),
    ],
)
def test_an_empty_answer_means_that_there_is_none(facet: type, nothing: object) -> None:
    found = parsed(facet, {})
    assert found == nothing
    assert type(found) is facet


def test_a_default_retention_is_parsed_in_days_or_years() -> None:
    assert lock(Mode="GOVERNANCE", Days=30) == BucketObjectLock(enabled=True, mode="GOVERNANCE", days=30)
    assert lock(Mode="COMPLIANCE", Years=2) == BucketObjectLock(enabled=True, mode="COMPLIANCE", days=730)
    assert lock(Mode="COMPLIANCE", Years=2).retains


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="none"),
        pytest.param({"DefaultEventHold": {"Days": 9}}, id="only a hold from an event on"),
        pytest.param({"Days": 9}, id="no mode"),
        pytest.param({"Mode": "GOVERNANCE"}, id="no time"),
    ],
)
def test_what_is_no_default_retention(said: dict[str, Any]) -> None:
    assert lock(**said).enabled
    assert not lock(**said).retains


def test_a_lock_that_is_off_retains_nothing() -> None:
    assert not BucketObjectLock(enabled=False, mode="GOVERNANCE", days=9).retains
    assert isinstance(lock(Mode="SOMETIMES", Days=1).mode, Unknown)
    assert isinstance(parsed(BucketObjectLock, {"ObjectLockConfiguration": {"Rule": "all"}}), Unavailable)


def rule(**said: Any) -> ReplicationRule:
    return ReplicationRule.parse(
        {"ID": "r", "Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::copy"}, **said}
    )


def test_a_replication_rule_is_parsed() -> None:
    assert rule() == ReplicationRule("r", enabled=True, bucket="copy", part=False)
    assert rule(Status="Disabled").enabled is False
    assert rule(Destination={"Bucket": "arn:aws-cn:s3:::kopie"}).bucket == "kopie"


@pytest.mark.parametrize(
    ("said", "part"),
    [
        pytest.param({}, False, id="no filter"),
        pytest.param({"Filter": {}}, False, id="an empty filter"),
        pytest.param({"Filter": {"Prefix": ""}}, False, id="an empty prefix"),
        pytest.param({"Prefix": ""}, False, id="an empty prefix of the older form"),
        pytest.param({"Prefix": "a/"}, True, id="a prefix of the older form"),
        pytest.param({"Filter": {"Prefix": "a/"}}, True, id="a prefix"),
        pytest.param({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, True, id="a tag"),
        pytest.param({"Filter": {"And": {"Prefix": "", "Tags": []}}}, True, id="several"),
    ],
)
def test_a_filter_means_that_only_a_part_is_copied(said: dict[str, Any], part: bool) -> None:
    assert rule(**said).part is part


@pytest.mark.parametrize(
    "destination",
    [None, {}, {"Bucket": ""}, {"Bucket": "arn:aws:s3-outposts:eu-west-1:123456789012:outpost/op-1/bucket/copy"}],
)
def test_a_destination_that_is_no_bucket_is_not_known(destination: Any) -> None:
    assert isinstance(rule(Destination=destination).bucket, Unknown)


def test_a_status_that_is_not_documented_is_not_known() -> None:
    assert isinstance(rule(Status="Paused").enabled, Unknown)


def test_destinations_are_those_of_rules_that_may_be_in_force_each_once() -> None:
    rules = [
        {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::a"}},
        {"Status": "Disabled", "Destination": {"Bucket": "arn:aws:s3:::b"}},
        {"Status": "Paused", "Destination": {"Bucket": "arn:aws:s3:::c"}},
        {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::a"}},
        {"Status": "Enabled"},
    ]
    assert BucketReplication.parse({"ReplicationConfiguration": {"Rules": rules}}).destinations == ("a", "c")


def test_an_access_point_is_parsed() -> None:
    said = {
        "Name": "web",
        "Bucket": "site",
        "NetworkOrigin": "VPC",
        "VpcConfiguration": {"VpcId": "vpc-1"},
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True},
    }
    assert AccessPoint.parse(said) == AccessPoint("site", "vpc-1", PublicAccessBlock(True, True, False, False))
    assert AccessPoint.parse({**said, "PublicAccessBlockConfiguration": {}}).block == PublicAccessBlock()
    open_to_all = AccessPoint.parse({**said, "VpcConfiguration": None, "PublicAccessBlockConfiguration": None})
    assert (open_to_all.vpc, isinstance(open_to_all.block, Unknown)) == ("", True)
    assert isinstance(AccessPoint.parse({}).block, Unknown)
