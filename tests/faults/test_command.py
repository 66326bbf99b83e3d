"""Any weather, from the command line: the process ends as in good weather, with the same findings and no traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from testing.fake_aws.estate import Estate
from testing.fake_aws.faults import Knobs
from testing.fake_aws.process import FakeAws
from tests.faults.test_scan import CHECKS

# ruff: noqa: S603 - the command is ours

REGION = "eu-west-1"
ESTATE = Estate(instances=40, buckets=8, regions=(REGION,))
MUSTER = (sys.executable, "-c", "import sys; from muster.cli import main; sys.exit(main())")
FAILED, INCOMPLETE = 1, 3


class Ended(NamedTuple):
    """How a scan ended: its exit status, what each finding said, and what stood on standard error."""

    status: int
    said: dict[str, str]
    complete: bool
    told: str


@pytest.fixture(scope="module")
def aws() -> Iterator[FakeAws]:
    with FakeAws(ESTATE) as running:
        yield running


def muster(aws: FakeAws, folder: Path, *arguments: str, **weather: Any) -> Ended:
    """Scan in a process of its own, in some weather."""
    calm = Knobs()
    aws.control(**{**{name: getattr(calm, name) for name in calm.__dataclass_fields__}, **weather})
    aws.forget()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    checks = [part for check in CHECKS if check != "required-tags" for part in ("--check", check)]
    done = subprocess.run(
        [*MUSTER, "scan", *checks, "--format", "json", "--output", "report.json", *arguments],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in (FAILED, INCOMPLETE), done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    said = {each["finding_id"]: each["status"] for each in report["findings"]}
    told = "\n".join([*report["scan"]["incomplete"], done.stderr])
    return Ended(done.returncode, said, report["scan"]["complete"], told)


@pytest.fixture(scope="module")
def good(aws: FakeAws, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    found = muster(aws, tmp_path_factory.mktemp("good"))
    assert (found.status, found.complete) == (FAILED, True)
    assert (
        {"COMPLIANT", "NON_COMPLIANT"} <= set(found.said.values()) <= {"COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"}
    )
    return found


@pytest.mark.parametrize(
    "weather",
    [
        pytest.param({"throttle": 0.3}, id="30 percent of calls throttled"),
        pytest.param({"error_5xx": 0.2}, id="the service's own errors"),
        pytest.param({"reset": 0.2}, id="connections that break in mid-answer"),
        pytest.param({"malformed": 0.2}, id="answers that are no XML"),
    ],
)
def test_what_passes_changes_nothing(aws: FakeAws, good: Ended, tmp_path: Path, weather: dict[str, Any]) -> None:
    found = muster(aws, tmp_path, **weather)
    assert found.said == good.said
    assert (found.status, found.complete) == (FAILED, True)
    assert "incomplete" not in found.told


@pytest.mark.parametrize(
    ("fail_on", "status"), [pytest.param("HIGH", FAILED, id="some fail"), pytest.param("never", INCOMPLETE, id="none")]
)
def test_credentials_that_expire_leave_the_rest_unread_and_the_scan_incomplete(
    aws: FakeAws, good: Ended, tmp_path: Path, fail_on: str, status: int
) -> None:
    found = muster(aws, tmp_path, "--fail-on", fail_on, expire_after=40)
    unread = {name for name, said in found.said.items() if said == "INSUFFICIENT_DATA"}
    assert unread
    assert {name: said for name, said in found.said.items() if name not in unread}.items() <= good.said.items()
    assert (found.status, found.complete) == (status, False)
    assert "the credentials stopped working (ExpiredToken)" in found.told
