"""The commands of README.md and docs/ are run as a person types them, against the playground, with the real AWS CLI."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from .pages import ROOT, Command, all_commands, commands, missing, queries

# ruff: noqa: S603, S607 - a shell runs what a person would paste into one

COMMANDS = all_commands()

_TRIES = 200
"""How often to look for what takes its time before giving up."""

DELETE = "make delete STACK=muster-dev"
"""It comes last, and asks."""

STATUSES = {
    "muster scan": (0, 1, 3),
    "muster diff": (0, 1),
    "muster doctor": (0, 1, 3),
    "muster migration validate": (1, 3),
}
"""The exit statuses that are right for a command, by how it begins; else 0. An estate has failures."""


@dataclass(frozen=True)
class Playground:
    """A running playground: what it printed, the variables that it says to export, and a folder to type in."""

    process: "subprocess.Popen[str]"
    printed: str
    variables: Mapping[str, str]
    folder: Path

    def run(self, command: str, **how: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in a shell with the playground's exports, as a person does."""
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "AWS_PAGER": "",
            **self.variables,
        }
        return subprocess.run(
            ["bash", "-c", command], env=environment | how, cwd=self.folder, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip

    def answer(self, command: str) -> str:
        """Return what a command prints that must succeed."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        return done.stdout.strip()


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    folder = tmp_path_factory.mktemp("readme")
    for path in ROOT.iterdir():
        if path.name not in (".venv", "out", ".git"):
            (folder / path.name).symlink_to(path)
    (folder / ".venv").symlink_to(sys.prefix)
    with _started(folder, _free_port()) as process:
        printed = _until_ready(process)
        variables = dict(re.findall(r"^  export (AWS_\w+)=(\S+)$", printed, re.MULTILINE))
        try:
            yield Playground(process, printed, variables, folder)
        finally:
            process.kill()


def _started(folder: Path, port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "local.playground", "--no-scan", "--port", str(port)],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "500"}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "^C" in line:
            break
    return "".join(lines)


@pytest.fixture(scope="module")
def names(playground: Playground) -> dict[str, str]:
    """What stands in commands for a value of one's own."""
    described = json.loads(playground.answer("aws cloudformation describe-stacks --stack-name muster-dev"))
    out = {each["OutputKey"]: each["OutputValue"] for each in described["Stacks"][0]["Outputs"]}
    machine, scanner = out["StateMachineArn"], out["ScannerRoleArn"]
    return {
        "PLANNER_ROLE_ARN": out["PlannerRoleArn"],
        "SCANNER_ROLE_ARN": scanner,
        "ROLE_ARN": scanner,
        "STACK_ACCOUNT": scanner.split(":")[4],
        "TOPIC_ARN": out["AlertTopicArn"],
        "STATE_MACHINE_ARN": machine,
        "EXTERNAL_ID": "an-external-id",
        "BUCKET": out["ReportBucketName"],
        "QUEUE_URL": out["ShardResultQueueUrl"],
        "SCAN_ID": _incomplete_scan(playground, scanner.rpartition("/")[2], machine),
        "FINDING_ID": _finding(playground, machine),
    }


def _finding(playground: Playground, machine: str) -> str:
    """Return the id of a finding that fails, of a small recorded scan."""
    asked = shlex.quote('{"checks": ["s3-bucket-versioning-enabled"], "regions": ["eu-west-1"], "record": true}')
    start = f"aws stepfunctions start-execution --state-machine-arn {machine} --input {asked}"
    _ended(playground, playground.answer(f"{start} --query executionArn --output text"))
    listed = playground.answer("muster findings --stack muster-dev --limit 1 --format ndjson")
    return str(json.loads(listed)["finding_id"])


def _incomplete_scan(playground: Playground, role: str, machine: str) -> str:
    """Return the id of a scan that could not list the buckets, which its role may list again since."""
    deny = {"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    policy = shlex.quote(json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    playground.answer(f"aws iam put-role-policy --role-name {role} --policy-name deny --policy-document {policy}")
    asked = shlex.quote(json.dumps({"pack": "s3-compliance", "regions": ["eu-west-1"], "record": True}))
    arn = playground.answer(
        f"aws stepfunctions start-execution --state-machine-arn {machine} --input {asked} "
        "--query executionArn --output text"
    )
    output = json.loads(_ended(playground, arn))
    playground.answer(f"aws iam delete-role-policy --role-name {role} --policy-name deny")
    assert output["incomplete"]
    return str(output["scan_id"])


def _ended(playground: Playground, arn: str) -> str:
    """Return the output of an execution when it has ended."""
    for _ in range(_TRIES):
        found = json.loads(playground.answer(f"aws stepfunctions describe-execution --execution-arn {arn}"))
        if found["status"] != "RUNNING":
            assert found["status"] == "SUCCEEDED", found
            return str(found["output"])
        time.sleep(1)
    raise TimeoutError(arn)


def _filled(command: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        command = re.sub(rf"\b{name}\b", value, command)
    return command


def _run(playground: Playground, command: Command, names: Mapping[str, str]) -> None:
    text = _filled(command.text, names)
    done = playground.run(text)
    allowed = next((each for start, each in STATUSES.items() if text.startswith(start)), (0,))
    if command.shown and command.shown[0].startswith("error: "):
        allowed = (2,)
    assert done.returncode in allowed, f"{text}\n{done.stdout}\n{done.stderr}"
    assert missing(command.shown, f"{done.stdout}\n{done.stderr}") == [], done.stdout


def _query(playground: Playground, sql: str) -> list[list[str]]:
    """Return the rows of a query of Athena, the header first."""
    query_id = playground.answer(
        "aws athena start-query-execution --work-group muster-dev --query-execution-context Database=muster_dev "
        f"--query-string {shlex.quote(sql)} --query QueryExecutionId --output text"
    )
    for _ in range(_TRIES):
        found = json.loads(playground.answer(f"aws athena get-query-execution --query-execution-id {query_id}"))
        if found["QueryExecution"]["Status"]["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.5)
    rows = json.loads(playground.answer(f"aws athena get-query-results --query-execution-id {query_id}"))
    return [[each.get("VarCharValue", "") for each in row["Data"]] for row in rows["ResultSet"]["Rows"]]


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.text != DELETE], ids=lambda each: each.id)
def test_a_command_of_a_page_runs(playground: Playground, names: dict[str, str], command: Command) -> None:
    if command.not_run:
        pytest.skip(command.not_run)
    _run(playground, command, names)


def test_commands_are_read_with_their_output_and_the_reason_that_none_runs() -> None:
    text = (
        "<!-- not run: it needs an account -->\n```console\n$ make deploy\n```\n\n"
        "```console\n$ muster a \\\n    --b\nshown\n[... more]\n$ muster c\n```\n"
    )
    assert list(commands("x.md", text)) == [
        Command("x.md", "make deploy", (), "it needs an account"),
        Command("x.md", "muster a \\\n    --b", ("shown",)),
        Command("x.md", "muster c"),
    ]


def test_a_line_that_a_command_did_not_print_is_missing() -> None:
    assert missing(("3 checks  of 0a1b2c3d", "4 packs"), "12 checks of ffffffff0\n") == ["4 packs"]


def test_the_pages_delete_the_stack() -> None:
    assert DELETE in {command.text for command in COMMANDS}


@pytest.mark.parametrize("sql", queries())
def test_a_query_of_a_page_has_rows(playground: Playground, names: dict[str, str], sql: str) -> None:
    # The scan that was left incomplete is recorded as the last look once it was completed, here or by a page.
    playground.run(f"muster resume {names['SCAN_ID']} --stack muster-dev")
    header, *rows = _query(playground, sql)
    assert header == ["severity", "check_id", "resource_arn", "reason", "first_seen"]
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=["CRITICAL", "HIGH", "MEDIUM", "LOW"].index)
    assert "arn:aws:s3:::careless-eu-west-1" in {row[2] for row in rows}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param(
            "aws stepfunctions list-executions --state-machine-arn STATE_MACHINE_ARN", "SUCCEEDED", id="executions"
        ),
        pytest.param("aws s3 ls --recursive s3://BUCKET/scans/", "summary.json", id="reports"),
        pytest.param(
            "aws logs filter-log-events --log-group-name /aws/lambda/muster-plan-scan-dev", "planned", id="logs"
        ),
        pytest.param(
            'aws --endpoint-url "$AWS_ENDPOINT_URL" sqs receive-message --queue-url QUEUE_URL', "scan_id", id="messages"
        ),
        pytest.param(
            "aws lambda invoke --function-name muster-send-alert-dev --payload '{\"scan_id\": \"x\"}' out.json",
            "FunctionError", id="a function",
        ),
        pytest.param(
            "aws cloudwatch describe-alarms --alarm-name-prefix muster-", "muster-no-complete-scan-dev", id="alarms"
        ),
        pytest.param("aws glue get-tables --database-name muster_dev", "latest_findings", id="tables"),
        pytest.param("aws scheduler list-schedules", "muster-scan-dev", id="schedules"),
    ],
)  # fmt: skip
def test_the_aws_cli_shows_the_stack(playground: Playground, names: dict[str, str], command: str, says: str) -> None:
    assert says in playground.answer(_filled(command, names))


def test_an_alarm_that_is_set_off_is_a_mail(playground: Playground) -> None:
    playground.answer(
        "aws cloudwatch set-alarm-state --alarm-name muster-execution-failed-dev --state-value ALARM "
        "--state-reason 'to try it'"
    )
    mails = playground.folder / "out" / "mails"
    wanted = 'Subject: ALARM: "muster-execution-failed-dev" in eu-west-1'
    for _ in range(_TRIES):
        if any(wanted in path.read_text(encoding="utf-8") for path in mails.glob("*.txt")):
            return
        time.sleep(0.5)
    pytest.fail("no mail came")


def test_the_port_of_a_playground_is_refused_to_another(playground: Playground) -> None:
    port = playground.variables["AWS_ENDPOINT_URL"].rpartition(":")[2]
    done = playground.run(f".venv/bin/python -m local.playground --port {port}")
    assert done.returncode == 2
    assert done.stdout.startswith(f"Something else listens on port {port} of 127.0.0.1.")


def test_delete_asks_and_leaves_nothing(playground: Playground) -> None:
    """A person answers at a terminal."""
    done = playground.run(f"echo muster-dev | script -qec '{DELETE}' /dev/null")
    assert done.returncode == 0, done.stdout
    assert "muster-dev" not in playground.answer("aws s3 ls")


def test_a_signal_ends_the_playground_with_all_its_processes(playground: Playground) -> None:
    """The last test: what stops services sends SIGTERM, and ^C sends SIGINT, which is handled alike."""
    playground.process.send_signal(signal.SIGTERM)
    assert playground.process.wait(timeout=60) == 0
    assert playground.process.stdout is not None
    assert "The playground is closed" in playground.process.stdout.read()
    port = int(playground.variables["AWS_ENDPOINT_URL"].rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
