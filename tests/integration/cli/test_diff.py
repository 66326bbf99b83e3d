"""`muster diff`: what changed between two reports, folders of Parquet, or scans of a stack."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from muster.cli import main
from muster.model.finding import TARGET, Finding, Resource, Status, finding_id
from muster.sdk.session import Clients
from muster.storage import keys

from .deployed import NAME, Deployed
from .written import (
    ACCOUNT,
    FIRST,
    PUBLIC,
    REGION,
    SECOND,
    VERSIONING,
    finding,
    json_report,
    ndjson_report,
    parquet_file,
    scan_of,
)

PASS, UNREAD = Status.COMPLIANT, Status.INSUFFICIENT_DATA
OLD = [
    finding("same", at=FIRST),
    finding("fixed", at=FIRST),
    finding("gone", at=FIRST),
    finding("accepted", at=FIRST),
    finding("over", until="2026-11-28", at=FIRST),
    finding("taken", until="2027-11-28", at=FIRST),
    finding("dark", PASS, at=FIRST),
    finding("good", PASS, at=FIRST),
    finding("bad", PASS, PUBLIC, at=FIRST),
    finding("unread-both", UNREAD, at=FIRST),
    finding("found", UNREAD, at=FIRST),
]
NEW = [
    finding("same"),
    finding("fixed", PASS),
    finding("accepted", until="2027-01-01"),
    finding("over"),
    finding("taken"),
    finding("dark", UNREAD),
    finding("good", PASS),
    finding("bad", check=PUBLIC),
    finding("fresh"),
    finding("new-and-fine", PASS),
    finding("new-and-accepted", until="2027-01-01"),
    finding("unread-both", UNREAD),
    finding("found"),
]
CHANGES = {
    ("opened", None, "bad"),
    ("opened", None, "fresh"),
    ("opened", None, "found"),
    ("reopened", None, "taken"),
    ("expired", None, "over"),
    ("unreadable", None, "dark"),
    ("resolved", "fixed", "fixed"),
    ("resolved", "deleted", "gone"),
    ("suppressed", None, "accepted"),
}
Write = Callable[[Path, Sequence[Finding], Any], Path]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _json(name: str, findings: Sequence[Finding], at: Any) -> str:
    return str(json_report(Path(f"{name}.json"), findings, at))


def _ndjson(name: str, findings: Sequence[Finding], at: Any) -> str:
    return str(ndjson_report(Path(f"{name}.ndjson"), findings, at))


def _parquet(name: str, findings: Sequence[Finding], at: Any) -> str:
    """Write two files in folders within a folder, as a synchronized prefix of the bucket has them."""
    parquet_file(Path(name) / "scan_date=x" / "a.parquet", findings[::2], at)
    parquet_file(Path(name) / "scan_date=x" / "b.parquet", findings[1::2], at)
    return name


def _file(name: str, findings: Sequence[Finding], at: Any) -> str:
    return str(parquet_file(Path(f"{name}.parquet"), findings, at))


def changes(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Return the exit status, the changes and what was written to standard error."""
    status = main(["diff", *arguments, "--format", "ndjson"])
    out, err = capsys.readouterr()
    assert "mistake in Muster" not in err
    return status, [json.loads(line) for line in out.splitlines()], err


def short(found: Sequence[dict[str, Any]]) -> set[tuple[str, str | None, str]]:
    return {(each["event"], each["outcome"], each["resource"]["id"]) for each in found}


@pytest.mark.parametrize("new", [_json, _ndjson, _parquet, _file])
@pytest.mark.parametrize("old", [_json, _ndjson, _parquet, _file])
def test_two_scans_differ_alike_in_every_form(old: Any, new: Any, capsys: pytest.CaptureFixture[str]) -> None:
    status, found, err = changes(capsys, old("old", OLD, FIRST), new("new", NEW, SECOND))
    assert (status, short(found)) == (1, CHANGES)
    # Only JSON says what was looked at.
    assert ("deleted may also mean not scanned (1 finding)" in err) is (new is not _json)
    assert err.count("\n") == (new is not _json)


def test_a_scan_is_the_same_as_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", _json("a", NEW, SECOND), _json("b", NEW, SECOND)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "0 opened · 0 resolved · 6 still failing · 13 unchanged"
    assert err == ""


def test_a_change_has_what_a_program_needs(capsys: pytest.CaptureFixture[str]) -> None:
    _, found, _ = changes(capsys, _json("old", OLD, FIRST), _json("new", NEW, SECOND))
    assert next(each for each in found if each["resource"]["id"] == "over") == {
        "event": "expired",
        "outcome": None,
        "was": "suppressed",
        "finding_id": finding("over").finding_id,
        "check_id": VERSIONING,
        "title": "Buckets should be well",
        "severity": "MEDIUM",
        "reason": "over is non_compliant",
        "resource": {
            "type": "AWS::S3::Bucket",
            "arn": "arn:aws:s3:::over",
            "id": "over",
            "account_id": ACCOUNT,
            "region": REGION,
        },
        "first_seen": None,
        "until": "2026-11-28",
    }
    assert [each["event"] for each in found[:3]] == ["opened"] * 3
    assert found[0]["severity"] == "CRITICAL"


def test_the_whole_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", _json("old", OLD, FIRST), _json("new", NEW, SECOND), "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert short(document["changes"]) == CHANGES
    assert document["counts"] == {
        "opened": 3, "reopened": 1, "expired": 1, "unreadable": 1, "resolved": 2, "suppressed": 1,
        "fixed": 1, "deleted": 1, "still_open": 1, "unchanged": 3, "not_compared": 0,
    }  # fmt: skip
    assert document["not_compared"] == []
    assert document["old"] == {
        "name": "old.json",
        "scan_ids": [scan_of(FIRST)],
        "started_at": "2026-11-28T06:00:00Z",
        "complete": True,
        "findings": len(OLD),
    }


def test_the_csv_has_a_row_a_change(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", _json("old", OLD, FIRST), _json("new", [*NEW, finding("=cmd")], SECOND), "--format", "csv"])
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {(row["event"], row["outcome"] or None, row["resource_id"]) for row in rows} == {
        *CHANGES,
        ("opened", None, "'=cmd"),
    }


def test_a_document_without_changes_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", _json("a", [], FIRST), _json("b", [], SECOND), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["changes"] == []


def test_the_output_goes_to_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", _json("old", OLD, FIRST), _json("new", NEW, SECOND), "--format", "csv", "--output", "d.csv"])
    assert len(Path("d.csv").read_text().splitlines()) == len(CHANGES) + 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("fail_on", "status"), [("CRITICAL", 1), ("medium", 1), ("never", 0), ("INFORMATIONAL", 1)])
def test_the_exit_status_follows_the_severity(fail_on: str, status: int) -> None:
    assert main(["diff", _json("old", OLD, FIRST), _json("new", NEW, SECOND), "--fail-on", fail_on]) == status


def test_only_worse_failures_than_asked_for_are_new_failures() -> None:
    assert main(["diff", _json("o", [], FIRST), _json("n", [finding("a")], SECOND), "--fail-on", "HIGH"]) == 0


def test_what_is_fixed_is_no_new_failure() -> None:
    assert main(["diff", _json("old", [finding("a", at=FIRST)], FIRST), _json("new", [], SECOND)]) == 0


class TestNotCompared:
    """What only one of the scans looked at is neither opened nor resolved, and the reason is named."""

    @pytest.mark.parametrize(
        ("kept", "reason"),
        [
            pytest.param({"checks": [PUBLIC]}, "the check is not in new.json", id="check"),
            pytest.param({"regions": ["us-east-1"]}, "region eu-west-1 is not in new.json", id="region"),
            pytest.param({"accounts": ["111122223333"]}, f"account {ACCOUNT} is not in new.json", id="account"),
            pytest.param({"blocked": [REGION]}, "region eu-west-1 is blocked by policy in new.json", id="blocked"),
            pytest.param(
                {"blocked": [f"{REGION} of {ACCOUNT}"]}, "region eu-west-1 is blocked by policy in new.json",
                id="blocked in the account",
            ),
            pytest.param({"incomplete": ["it was interrupted"]}, "new.json is incomplete", id="incomplete"),
            pytest.param(
                {"narrowed": ["--tag Environment=prod"]},
                "new.json is of some resources only (--tag Environment=prod)", id="by tag",
            ),
            pytest.param(
                {"narrowed": ["--resource arn:aws:s3:::other"]},
                "new.json is of some resources only (--resource arn:aws:s3:::other)", id="other resources",
            ),
        ],
    )  # fmt: skip
    def test_what_the_new_scan_did_not_look_at_is_not_resolved(
        self, kept: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        new = json_report(Path("new.json"), [], SECOND, **kept)
        status, found, err = changes(capsys, _json("old", [finding("gone", at=FIRST)], FIRST), str(new))
        assert (status, found) == (0, [])
        assert f"1 finding cannot be compared:\n  1 of {VERSIONING}: {reason}\n" in err

    @pytest.mark.parametrize(
        ("kept", "reason"),
        [
            pytest.param({"checks": [PUBLIC]}, "the check is not in old.json", id="check"),
            pytest.param({"regions": ["us-east-1"]}, "region eu-west-1 is not in old.json", id="region"),
        ],
    )
    def test_what_the_old_scan_did_not_look_at_is_not_opened(
        self, kept: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        old = json_report(Path("old.json"), [], FIRST, **kept)
        status, found, err = changes(capsys, str(old), _json("new", [finding("a")], SECOND))
        assert (status, found) == (0, [])
        assert reason in err

    @pytest.mark.parametrize(
        ("old", "new", "resolved"),
        [
            pytest.param([], ["--resource arn:aws:s3:::gone"], True, id="the new scan names the resource"),
            pytest.param(["--service s3"], ["--service s3"], True, id="the same service"),
            pytest.param(["--tag a=b"], ["--tag a=b"], False, id="the same tag: it may have lost it"),
            pytest.param(["--service s3"], [], True, id="all of what the old scan has"),
        ],
    )
    def test_options_that_leave_out_resources_are_known(
        self, old: list[str], new: list[str], resolved: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = json_report(Path("old.json"), [finding("gone", at=FIRST)], FIRST, narrowed=old)
        after = json_report(Path("new.json"), [], SECOND, narrowed=new)
        _, found, err = changes(capsys, str(before), str(after))
        assert bool(found) is resolved
        assert ("cannot be compared" in err) is not resolved

    @pytest.mark.parametrize("write", [_json, _ndjson, _parquet])
    def test_what_could_not_be_listed_is_not_resolved(self, write: Any, capsys: pytest.CaptureFixture[str]) -> None:
        target = Resource(TARGET, "AWS::S3::Bucket", ACCOUNT, REGION)
        unlisted = finding("x", UNREAD)
        new = [finding("other"), Finding(**{**_fields(unlisted), "resource": target,
                                            "finding_id": finding_id(target, VERSIONING)})]  # fmt: skip
        old = [finding("gone", at=FIRST), finding("other", at=FIRST)]
        _, found, err = changes(capsys, write("old", old, FIRST), write("new", new, SECOND))
        assert [each["event"] for each in found] == ["unreadable"]
        assert "the resources could not be listed in new" in err

    def test_without_a_header_a_check_that_is_gone_may_not_have_run(self, capsys: pytest.CaptureFixture[str]) -> None:
        old = [finding("gone", at=FIRST), finding("good", PASS, PUBLIC, at=FIRST)]
        status, found, err = changes(
            capsys, _ndjson("old", old, FIRST), _ndjson("new", [finding("good", PASS, PUBLIC)], SECOND)
        )
        assert (status, found) == (0, [])
        assert f"new.ndjson has no finding of the check in account {ACCOUNT}, {REGION}" in err

    def test_after_an_incomplete_scan_what_opened_is_doubtful(self, capsys: pytest.CaptureFixture[str]) -> None:
        old = json_report(Path("old.json"), [], FIRST, incomplete=["it was interrupted"])
        status, found, err = changes(capsys, str(old), _json("new", [finding("a")], SECOND))
        assert (status, short(found)) == (1, {("opened", None, "a")})
        assert "old.json is incomplete: some of the opened findings may have failed before" in err

    def test_the_other_order_is_doubted(self, capsys: pytest.CaptureFixture[str]) -> None:
        _, _, err = changes(capsys, _json("new", NEW, SECOND), _json("old", OLD, FIRST))
        assert "new.json is later than old.json: did you mean the other order?" in err


def _fields(found: Finding) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Finding.__slots__}


def stack_report(path: Path, findings: Sequence[Finding], *, truncated: bool = False, suppressed: int = 0) -> str:
    """Write what report.json of a stack has: only what fails."""
    document = json.loads(json_report(path, findings).read_text())
    failing = [each for each in document["findings"] if each["status"] == "NON_COMPLIANT" and not each["suppression"]]
    counts = [{"check_id": VERSIONING, "suppressed": suppressed, "insufficient_data": 0}]
    document |= {"findings": failing, "summary": {"checks": counts}, "truncated": truncated, "all_findings": "s3://x"}
    path.write_text(json.dumps(document))
    return str(path)


class TestStackReports:
    """report.json of a stack has failing findings only, and not all of them where it is truncated."""

    def test_what_it_does_not_have_any_more_is_fixed_or_deleted(self, capsys: pytest.CaptureFixture[str]) -> None:
        old = stack_report(Path("old.json"), [finding("a", at=FIRST), finding("b", at=FIRST)])
        new = stack_report(Path("new.json"), [finding("b"), finding("c")])
        status, found, _ = changes(capsys, old, new)
        assert (status, short(found)) == (1, {("opened", None, "c"), ("resolved", None, "a")})
        assert main(["diff", old, new]) == 1
        assert "a  fixed or deleted; it was: a is non_compliant" in capsys.readouterr().out

    def test_what_a_truncated_one_does_not_have_is_not_compared(self, capsys: pytest.CaptureFixture[str]) -> None:
        old = stack_report(Path("old.json"), [finding("a", at=FIRST)], truncated=True)
        new = stack_report(Path("new.json"), [finding("b")], truncated=True)
        status, found, err = changes(capsys, old, new)
        assert (status, found) == (0, [])
        assert "2 findings cannot be compared" in err
        assert "old.json does not have all failing findings" in err
        assert "new.json does not have all failing findings" in err

    def test_what_may_be_suppressed_now_is_not_resolved(self, capsys: pytest.CaptureFixture[str]) -> None:
        old = stack_report(Path("old.json"), [finding("a", at=FIRST)])
        status, found, err = changes(capsys, old, stack_report(Path("new.json"), [], suppressed=1))
        assert (status, found) == (0, [])
        assert "others of the check are suppressed or could not be read" in err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "new.json is empty"),
        ("{", "new.json:1: this is no JSON, or cut"),
        ("[1]", "new.json:1: it has no list of findings"),
        ('{"findings": 7}', "new.json:1: it has no list of findings"),
        ('{"findings": [{"check_id": "x"}]}', "findings[0]: this is no finding: 'resource' is missing"),
        ('{"findings": [7]}', "findings[0]: this is no finding: it is no JSON object"),
        ('{"findings": [{"resource": null}]}', "findings[0]: this is no finding: its resource is no JSON object"),
        ('{"findings": [\n{"finding_id": "x"', "new.json:2: this is no JSON, or cut"),
        ('{"finding_id": "x"}\n', "new.json:1: this is no finding"),
        ('{"findings": [\n', "new.json:1: it is cut: the summary and the scan are missing"),
        ("finding_id,check_id\n", "new.json:1: this is no JSON"),
    ],
)
def test_what_is_no_report_is_named(content: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("new.json").write_text(content)
    assert main(["diff", _json("old", OLD, FIRST), "new.json"]) == 2
    out, err = capsys.readouterr()
    assert why in err
    assert "mistake" not in err
    assert out == ""


def test_a_report_that_is_cut_is_named_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(_json("new", NEW, SECOND)).read_text()
    lines = text.splitlines(keepends=True)
    Path("new.json").write_text("".join(lines[:4]))
    assert main(["diff", _json("old", OLD, FIRST), "new.json"]) == 2
    assert "new.json:4: it is cut" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "why"),
    [
        ("missing.json", "missing.json: there is no such file or folder"),
        ("empty", "empty has no *.parquet files"),
        ("broken.parquet", "broken.parquet cannot be read: it is no Parquet file, or cut"),
        (scan_of(FIRST), f"{scan_of(FIRST)} is the id of a scan\n  name its stack: --stack NAME"),
    ],
)
def test_a_path_that_cannot_be_read_is_named(old: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    Path("broken.parquet").write_bytes(b"PAR1 no")
    assert main(["diff", old, _json("new", NEW, SECOND)]) == 2
    assert why in capsys.readouterr().err


def test_a_folder_with_two_scans_is_no_scan(capsys: pytest.CaptureFixture[str]) -> None:
    parquet_file(Path("both") / "a.parquet", OLD, FIRST)
    parquet_file(Path("both") / "b.parquet", NEW, SECOND)
    assert main(["diff", "both", _json("new", NEW, SECOND)]) == 2
    assert "both has a finding twice: it holds the findings of several scans" in capsys.readouterr().err


class TestStack:
    """Two scans of a stack, run by its functions on moto."""

    def test_two_scans_are_compared(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        stack, s3 = Deployed(clients), clients.get("s3", REGION)
        where: Any = {"LocationConstraint": REGION}
        for name in ("fixed", "gone", "same"):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        first = stack.scan(VERSIONING)
        s3.put_bucket_versioning(Bucket="fixed", VersioningConfiguration={"Status": "Enabled"})
        s3.delete_bucket(Bucket="gone")
        s3.create_bucket(Bucket="fresh", CreateBucketConfiguration=where)
        second = stack.scan(VERSIONING)
        status, found, err = changes(capsys, first, second, "--stack", NAME, "--region", REGION)
        assert (status, err) == (1, "")
        assert short(found) == {
            ("opened", None, "fresh"),
            ("resolved", "fixed", "fixed"),
            ("resolved", "deleted", "gone"),
        }
        assert changes(capsys, second, second, "--stack", NAME, "--region", REGION)[:2] == (0, [])

    def test_the_reports_of_two_scans_are_compared(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        stack, s3 = Deployed(clients), clients.get("s3", REGION)
        where: Any = {"LocationConstraint": REGION}
        for name in ("gone", "same"):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        first = stack.scan(VERSIONING)
        s3.delete_bucket(Bucket="gone")
        s3.create_bucket(Bucket="fresh", CreateBucketConfiguration=where)
        second = stack.scan(VERSIONING)
        for name, scan in (("old.json", first), ("new.json", second)):
            stack.bucket.download(keys.report(scan), Path(name))
        status, found, err = changes(capsys, "old.json", "new.json")
        assert (status, short(found), err) == (1, {("opened", None, "fresh"), ("resolved", None, "gone")}, "")

    def test_a_check_that_only_one_scan_has_is_not_compared(
        self, clients: Clients, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stack = Deployed(clients)
        first, second = stack.scan(VERSIONING), stack.scan("s3-bucket-logging-enabled")
        status, found, err = changes(capsys, first, second, "--stack", NAME, "--region", REGION)
        assert (status, found) == (0, [])
        assert f"of {VERSIONING}: the check is not in {second}" in err
        assert f"of s3-bucket-logging-enabled: the check is not in {first}" in err

    def test_a_scan_and_a_report_are_compared(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        scan = Deployed(clients).scan(VERSIONING)
        main(
            ["scan", "--check", VERSIONING, "--region", REGION, "--output", "now.json", "--quiet", "--fail-on", "never"]
        )
        assert changes(capsys, scan, "now.json", "--stack", NAME, "--region", REGION)[:2] == (0, [])

    @pytest.mark.parametrize(
        ("old", "why"),
        [
            ("20260101T000000Z-00000000", "there is no scan 20260101T000000Z-00000000 on the stack muster-dev"),
            ("yesterday", "'yesterday' is neither the id of a scan"),
        ],
    )
    def test_a_scan_that_is_not_there_is_named(
        self, clients: Clients, capsys: pytest.CaptureFixture[str], old: str, why: str
    ) -> None:
        scan = Deployed(clients).scan(VERSIONING)
        assert main(["diff", old, scan, "--stack", NAME, "--region", REGION]) == 2
        assert why in capsys.readouterr().err

    def test_a_stack_that_is_not_there_is_named(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        Deployed(clients)
        scan = "20260101T000000Z-00000000"
        assert main(["diff", scan, scan, "--stack", "other", "--region", REGION]) == 2
        assert "the stack other cannot be found in eu-west-1" in capsys.readouterr().err

    def test_a_scan_without_a_summary_still_runs(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        stack = Deployed(clients)
        scan = stack.scan(VERSIONING)
        stack.bucket.delete(keys.summary(scan))
        assert main(["diff", scan, scan, "--stack", NAME, "--region", REGION]) == 2
        assert f"the scan {scan} has no summary: it still runs, or it failed" in capsys.readouterr().err
