"""The whole configuration of functions, on moto where it answers as AWS documents."""

from dataclasses import replace
from typing import Any

import pytest

from muster.model.finding import Resource
from muster.readers.lambda_.functions import FUNCTION
from muster.scanning.cache import SingleFlight
from muster.sdk.session import Clients
from muster.snapshots.form import forms
from muster.snapshots.reading import How, read_snapshots
from tests.integration.snapshots.conftest import ACCOUNT, HERE, answers, refuses, snapshot_of

ARN = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:orders"
ORDERS = Resource(FUNCTION, "orders", ACCOUNT, HERE, arn=ARN)
URL = "https://awslambda-eu-west-1-tasks.s3.example/code?X-Amz-Signature=abc"


@pytest.fixture
def function(clients: Clients) -> Clients:
    for operation in ("GetFunctionCodeSigningConfig", "GetRuntimeManagementConfig", "GetFunctionRecursionConfig"):
        answers(clients, "lambda", operation, {"FunctionName": "orders"})
    answers(clients, "lambda", "ListProvisionedConcurrencyConfigs", {"ProvisionedConcurrencyConfigs": []})
    answers(clients, "lambda", "ListTags", {"Tags": {"Environment": "prod"}})
    for operation in ("GetPolicy", "ListFunctionEventInvokeConfigs", "ListFunctionUrlConfigs"):
        refuses(clients, "lambda", operation, "ResourceNotFoundException")
    for operation, member in (("ListEventSourceMappings", "EventSourceMappings"), ("ListAliases", "Aliases")):
        answers(clients, "lambda", operation, {member: []})
    answers(clients, "lambda", "GetFunction", whole("Zip"))
    return clients


def whole(package: str) -> dict[str, Any]:
    return {
        "Configuration": {"FunctionName": "orders", "FunctionArn": ARN, "PackageType": package},
        "Code": {"RepositoryType": "S3", "Location": URL},
        "Concurrency": {"ReservedConcurrentExecutions": 0},
        "TagsError": {"ErrorCode": "AccessDeniedException", "Message": "lambda:ListTags is missing"},
    }


def test_a_function_is_read_without_the_signed_url_of_its_code(function: Clients) -> None:
    snapshot = snapshot_of(function, ORDERS)
    assert snapshot.unread == {}
    assert snapshot.answer("function")["Code"] == {"RepositoryType": "S3"}
    assert snapshot.answer("function")["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    assert URL not in repr(snapshot)


def test_a_function_without_a_policy_exists(function: Clients) -> None:
    snapshot = snapshot_of(function, ORDERS)
    assert snapshot.exists
    assert [name for name in ("policy", "event-invoke", "url") if snapshot.has(name)] == []


def test_a_function_that_does_not_exist_is_no_snapshot(function: Clients) -> None:
    refuses(function, "lambda", "GetFunction", "ResourceNotFoundException")
    assert not snapshot_of(function, ORDERS).exists


def test_tags_are_a_section_of_their_own_with_their_own_permission(function: Clients) -> None:
    assert snapshot_of(function, ORDERS).answer("tags") == {"Tags": [{"Key": "Environment", "Value": "prod"}]}
    refuses(function, "lambda", "ListTags")
    snapshot = snapshot_of(function, ORDERS)
    assert {name: each.permission for name, each in snapshot.unread.items()} == {"tags": "lambda:ListTags"}
    assert "TagsError" not in snapshot.answer("function")


def test_event_sources_are_those_of_the_function_its_versions_and_aliases(function: Clients) -> None:
    names = ("orders", "orders:live", "orders:3", "orders-2", "other")
    mappings = [{"UUID": name, "FunctionArn": f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:{name}"} for name in names]
    answers(function, "lambda", "ListEventSourceMappings", {"EventSourceMappings": mappings})
    found = snapshot_of(function, ORDERS).answer("event-sources")["EventSourceMappings"]
    assert [each["UUID"] for each in found] == ["orders", "orders:live", "orders:3"]


def test_event_sources_of_a_region_are_listed_once_for_all_its_functions(function: Clients) -> None:
    listed = answers(function, "lambda", "ListEventSourceMappings", {"EventSourceMappings": []})
    wanted = [(replace(ORDERS, id=name), forms()[FUNCTION].only("event-sources")) for name in ("orders", "bills", "c")]
    found = [*read_snapshots(function, wanted, how=How(share=SingleFlight()))]
    assert [each.answer("event-sources") for each in found] == [{"EventSourceMappings": []}] * 3
    assert len(listed) == 1


def test_event_sources_that_are_denied_are_unread_for_each_function(function: Clients) -> None:
    refuses(function, "lambda", "ListEventSourceMappings")
    wanted = [(replace(ORDERS, id=name), forms()[FUNCTION].only("event-sources")) for name in ("orders", "bills")]
    found = [*read_snapshots(function, wanted, how=How(share=SingleFlight()))]
    assert [each.unread["event-sources"].permission for each in found] == ["lambda:ListEventSourceMappings"] * 2


def test_what_an_image_cannot_have_is_not_read(function: Clients) -> None:
    answers(function, "lambda", "GetFunction", whole("Image"))
    for operation in ("GetFunctionCodeSigningConfig", "GetRuntimeManagementConfig"):
        refuses(function, "lambda", operation, "InvalidParameterValueException")
    snapshot = snapshot_of(function, ORDERS)
    assert snapshot.unread == {}
    assert snapshot.answer("code-signing") == snapshot.answer("runtime-management") == {}


def test_each_denied_operation_makes_its_own_section_unread(function: Clients) -> None:
    for operation in ("GetPolicy", "ListAliases", "GetFunctionRecursionConfig"):
        refuses(function, "lambda", operation)
    unread = snapshot_of(function, ORDERS).unread
    assert {name: each.permission for name, each in unread.items()} == {
        "policy": "lambda:GetPolicy",
        "aliases": "lambda:ListAliases",
        "recursion": "lambda:GetFunctionRecursionConfig",
    }


def test_nothing_that_needs_the_function_is_read_where_it_is_denied(function: Clients) -> None:
    refuses(function, "lambda", "GetFunction")
    unread = snapshot_of(function, ORDERS).unread
    assert list(unread) == ["function", "code-signing", "runtime-management"]
