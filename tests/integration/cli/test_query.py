"""`muster query`: Athena's SQL on reports, on Parquet and on a stack's workgroup; it reads and never writes."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import time_machine
from botocore.stub import Stubber

from muster.cli import main
from muster.cli.query.athena import run
from muster.cli.query.saved import saved
from muster.errors import ConfigurationError
from muster.model.finding import Finding, Status

from .written import PUBLIC, SECOND, finding, json_report, ndjson_report, parquet_file

FOUND = [
    finding("public", check=PUBLIC),
    finding("plain"),
    finding("fine", Status.COMPLIANT),
    finding("accepted", until="2027-01-01"),
    finding("elsewhere", account_id="111122223333"),
]
COUNT = "SELECT check_id, count(*) AS n FROM latest GROUP BY 1 ORDER BY n DESC, 1"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with time_machine.travel(SECOND, tick=False):
        yield


@pytest.fixture
def report() -> list[Finding]:
    """Write findings.parquet, which is read where no option names another file."""
    parquet_file(Path("findings.parquet"), FOUND)
    return FOUND


def asked(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """Return what `muster query` prints: on standard output, or on standard error where it fails."""
    assert main(["query", *arguments]) == status
    out, err = capsys.readouterr()
    return err if status else out


@pytest.mark.usefixtures("report")
def test_rows_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, COUNT).splitlines() == [
        "check_id                            n",
        "──────────────────────────────────  ─",
        "s3-bucket-versioning-enabled        4",
        "s3-bucket-public-access-prohibited  1",
        "2 rows",
    ]


class Tty(io.StringIO):
    """A terminal of 80 columns."""

    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize(
    ("sql", "lines"),
    [
        pytest.param(COUNT, 5, id="a table that fits"),
        pytest.param("SELECT resource_id, status, reason FROM latest", 8, id="a table that fits once it is cut"),
        pytest.param("SELECT * FROM latest LIMIT 1", 28, id="a record of many columns"),
    ],
)
def test_a_terminal_is_never_too_narrow(sql: str, lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Tty()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["query", sql]) == 0
    printed = screen.getvalue().splitlines()
    assert len(printed) >= lines
    assert max(map(len, printed)) <= 80
    assert printed[-1].endswith(("row", "rows"))


@pytest.mark.usefixtures("report")
def test_rows_are_csv_json_and_lines(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"check_id": "s3-bucket-versioning-enabled", "n": 4},
        {"check_id": "s3-bucket-public-access-prohibited", "n": 1},
    ]
    assert json.loads(asked(capsys, COUNT, "--format", "json")) == rows
    assert [json.loads(line) for line in asked(capsys, COUNT, "--format", "ndjson").splitlines()] == rows
    assert asked(capsys, COUNT, "--format", "csv").splitlines()[1] == "s3-bucket-versioning-enabled,4"
    assert asked(capsys, COUNT, "--output", "n.csv") == ""
    assert Path("n.csv").read_text("utf-8").splitlines()[0] == "check_id,n"
    assert len(asked(capsys, COUNT, "--limit", "1", "--format", "csv").splitlines()) == 2


def test_a_report_of_each_kind_has_the_same_rows(capsys: pytest.CaptureFixture[str]) -> None:
    parquet_file(Path("one/a.parquet"), FOUND[:2])
    parquet_file(Path("one/b.parquet"), FOUND[2:])
    parquet_file(Path("bucket/latest/account_id=1/a.parquet"), FOUND)
    sources = ["one", "bucket", str(json_report(Path("r.json"), FOUND)), str(ndjson_report(Path("r.ndjson"), FOUND))]
    answers = {asked(capsys, COUNT, "--from", source) for source in sources}
    assert len(answers) == 1
    assert "4\n" in answers.pop()


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize("name", list(saved()))
def test_every_saved_query_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(asked(capsys, name, "--format", "json"))
    if name == "worst-accounts":
        assert rows[0] == {
            "account_id": "123456789012", "account_name": "", "critical": 1, "high": 0, "medium": 1, "low": 0,
            "failures": 2, "resources": 2,
        }  # fmt: skip
    if name == "latest-failures":
        assert [row["resource_arn"].rpartition(":")[2] for row in rows] == ["public", "elsewhere", "plain"]


def test_the_audit_of_a_bucket_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    event = {"finding_id": "f", "timestamp": 1, "event": "opened", "status": "FAILED", "baseline": False}
    path = Path("bucket/audit/by-date/event_date=2026-11-29/x.json")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(event) + "\n", "utf-8")
    # The object of each finding beside the files by day is no row of the table.
    aside = Path("bucket/audit/findings/f/1.json")
    aside.parent.mkdir(parents=True)
    aside.write_text(json.dumps(event), "utf-8")
    out = asked(capsys, "SELECT event, event_date FROM audit", "--from", "bucket", "--format", "csv")
    assert out == "event,event_date\nopened,2026-11-29\n"


def test_a_table_without_files_is_remarked(capsys: pytest.CaptureFixture[str]) -> None:
    parquet_file(Path("findings.parquet"), FOUND)
    assert main(["query", "churn-by-day"]) == 0
    assert "findings.parquet has no files of the table audit" in capsys.readouterr().err


def test_standard_input_and_files_hold_sql(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, report: list[Finding]
) -> None:
    assert report
    monkeypatch.setattr("sys.stdin", io.StringIO(COUNT))
    from_stdin = asked(capsys, "-")
    Path("count.sql").write_text(COUNT, "utf-8")
    assert asked(capsys, "count.sql") == from_stdin == asked(capsys, COUNT)


def test_saved_queries_and_tables_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    out = asked(capsys, "--list")
    assert [line.split()[0] for line in out.splitlines() if line[:1] != " "] == list(saved())
    assert max(map(len, out.splitlines())) <= 80
    assert "worst-accounts      Which accounts have most failures now, by severity." in out
    assert "first_seen timestamp" in " ".join(asked(capsys, "--tables").split())
    assert asked(capsys, "worst-accounts", "--show") == saved()["worst-accounts"].sql


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        pytest.param("SELECT foo FROM latest", 'line 1, column 8: Referenced column "foo" not found', id="a column"),
        pytest.param("SELECT *\nFROM latestt", "line 2, column 6: latestt is not a table", id="a table"),
        pytest.param("SELECT status,\n  FROM WHERE latest", "SQL, line 2, column ", id="no SQL"),
        pytest.param("SELECT 1; SELECT 2", "one statement at a time; there are 2", id="two statements"),
        pytest.param("COPY latest TO 'x.csv'", "only SELECT and WITH … SELECT can be run, not COPY", id="a copy"),
        pytest.param("DROP VIEW latest", "not DROP", id="a change"),
        pytest.param("SET enable_external_access = true", "not SET", id="a setting"),
        pytest.param("SELECT * FROM read_text('secret.txt')", "Cannot access file", id="another file"),
        pytest.param("SELECT * FROM 'secret.parquet'", "SQL", id="a file as a table"),
        pytest.param("worst-account", "did you mean: worst-accounts", id="a name that is nearly right"),
    ],
)
def test_what_cannot_be_run(sql: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("secret.txt").write_text("hush", "utf-8")
    parquet_file(Path("secret.parquet"), FOUND)
    before = {path: path.read_bytes() for path in Path().iterdir()}
    err = asked(capsys, sql, status=2)
    assert err.startswith("error: ")
    assert sentence in err
    assert "hush" not in err
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param([COUNT], "say what to read: --from PATH", id="nothing to read"),
        pytest.param([], "say what to run", id="nothing to run"),
        pytest.param([COUNT, "--from", "nowhere"], "nowhere: there is no such file or folder", id="no such file"),
        pytest.param([COUNT, "--from", "."], ". has no .parquet files", id="an empty folder"),
        pytest.param([COUNT, "--from", "a", "--stack", "b"], "name one of them", id="two sources"),
        pytest.param([COUNT, "--from", "broken.parquet"], "broken.parquet cannot be read", id="a broken file"),
        pytest.param([COUNT, "--output", "x.xls"], "no format has the extension '.xls'", id="an extension"),
    ],
)
def test_what_cannot_be_read(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    if "broken.parquet" in arguments:
        Path("broken.parquet").write_text("no Parquet", "utf-8")
    assert sentence in " ".join(asked(capsys, *arguments, status=2).split())


def test_values_of_strangers_stay_text(capsys: pytest.CaptureFixture[str]) -> None:
    parquet_file(Path("findings.parquet"), [finding("x", tags={"Owner": "=cmd|'/c calc'!A1\x1b[31m"})])
    sql = "SELECT json_extract_scalar(tags, '$.Owner') AS owner FROM latest"
    assert "\x1b" not in asked(capsys, sql)
    assert asked(capsys, sql, "--format", "csv").splitlines()[1].startswith("\"'=cmd") or "'=cmd" in asked(
        capsys, sql, "--format", "csv"
    )
    assert "\x1b" not in asked(capsys, sql, "--format", "json")


class Stubbed:
    """A stack whose Athena gives the answers of a test; it is what `Clients` is to the query."""

    session = SimpleNamespace(profile_name="default")

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-west-1"}
        self.made: dict[str, Any] = {name: boto3.client(name, **keys) for name in ("athena", "cloudformation")}  # type: ignore[call-overload]
        self.athena, self.stacks = Stubber(self.made["athena"]), Stubber(self.made["cloudformation"])
        outputs = {"StateMachineArn": "arn", "WorkgroupName": "muster-dev", "DatabaseName": "muster_dev"}
        described = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
        now = datetime(2026, 11, 29, tzinfo=UTC)
        stack = {"StackName": "muster-dev", "CreationTime": now, "StackStatus": "CREATE_COMPLETE", "Outputs": described}
        self.stacks.add_response("describe_stacks", {"Stacks": [stack]})
        self.athena.add_response("start_query_execution", {"QueryExecutionId": "q-1"})
        self.athena.activate()
        self.stacks.activate()

    def get(self, service: str, _region: str) -> Any:
        return self.made[service]

    def answers(self, state: str, **status: object) -> None:
        execution = {"Status": {"State": state, **status}, "Statistics": {"DataScannedInBytes": 12_340_000}}
        self.athena.add_response("get_query_execution", {"QueryExecution": execution})

    def page(self, rows: list[list[str | None]], token: str | None = None) -> None:
        columns = [{"Name": "check_id", "Type": "varchar"}, {"Name": "n", "Type": "bigint"}]
        data = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows]
        answer: dict[str, Any] = {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": columns}}}
        self.athena.add_response("get_query_results", answer | ({"NextToken": token} if token else {}))


def test_a_stack_answers_page_by_page() -> None:
    stack: Any = Stubbed()
    stack.answers("RUNNING")
    stack.answers("SUCCEEDED")
    stack.page([["check_id", "n"], ["a", "4"]], "more")
    stack.page([["b", None]])
    states: list[str] = []
    with time_machine.travel(SECOND, tick=True):
        result = run(COUNT, stack, "eu-west-1", "muster-dev", lambda state, _seconds, _bytes: states.append(state))
    assert list(result.columns) == ["check_id", "n"]
    assert list(result.rows) == [("a", 4), ("b", None)]
    assert result.remark == "Athena scanned 12.34 MB"
    assert states == ["RUNNING", "SUCCEEDED"]


def test_a_statement_that_athena_refuses_has_its_words() -> None:
    stack: Any = Stubbed()
    stack.answers("FAILED", StateChangeReason="COLUMN_NOT_FOUND: line 1:8: Column 'foo' cannot be resolved")
    with pytest.raises(ConfigurationError, match=re.escape("line 1:8: Column 'foo' cannot be resolved")):
        run("SELECT foo FROM latest", stack, "eu-west-1", "muster-dev")


def test_an_interrupted_query_is_stopped() -> None:
    stack: Any = Stubbed()
    stack.answers("RUNNING")
    stack.athena.add_response("stop_query_execution", {}, {"QueryExecutionId": "q-1"})

    def interrupt(_state: str, _seconds: float, _scanned: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(COUNT, stack, "eu-west-1", "muster-dev", interrupt)
    stack.athena.assert_no_pending_responses()


def test_an_interruption_stays_one_where_the_query_may_not_be_stopped() -> None:
    stack: Any = Stubbed()
    stack.answers("RUNNING")
    stack.athena.add_client_error("stop_query_execution", "AccessDeniedException")

    def interrupt(_state: str, _seconds: float, _scanned: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(COUNT, stack, "eu-west-1", "muster-dev", interrupt)


@pytest.mark.parametrize(
    "sql", ["DROP TABLE latest", "-- read\nINSERT INTO latest SELECT 1", "UNLOAD (SELECT 1) TO 's3://x'"]
)
def test_a_statement_that_writes_does_not_reach_the_stack(sql: str) -> None:
    with pytest.raises(ConfigurationError, match="only statements that read"):
        run(sql, Stubbed(), "eu-west-1", "muster-dev")  # type: ignore[arg-type]
