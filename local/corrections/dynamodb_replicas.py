"""Global tables, which moto's DynamoDB lacks: replicas (version 2019.11.21) and global tables of 2017.11.29.

Items are not replicated; the settings of a table and the list of its replicas are.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ReplicaDescription.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeGlobalTable.html
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_VERSION = "2019.11.21"
_IMAGES = "NEW_AND_OLD_IMAGES"
_OVERRIDES = ("KMSMasterKeyId", "ProvisionedThroughputOverride", "OnDemandThroughputOverride", "GlobalSecondaryIndexes")


def corrections() -> dict[str, Correction]:
    """Return what corrects the global tables of 2017; they are remembered in it."""
    tables = _GlobalTables()
    return {
        "dynamodb:CreateGlobalTable": tables.create,
        "dynamodb:DescribeGlobalTable": tables.describe,
        "dynamodb:ListGlobalTables": tables.list,
    }


def change(request: Request, table: Any, changes: Iterable[Mapping[str, Any]]) -> str:
    """Add, change and remove replicas of a table; return why DynamoDB refuses."""
    for each in changes:
        for kind, wanted in each.items():
            refused = _CHANGES[kind](request, table, dict(wanted))
            if refused:
                return refused
    return ""


def described(table: Any) -> dict[str, Any]:
    """Return the members of a table's description that list its replicas in other regions; none for a plain table."""
    replicas: dict[str, Any] = getattr(table, "replicas", {})
    if not replicas:
        return {}
    return {"GlobalTableVersion": _VERSION, "Replicas": [replicas[region] for region in sorted(replicas)]}


def leave(table: Any) -> None:
    """Take a deleted table out of the lists of its replicas."""
    for region in list(getattr(table, "replicas", {})):
        other = _tables(table.account_id, region).get(table.name)
        if other is not None:
            other.replicas.pop(table.region_name, None)


def _create(_request: Request, table: Any, wanted: dict[str, Any]) -> str:
    region = str(wanted["RegionName"])
    tables = _tables(table.account_id, region)
    if region == table.region_name or table.name in tables:
        return f"Failed to create a the new replica of table with name: '{table.name}' because one already exists."
    if table.stream_specification.get("StreamEnabled") and table.stream_specification.get("StreamViewType") != _IMAGES:
        return "Table must have a stream enabled with NEW_AND_OLD_IMAGES to add a replica."
    if not table.stream_specification.get("StreamEnabled"):
        table.set_stream_specification({"StreamEnabled": True, "StreamViewType": _IMAGES})
    replicas = getattr(table, "replicas", {})
    made = _copy(table, region)
    others = {each: _tables(table.account_id, each)[table.name] for each in replicas}
    made.replicas = {**replicas, table.region_name: _replica({"RegionName": table.region_name})}
    for other in (table, *others.values()):
        other.replicas = {**getattr(other, "replicas", {}), region: _replica(wanted)}
    tables[table.name] = made
    return ""


def _copy(table: Any, region: str) -> Any:
    """Return a table of the same settings in another region, with a stream of its own."""
    shard, items, mappings = table.stream_shard, table.items, table.lambda_event_source_mappings
    table.stream_shard, table.items, table.lambda_event_source_mappings = None, None, {}
    try:
        made = copy.deepcopy(table)
    finally:
        table.stream_shard, table.items, table.lambda_event_source_mappings = shard, items, mappings
    made.region_name, made.items, made.tags = region, defaultdict(dict), []
    made.table_arn = made._generate_arn(table.name)
    made.set_stream_specification({"StreamEnabled": True, "StreamViewType": _IMAGES})
    return made


def _replica(wanted: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: wanted[key] for key in ("RegionName", *_OVERRIDES) if key in wanted}
    if "TableClassOverride" in wanted:
        kept["ReplicaTableClassSummary"] = {"TableClass": wanted["TableClassOverride"]}
    return {"ReplicaStatus": "ACTIVE", **kept}


def _update(_request: Request, table: Any, wanted: dict[str, Any]) -> str:
    region, replicas = str(wanted["RegionName"]), getattr(table, "replicas", {})
    if region not in replicas:
        return f"Update replica failed: no replica of table '{table.name}' in region '{region}'."
    replicas[region] |= _replica(wanted)
    return ""


def _delete(_request: Request, table: Any, wanted: dict[str, Any]) -> str:
    region, replicas = str(wanted["RegionName"]), getattr(table, "replicas", {})
    if region not in replicas:
        return f"Delete replica failed: no replica of table '{table.name}' in region '{region}'."
    made = _tables(table.account_id, region).pop(table.name)
    leave(made)
    return ""


_CHANGES = {"Create": _create, "Update": _update, "Delete": _delete}


def _tables(account: str, region: str) -> dict[str, Any]:
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - moto takes seconds to import

    tables: dict[str, Any] = dynamodb_backends[account][region].tables
    return tables


@dataclass(slots=True)
class _GlobalTables:
    made: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Join tables of one name; each needs to be there, empty, with a stream of both images."""
        (account, _), name = place(request), str(request.parameters["GlobalTableName"])
        group = [str(each["RegionName"]) for each in request.parameters["ReplicationGroup"]]
        if (account, name) in self.made:
            message = f"Global table with name: '{name}' already exists"
            return request.refuse("GlobalTableAlreadyExistsException", message)
        for region in group:
            table = _tables(account, region).get(name)
            if table is None:
                message = f"Requested resource not found: Table: {name} not found in region {region}"
                return request.refuse("TableNotFoundException", message)
            if table.stream_specification.get("StreamViewType") != _IMAGES:
                message = f"The stream of table {name} in region {region} is not of NEW_AND_OLD_IMAGES"
                return request.refuse("ValidationException", message)
        self.made[account, name] = {
            "ReplicationGroup": [{"RegionName": region} for region in group],
            "GlobalTableArn": f"arn:aws:dynamodb::{account}:global-table/{name}",
            "CreationDateTime": datetime.now(UTC),
            "GlobalTableStatus": "ACTIVE",
            "GlobalTableName": name,
        }
        return request.answer({"GlobalTableDescription": self.made[account, name]})

    def describe(self, request: Request) -> Answer:
        """Answer a global table of 2017; a table that is none, and one of 2019, are not found."""
        account, region = place(request)
        name = str(request.parameters["GlobalTableName"])
        found = self.made.get((account, name))
        if found is None or region not in {each["RegionName"] for each in found["ReplicationGroup"]}:
            message = f"Global table not found: Global table with name: '{name}' does not exist."
            return request.refuse("GlobalTableNotFoundException", message)
        return request.answer({"GlobalTableDescription": found})

    def list(self, request: Request) -> Answer:
        """Answer the global tables of 2017 that have a replica in a region."""
        account, _ = place(request)
        wanted = request.parameters.get("RegionName")
        tables = [
            {"GlobalTableName": name, "ReplicationGroup": found["ReplicationGroup"]}
            for (owner, name), found in sorted(self.made.items())
            if owner == account and wanted in (None, *(each["RegionName"] for each in found["ReplicationGroup"]))
        ]
        return request.answer({"GlobalTables": tables})
