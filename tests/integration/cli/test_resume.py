"""`muster resume` when something is wrong: what it says, and its exit status."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from muster.cli import main, resume
from muster.sdk.session import Clients
from muster.stack.documents.request import name_of

SCAN = "20261121T060000Z-c22b102a"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:muster-scan-dev"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:muster-scan-dev:"


def refused(code: str, message: str = "no") -> Callable[..., Any]:
    def call(**_: object) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "Any")

    return call


class Aws:
    """What the stack's region answers; a test replaces what goes wrong."""

    def __init__(self) -> None:
        self.outputs = [{"OutputKey": "StateMachineArn", "OutputValue": MACHINE}]
        self.running: list[dict[str, str]] = []
        self.ends: list[Any] = [{"status": "SUCCEEDED", "output": json.dumps({"complete": True})}]
        self.started: list[str] = []

    def describe_stacks(self, **_: object) -> Any:
        return {"Stacks": [{"Outputs": self.outputs}]}

    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self, **_: object) -> Iterator[Any]:
        yield {"executions": self.running}

    def start_execution(self, **asked: Any) -> Any:
        self.started.append(asked["input"])
        return {"executionArn": f"{EXECUTION}{asked['name']}"}

    def describe_execution(self, **_: object) -> Any:
        answer = self.ends.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    monkeypatch.setattr(Clients, "get", lambda *_: made)
    monkeypatch.setattr(resume, "_EVERY", 0.0)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    return made


def ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(["resume", SCAN, "--region", "eu-west-1", *arguments])
    err = capsys.readouterr().err
    assert "mistake in Muster" not in err
    return status, err


def test_what_is_still_missing_is_an_exit_status(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.ends = [{"status": "RUNNING"}, {"status": "SUCCEEDED", "output": json.dumps({"complete": False})}]
    assert ended(capsys)[0] == 3
    assert [json.loads(asked) for asked in aws.started] == [{"resume": SCAN}]


SUMMARY = {
    "scan_id": SCAN,
    "complete": False,
    "incomplete": [{"shard": f"123456789012.eu-west-{number}.s3", "reason": "denied\x1b"} for number in range(9)],
    "shards": {"planned": 12, "committed": 12, "incomplete": 9},
    "findings": {"compliant": 1200, "non_compliant": 3, "not_applicable": 0, "insufficient_data": 9, "suppressed": 0},
    "failing": {"CRITICAL": 1, "HIGH": 2, "MEDIUM": 0, "LOW": 0, "INFORMATIONAL": 0},
    "checks": [{"check_id": f"check-{number}"} for number in range(115)],
    "report": f"s3://reports/scans/{SCAN}/report.json",
}


def test_the_end_is_summed_up_in_a_few_lines(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.ends = [{"status": "SUCCEEDED", "output": json.dumps(SUMMARY)}]
    assert main(["resume", SCAN, "--region", "eu-west-1"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        f"scan {SCAN}: still incomplete",
        "  shards    12 of 12 scanned, 9 incomplete",
        "            123456789012.eu-west-0.s3: denied\\x1b",
    ]
    assert lines[-3:] == [
        "  findings  1,200 compliant, 3 non compliant, 0 not applicable, 9 insufficient data, 0 suppressed",
        "  failing   1 CRITICAL, 2 HIGH",
        f"  report    s3://reports/scans/{SCAN}/report.json",
    ]
    assert len(lines) < 12


def test_the_whole_summary_is_there_as_json(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.ends = [{"status": "SUCCEEDED", "output": json.dumps(SUMMARY)}]
    assert main(["resume", SCAN, "--region", "eu-west-1", "--format", "json"]) == 3
    assert json.loads(capsys.readouterr().out) == SUMMARY


@pytest.mark.parametrize("code", ["404", "NoSuchKey"])
def test_a_scan_that_the_stack_never_planned_starts_nothing(
    aws: Aws, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    aws.outputs.append({"OutputKey": "ReportBucketName", "OutputValue": "reports"})
    aws.head_object = refused(code)  # type: ignore[attr-defined]
    status, err = ended(capsys)
    assert (status, aws.started) == (2, [])
    assert f"there is no scan {SCAN} on the stack muster-dev (s3://reports/scans/{SCAN}/plan.json does not" in err


@pytest.mark.parametrize("looked", [refused("403"), lambda **_: {}], ids=["may not look", "is there"])
def test_one_that_is_there_or_cannot_be_looked_for_is_resumed(
    aws: Aws, capsys: pytest.CaptureFixture[str], looked: Callable[..., Any]
) -> None:
    aws.outputs.append({"OutputKey": "ReportBucketName", "OutputValue": "reports"})
    aws.head_object = looked  # type: ignore[attr-defined]
    assert ended(capsys)[0] == 0
    assert len(aws.started) == 1


@pytest.mark.parametrize("name", ["20261121", "20261121T060000Z", "all", f"scans/{SCAN}", f"{SCAN} "])
def test_what_is_no_id_of_a_scan_starts_nothing(name: str, aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", name, "--region", "eu-west-1"]) == 2
    assert "is not the id of a scan, like 20261121T060000Z-c22b102a" in capsys.readouterr().err
    assert aws.started == []


def test_a_scan_that_still_runs_is_left_to_its_execution(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    first = f"{EXECUTION}first"
    aws.running = [
        {"executionArn": f"{EXECUTION}another", "name": "another"},
        {"executionArn": first, "name": "first"},
    ]
    assert main(["resume", f"20261121T060000Z-{name_of(first)}", "--region", "eu-west-1"]) == 2
    err = capsys.readouterr().err
    assert "still runs" in err
    assert first in err
    assert aws.started == []


def test_one_that_somebody_else_resumes_too(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    name = f"resume-{SCAN}-00000000"
    aws.running = [{"executionArn": f"{EXECUTION}{name}", "name": name}]
    assert ended(capsys)[0] == 2
    assert aws.started == []


def test_who_may_not_look_for_it_may_begin(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.paginate = refused("AccessDeniedException")  # type: ignore[method-assign]
    assert ended(capsys)[0] == 0
    assert len(aws.started) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refused("ValidationError", "Stack with id muster-dev does not exist"), "cannot be found in eu-west-1"),
        (refused("ExpiredToken"), "AWS does not accept the credentials (cloudformation:DescribeStacks: ExpiredToken)"),
        (refused("AccessDenied"), "DescribeStacks is denied (AccessDenied): allow it, or use credentials that may"),
    ],
)
def test_a_stack_that_cannot_be_read(answer: Any, said: str, aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.describe_stacks = answer  # type: ignore[method-assign]
    status, err = ended(capsys)
    assert status == 2
    assert said in err


def test_an_execution_that_may_not_be_started(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.start_execution = refused("AccessDeniedException")  # type: ignore[method-assign]
    status, err = ended(capsys)
    assert (status, "states:StartExecution is denied" in err) == (2, True)


def test_a_bad_moment_does_not_end_the_waiting(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    bad = [ClientError({"Error": {"Code": "ThrottlingException"}}, "D"), EndpointConnectionError(endpoint_url="x")]
    aws.ends = [*bad, *aws.ends]
    assert ended(capsys)[0] == 0


@pytest.mark.parametrize("error", [NoCredentialsError(), KeyboardInterrupt()])
def test_who_cannot_wait_is_told_that_it_goes_on(
    error: BaseException, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.ends = [{"status": "RUNNING"}, error]
    status, err = ended(capsys)
    assert status == 2
    assert "the execution continues" in err
    assert f"{EXECUTION}resume-{SCAN}-" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            {
                "status": "FAILED",
                "error": "ConfigurationError",
                "cause": json.dumps({"errorMessage": "there is no scan", "stackTrace": ["line 1"]}),
            },
            "the execution ended FAILED: ConfigurationError: there is no scan\n",
        ),
        ({"status": "ABORTED"}, "the execution ended ABORTED: it was stopped\n"),
        ({"status": "FAILED", "error": "States.Runtime", "cause": "[1]"}, "FAILED: States.Runtime: [1]\n"),
    ],
)
def test_why_it_failed_is_said_without_a_stack(
    end: dict[str, str], said: str, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.ends = [end]
    status, err = ended(capsys)
    assert status == 2
    assert err.endswith(said)
