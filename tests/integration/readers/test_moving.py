"""Listings of services that move data: what is left out, and whose tags are whose."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.model.finding import Resource
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.readers.management.fsx import file_systems
from muster.readers.transfer import datasync, dms

HERE, ACCOUNT = "eu-west-1", "123456789012"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{HERE}:{ACCOUNT}:{rest}"


def replication(prefix: str, state: str) -> dict[str, Any]:
    status = f"{prefix}Status" if prefix == "ReplicationInstance" else "Status"
    return {f"{prefix}Identifier": state, f"{prefix}Arn": arn("dms", f"x:{state.upper()}"), status: state}


def file_system(state: str) -> dict[str, Any]:
    name = f"fs-000-{state}"
    return {"FileSystemId": name, "ResourceARN": arn("fsx", f"file-system/{name}"), "Lifecycle": state.upper()}


def task(state: str) -> dict[str, Any]:
    return {"TaskArn": arn("datasync", f"task/{state}"), "Status": state.upper()}


@pytest.mark.parametrize(
    ("lister", "operation", "items", "kept"),
    [
        (
            dms.instances,
            "describe_replication_instances",
            [replication("ReplicationInstance", each) for each in ("available", "creating", "failed", "deleting")],
            ["available"],
        ),
        (
            dms.tasks,
            "describe_replication_tasks",
            [replication("ReplicationTask", each) for each in ("stopped", "creating", "failed", "deleting")],
            ["stopped", "failed"],
        ),
        (
            dms.endpoints,
            "describe_endpoints",
            [replication("Endpoint", each) for each in ("active", "creating", "deleting")],
            ["active"],
        ),
        (
            file_systems,
            "describe_file_systems",
            [file_system(each) for each in ("available", "misconfigured", "creating", "failed", "deleting")],
            ["fs-000-available", "fs-000-misconfigured"],
        ),
        (
            datasync.tasks,
            "list_tasks",
            [task(each) for each in ("available", "creating", "unavailable")],
            ["available", "unavailable"],
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_being_made_or_deleted_is_left_out(
    lister: Lister, operation: str, items: list[dict[str, Any]], kept: list[str]
) -> None:
    client: Any = boto3.client(lister.client, HERE)
    member = {"describe_endpoints": "Endpoints", "describe_file_systems": "FileSystems", "list_tasks": "Tasks"}
    name = member.get(operation) or operation.removeprefix("describe_").title().replace("_", "")
    with Stubber(client) as stub:
        stub.add_response(operation, {name: items})
        page = lister.function(client, Shard(ACCOUNT, HERE, lister.client), None)
        assert [each.resource.id for each in page.items] == kept


def test_tags_of_several_resources_of_dms_are_told_apart_by_the_arn() -> None:
    client: Any = boto3.client("dms", HERE)
    orders, bills = (
        Resource(dms.TASK, name, ACCOUNT, HERE, arn=arn("dms", f"task:{name.upper()}")) for name in ("orders", "bills")
    )
    found = [{"Key": "Owner", "Value": "data", "ResourceArn": orders.key}]
    with Stubber(client) as stub:
        stub.add_response("list_tags_for_resource", {"TagList": found}, {"ResourceArnList": [orders.key, bills.key]})
        tags = dms.task_tags.function(client, [orders, bills])
    assert {name: dict(each.own) for name, each in tags.items()} == {"orders": {"Owner": "data"}, "bills": {}}
