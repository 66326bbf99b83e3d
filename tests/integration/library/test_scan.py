"""`from muster import scan`: findings as they are read, what could not be read, and errors that are MusterErrors."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.server import EmbeddedAws
from muster import (
    ConfigurationError,
    CredentialsError,
    Finding,
    MusterError,
    Scan,
    Severity,
    Status,
    scan,
)
from muster.sdk.session import Clients

REGION = "eu-west-1"
VERSIONING = "s3-bucket-versioning-enabled"
PAGE = Path(__file__).parents[3] / "docs" / "library.md"


@pytest.fixture
def buckets(clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Make buckets that were never versioned, and stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    names = ("photos", "videos")
    for name in names:
        clients.get("s3", REGION).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return names


def test_a_scan_streams_findings(buckets: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    running = scan(checks=[VERSIONING])
    first = next(running)
    assert isinstance(first, Finding)
    assert not running.complete
    found = {first.resource.id: first.status} | {finding.resource.id: finding.status for finding in running}
    assert found == dict.fromkeys(buckets, Status.NON_COMPLIANT)
    assert (running.complete, running.incomplete, running.unread) == (True, (), ())
    assert running.counts == {
        "compliant": 0, "non_compliant": 2, "not_applicable": 0, "insufficient_data": 0, "suppressed": 0,
    }  # fmt: skip
    assert (running.regions, running.checks) == ((REGION,), (VERSIONING,))
    assert {row.api: row.calls for row in running.coverage}["s3:GetBucketVersioning"] == 2
    assert list(running) == []
    assert capfd.readouterr() == ("", "")


def test_a_scan_that_is_left_early_stays_incomplete(buckets: tuple[str, ...]) -> None:
    with scan(checks=[VERSIONING]) as running:
        assert next(running).resource.id in buckets
    assert list(running) == []
    assert not running.complete
    assert running.incomplete == ("the scan has not ended: 0 of 1 shards are done",)


@pytest.mark.usefixtures("buckets")
def test_a_configuration_is_read_where_it_is_named_only(tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(f"exclude: {{arns: ['arn:aws:s3:::photos']}}\nchecks: [{VERSIONING}]\n", encoding="utf-8")
    assert {finding.resource.id for finding in scan(configuration=path)} == {"videos"}
    assert {finding.resource.id for finding in scan(checks=[VERSIONING])} == {"photos", "videos"}


@pytest.mark.usefixtures("buckets")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param({"checks": ["s3-bucket-versioning"]}, VERSIONING, id="check"),
        pytest.param({"regions": ["eu-west-l"]}, "did you mean eu-west-", id="region"),
        pytest.param({"configuration": "absent.yaml"}, "absent.yaml", id="configuration"),
    ],
)
def test_a_wrong_argument_is_a_configuration_error(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        scan(**wrong)  # type: ignore[arg-type]


@pytest.mark.usefixtures("aws")
def test_a_profile_that_does_not_exist_is_a_credentials_error() -> None:
    with pytest.raises(CredentialsError, match="nobody"):
        scan(profile="nobody")


@pytest.mark.usefixtures("buckets")
def test_resources_of_which_none_exists_end_the_loop_with_an_error() -> None:
    running = scan(checks=[VERSIONING], resources=["arn:aws:s3:::absent"])
    with pytest.raises(MusterError, match="arn:aws:s3:::absent does not exist"):
        list(running)
    assert not running.complete


@pytest.mark.usefixtures("buckets")
def test_severity_narrows_as_the_option_does() -> None:
    all_checks = scan(packs=["s3-compliance"], regions=[REGION])
    some = scan(packs=["s3-compliance"], regions=[REGION], severity=Severity.CRITICAL)
    assert set(some.checks) < set(all_checks.checks)
    for each in (all_checks, some):
        each.close()


@pytest.mark.usefixtures("buckets")
def test_a_refused_call_is_unread_and_no_exception(running: EmbeddedAws) -> None:
    running.client("s3").create_bucket(Bucket="closed", CreateBucketConfiguration={"LocationConstraint": REGION})
    running.refuse("s3:GetBucketVersioning", bucket="closed")
    found: Scan = scan(checks=[VERSIONING], endpoint_url=running.endpoint)
    statuses = {finding.resource.id: finding.status for finding in found}
    assert statuses["closed"] is Status.INSUFFICIENT_DATA
    (gap,) = found.unread
    assert (gap.permission, gap.findings, gap.checks, gap.examples) == (
        "s3:GetBucketVersioning", 1, (VERSIONING,), ("closed",),
    )  # fmt: skip
    assert found.complete


def test_the_example_of_the_page_runs_as_it_stands(running: EmbeddedAws, tmp_path: Path) -> None:
    running.reset()
    running.client("s3").create_bucket(Bucket="shop-data", CreateBucketConfiguration={"LocationConstraint": REGION})
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    done = subprocess.run(  # noqa: S603 - our own example
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={
            "AWS_ENDPOINT_URL": running.endpoint, "AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        },
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^MEDIUM s3-bucket-versioning-enabled shop-data \S", done.stdout, re.MULTILINE)
    assert "incomplete" not in done.stdout
