"""Log groups as properties."""

import json
from typing import Any

import pytest

from muster.model.finding import Unavailable
from tests.unit.properties.converting import Examples
from tests.unit.properties.linted import faults

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GROUP = {
    "logGroupName": "/app",
    "creationTime": 1,
    "storedBytes": 2,
    "metricFilterCount": 0,
    "logGroupClass": "STANDARD",
}
GROUPS = Examples(
    "AWS::Logs::LogGroup", "/app",
    {
        "log-group": GROUP, "tags": {"Tags": []}, "metric-filters": {"metricFilters": []},
        "subscription-filters": {"subscriptionFilters": []}, "data-protection": {}, "transformer": None,
        "index-policies": {"indexPolicies": []}, "resource-policy": {"resourcePolicies": []},
    },
)  # fmt: skip


def group(**members: Any) -> dict[str, Any]:
    return {"log-group": {**GROUP, **members}}


def test_a_group_without_a_retention_keeps_its_events_for_ever() -> None:
    assert GROUPS.written() == {"LogGroupName": "/app", "LogGroupClass": "STANDARD"}
    assert GROUPS.converted().resources[0].identifier == {"LogGroupName": "/app"}


def test_a_group_that_has_everything() -> None:
    protection = {"Name": "pii", "Version": "2021-06-01", "Statement": []}
    indexes, policy = {"Fields": ["requestId"]}, {"Version": "2012-10-17", "Statement": []}
    sections = {
        **group(retentionInDays=30, kmsKeyId=KEY, deletionProtectionEnabled=True, dataProtectionStatus="ACTIVATED"),
        "data-protection": {"policyDocument": json.dumps(protection), "logGroupIdentifier": "/app"},
        "index-policies": {"indexPolicies": [{"source": "LOG_GROUP", "policyDocument": json.dumps(indexes)}]},
        "resource-policy": {"resourcePolicies": [{"policyName": "own", "policyDocument": json.dumps(policy)}]},
        "tags": {"Tags": [{"Key": "team", "Value": "data"}, {"Key": "aws:x", "Value": "y"}]},
    }
    conversion = GROUPS.converted(sections)
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    assert conversion.resources[0].properties == {
        "LogGroupName": "/app", "LogGroupClass": "STANDARD", "RetentionInDays": 30, "KmsKeyId": KEY,
        "DeletionProtectionEnabled": True, "DataProtectionPolicy": protection, "FieldIndexPolicies": [indexes],
        "ResourcePolicyDocument": policy, "Tags": [{"Key": "team", "Value": "data"}],
    }  # fmt: skip


def test_the_index_policy_of_the_account_is_none_of_the_group() -> None:
    policies = [{"source": "ACCOUNT", "policyName": "all", "policyDocument": '{"Fields": ["a"]}'}]
    assert "FieldIndexPolicies" not in GROUPS.written({"index-policies": {"indexPolicies": policies}})


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"metric-filters": {"metricFilters": [{"filterName": "errors"}]}}, "metric filters"),
        ({"subscription-filters": {"subscriptionFilters": [{"filterName": "all"}]}}, "subscription filters"),
        ({"transformer": {"transformerConfig": [{"parseJSON": {}}]}}, "transformer"),
    ],
)
def test_what_is_a_resource_of_its_own_is_a_remark(section: dict[str, Any], words: str) -> None:
    conversion = GROUPS.converted(section)
    assert conversion.obstacles == ()
    assert conversion.remarks == (f"its {words} are resources of their own: they are left out and stay as they are",)


@pytest.mark.parametrize("section", ["metric-filters", "subscription-filters", "transformer"])
def test_what_is_a_resource_of_its_own_need_not_be_read(section: str) -> None:
    assert GROUPS.in_the_way({section: Unavailable("logs:Get", "access denied")}) == []


@pytest.mark.parametrize("section", ["log-group", "tags", "data-protection", "index-policies", "resource-policy"])
def test_a_section_of_the_group_that_was_not_read_is_an_obstacle(section: str) -> None:
    assert GROUPS.in_the_way({section: Unavailable("logs:Get", "access denied")}) == [section]


@pytest.mark.parametrize(
    ("members", "setting"),
    [({"logGroupClass": "ESSENTIALS"}, "logGroupClass"), ({"retentionPolicyName": "short"}, "retentionPolicyName")],
)
def test_what_cloudformation_cannot_make_is_an_obstacle(members: dict[str, Any], setting: str) -> None:
    assert GROUPS.in_the_way(group(**members)) == [f"log-group.{setting}"]
