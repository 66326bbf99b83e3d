"""Queries of Athena that are really run, where moto answers each of them with no rows, and tags of what has none.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html and its neighbours.
"""

import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local import athena, athena_values
from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_PAGE = 1000
_ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
_USER = 2
"""AthenaError's category of errors of the caller."""


def corrections() -> dict[str, Correction]:
    """Return what corrects Athena, by operation; what was queried is remembered in it."""
    return _Queries().by_operation()


@dataclass(slots=True)
class _Query:
    """One query, its state and, once it has succeeded, its rows as strings."""

    query_id: str
    parameters: Mapping[str, Any]
    output: str
    submitted: float
    state: str = "QUEUED"
    completed: float | None = None
    reason: str = ""
    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    scanned: int = 0


@dataclass(slots=True)
class _Queries:
    by_place: dict[Place, dict[str, _Query]] = field(default_factory=dict)
    tokens: dict[tuple[Place, str], str] = field(default_factory=dict)

    def by_operation(self) -> dict[str, Correction]:
        return {
            "athena:StartQueryExecution": self._start,
            "athena:GetQueryExecution": self._get,
            "athena:BatchGetQueryExecution": self._get_many,
            "athena:ListQueryExecutions": self._list,
            "athena:StopQueryExecution": self._stop,
            "athena:GetQueryResults": self._results,
            "athena:ListTagsForResource": _tags,
        }

    def _start(self, request: Request) -> Answer:
        where, given = place(request), request.parameters
        token = (where, str(given.get("ClientRequestToken") or uuid.uuid4()))
        if token in self.tokens:
            return request.answer({"QueryExecutionId": self.tokens[token]})
        try:
            athena.translated(str(given["QueryString"]))
            output = _output(request)
        except (athena.QueryError, _RequestError) as error:
            return request.refuse("InvalidRequestException", str(error))
        query = _Query(str(uuid.uuid4()), given, output, time.time())
        query.output += f"{query.query_id}.csv"
        self.tokens[token] = query.query_id
        self.by_place.setdefault(where, {})[query.query_id] = query
        threading.Thread(target=_run, args=(query, request.client), daemon=True, name="athena").start()
        return request.answer({"QueryExecutionId": query.query_id})

    def _of(self, request: Request, query_id: str) -> _Query | None:
        return self.by_place.get(place(request), {}).get(query_id)

    def _get(self, request: Request) -> Answer:
        query = self._of(request, str(request.parameters["QueryExecutionId"]))
        return request.answer({"QueryExecution": _described(query)}) if query else _not_found(request)

    def _get_many(self, request: Request) -> Answer:
        wanted = [(each, self._of(request, each)) for each in request.parameters["QueryExecutionIds"]]
        missing = [{"QueryExecutionId": each, "ErrorCode": "INVALID_INPUT"} for each, query in wanted if query is None]
        found = [_described(query) for _, query in wanted if query]
        return request.answer({"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing})

    def _list(self, request: Request) -> Answer:
        group = request.parameters.get("WorkGroup", "primary")
        queries = reversed(self.by_place.get(place(request), {}).values())
        ids = [each.query_id for each in queries if each.parameters.get("WorkGroup", "primary") == group]
        start, size = int(request.parameters.get("NextToken", 0)), int(request.parameters.get("MaxResults", 50))
        more = {"NextToken": str(start + size)} if start + size < len(ids) else {}
        return request.answer({"QueryExecutionIds": ids[start : start + size], **more})

    def _stop(self, request: Request) -> Answer:
        query = self._of(request, str(request.parameters["QueryExecutionId"]))
        if query is None:
            return _not_found(request)
        if query.state in ("QUEUED", "RUNNING"):
            query.state, query.completed = "CANCELLED", time.time()
        return request.answer({})

    def _results(self, request: Request) -> Answer:
        query = self._of(request, str(request.parameters["QueryExecutionId"]))
        if query is None:
            return _not_found(request)
        if query.state != "SUCCEEDED":
            return request.refuse(
                "InvalidRequestException", f"Query has not yet finished. Current state: {query.state}"
            )
        size = int(request.parameters.get("MaxResults", _PAGE))
        if not 1 <= size <= _PAGE:
            return request.refuse("InvalidRequestException", f"MaxResults is {size}; it must be 1 to {_PAGE}")
        start = int(request.parameters.get("NextToken", 0))
        # The first row of the first page is the header, as Athena's is for a SELECT.
        every = [[column["Name"] for column in query.columns], *query.rows]
        rows = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in every]
        more = {"NextToken": str(start + size)} if start + size < len(rows) else {}
        found = {"Rows": rows[start : start + size], "ResultSetMetadata": {"ColumnInfo": query.columns}}
        return request.answer({"UpdateCount": 0, "ResultSet": found, **more})


class _RequestError(Exception):
    """A query that cannot be started."""


def _output(request: Request) -> str:
    """Return where a query's results go: where the workgroup says if it insists, else where the request says."""
    given = request.parameters
    name = str(given.get("WorkGroup", "primary"))
    api = request.client("athena")
    known = {each["Name"] for each in api.list_work_groups()["WorkGroups"]}
    if name not in known:
        raise _RequestError(f"WorkGroup {name} is not found.")
    group = api.get_work_group(WorkGroup=name)["WorkGroup"].get("Configuration", {})
    own = group.get("ResultConfiguration", {}).get("OutputLocation", "")
    location = given.get("ResultConfiguration", {}).get("OutputLocation", "")
    chosen = str(own if group.get("EnforceWorkGroupConfiguration") and own else location or own)
    if not chosen:
        raise _RequestError(
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input."
        )
    return chosen if chosen.endswith("/") else f"{chosen}/"


def _run(query: _Query, client: athena.Clients) -> None:
    """Run a query and write its rows where Athena does; a query that was stopped keeps its state."""
    query.state = "RUNNING"
    database = query.parameters.get("QueryExecutionContext", {}).get("Database", "default")
    try:
        found = athena.run(client, str(query.parameters["QueryString"]), str(database))
        query.columns, query.rows = athena_values.columns(found), athena_values.rows(found)
        bucket, _, key = query.output.removeprefix("s3://").partition("/")
        body = athena_values.csv(query.columns, query.rows)
        client("s3").put_object(Bucket=bucket, Key=key, Body=body.encode())
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is the query's own failure, as on AWS
        reason = str(error) if isinstance(error, athena.QueryError) else f"GENERIC_INTERNAL_ERROR: {error}"
        _end(query, "FAILED", reason)
        return
    query.scanned = found.scanned
    _end(query, "SUCCEEDED", "")


def _end(query: _Query, state: str, reason: str) -> None:
    if query.state == "RUNNING":
        query.completed, query.reason = time.time(), reason
        query.state = state


def _described(query: _Query) -> dict[str, Any]:
    status: dict[str, Any] = {"State": query.state, "SubmissionDateTime": query.submitted}
    took = 0
    if query.completed is not None:
        status["CompletionDateTime"] = query.completed
        took = round((query.completed - query.submitted) * 1000)
    if query.reason:
        error = {"ErrorCategory": _USER, "ErrorType": 1, "Retryable": False, "ErrorMessage": query.reason}
        status |= {"StateChangeReason": query.reason, "AthenaError": error}
    statistics = {
        "EngineExecutionTimeInMillis": took,
        "DataScannedInBytes": query.scanned,
        "TotalExecutionTimeInMillis": took,
        "QueryQueueTimeInMillis": 0,
        "ServiceProcessingTimeInMillis": 0,
    }
    return {
        "QueryExecutionId": query.query_id,
        "Query": query.parameters["QueryString"],
        "StatementType": "DML",
        "ResultConfiguration": {"OutputLocation": query.output},
        "QueryExecutionContext": query.parameters.get("QueryExecutionContext", {}),
        "Status": status,
        "Statistics": statistics,
        "WorkGroup": query.parameters.get("WorkGroup", "primary"),
        "EngineVersion": _ENGINE,
    }


def _tags(request: Request) -> Answer | None:
    """List no tags of a workgroup that has none: to moto, one that was never tagged does not exist.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTagsForResource.html
    """
    from moto.athena.models import athena_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    backend, arn = athena_backends[account][region], str(request.parameters["ResourceARN"])
    there = any(arn.endswith(f":workgroup/{name}") for name in backend.work_groups)
    return request.answer({"Tags": []}) if there and not backend.tagger.has_tags(arn) else None


def _not_found(request: Request) -> Answer:
    query_id = request.parameters["QueryExecutionId"]
    return request.refuse("InvalidRequestException", f"QueryExecution {query_id} was not found")
