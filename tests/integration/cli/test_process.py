"""The command as a process, against an AWS on loopback that refuses, hangs and goes away."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.inference import infer
from local.server import EmbeddedAws

# ruff: noqa: S603 - the command is ours

REGION = "eu-west-1"
VERSIONING = "s3-bucket-versioning-enabled"
MUSTER = (sys.executable, "-c", "import sys; from muster.cli import main; sys.exit(main())")


@pytest.fixture(scope="module")
def _embedded() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(_embedded: EmbeddedAws) -> EmbeddedAws:
    """Start empty, with two buckets that were never versioned."""
    _embedded.reset()
    for name in ("photos", "videos"):
        _embedded.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return _embedded


@pytest.fixture
def environment(aws: EmbeddedAws) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _muster(environment: dict[str, str], folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*MUSTER, *arguments], env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_refused_call_is_unread_with_its_permission_and_the_scan_is_complete(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path
) -> None:
    aws.refuse("s3:GetBucketVersioning", bucket="photos")
    done = _muster(environment, tmp_path, "scan", "--check", VERSIONING)
    assert done.returncode == 0
    assert "s3:GetBucketVersioning  access denied (AccessDenied): photos" in done.stdout
    assert "1 not evaluated: s3:GetBucketVersioning is missing" in done.stdout
    assert "INCOMPLETE" not in done.stdout


USER = "User: arn:aws:iam::123456789012:user/u is not authorized to perform: "


def test_the_kind_of_policy_that_refused_a_call_is_told_and_no_permission_asked_for(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path
) -> None:
    message = f"{USER}s3:GetBucketVersioning with an explicit deny in a resource-based policy"
    aws.refuse("s3:GetBucketVersioning", bucket="photos", message=message)
    done = _muster(environment, tmp_path, "scan", "--check", VERSIONING)
    assert (
        "—  access denied (AccessDenied): a resource-based policy denies s3:GetBucketVersioning: photos" in done.stdout
    )


@pytest.mark.parametrize(
    "clause",
    [
        "because no service control policy allows the dynamodb:ListTables action",
        (
            "with an explicit deny in a service control policy: "
            "arn:aws:organizations::111122223333:policy/o-a1b2c3d4e5/service_control_policy/p-1a2b3c4d"
        ),
        "with an explicit deny in a resource control policy",
    ],
)
def test_a_region_that_the_organization_closes_is_one_line_and_no_failure(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path, clause: str
) -> None:
    message = f"{USER}dynamodb:ListTables on resource: * {clause}"
    aws.refuse("dynamodb:ListTables", code="AccessDeniedException", status=400, message=message)
    done = _muster(environment, tmp_path, "scan", "--check", "dynamodb-pitr-enabled")
    assert done.returncode == 0
    assert f"Blocked by a policy of the organization: {REGION}" in done.stdout
    assert "unread" not in done.stdout.replace("0 unread", "")
    assert "INCOMPLETE" not in done.stdout


def test_a_clock_that_is_wrong_is_told_with_how_much(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path
) -> None:
    message = "Signature expired: 20261128T072529Z is now earlier than 20261128T193257Z (20261128T194757Z - 15 min.)"
    aws.refuse("sts:GetCallerIdentity", code="SignatureDoesNotMatch", message=message)
    done = _muster(environment, tmp_path, "scan")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: this machine's clock is 12 h 22 min behind AWS's, and AWS refuses what it signs"
    )


def test_strict_makes_what_is_unread_incomplete(aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path) -> None:
    aws.refuse("s3:GetBucketVersioning", bucket="photos")
    done = _muster(environment, tmp_path, "scan", "--check", VERSIONING, "--strict", "--format", "json")
    assert done.returncode == 3
    told = json.loads(done.stdout)["scan"]
    assert (told["complete"], told["incomplete"]) == (False, ["1 finding could not be answered (--strict)"])


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param(["--check", VERSIONING], 3, id="nothing failed"),
        pytest.param(["--check", VERSIONING, "--check", "ec2-ebs-encryption-by-default"], 1, id="something failed too"),
    ],
)
def test_a_listing_that_fails_makes_the_scan_incomplete(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path, asked: list[str], status: int
) -> None:
    aws.refuse("s3:ListBuckets")
    done = _muster(environment, tmp_path, "scan", *asked, "--format", "json", "--quiet")
    assert done.returncode == status
    document = json.loads(done.stdout)
    assert document["scan"]["complete"] is False
    [reason] = document["scan"]["incomplete"]
    assert reason == (
        "AWS::S3::Bucket in global could not be listed: access denied (AccessDenied) (needs s3:ListAllMyBuckets)"
    )
    assert [each["check_id"] for each in document["findings"] if each["status"] == "INSUFFICIENT_DATA"] == [VERSIONING]
    assert "the scan is incomplete" in done.stderr


def test_a_failing_and_incomplete_scan_says_both(aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path) -> None:
    aws.refuse("s3:ListBuckets")
    checks = ("--check", VERSIONING, "--check", "ec2-ebs-encryption-by-default")
    done = _muster(environment, tmp_path, "scan", *checks)
    assert done.returncode == 1
    assert "The scan is INCOMPLETE" in done.stdout
    assert done.stdout.endswith("Exit 1: 1 failure at HIGH or above (--fail-on HIGH); the scan is incomplete.\n")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(
            "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>",
            "AWS does not accept the credentials (sts:GetCallerIdentity: ExpiredToken)",
            id="credentials that expired",
        ),
        pytest.param("<!doctype html><p>Sign in</p>", "does not answer as AWS does", id="a page of somebody's proxy"),
    ],
)
def test_an_answer_that_lets_nothing_begin_is_a_line(  # noqa: PLR0913 - it asks for its fixtures
    aws: EmbeddedAws,
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    message: str,
) -> None:
    def answering(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("400 Bad Request", [("Content-Length", str(len(answer)))])
        return [answer.encode()]

    monkeypatch.setattr(aws.front, "app", answering)
    done = _muster(environment, tmp_path, "scan")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_credentials_that_expire_meanwhile_make_the_scan_incomplete(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path
) -> None:
    aws.refuse("s3:GetBucketVersioning", code="ExpiredToken", status=400)
    done = _muster(environment, tmp_path, "scan", "--check", VERSIONING, "--format", "json")
    assert done.returncode == 3
    assert "the credentials stopped working (ExpiredToken)" in str(json.loads(done.stdout)["scan"]["incomplete"])


def test_an_endpoint_that_nobody_answers_at_is_a_line(environment: dict[str, str], tmp_path: Path) -> None:
    done = _muster(environment, tmp_path, "scan", "--endpoint-url", "http://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Could not connect to the endpoint" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@contextlib.contextmanager
def _hanging(aws: EmbeddedAws, operation: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Let calls of one operation wait; yield what tells that one came, and what lets them go on."""
    before, came, go = aws.front.app, threading.Event(), threading.Event()

    def wait(environ: dict[str, Any], start_response: Any) -> Any:
        if operation == infer(environ).operation:
            came.set()
            go.wait(30)
        return before(environ, start_response)

    aws.front.app = wait
    try:
        yield came, go
    finally:
        go.set()
        aws.front.app = before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_scan_writes_what_it_found(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "report.json"
    checks = ("--check", VERSIONING, "--check", "ec2-ebs-encryption-by-default")
    with _hanging(aws, "s3:GetBucketVersioning") as (came, go), subprocess.Popen(
        [*MUSTER, "scan", *checks, "--format", "json", "--output", str(path)],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert came.wait(30)
        time.sleep(2)  # the other shard, which runs beside it, has told what it found by then
        process.send_signal(number)
        time.sleep(0.5)
        go.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The scan is INCOMPLETE" in out
    assert "interrupted; writing what was found so far" in err
    assert "Traceback" not in err
    document = json.loads(path.read_text())
    assert [each["check_id"] for each in document["findings"]] == ["ec2-ebs-encryption-by-default"]
    assert document["scan"]["complete"] is False
    assert "it was interrupted" in str(document["scan"]["incomplete"])
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]


def test_a_second_interruption_does_not_wait_for_aws(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path
) -> None:
    with _hanging(aws, "s3:GetBucketVersioning") as (came, _), subprocess.Popen(
        [*MUSTER, "scan", "--check", VERSIONING],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert came.wait(30)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 3
    assert "The scan is INCOMPLETE" in out
    assert "Traceback" not in err


@pytest.mark.parametrize("form", ["table", "json", "ndjson", "csv"])
def test_a_reader_that_has_enough_ends_it_quietly(
    aws: EmbeddedAws, environment: dict[str, str], tmp_path: Path, form: str
) -> None:
    for number in range(8):
        aws.client("s3").create_bucket(
            Bucket=f"bucket-{number}", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    with subprocess.Popen(
        [*MUSTER, "scan", "--service", "s3", "--format", form],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        process.wait(timeout=60)
    assert err == ""
    assert process.returncode in (1, 3)


@pytest.mark.parametrize("arguments", [["list", "checks"], ["explain", VERSIONING], ["--help"]])
def test_a_reader_that_has_enough_of_other_commands(
    environment: dict[str, str], tmp_path: Path, arguments: list[str]
) -> None:
    with subprocess.Popen(
        [*MUSTER, *arguments], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_help_does_not_load_what_scanning_needs(environment: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys; from muster.cli import main; main(['--help']); main(['scan', '--help'])\n"
        "print([name for name in ('botocore', 'rich', 'yaml', 'jsonschema', 'muster.checks') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_closed_output_is_no_reason_to_fail(environment: dict[str, str], tmp_path: Path) -> None:
    line = f'{sys.executable} -c "import sys; from muster.cli import main; sys.exit(main())" scan --service s3 >&- 2>&-'
    assert subprocess.run(["/bin/sh", "-c", line], env=environment, cwd=tmp_path, check=False).returncode == 1


def test_an_ascii_terminal_is_no_reason_to_fail(environment: dict[str, str], tmp_path: Path) -> None:
    done = _muster({**environment, "PYTHONIOENCODING": "ascii"}, tmp_path, "scan", "--check", VERSIONING)
    assert done.returncode == 0
    assert "2 failures on 2 resources: 2 MEDIUM" in done.stdout
