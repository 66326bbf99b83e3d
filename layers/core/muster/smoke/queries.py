"""Athena: the view of the latest findings, and every saved query."""

import time
from collections.abc import Iterator
from typing import Any

from muster.smoke.lines import BrokenError, Visit, until
from muster.smoke.stack import Stack

VIEW = "SELECT * FROM latest_findings LIMIT 1"
_LONGEST = 300.0


def view(visit: Visit) -> str:
    """Read one row of the view; the columns say that Athena understands it, whether there is a row or not."""
    rows = _rows(visit.stack, VIEW, "latest_findings")
    columns = len(rows[0]["Data"]) if rows else 0
    if not columns:
        raise BrokenError("latest_findings has no columns")
    return f"latest_findings answers with {columns} columns and {len(rows) - 1} row"


def saved(visit: Visit) -> str:
    """Run every saved query of the workgroup."""
    stack, began = visit.stack, time.monotonic()
    counts = {name: len(_rows(stack, sql, name)) - 1 for name, sql in _saved(stack)}
    if not counts:
        raise BrokenError(f"the workgroup {stack.outputs['WorkgroupName']} has no saved query")
    rows = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
    return f"{len(counts)} queries ran in {time.monotonic() - began:.0f} s; rows of the first page: {rows}"


def _saved(stack: Stack) -> Iterator[tuple[str, str]]:
    athena = stack.client("athena")
    pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=stack.outputs["WorkgroupName"])
    for query_id in (each for page in pages for each in page["NamedQueryIds"]):
        found = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
        yield str(found["Name"]), str(found["QueryString"])


def _rows(stack: Stack, sql: str, name: str) -> list[dict[str, Any]]:
    """Return the first page of a query's rows, the header first."""
    athena = stack.client("athena")
    started = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": stack.outputs["DatabaseName"]},
        WorkGroup=stack.outputs["WorkgroupName"],
    )["QueryExecutionId"]

    def look() -> Any:
        status = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]
        return status if status["State"] not in ("QUEUED", "RUNNING") else None

    status = until(stack, _LONGEST, 1.0, look)
    if status is None:
        athena.stop_query_execution(QueryExecutionId=started)
        raise BrokenError(f"{name} still ran after five minutes and was stopped")
    if status["State"] != "SUCCEEDED":
        raise BrokenError(f"{name}: {status.get('StateChangeReason', status['State'])}")
    rows: list[dict[str, Any]] = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
    return rows
