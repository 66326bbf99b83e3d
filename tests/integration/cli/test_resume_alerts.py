"""`muster resume-alerts`: what it asks of the function, what it prints, and its exit status."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from muster.cli import main
from muster.sdk.session import Clients

KEPT = {"message": "m-1", "destination": "slack:ssm:/muster/slack", "route": "security", "why": "HTTP 404"}
FOREIGN = {"message": "m-2", "destination": "", "why": "Muster did not park it", "body": "{}"}


class Aws:
    """What the stack's region answers; a test replaces it."""

    def __init__(self) -> None:
        outputs = {"StateMachineArn": "arn", "SendAlertFunctionName": "muster-send-alert-dev"}
        self.outputs = [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()]
        self.answers: list[Any] = []
        self.calls: list[tuple[str, Any]] = []
        self.failed = False

    def describe_stacks(self, **_: object) -> Any:
        return {"Stacks": [{"Outputs": self.outputs}]}

    def invoke(self, **sent: Any) -> Any:
        self.calls.append((sent["FunctionName"], json.loads(sent["Payload"])))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return {"Payload": io.BytesIO(body), **({"FunctionError": "Unhandled"} if self.failed else {})}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    monkeypatch.setattr(Clients, "get", lambda *_: made)
    return made


def run(*arguments: str) -> int:
    return main(["resume-alerts", "--region", "eu-west-1", *arguments])


def test_what_was_sent_is_counted(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.answers = [{"sent": 2, "kept": [], "more": False}]
    assert run() == 0
    assert capsys.readouterr().out == "2 alerts sent, 0 still parked\n"
    assert aws.calls == [("muster-send-alert-dev", {"parked": True, "skip": []})]


def test_what_stays_is_listed_with_the_reason(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.answers = [{"sent": 1, "kept": [KEPT, FOREIGN], "more": False}]
    assert run() == 1
    assert capsys.readouterr().out.splitlines() == [
        "1 alert sent, 2 still parked",
        "  slack:ssm:/muster/slack (route security): HTTP 404",
        "  message m-2: Muster did not park it",
    ]


def test_the_function_is_called_until_all_was_tried(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.answers = [
        {"sent": 3, "kept": [KEPT], "more": True},
        {"sent": 2, "kept": [], "more": True},
        {"sent": 0, "kept": [], "more": False},
    ]
    assert run("--format", "json") == 1
    assert json.loads(capsys.readouterr().out) == {"sent": 5, "kept": [KEPT]}
    assert [payload["skip"] for _, payload in aws.calls] == [[], ["m-1"], ["m-1"]]


def test_a_function_that_gets_nowhere_is_not_called_for_ever(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.answers = [{"sent": 0, "kept": [], "more": True}] * 2
    assert run() == 2
    assert "had no time to send anything" in capsys.readouterr().err
    assert len(aws.calls) == 1


@pytest.mark.parametrize("answer", [{"errorMessage": "cannot use the queue"}, b"no JSON: cannot use the queue"])
def test_a_function_that_fails_is_a_sentence(aws: Aws, answer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    aws.answers, aws.failed = [answer], True
    assert run() == 2
    err = capsys.readouterr().err
    assert "muster-send-alert-dev failed: " in err
    assert "cannot use the queue" in err


def test_credentials_that_may_not_invoke_are_a_sentence(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.answers = [ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Invoke")]
    assert run() == 2
    assert "lambda:InvokeFunction" in capsys.readouterr().err


def test_a_stack_of_an_earlier_version_is_named(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.outputs.pop()
    assert run() == 2
    assert "has no output SendAlertFunctionName" in capsys.readouterr().err


def test_a_foreign_message_cannot_write_to_the_terminal(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    strange = "slack:\x1b[2J\u202e\n0 still parked"
    aws.answers = [{"sent": 0, "kept": [{"message": "m", "destination": strange, "why": "\x1b[31mno"}], "more": False}]
    assert run() == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert len(out.splitlines()) == 2
