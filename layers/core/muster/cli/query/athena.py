"""Athena's SQL on the workgroup of a stack: start, wait, read the pages; ^C stops the query."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from muster.cli.query.result import Result
from muster.errors import ConfigurationError
from muster.model.text import shortened
from muster.sdk.errors import READ_ERRORS
from muster.sdk.first_calls import asking
from muster.sdk.session import Clients
from muster.targets.deployed import described, outputs_of

_INSTEAD = "use credentials that may query the stack's workgroup"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = re.compile(r"[\s(]*(?:select|with|values|show|describe)\b", re.IGNORECASE)
_OVER = ("SUCCEEDED", "FAILED", "CANCELLED")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


_VALUES: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "tinyint": int,
        "smallint": int,
        "integer": int,
        "bigint": int,
        "float": float,
        "double": float,
        "decimal": float,
        "boolean": lambda text: text == "true",
        "timestamp": _moment,
    }
)
"""What Athena's answers hold as text, by type; every other type stays a text."""


def run(
    sql: str,
    clients: Clients,
    region: str,
    stack: str,
    report: Callable[[str, float, int], None] = lambda _state, _seconds, _scanned: None,
) -> Result:
    """Run a statement on a stack's workgroup; `report` takes the state, the seconds and the bytes that were scanned.

    Raises:
        ConfigurationError: there is no such stack, or the statement is wrong; the message is Athena's.
        CredentialsError: a call is denied.
    """
    if not _READS.match(_COMMENTS.sub(" ", sql)):
        raise ConfigurationError("SQL: only statements that read can be run: SELECT, WITH, SHOW or DESCRIBE")
    outputs = outputs_of(described(clients, region, stack, _INSTEAD))
    if missing := [name for name in ("WorkgroupName", "DatabaseName") if name not in outputs]:
        raise ConfigurationError(f"the stack {stack} has no output {missing[0]}: deploy its new version")
    athena = clients.get("athena", region)
    started = asking(
        "athena:StartQueryExecution",
        lambda: athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": outputs["DatabaseName"]},
            WorkGroup=outputs["WorkgroupName"],
        ),
        _INSTEAD,
    )
    query_id = str(started["QueryExecutionId"])
    try:
        ended = _wait(athena, query_id, report)
    except BaseException:
        # Athena charges for all that a query scans, also when its result is not read.
        with contextlib.suppress(*READ_ERRORS):
            athena.stop_query_execution(QueryExecutionId=query_id)
        raise
    status, scanned = ended["Status"], int(ended.get("Statistics", {}).get("DataScannedInBytes", 0))
    if status["State"] != "SUCCEEDED":
        reason = (
            status.get("StateChangeReason") or status.get("AthenaError", {}).get("ErrorMessage") or "no reason given"
        )
        raise ConfigurationError(f"SQL: Athena ended the query as {status['State']}: {shortened(str(reason), 600)}")
    pages = _pages(athena, query_id)
    first = next(pages)
    described_columns = first["ResultSetMetadata"]["ColumnInfo"]
    columns = [str(each["Name"]) for each in described_columns]
    rows = _rows(first, pages, columns, [str(each["Type"]) for each in described_columns])
    return Result(columns, rows, f"Athena scanned {scanned / 1e6:,.2f} MB")


def _wait(athena: Any, query_id: str, report: Callable[[str, float, int], None]) -> Mapping[str, Any]:
    pause, waited = _FIRST_PAUSE, 0.0
    while True:
        found: Mapping[str, Any] = asking(
            "athena:GetQueryExecution", lambda: athena.get_query_execution(QueryExecutionId=query_id), _INSTEAD
        )["QueryExecution"]
        state = found["Status"]["State"]
        report(state, waited, int(found.get("Statistics", {}).get("DataScannedInBytes", 0)))
        if state in _OVER:
            return found
        time.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, _LONGEST_PAUSE)


def _pages(athena: Any, query_id: str) -> Iterator[Mapping[str, Any]]:
    token: dict[str, str] = {}
    while True:
        answer = asking(
            "athena:GetQueryResults",
            lambda: athena.get_query_results(QueryExecutionId=query_id, **token),  # noqa: B023 - called at once
            _INSTEAD,
        )
        yield answer["ResultSet"] | {"NextToken": answer.get("NextToken")}
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def _rows(
    first: Mapping[str, Any], rest: Iterator[Mapping[str, Any]], columns: Sequence[str], types: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    makers = [_VALUES.get(each.partition("(")[0]) for each in types]
    rows = list(first["Rows"])
    # The first page of a SELECT begins with the names of the columns.
    if rows and [cell.get("VarCharValue") for cell in rows[0]["Data"]] == list(columns):
        rows = rows[1:]
    while True:
        for row in rows:
            texts = [cell.get("VarCharValue") for cell in row["Data"]]
            yield tuple(
                text if text is None or make is None else make(text) for text, make in zip(texts, makers, strict=True)
            )
        page = next(rest, None)
        if page is None:
            return
        rows = page["Rows"]
