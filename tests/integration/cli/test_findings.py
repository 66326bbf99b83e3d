"""`muster findings`: what fails, by status, time, owner, check and place; from a stack, Parquet or a report."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from muster.cli import main
from muster.cli.findings_query import moment
from muster.model.finding import Finding, Status
from muster.sdk.session import Clients
from muster.storage import keys

from .deployed import FIRST, NAME, Deployed
from .written import ACCOUNT, PUBLIC, REGION, VERSIONING, finding, json_report, ndjson_report, parquet_file, scan_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
OTHER = "111122223333"
FOUND = [
    finding("new", first_seen=NOW - timedelta(days=2), tags={"Owner": "team-a"}),
    finding("old", first_seen=NOW - timedelta(days=20), tags={"Owner": "team-b"}),
    finding("public", check=PUBLIC, first_seen=NOW - timedelta(days=7), tags={"Team": "team-a"}),
    finding("elsewhere", region="us-east-1", account_id=OTHER, first_seen=NOW - timedelta(hours=3), tags=None),
    finding("accepted", until="2027-01-01", first_seen=NOW - timedelta(days=1), tags={"Owner": "team-a"}),
    finding("dark", Status.INSUFFICIENT_DATA, first_seen=NOW, tags={}),
    finding("fine", Status.COMPLIANT),
    finding("aside", Status.NOT_APPLICABLE),
]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _parquet(findings: Sequence[Finding]) -> str:
    parquet_file(Path("latest/a.parquet"), findings[::2])
    parquet_file(Path("latest/b.parquet"), findings[1::2])
    return "latest"


def _json(findings: Sequence[Finding]) -> str:
    return str(json_report(Path("r.json"), findings))


def _ndjson(findings: Sequence[Finding]) -> str:
    return str(ndjson_report(Path("r.ndjson"), findings))


def names(capsys: pytest.CaptureFixture[str], *arguments: str) -> set[str]:
    """Return the resources of the findings that are listed."""
    with time_machine.travel(NOW, tick=False):
        status = main(["findings", *arguments, "--format", "ndjson"])
    out, err = capsys.readouterr()
    assert status == 0, err
    return {json.loads(line)["resource"]["id"] for line in out.splitlines()}


@pytest.mark.parametrize("write", [_parquet, _json, _ndjson])
@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        pytest.param([], {"new", "old", "public", "elsewhere"}, id="open by default"),
        pytest.param(["--status", "suppressed"], {"accepted"}, id="suppressed"),
        pytest.param(["--status", "unread"], {"dark"}, id="unread"),
        pytest.param(["--status", "passing"], {"fine"}, id="passing"),
        pytest.param(["--status", "unread", "--status", "suppressed"], {"dark", "accepted"}, id="two statuses"),
        pytest.param(["--status", "all"], {each.resource.id for each in FOUND}, id="all"),
        pytest.param(["--since", "7d"], {"new", "public", "elsewhere"}, id="seven days, to the second"),
        pytest.param(["--since", "6h"], {"elsewhere"}, id="hours"),
        pytest.param(["--since", "2w"], {"new", "public", "elsewhere"}, id="weeks"),
        pytest.param(["--since", "2026-11-27"], {"new", "elsewhere"}, id="a date"),
        pytest.param(["--since", "2026-11-29T09:00:00Z"], {"elsewhere"}, id="a time"),
        pytest.param(
            ["--since", "7d", "--status", "all"], {"new", "public", "elsewhere", "accepted", "dark"}, id="any status"
        ),
        pytest.param(["--owner", "team-a"], {"new"}, id="owner: not by another tag"),
        pytest.param(["--owner", "team-*"], {"new", "old"}, id="owners by pattern: not without the tag"),
        pytest.param(["--owner", "team-b", "--owner", "team-c"], {"old"}, id="one of several owners"),
        pytest.param(["--owner", "team-a", "--owner-tag", "Team"], {"public"}, id="another owner tag"),
        pytest.param(["--check", VERSIONING], {"new", "old", "elsewhere"}, id="check"),
        pytest.param(["--check", "s3-*-public-*"], {"public"}, id="checks by pattern"),
        pytest.param(["--severity", "high"], {"public"}, id="severity"),
        pytest.param(["--account", OTHER], {"elsewhere"}, id="account"),
        pytest.param(["--in-region", REGION], {"new", "old", "public"}, id="region"),
        pytest.param(["--resource", "arn:aws:s3:::o*"], {"old"}, id="ARN"),
        pytest.param(["--resource", "n?w"], {"new"}, id="id of the resource"),
        pytest.param(["--since", "7d", "--owner", "team-a", "--check", "s3-*"], {"new"}, id="all of them"),
        pytest.param(["--check", "ec2-*"], set(), id="none"),
        pytest.param(["--limit", "1"], {"public"}, id="the worst one"),
    ],
)  # fmt: skip
def test_findings_are_chosen(
    write: Any, arguments: list[str], found: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert names(capsys, "--from", write(FOUND), *arguments) == found


def test_the_owner_tag_is_that_of_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text("alerts: {owner_tag: Team}\n")
    assert names(capsys, "--from", _json(FOUND), "--owner", "team-a") == {"public"}
    Path("mine.yaml").write_text("alerts: {owner_tag: Owner}\n")
    assert names(capsys, "--from", _json(FOUND), "--owner", "team-a", "--config", "mine.yaml") == {"new"}


def test_a_wrong_muster_yaml_does_not_hide_findings(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text("packs: [s4]\n")
    assert main(["findings", "--from", _json(FOUND)]) == 0
    out, err = capsys.readouterr()
    assert "the configuration is wrong, so the owner tag is Owner" in err
    assert "new" in out


def test_findings_of_resources_whose_tags_were_not_read_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "--from", _json(FOUND), "--owner", "team-a"]) == 0
    assert "1 finding left out: the scan did not read the tags of their resources" in capsys.readouterr().err


def test_a_table_has_the_worst_first_with_owner_and_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "--from", _parquet(FOUND), "--status", "all", "--severity", "MEDIUM"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["SEVERITY", "CHECK", "RESOURCE", "ACCOUNT", "REGION", "SINCE", "OWNER", "REASON"]
    assert lines[1].split() == [
        "CRITICAL", PUBLIC, "public", ACCOUNT, REGION, "2026-11-22", "-", "public", "is", "non_compliant",
    ]  # fmt: skip
    assert any("suppressed: accepted is non_compliant (accepted until 2027-01-01)" in line for line in lines)
    assert lines[-1] == (
        "8 findings: 4 open, 1 suppressed, 1 unread, 1 passing, 1 not applicable (1 CRITICAL, 3 MEDIUM)."
    )


def test_a_long_table_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    many = [finding(f"b{number:03d}") for number in range(60)] + [finding("worst", check=PUBLIC)]
    assert main(["findings", "--from", _json(many)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[1].split()[2]) == (53, "worst")
    assert lines[-1].startswith("61 findings: 61 open (1 CRITICAL, 60 MEDIUM). The worst 50 are shown: --limit shows")


def test_nothing_that_matches_is_said_and_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "--from", _json(FOUND), "--check", "none"]) == 0
    assert capsys.readouterr().out == "No finding matches.\n"


def test_the_json_is_what_a_scan_writes_with_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    path = _parquet(FOUND)
    assert main(["findings", "--from", path, "--status", "suppressed", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (found,) = document["findings"]
    assert found["suppression"] == {"reason": "a reason", "owner": "data", "expires": "2027-01-01", "ticket": ""}
    assert (found["scan_id"], found["first_seen"]) == (scan_of(datetime(2026, 11, 29, 6)), "2026-11-28T12:00:00Z")  # noqa: DTZ001
    assert document["summary"]["findings"] == {
        "open": 0, "suppressed": 1, "unread": 0, "passing": 0, "not_applicable": 0,
    }  # fmt: skip
    assert document["source"] == "latest"


def test_json_without_findings_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "--from", _json(FOUND), "--check", "none", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_the_csv_is_what_a_scan_writes() -> None:
    assert main(["findings", "--from", _json(FOUND), "--format", "csv", "--output", "f.csv"]) == 0
    rows = list(csv.DictReader(Path("f.csv").read_text().splitlines()))
    assert {row["resource_id"] for row in rows} == {"new", "old", "public", "elsewhere"}
    assert next(iter(rows[0])) == "severity"


def test_findings_that_do_not_say_since_when_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "--from", _json([finding("a"), finding("b")]), "--since", "7d"]) == 0
    out, err = capsys.readouterr()
    assert out == "No finding matches.\n"
    assert "2 findings left out: the time of their first failure is unknown" in err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--since", "yesterday"], "'yesterday' is neither a duration like 7d, 12h or 2w nor a date like 2026-11-01"),
        (["--since", "7"], "'7' is neither"),
        (["--status", "failed"], "'failed' is not a status"),
        (["--account", "prod"], "'prod' is not an account id of 12 digits"),
        (["--status", "passing", "--since", "7d"], "--since and --status passing cannot be combined"),
        (["--stack", "x"], "--from reads files and --stack reads a stack"),
        (["--limit", "0"], "0 is not in the range"),
        (["--config", "none.yaml"], "none.yaml: No such file"),
        (["--from", "none"], "none: there is no such file or folder"),
        (["--from", "wrong.json"], "wrong.json:1: this is no JSON"),
        (["--from", "wrong.parquet"], "wrong.parquet cannot be read"),
        (["--output", "none/f.csv"], "there is no directory"),
    ],
)
def test_what_is_wrong_is_named(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("wrong.json").write_text("what?")
    Path("wrong.parquet").write_text("what?")
    assert main(["findings", "--from", _json(FOUND), *arguments]) == 2
    out, err = capsys.readouterr()
    assert why in err
    assert (out, "mistake in Muster" in err) == ("", False)


def test_a_table_of_something_else_is_no_table_of_findings(capsys: pytest.CaptureFixture[str]) -> None:
    from muster.storage import parquet  # noqa: PLC0415 - beside what it is for

    parquet.write(Path("other.parquet"), {"check_id": "string"}, [{"check_id": "x"}])
    assert main(["findings", "--from", "other.parquet"]) == 2
    assert "other.parquet has no findings: the column finding_id is missing or empty" in capsys.readouterr().err


def test_a_file_of_an_earlier_version_without_a_column_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns are added at the end of the table, and earlier files do not have them."""
    from muster.reports.tables import FINDINGS  # noqa: PLC0415 - beside what it is for
    from muster.storage import parquet  # noqa: PLC0415 - the same

    later = ("first_seen", "observed_at", "settings", "variant", "account_name")
    rows = list(parquet.read(parquet_file(Path("now.parquet"), FOUND)))
    columns = {name: kind for name, kind in FINDINGS.items() if name not in later}
    parquet.write(Path("then.parquet"), columns, [{name: row[name] for name in columns} for row in rows])
    Path("now.parquet").unlink()
    assert names(capsys, "--from", ".") == {"new", "old", "public", "elsewhere"}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("90m", NOW - timedelta(minutes=90)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T12:00:00+02:00", datetime(2026, 11, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_duration_or_a_date(text: str, at: datetime) -> None:
    assert moment(text, NOW) == at


class TestStack:
    """The latest findings of a stack, from its bucket on moto."""

    STACK = ("--stack", NAME, "--region", REGION)

    def test_the_latest_findings_of_all_accounts_are_read(
        self, clients: Clients, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stack = Deployed(clients)
        for number, account in enumerate((ACCOUNT, OTHER)):
            path = parquet_file(Path("x.parquet"), [each for each in FOUND if each.resource.account_id == account])
            stack.bucket.upload(path, keys.latest(account, number))
        everything = {"new", "old", "public", "elsewhere"}
        assert names(capsys, *self.STACK) == names(capsys, "--region", REGION) == everything
        assert names(capsys, *self.STACK, "--account", OTHER) == {"elsewhere"}
        assert names(capsys, *self.STACK, "--since", "7d", "--owner", "team-a") == {"new"}
        stack.configure("alerts: {owner_tag: Team}\n")
        assert names(capsys, *self.STACK, "--owner", "team-a") == {"public"}

    def test_what_the_functions_wrote_is_read(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        stack = Deployed(clients)
        where: Any = {"LocationConstraint": REGION}
        clients.get("s3", REGION).create_bucket(Bucket="scratch", CreateBucketConfiguration=where)
        stack.scan(VERSIONING)
        with time_machine.travel(FIRST + timedelta(days=1), tick=False):
            assert main(["findings", *self.STACK, "--since", "24h", "--format", "csv"]) == 0
            rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
            assert [(row["resource_id"], row["first_seen"]) for row in rows if row["resource_id"] == "scratch"] == [
                ("scratch", "2026-11-21T12:00:00Z")
            ]
        with time_machine.travel(FIRST + timedelta(days=40), tick=False):
            assert main(["findings", *self.STACK]) == 0
            assert capsys.readouterr().out == "No finding matches.\n"

    def test_a_stack_without_a_scan_says_so(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        Deployed(clients)
        assert main(["findings", *self.STACK]) == 2
        assert "the stack muster-dev has no findings in s3://reports/latest/: no scan of it has ended yet" in (
            capsys.readouterr().err
        )
        assert main(["findings", *self.STACK, "--account", OTHER]) == 2
        assert f"the stack muster-dev has no findings of {OTHER}" in capsys.readouterr().err

    def test_the_configuration_of_a_stack_is_in_its_bucket(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["findings", *self.STACK, "--config", "muster.yaml"]) == 2
        assert "--config goes with --from" in capsys.readouterr().err
