"""Athena on the embedded AWS: any client's queries give rows, pages, a result file, and failures with their reason."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.exceptions
import duckdb
import pytest

from local.server import EmbeddedAws

HOME = "eu-west-1"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """A bucket with a table of pets, by day, and a workgroup that says where results go."""
    with EmbeddedAws() as started:
        s3, glue, athena = (started.client(service) for service in ("s3", "glue", "athena"))
        s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": HOME})
        s3.upload_file(str(_pets(tmp_path_factory.mktemp("pets"))), "lake", "pets/day=2026-11-21/a.parquet")
        glue.create_database(DatabaseInput={"Name": "zoo"})
        columns = [("name", "string"), ("legs", "int"), ("born", "timestamp"), ("tame", "boolean")]
        glue.create_table(
            DatabaseName="zoo",
            TableInput={
                "Name": "pets",
                "TableType": "EXTERNAL_TABLE",
                "StorageDescriptor": {
                    "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
                    "Location": "s3://lake/pets/",
                },
                "PartitionKeys": [{"Name": "day", "Type": "string"}],
            },
        )
        location = {"OutputLocation": "s3://lake/results/"}
        configuration = {"EnforceWorkGroupConfiguration": True, "ResultConfiguration": location}
        athena.create_work_group(Name="keepers", Configuration=configuration)
        yield started


PETS = """
COPY (
  SELECT *
  FROM (VALUES
    ('cat', 4, TIMESTAMP '2026-01-02 03:04:05.678', true), ('snake, "Kaa"', NULL, NULL, false), ('', 2, NULL, NULL)
  ) AS t(name, legs, born, tame)
) TO '{}' (FORMAT parquet)
"""


def _pets(folder: Path) -> Path:
    path = folder / "pets.parquet"
    duckdb.execute(PETS.format(path))
    return path


def run(aws: EmbeddedAws, sql: str, **how: Any) -> dict[str, Any]:
    """Start a query and return the execution when it has ended."""
    athena = aws.client("athena")
    context = {"QueryExecutionContext": {"Database": "zoo"}, "WorkGroup": "keepers"}
    query_id = athena.start_query_execution(QueryString=sql, **{**context, **how})["QueryExecutionId"]
    while True:
        found = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return found
        time.sleep(0.02)


def rows(aws: EmbeddedAws, found: dict[str, Any], **page: int) -> list[list[str | None]]:
    pages = aws.client("athena").get_paginator("get_query_results")
    config = {"PageSize": page["size"]} if page else {}
    listed = pages.paginate(QueryExecutionId=found["QueryExecutionId"], PaginationConfig=config)
    return [[each.get("VarCharValue") for each in row["Data"]] for one in listed for row in one["ResultSet"]["Rows"]]


ORDERED = "SELECT name, legs, born, tame FROM pets ORDER BY name DESC"
ANSWER = [
    ["name", "legs", "born", "tame"],
    ['snake, "Kaa"', None, None, "false"],
    ["cat", "4", "2026-01-02 03:04:05.678", "true"],
    ["", "2", None, None],
]


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(ORDERED, id="the database of the context"),
        pytest.param(ORDERED.replace("pets", "zoo.pets"), id="a database before the table"),
        pytest.param(ORDERED.replace("pets", '"AwsDataCatalog"."zoo"."pets"'), id="a catalogue before the database"),
    ],
)
def test_a_query_returns_its_rows_below_a_header(aws: EmbeddedAws, sql: str) -> None:
    found = run(aws, sql)
    assert found["Status"]["State"] == "SUCCEEDED"
    assert rows(aws, found) == ANSWER


def test_a_query_without_a_database_reads_qualified_tables(aws: EmbeddedAws) -> None:
    found = run(
        aws, "SELECT count(*) AS n, sum(legs) AS legs FROM zoo.pets WHERE day = '2026-11-21'", QueryExecutionContext={}
    )
    assert rows(aws, found) == [["n", "legs"], ["3", "6"]]


def test_pages_leave_nothing_out_and_repeat_nothing(aws: EmbeddedAws) -> None:
    found = run(aws, ORDERED)
    assert rows(aws, found, size=1) == rows(aws, found, size=3) == ANSWER


def test_columns_have_athenas_types(aws: EmbeddedAws) -> None:
    found = run(aws, "SELECT name, legs, born, tame, sum(legs) OVER () AS total, array[1] AS list FROM pets")
    answer = aws.client("athena").get_query_results(QueryExecutionId=found["QueryExecutionId"])
    kinds = [column["Type"] for column in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    assert kinds == ["varchar", "integer", "timestamp", "boolean", "bigint", "array"]


def test_the_result_file_lies_where_the_workgroup_says(aws: EmbeddedAws) -> None:
    found = run(aws, ORDERED, ResultConfiguration={"OutputLocation": "s3://elsewhere/"})
    location = found["ResultConfiguration"]["OutputLocation"]
    assert location == f"s3://lake/results/{found['QueryExecutionId']}.csv"
    body = aws.client("s3").get_object(Bucket="lake", Key=location.removeprefix("s3://lake/"))["Body"].read()
    assert body.decode().splitlines() == [
        '"name","legs","born","tame"',
        '"snake, ""Kaa""",,,"false"',
        '"cat","4","2026-01-02 03:04:05.678","true"',
        '"","2",,',
    ]


def test_statistics_say_how_much_was_read(aws: EmbeddedAws) -> None:
    statistics = run(aws, ORDERED)["Statistics"]
    size = aws.client("s3").head_object(Bucket="lake", Key="pets/day=2026-11-21/a.parquet")["ContentLength"]
    assert statistics["DataScannedInBytes"] == size


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        pytest.param("SELECT legs FROM cats", "TABLE_NOT_FOUND", id="no such table"),
        pytest.param("SELECT wings FROM pets", "COLUMN_NOT_FOUND", id="no such column"),
        pytest.param("SELECT CAST(name AS integer) FROM pets", "GENERIC_USER_ERROR", id="a value that does not fit"),
        pytest.param("SELECT * FROM read_csv('/etc/passwd')", "GENERIC_USER_ERROR", id="a file of this machine"),
    ],
)
def test_a_query_that_fails_says_why_and_has_no_rows(aws: EmbeddedAws, sql: str, kind: str) -> None:
    found = run(aws, sql)
    assert found["Status"]["State"] == "FAILED"
    assert found["Status"]["StateChangeReason"].startswith(f"{kind}: ")
    assert found["Status"]["AthenaError"]["ErrorMessage"] == found["Status"]["StateChangeReason"]
    with pytest.raises(botocore.exceptions.ClientError, match=r"Query has not yet finished\. Current state: FAILED"):
        rows(aws, found)


@pytest.mark.parametrize(
    ("sql", "how", "says"),
    [
        pytest.param("SELECT FROM WHERE", {}, "line 1:", id="not SQL"),
        pytest.param("SELECT 1; SELECT 2", {}, "Only one sql statement is allowed", id="two statements"),
        pytest.param("SELECT 1", {"WorkGroup": "nobody"}, "WorkGroup nobody is not found", id="no such workgroup"),
        pytest.param("SELECT 1", {"WorkGroup": "primary"}, "No output location provided", id="nowhere to write"),
    ],
)
def test_a_query_that_cannot_start_is_refused(aws: EmbeddedAws, sql: str, how: dict[str, str], says: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=says) as error:
        run(aws, sql, **how)
    assert error.value.response["Error"]["Code"] == "InvalidRequestException"


def test_the_same_token_starts_one_query(aws: EmbeddedAws) -> None:
    token = "x" * 32
    first, second = (run(aws, "SELECT 1 AS one", ClientRequestToken=token)["QueryExecutionId"] for _ in range(2))
    assert first == second


def test_queries_are_listed_the_latest_first_and_described_together(aws: EmbeddedAws) -> None:
    ids = [run(aws, f"SELECT {number} AS n")["QueryExecutionId"] for number in range(2)]
    athena = aws.client("athena")
    assert athena.list_query_executions(WorkGroup="keepers")["QueryExecutionIds"][:2] == ids[::-1]
    many = athena.batch_get_query_execution(QueryExecutionIds=[*ids, "nothing"])
    assert [each["Query"] for each in many["QueryExecutions"]] == ["SELECT 0 AS n", "SELECT 1 AS n"]
    assert [each["QueryExecutionId"] for each in many["UnprocessedQueryExecutionIds"]] == ["nothing"]
