"""`muster scan --baseline`: only what is new fails the scan; what cannot be compared is named and counts as not new."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from muster.cli import main
from muster.sdk.session import Clients

from .deployed import NAME, Deployed

REGION = "eu-west-1"
VERSIONING = "s3-bucket-versioning-enabled"
SCAN = ("scan", "--check", VERSIONING, "--fail-on", "LOW")

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", REGION)


def _bucket(name: str) -> None:
    boto3.client("s3", REGION).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})


def _versioned(name: str) -> None:
    boto3.client("s3", REGION).put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


@pytest.fixture
def base() -> str:
    """Scan one bucket that fails, and return the report."""
    _bucket("photos")
    assert main([*SCAN, "--output", "base.json", "--quiet"]) == 1
    return "base.json"


def test_what_failed_before_does_not_fail_the_scan(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SCAN, "--baseline", base]) == 0
    out, err = capsys.readouterr()
    assert "Nothing new since" in out
    assert "0 new, 0 gone since" in out
    assert out.endswith(f"Exit 0: no new failures at LOW or above (--fail-on LOW, --baseline {base}).\n")
    assert err == ""


def test_what_is_new_fails_the_scan_and_is_marked(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    _bucket("videos")
    assert main([*SCAN, "--baseline", base]) == 1
    out = capsys.readouterr().out
    assert "  MEDIUM   NEW  " in out
    assert out.count("NEW") == 2
    assert "1 new, 0 gone since" in out
    assert out.endswith(f"Exit 1: 1 new failure at LOW or above (--fail-on LOW, --baseline {base}).\n")


def test_what_is_new_below_the_severity_does_not_fail(base: str) -> None:
    _bucket("videos")
    assert main([*SCAN[:-1], "HIGH", "--baseline", base]) == 0


def test_what_was_fixed_is_gone(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    _versioned("photos")
    assert main([*SCAN, "--baseline", base]) == 0
    assert "0 new, 1 gone since" in capsys.readouterr().out


def test_the_failure_of_an_expired_suppression_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = f"{{check: {VERSIONING}, resource: '*', reason: old, owner: web, expires: 2999-01-01}}"
    (tmp_path / "muster.yaml").write_text(f"suppressions:\n  - {entry}\n")
    _bucket("photos")
    assert main([*SCAN, "--output", "base.json", "--quiet"]) == 0
    (tmp_path / "muster.yaml").write_text("")
    assert main([*SCAN, "--baseline", "base.json"]) == 1
    assert "REOPENED" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["base.ndjson", "base.parquet"])
def test_other_reports_are_baselines_too(name: str) -> None:
    _bucket("photos")
    assert main([*SCAN, "--output", name, "--quiet"]) == 1
    assert main([*SCAN, "--baseline", name]) == 0
    _bucket("videos")
    assert main([*SCAN, "--baseline", name]) == 1


def test_a_check_that_the_baseline_did_not_run_is_named_and_not_new(
    base: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SCAN, "--check", "s3-default-encryption-kms", "--baseline", base]) == 0
    err = capsys.readouterr().err
    assert err.splitlines()[0] == f"note: 1 finding cannot be compared with {base} and counts as not new:"
    assert f"  1 of s3-default-encryption-kms: the check is not in {base}\n" in err


def test_a_part_that_an_incomplete_baseline_did_not_read_is_not_new(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.loads((tmp_path / base).read_text())
    report["findings"] = []
    report["scan"] |= {"complete": False, "incomplete": ["s3 in global was not scanned"]}
    (tmp_path / base).write_text(json.dumps(report))
    assert main([*SCAN, "--baseline", base]) == 0
    err = capsys.readouterr().err
    assert f"{base} is incomplete, and has no finding of the check in account 123456789012, {REGION}" in err
    assert f"note: {base} is an incomplete scan: a failure that counts as new may be older\n" in err


def test_a_report_of_failures_only_is_a_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    _bucket("photos")
    _bucket("videos")
    _versioned("videos")
    assert main([*SCAN, "--status", "failing", "--output", "base.json", "--quiet"]) == 1
    report: dict[str, Any] = json.loads(Path("base.json").read_text())
    assert [each["resource"]["id"] for each in report["findings"]] == ["photos"]
    assert report["scan"]["statuses"] == ["failing"]
    _versioned("photos")
    assert main([*SCAN, "--baseline", "base.json"]) == 0
    assert "0 new, 1 gone since" in capsys.readouterr().out


def test_a_report_without_failures_says_nothing_of_what_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    _bucket("photos")
    assert main([*SCAN, "--status", "passing,unread", "--output", "base.json", "--quiet"]) == 1
    assert main([*SCAN, "--baseline", "base.json"]) == 0
    assert "base.json does not have all failing findings" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.json"], "--baseline none.json: there is no such file\n  make one: muster scan"),
        (["latest"], "--baseline latest is a scan of a stack\n  name the stack: --stack NAME"),
        (["20261121T060000Z-c22b102a"], "is a scan of a stack\n  name the stack"),
        (["base.json", "--stack", "muster-dev"], "--baseline base.json is not a scan of the stack muster-dev\n"),
    ],
)
def test_what_is_no_baseline_is_refused_before_the_scan(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SCAN, "--output", "r.json", "--baseline", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not Path("r.json").exists()


def test_a_broken_baseline_is_refused_before_the_scan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "base.json").write_text("{}")
    assert main([*SCAN, "--baseline", "base.json"]) == 2
    out, err = capsys.readouterr()
    assert "base.json:1: it has no list of findings" in err
    assert out == ""


def test_what_this_scan_does_not_cover_is_no_news(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--check", "s3-default-encryption-kms", "--fail-on", "LOW", "--baseline", base]) == 0
    err = capsys.readouterr().err
    assert "1 of s3-default-encryption-kms: the check is not in base.json" in err
    assert VERSIONING not in err


class TestStack:
    """The baseline is a scan of a stack, run by its functions on moto."""

    def test_the_last_saved_scan_is_the_baseline(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        _bucket("photos")
        stack = Deployed(clients)
        first = stack.scan(VERSIONING)
        _bucket("videos")
        second = stack.scan(VERSIONING)
        on_stack = ("--stack", NAME, "--stack-region", REGION)
        assert main([*SCAN, "--baseline", "latest", *on_stack]) == 0
        assert main([*SCAN, "--baseline", second, *on_stack]) == 0
        capsys.readouterr()
        assert main([*SCAN, "--baseline", first, *on_stack]) == 1
        assert "1 new, 0 gone since" in capsys.readouterr().out

    def test_a_stack_without_a_scan_is_named(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        Deployed(clients)
        assert main([*SCAN, "--baseline", "latest", "--stack", NAME]) == 2
        assert f"the stack {NAME} has no saved scan yet" in capsys.readouterr().err

    def test_a_scan_that_is_not_there_is_named(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        Deployed(clients)
        assert main([*SCAN, "--baseline", "20260101T000000Z-00000000", "--stack", NAME]) == 2
        assert "there is no scan 20260101T000000Z-00000000 on the stack" in capsys.readouterr().err


def test_a_report_of_other_accounts_is_refused_before_the_scan(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("other.json").write_text(Path(base).read_text().replace("123456789012", "999999999999"))
    assert main([*SCAN, "--baseline", "other.json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "other.json is a scan of other accounts: 999999999999" in err
    assert "this scan is of 123456789012" in err


def test_an_empty_name_is_no_missing_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SCAN, "--baseline", ""]) == 2
    assert "--baseline is empty" in capsys.readouterr().err


def test_a_stack_without_a_baseline_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SCAN, "--stack", "muster-dev"]) == 2
    assert "--baseline latest --stack muster-dev" in capsys.readouterr().err
