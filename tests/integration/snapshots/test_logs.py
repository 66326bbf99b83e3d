"""The whole configuration of log groups."""

from typing import Any

import pytest

from muster.model.finding import Resource
from muster.readers.cloudwatch.logs import LOG_GROUP
from muster.sdk.session import Clients
from tests.integration.snapshots.conftest import ACCOUNT, HERE, answers, refuses, snapshot_of

ARN = f"arn:aws:logs:{HERE}:{ACCOUNT}:log-group:/app"
APP = Resource(LOG_GROUP, "/app", ACCOUNT, HERE, arn=ARN)


@pytest.fixture
def group(clients: Clients) -> Clients:
    logs = clients.get("logs", HERE)
    for name in ("/app-of-others", "/app"):
        logs.create_log_group(logGroupName=name, tags={"Environment": "prod"})
    answers(clients, "logs", "DescribeIndexPolicies", {"indexPolicies": []})
    refuses(clients, "logs", "GetTransformer", "ResourceNotFoundException")
    answers(clients, "logs", "DescribeResourcePolicies", {"resourcePolicies": []})
    return clients


def listed(clients: Clients, *items: dict[str, Any]) -> None:
    answers(clients, "logs", "DescribeLogGroups", {"logGroups": list(items)})


def test_the_group_is_the_one_of_exactly_this_name(group: Clients) -> None:
    snapshot = snapshot_of(group, APP)
    assert snapshot.unread == {}
    assert snapshot.answer("log-group")["logGroupName"] == "/app"
    assert snapshot.answer("tags") == {"Tags": [{"Key": "Environment", "Value": "prod"}]}
    assert snapshot.answer("metric-filters") == {"metricFilters": []}
    assert not snapshot.has("transformer")


def test_a_group_of_which_only_longer_names_are_listed_does_not_exist(group: Clients) -> None:
    group.get("logs", HERE).delete_log_group(logGroupName="/app")
    assert not snapshot_of(group, APP).exists


def test_what_another_log_class_cannot_have_is_not_read(group: Clients) -> None:
    listed(group, {"logGroupName": "/app", "logGroupClass": "INFREQUENT_ACCESS"})
    for operation in ("DescribeMetricFilters", "DescribeSubscriptionFilters", "DescribeIndexPolicies"):
        refuses(group, "logs", operation, "InvalidParameterException")
    assert snapshot_of(group, APP).unread == {}


def test_data_protection_is_read_where_the_group_says_that_it_has_or_had_some(group: Clients) -> None:
    seen = answers(group, "logs", "GetDataProtectionPolicy", {"policyDocument": "{}"})
    assert (snapshot_of(group, APP).answer("data-protection"), seen) == ({}, [])
    listed(group, {"logGroupName": "/app", "dataProtectionStatus": "ACTIVATED"})
    assert snapshot_of(group, APP).answer("data-protection") == {"policyDocument": "{}"}


def test_the_policies_of_the_account_are_none_of_the_group(group: Clients) -> None:
    policies = [{"policyName": "route53", "policyScope": "ACCOUNT"}, {"policyName": "own", "policyScope": "RESOURCE"}]
    seen = answers(group, "logs", "DescribeResourcePolicies", {"resourcePolicies": policies})
    assert snapshot_of(group, APP).answer("resource-policy") == {"resourcePolicies": policies[1:]}
    assert ARN.encode() + b'"' in seen[0]


def test_a_denied_listing_says_that_the_group_was_not_read(group: Clients) -> None:
    refuses(group, "logs", "DescribeLogGroups")
    snapshot = snapshot_of(group, APP)
    assert snapshot.exists
    assert snapshot.unread["log-group"].permission == "logs:DescribeLogGroups"
