"""What moto's DynamoDB forgets of a table's settings: limits, class, key, replicas.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections import dynamodb_replicas
from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_INVALID = "One or more parameter values were invalid: "
_LIMITS = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
_CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")
_ON_DEMAND = "PAY_PER_REQUEST"
_NO_CAPACITY = dict.fromkeys((*_CAPACITIES, "NumberOfDecreasesToday"), 0)
_UNLIMITED = -1


def corrections() -> dict[str, Correction]:
    """Return what corrects the making, changing and describing of tables."""
    return {
        "dynamodb:CreateTable": _create,
        "dynamodb:UpdateTable": _update,
        "dynamodb:DescribeTable": _described,
        "dynamodb:DeleteTable": _delete,
        "dynamodb:DescribeLimits": _limits,
    }


def tables_of(request: Request) -> dict[str, Any]:
    """Return moto's tables of the request's account and region, by name."""
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    tables: dict[str, Any] = dynamodb_backends[account][region].tables
    return tables


def name_of(request: Request) -> str:
    """Return the name of the table that a request is about, given as a name or as an ARN."""
    return str(request.parameters.get("TableName", "")).rpartition("/")[2]


def further(table: Any) -> dict[str, Any]:
    """Return what is remembered of a table beside moto's own settings; it ends with the table."""
    if not hasattr(table, "further"):
        table.further = {"TableId": str(mock_random.uuid4()), "limits": {}}
    remembered: dict[str, Any] = table.further
    return remembered


def _create(request: Request) -> Answer:
    given = request.parameters
    billing = given.get("BillingMode", "PROVISIONED")
    wrong = next(itertools.chain(_wrong_limits(given, billing), _wrong_capacities(given, billing)), "")
    if wrong:
        return request.refuse("ValidationException", wrong)
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    table = tables_of(request)[name_of(request)]
    _remember(table, given)
    if billing == _ON_DEMAND:
        further(table)["since"] = table.created_at.timestamp()
    if "ResourcePolicy" in given:
        client = request.client("dynamodb", as_service=True)
        client.put_resource_policy(ResourceArn=table.table_arn, Policy=given["ResourcePolicy"])
    return _completed(request, body, "TableDescription")


def _update(request: Request) -> Answer:
    given, tables = request.parameters, tables_of(request)
    table = tables.get(name_of(request))
    if table is None:
        return request.ask()
    billing = given.get("BillingMode", table.billing_mode)
    wrong = next(itertools.chain(_wrong_limits(given, billing), _wrong_update(given, table)), "")
    if wrong:
        return request.refuse("ValidationException", wrong)
    if changes := given.get("ReplicaUpdates"):
        refused = dynamodb_replicas.change(request, table, changes)
        if refused:
            return request.refuse("ValidationException", refused)
    stream = given.get("StreamSpecification") or {}
    if stream.get("StreamEnabled") and not table.stream_specification.get("StreamEnabled"):
        # moto refuses a second stream, though the first one has ended.
        table.latest_stream_label = None
    before = table.billing_mode
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    _remember(table, given)
    _change_billing(table, before)
    return _completed(request, body, "TableDescription")


def _change_billing(table: Any, before: str) -> None:
    """Set the capacity to zero where a table turns to on-demand, and remember when it did."""
    if table.billing_mode == _ON_DEMAND and before != _ON_DEMAND:
        from moto.core.utils import utcnow  # noqa: PLC0415 - moto takes seconds to import

        further(table)["since"] = utcnow().timestamp()
        table.throughput = dict(_NO_CAPACITY)
        for index in table.global_indexes:
            index.throughput = dict(_NO_CAPACITY)


def _remember(table: Any, given: Mapping[str, Any]) -> None:
    """Keep what moto drops of CreateTable and UpdateTable."""
    kept = further(table)
    if "TableClass" in given:
        kept["TableClass"] = given["TableClass"]
    if encryption := given.get("SSESpecification"):
        table.sse_specification = _encryption(table, encryption)
    limits = [("", given.get("OnDemandThroughput"))]
    limits += [
        (index["IndexName"], index.get("OnDemandThroughput")) for index in given.get("GlobalSecondaryIndexes") or ()
    ]
    for update in given.get("GlobalSecondaryIndexUpdates") or ():
        for kind, index in update.items():
            if kind == "Delete":
                kept["limits"].pop(index["IndexName"], None)
            else:
                limits.append((index["IndexName"], index.get("OnDemandThroughput")))
    for name, limit in limits:
        if limit:
            kept["limits"][name] = {**kept["limits"].get(name, {}), **limit}


def _encryption(table: Any, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a table's encryption with the ARN of its key, whichever of a key's four names was given."""
    if not given.get("Enabled"):
        return None
    key = given.get("KMSMasterKeyId") or table._get_default_encryption_key(table.account_id, table.region_name)
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": _key_arn(table, key)}


def _key_arn(table: Any, key: str) -> str:
    """Return the ARN of a key, the name itself where it is of another account: estates name keys that do not exist."""
    from moto.kms.models import kms_backends  # noqa: PLC0415 - moto takes seconds to import

    backend = kms_backends[table.account_id][table.region_name]
    alias = backend.get_alias_name(key)
    number = backend.get_key_id_from_alias(alias) if alias.startswith("alias/") else key
    found = backend.keys.get(backend.get_key_id(number or ""))
    return str(found.arn) if found else key


def _described(request: Request) -> Answer:
    status, body = request.ask()
    return _completed(request, body, "Table") if status == HTTPStatus.OK else (status, body)


def _completed(request: Request, body: str, member: str) -> Answer:
    """Answer a table's description with what was remembered, and without what AWS leaves out."""
    document = json.loads(body)
    table = tables_of(request)[name_of(request)]
    kept, described = further(table), document[member]
    described["TableId"] = kept["TableId"]
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        described[name] = [_index(table, index, kept["limits"]) for index in described.get(name) or ()]
        if not described[name]:
            del described[name]
    described["ProvisionedThroughput"] = {**_NO_CAPACITY, **described["ProvisionedThroughput"]}
    described.pop("BillingModeSummary", None)
    if "since" in kept:
        described["BillingModeSummary"] = {
            "BillingMode": table.billing_mode,
            "LastUpdateToPayPerRequestDateTime": kept["since"],
        }
    if "TableClass" in kept:
        described["TableClassSummary"] = {"TableClass": kept["TableClass"]}
    described |= _limit(kept["limits"].get(""))
    if table.sse_specification and table.sse_specification.get("Enabled"):
        described["SSEDescription"]["KMSMasterKeyArn"] = table.sse_specification["KMSMasterKeyId"]
    else:
        described.pop("SSEDescription", None)
    described |= dynamodb_replicas.described(table)
    return HTTPStatus.OK, json.dumps(document)


def _index(table: Any, index: dict[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    further_members = {"IndexArn": f"{table.table_arn}/index/{index['IndexName']}", "IndexSizeBytes": 0, "ItemCount": 0}
    if "ProvisionedThroughput" in index:
        further_members["ProvisionedThroughput"] = {**_NO_CAPACITY, **index["ProvisionedThroughput"]}
    return {**index, **further_members, **_limit(limits.get(index["IndexName"]))}


def _limit(limit: Mapping[str, int] | None) -> dict[str, Any]:
    """Return the member of a description that has a maximum; there is none where both are unlimited."""
    if not limit or all(limit.get(name, _UNLIMITED) == _UNLIMITED for name in _LIMITS):
        return {}
    return {"OnDemandThroughput": {name: limit.get(name, _UNLIMITED) for name in _LIMITS}}


def _wrong_limits(given: Mapping[str, Any], billing: str) -> Iterator[str]:
    """Yield maxima that are out of range, and maxima of a table that is not on-demand."""
    wanted = [given.get("OnDemandThroughput")]
    wanted += [index.get("OnDemandThroughput") for index in given.get("GlobalSecondaryIndexes") or ()]
    for update in given.get("GlobalSecondaryIndexUpdates") or ():
        wanted += [index.get("OnDemandThroughput") for index in update.values()]
    for limit in wanted:
        if limit and billing != _ON_DEMAND:
            yield f"{_INVALID}OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST"
        for name, value in (limit or {}).items():
            if value != _UNLIMITED and value < 1:
                yield f"{_INVALID}Requested {name} for OnDemandThroughput for table is outside of valid range"


def _wrong_capacities(given: Mapping[str, Any], billing: str) -> Iterator[str]:
    """Yield indexes of a provisioned table that have no capacity of their own."""
    for index in given.get("GlobalSecondaryIndexes") or ():
        if billing != _ON_DEMAND and not index.get("ProvisionedThroughput"):
            yield f"{_INVALID}ProvisionedThroughput must be specified for index: {index['IndexName']}"


def _wrong_update(given: Mapping[str, Any], table: Any) -> Iterator[str]:
    """Yield what UpdateTable refuses: a mode without its capacity, capacity without its mode, two indexes at once."""
    billing, throughput = given.get("BillingMode"), given.get("ProvisionedThroughput")
    if billing == "PROVISIONED" and table.billing_mode == _ON_DEMAND and not throughput:
        yield f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
    if throughput and (billing or table.billing_mode) == _ON_DEMAND:
        yield f"{_INVALID}ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST"
    made = [kind for update in given.get("GlobalSecondaryIndexUpdates") or () for kind in update if kind != "Update"]
    if len(made) > 1:
        yield f"{_INVALID}Only 1 online index can be created or deleted simultaneously per table"


def _delete(request: Request) -> Answer:
    tables, name = tables_of(request), name_of(request)
    table = tables.get(name)
    status, body = request.ask()
    if status == HTTPStatus.OK and table is not None:
        dynamodb_replicas.leave(table)
    return status, body


def _limits(request: Request) -> Answer:
    """Answer the quotas of a new account.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    """
    account, table = 80_000, 40_000
    return request.answer(
        {
            "AccountMaxReadCapacityUnits": account,
            "AccountMaxWriteCapacityUnits": account,
            "TableMaxReadCapacityUnits": table,
            "TableMaxWriteCapacityUnits": table,
        }
    )
