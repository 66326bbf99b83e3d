"""`muster doctor --stack`: the stack's state, alarms, last scan, bucket and quotas, on moto."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.cli import main
from muster.cli.doctor import stack as examined
from muster.cli.doctor.lines import Line, Mark
from muster.sdk.session import Clients

from .deployed import MACHINE, NAME, Deployed

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", REGION)


class Standing:
    """Clients of moto, except for those whose answers a test gives."""

    def __init__(self, clients: Clients, **stubbed: Any) -> None:
        self._clients, self._stubbed, self.session = clients, stubbed, clients.session

    def get(self, service: str, region: str) -> Any:
        return self._stubbed.get(service) or self._clients.get(service, region)


def client(service: str, method: str, answer: dict[str, Any] | None, code: str = "") -> Any:
    """Return a client that gives one answer, or one error."""
    made: Any = boto3.client(service, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")  # type: ignore[call-overload]
    stub = Stubber(made)
    if answer is None:
        stub.add_client_error(method, code)
    else:
        stub.add_response(method, answer)
    stub.activate()
    return made


def account(whole: int, free: int) -> Any:
    limits = {"ConcurrentExecutions": whole, "UnreservedConcurrentExecutions": free}
    return client("lambda", "get_account_settings", {"AccountLimit": limits})


def executions(status: str | None) -> Any:
    one = {
        "executionArn": "arn:x", "stateMachineArn": MACHINE, "name": "scan-1", "status": status,
        "startDate": datetime(2026, 11, 29, 6, tzinfo=UTC),
    }  # fmt: skip
    return client("stepfunctions", "list_executions", {"executions": [one] if status else []})


def lines(clients: Clients, **stubbed: Any) -> dict[str, Line]:
    """Return the lines about the stack by their topics."""
    given = {"lambda": account(1000, 1000), "stepfunctions": executions("SUCCEEDED"), **stubbed}
    found = examined.stack_lines(Standing(clients, **given), REGION, NAME)  # type: ignore[arg-type]
    return {line.topic: line for line in found}


def test_a_stack_that_is_well(clients: Clients) -> None:
    Deployed(clients)
    clients.get("cloudwatch", REGION).put_metric_alarm(
        AlarmName="muster-failed-dev", MetricName="x", Namespace="x", EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", Period=60, Statistic="Sum",
    )  # fmt: skip
    found = lines(clients)
    assert {line.mark for line in found.values()} == {Mark.OK}
    assert found["stack"].text == f"{NAME} is CREATE_COMPLETE"
    assert found["alarms"].text == "1 alarm, none in the state ALARM"
    assert found["bucket"].text == "reports can be listed; it has no findings yet"
    assert found["last scan"].text.startswith("scan-1 SUCCEEDED, begun 2026-11-29 06:00 UTC")


def test_findings_are_read_with_their_key(clients: Clients) -> None:
    Deployed(clients).bucket.put_bytes("latest/account_id=1/a.parquet", b"PAR1")
    assert lines(clients)["bucket"].text == "s3://reports can be listed, read and decrypted"
    denied = client("s3", "list_objects_v2", None, "AccessDenied")
    line = lines(clients, s3=denied)["bucket"]
    assert line.mark is Mark.WARNING
    assert "kms:Decrypt" in line.then


def test_an_alarm_that_is_raised_is_a_problem(clients: Clients) -> None:
    Deployed(clients)
    cloudwatch = clients.get("cloudwatch", REGION)
    for name in ("muster-failed-dev", "muster-failed-other"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, MetricName="x", Namespace="x", EvaluationPeriods=1, Threshold=1,
            ComparisonOperator="GreaterThanThreshold", Period=60, Statistic="Sum",
        )  # fmt: skip
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="x")
    line = lines(clients)["alarms"]
    assert line.mark is Mark.PROBLEM
    assert line.text == "1 alarm in the state ALARM: muster-failed-dev"


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        pytest.param("RUNNING", Mark.OK, id="it runs"),
        pytest.param("FAILED", Mark.PROBLEM, id="it failed"),
        pytest.param("TIMED_OUT", Mark.PROBLEM, id="it timed out"),
        pytest.param(None, Mark.WARNING, id="there was none"),
    ],
)
def test_the_last_scan(status: str | None, mark: Mark, clients: Clients) -> None:
    Deployed(clients)
    assert lines(clients, stepfunctions=executions(status))["last scan"].mark is mark


@pytest.mark.parametrize(("free", "mark"), [(10, Mark.WARNING), (50, Mark.OK)])
def test_the_concurrency_of_lambda(free: int, mark: Mark, clients: Clients) -> None:
    Deployed(clients)
    line = lines(clients, **{"lambda": account(1000, free)})["quota"]
    assert (line.mark, line.text) == (mark, f"Lambda runs 1,000 functions at a time, {free} of them not reserved")


def test_a_part_that_is_denied_does_not_hide_the_others(clients: Clients) -> None:
    Deployed(clients)
    denied = client("lambda", "get_account_settings", None, "AccessDeniedException")
    found = list(
        examined.stack_lines(
            Standing(clients, stepfunctions=executions("SUCCEEDED"), **{"lambda": denied}),
            REGION,
            NAME,  # type: ignore[arg-type]
        )
    )
    (line,) = [each for each in found if each.permission == "lambda:GetAccountSettings"]
    assert (line.mark, line.then) == (Mark.WARNING, "allow lambda:GetAccountSettings")
    assert [each for each in found if each.topic == "bucket"]


@pytest.mark.usefixtures("clients")
def test_a_stack_that_does_not_exist_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--service", "kms", "--stack", "nowhere", "--format", "json"]) == 2
    assert "the stack nowhere cannot be found in eu-west-1" in capsys.readouterr().err


def test_the_whole_with_a_stack(clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    Deployed(clients)
    status = main(["doctor", "--service", "kms", "--stack", NAME, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    topics = {line["topic"] for line in document["lines"]}
    assert {"credentials", "clock", "regions", "stack", "alarms", "bucket"} <= topics
    assert status == (1 if document["status"] == "problem" else 0)
