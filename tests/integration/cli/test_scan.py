"""The command line in this process, on moto: what is printed where, and the exit status."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from muster.catalog.catalog import load
from muster.cli import main
from muster.errors import Throttled, Transient
from muster.reports.formats.csv import columns
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients
from muster.targets.clients import ClosedAccount, Sessions

REGION = "eu-west-1"
VERSIONING = "s3-bucket-versioning-enabled"


pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder: a muster.yaml of somebody else is not read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)


@pytest.fixture
def bucket(clients: Clients) -> str:
    """Make a bucket that was never versioned."""
    clients.get("s3", REGION).create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
    return "photos"


def _findings(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["findings"]
    return found


class TestScan:
    def test_a_table_goes_to_standard_output(self, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["scan", "--check", VERSIONING, "--fail-on", "never"]) == 0
        out, err = capsys.readouterr()
        assert out.startswith(f"{bucket}  S3 bucket, {REGION}\n  MEDIUM    ")
        assert "1 failure on 1 resource: 1 MEDIUM\n" in out
        assert out.endswith("Exit 0: --fail-on never.\n")
        assert err == ""

    def test_json_is_the_contract(self, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
        main(["scan", "--check", VERSIONING, "--format", "json"])
        out, err = capsys.readouterr()
        document = json.loads(out)
        assert list(document) == ["findings", "summary", "scan"]
        [finding] = document["findings"]
        assert (finding["check_id"], finding["status"]) == (VERSIONING, "NON_COMPLIANT")
        assert finding["resource"]["id"] == bucket
        assert finding["scan_id"] == document["scan"]["scan_id"]
        scan = document["scan"]
        assert (scan["complete"], scan["regions"], scan["checks"], scan["packs"]) == (True, [REGION], [VERSIONING], [])
        # One call each, and no others than the check needs.
        calls = {row["api"]: row["calls"] for row in scan["coverage"]}
        assert calls["s3:GetBucketVersioning"] == 1
        assert set(calls) <= {"s3:ListBuckets", "s3:GetBucketLocation", "s3:GetBucketVersioning"}
        assert "1 failure on 1 resource: 1 MEDIUM\n" in err
        assert err.endswith("Exit 0: no failures at HIGH or above (--fail-on HIGH).\n")

    @pytest.mark.usefixtures("bucket")
    def test_ndjson_and_csv_have_a_finding_each(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["scan", "--pack", "s3-compliance", "--format", "ndjson"])
        lines = capsys.readouterr().out.splitlines()
        main(["scan", "--pack", "s3-compliance", "--format", "csv"])
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert {json.loads(line)["finding_id"] for line in lines} == {row["finding_id"] for row in rows}
        assert len(lines) == len(rows)
        assert list(rows[0]) == columns()

    @pytest.mark.parametrize("form", ["json", "ndjson", "csv"])
    def test_the_statuses_to_list_decide_nothing_else(
        self, bucket: str, clients: Clients, form: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert bucket == "photos"
        clients.get("s3", REGION).create_bucket(
            Bucket="videos", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        clients.get("s3", REGION).put_bucket_versioning(Bucket="videos", VersioningConfiguration={"Status": "Enabled"})
        scan = ("scan", "--check", VERSIONING, "--fail-on", "LOW", "--format", form)
        for statuses, names in (("failing", ["photos"]), ("passing,unread", ["videos"]), ("unread", [])):
            assert main([*scan, "--status", statuses]) == 1
            out = capsys.readouterr().out
            assert [name for name in ("photos", "videos") if name in out] == names

    @pytest.mark.usefixtures("bucket")
    def test_a_framework_shows_its_controls(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["scan", "--framework", "cis", "--service", "s3"])
        assert "2.1.1  s3-bucket-ssl-requests-only\n" in capsys.readouterr().out

    @pytest.mark.usefixtures("bucket")
    def test_several_outputs_are_written_in_one_run(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        files = ("r.json", "r.csv", "r.html", "r.md", "r.sarif", "r.junit.xml", "r.parquet", "r.ocsf.json")
        outputs = [word for name in files for word in ("--output", name)]
        assert main(["scan", "--check", "s3-bucket-v*", "--fail-on", "LOW", *outputs]) == 1
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted(files)
        assert all("photos" in (tmp_path / name).read_text(errors="replace") for name in files)
        assert f"Report   {', '.join(files)}\n" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            pytest.param([], 1, id="high by default"),
            pytest.param(["--fail-on", "HIGH"], 1, id="at the severity"),
            pytest.param(["--fail-on", "low"], 1, id="above it"),
            pytest.param(["--fail-on", "CRITICAL"], 0, id="below it"),
            pytest.param(["--fail-on", "never"], 0, id="never"),
        ],
    )
    def test_failures_decide_the_exit_status(self, asked: list[str], status: int) -> None:
        assert main(["scan", "--check", "ec2-ebs-encryption-by-default", *asked]) == status

    def test_why_it_fails_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["scan", "--check", "ec2-ebs-encryption-by-default"]) == 1
        out, err = capsys.readouterr()
        assert out.endswith("Exit 1: 1 failure at HIGH or above (--fail-on HIGH).\n")
        assert err == ""

    def test_quiet_says_nothing_besides(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["scan", "--check", "ec2-ebs-encryption-by-default", "--quiet", "--format", "json"]) == 1
        assert capsys.readouterr().err == ""

    def test_a_scan_of_nothing_is_well(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["scan", "--check", VERSIONING]) == 0
        assert "No matching resources: nothing was evaluated." in capsys.readouterr().out

    def test_all_regions_less_some(self, capsys: pytest.CaptureFixture[str]) -> None:
        main([
            "scan", "--check", "ec2-ebs-encryption-by-default", "--region", "all", "--exclude-region", "us-east-2",
            "--format", "json",
        ])  # fmt: skip
        regions = {found["resource"]["region"] for found in _findings(capsys.readouterr().out)}
        assert "us-east-2" not in regions
        assert {"us-east-1", "eu-west-1"} < regions

    def test_a_tag_narrows_to_resources_and_leaves_accounts_and_regions_out(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ec2 = boto3.client("ec2", region_name=REGION)
        tagged = [{"ResourceType": "volume", "Tags": [{"Key": "Environment", "Value": "prod"}]}]
        wanted = ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a", TagSpecifications=tagged)["VolumeId"]
        ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a")
        checks = ("ec2-volume-encrypted", "ec2-ebs-encryption-by-default")
        chosen = [word for check in checks for word in ("--check", check)]
        main(["scan", "--service", "ec2", *chosen, "--tag", "Environment=prod", "--format", "json"])
        assert {found["resource"]["id"] for found in _findings(capsys.readouterr().out)} == {wanted}

    @pytest.mark.usefixtures("bucket")
    def test_the_configuration_of_the_folder_is_used(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "muster.yaml").write_text(
            f"checks: [{VERSIONING}]\n"
            "account_names: {'123456789012': shop}\n"
            "suppressions:\n"
            f"  - {{check: {VERSIONING}, resource: '*', reason: a copy, owner: web, expires: 2999-01-01}}\n"
            f"  - {{check: {VERSIONING}, resource: '*', reason: old, owner: web, expires: 2020-01-01}}\n"
        )
        assert main(["scan", "--format", "json", "--fail-on", "LOW"]) == 0
        out, err = capsys.readouterr()
        [finding] = _findings(out)
        assert finding["account_name"] == "shop"
        assert finding["suppression"]["expires"] == "2999-01-01"
        assert f"1 suppression in the configuration has expired: {VERSIONING}\n" in err

    @pytest.mark.usefixtures("bucket")
    def test_failures_of_an_expired_suppression_are_counted(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "muster.yaml").write_text(
            f"checks: [{VERSIONING}]\nsuppressions:\n"
            f"  - {{check: {VERSIONING}, resource: '*', reason: old, owner: web, expires: 2020-01-01}}\n"
        )
        assert main(["scan", "--fail-on", "LOW"]) == 1
        err = capsys.readouterr().err
        assert f"1 suppression in the configuration has expired: {VERSIONING}; 1 failure reported again" in err

    @pytest.mark.parametrize(
        ("regions", "arguments", "named"),
        [
            pytest.param(f"regions: [{REGION}]\n", [], ["gone", "scratch"], id="what the configuration scans"),
            pytest.param("", [], ["scratch"], id="the profile's region: a tag may be in any other"),
            pytest.param(f"regions: [{REGION}]\n", ["--tag", "a=b"], [], id="some resources"),
            pytest.param(f"regions: [{REGION}]\n", ["--check", "required-tags"], [], id="another check"),
            pytest.param(f"regions: [{REGION}]\n", ["--pack", "s3-compliance"], [], id="a pack"),
            pytest.param("", ["--resource", "arn:aws:s3:::photos"], [], id="one resource"),
        ],
    )
    @pytest.mark.usefixtures("bucket")
    def test_suppressions_that_accept_nothing_are_named(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        regions: str,
        arguments: list[str],
        named: list[str],
    ) -> None:
        accepted = "reason: old, owner: web, expires: 2999-01-01"
        (tmp_path / "muster.yaml").write_text(
            f"checks: [{VERSIONING}]\n{regions}suppressions:\n"
            f"  - {{check: {VERSIONING}, resource: 'arn:aws:s3:::scratch', {accepted}}}\n"
            f"  - {{check: {VERSIONING}, tag: {{Team: gone}}, {accepted}}}\n"
            f"  - {{check: {VERSIONING}, resource: '*', {accepted}}}\n"
        )
        main(["scan", "--fail-on", "never", "--output", "r.json", *arguments])
        err = capsys.readouterr().err
        assert [word for word in ("gone", "scratch") if word in err] == named
        assert ("in the configuration accept" in err) is bool(named)

    @pytest.mark.usefixtures("bucket")
    def test_a_file_is_written_whole(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "report.json"
        path.write_text("the last report")
        assert main(["scan", "--check", VERSIONING, "--format", "json", "--output", str(path)]) == 0
        assert len(_findings(path.read_text())) == 1
        assert [each.name for each in tmp_path.iterdir()] == ["report.json"]
        assert f"Report   {path}\n" in capsys.readouterr().out

    def test_a_scan_that_cannot_begin_leaves_the_last_file(self, tmp_path: Path) -> None:
        path = tmp_path / "report.json"
        path.write_text("the last report")
        assert main(["scan", "--check", "no-such-check", "--output", str(path)]) == 2
        assert path.read_text() == "the last report"
        assert [each.name for each in tmp_path.iterdir()] == ["report.json"]

    def test_a_shard_that_breaks_stops_no_other(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        real = ShardScan._type

        def broken(scan: ShardScan, *arguments: Any) -> Any:
            if scan.shard.region == "eu-central-1":
                raise ZeroDivisionError("oops")
            return real(scan, *arguments)

        monkeypatch.setattr(ShardScan, "_type", broken)
        regions = ("--region", "eu-west-1", "--region", "eu-central-1")
        asked = ("--check", "ec2-ebs-encryption-by-default", *regions, "--format", "json", "--fail-on", "never")
        assert main(["scan", *asked]) == 3
        document = json.loads(capsys.readouterr().out)
        assert document["scan"]["incomplete"] == ["ec2 in eu-central-1 broke: ZeroDivisionError('oops')"]
        found = {each["resource"]["region"]: each["status"] for each in document["findings"]}
        assert found == {"eu-west-1": "NON_COMPLIANT", "eu-central-1": "INSUFFICIENT_DATA"}


class TestAccounts:
    @pytest.fixture
    def member(self) -> str:
        """Make an organization with one member, which has a bucket of its own."""
        organizations = boto3.client("organizations", "us-east-1")
        organizations.create_organization(FeatureSet="ALL")
        made = organizations.create_account(AccountName="web", Email="web@example.com")["CreateAccountStatus"]
        account = str(made["AccountId"])
        role = f"arn:aws:iam::{account}:role/administrator"
        key = boto3.client("sts", REGION).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        session = boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], REGION)
        where = {"LocationConstraint": REGION}
        session.client("s3").create_bucket(Bucket="of-member", CreateBucketConfiguration=where)
        return account

    @pytest.mark.usefixtures("bucket")
    def test_all_accounts_of_the_organization_are_scanned_and_told_apart(
        self, member: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        asked = ("--account", "all", "--role", "MusterMemberRole", "--check", VERSIONING, "--format", "json")
        assert main(["scan", *asked, "--fail-on", "never"]) == 0
        out, err = capsys.readouterr()
        document = json.loads(out)
        where = {each["resource"]["id"]: each["resource"]["account_id"] for each in document["findings"]}
        assert where == {"photos": "123456789012", "of-member": member}
        names = {each["resource"]["id"]: each["account_name"] for each in document["findings"]}
        assert names["of-member"] == "web"
        assert document["scan"]["accounts"] == sorted(["123456789012", member])
        assert "2 accounts, 1 region" in err

    @pytest.mark.usefixtures("bucket")
    @pytest.mark.parametrize("error", [Throttled("sts is throttled"), Transient("sts does not answer")])
    def test_an_account_whose_role_cannot_be_assumed_for_the_moment_is_unread(
        self, error: Exception, member: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        real = Sessions.of

        def of(sessions: Sessions, account_id: str) -> Clients:
            if account_id == member:
                raise error
            return real(sessions, account_id)

        monkeypatch.setattr(Sessions, "of", of)
        asked = ("--account", f"{member}", "--account", "123456789012", "--role", "MusterMemberRole")
        assert main(["scan", *asked, "--check", VERSIONING, "--format", "json", "--fail-on", "never"]) == 3
        document = json.loads(capsys.readouterr().out)
        found = {each["resource"]["account_id"]: each["status"] for each in document["findings"]}
        assert found == {"123456789012": "NON_COMPLIANT", member: "INSUFFICIENT_DATA"}
        assert str(error) in " ".join(document["scan"]["incomplete"])

    def test_other_accounts_need_a_role(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["scan", "--account", "210987654321", "--check", VERSIONING]) == 2
        assert "accounts.role is missing (--role)" in capsys.readouterr().err

    def test_what_is_no_account_is_refused_before_anything_is_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["scan", "--account", "everything"]) == 2
        assert "is not an account id of 12 digits" in capsys.readouterr().err


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["scan", "--check", "s3-bucket-versionning-enabled"], "did you mean: s3-bucket-versioning-enabled"),
            (["scan", "--pack", "s3-complience"], "s3-complience is not a pack"),
            (["scan", "--region", "eu-wst-1"], "eu-wst-1 is not a region\n  did you mean: eu-west-1"),
            (["scan", "--region", "eu-west-1", "--exclude-region", "all"], "all is not a region"),
            (["scan", "--region", "cn-north-1"], "cn-north-1 is not a region of aws"),
            (["scan", "--exclude-region", REGION], "no region is left to scan"),
            (["scan", "--service", "s4"], "s4 is not a service with checks"),
            (["scan", "--severity", "HIGHER"], "--severity: 'HIGHER' is not a choice\n  there are: INFO"),
            (
                ["scan", "--check", "s3-bucket-publik*"],
                'no check matches "s3-bucket-publik*"\n  did you mean: s3-bucket',
            ),
            (["scan", "--status", "failed"], "--status: 'failed' is not a status\n  there are: failing"),
            (["scan", "--framework", "fsb"], "fsb is not a framework\n  did you mean: fsbp"),
            (["scan", "--tag", "Owner"], "'Owner' is not KEY=VALUE"),
            (["scan", "--tag", "a=1", "--tag", "a=2"], "the tag a cannot be both"),
            (["scan", "--config", "none.yaml"], "none.yaml: No such file or directory"),
            (["scan", "--output", "none/report.json"], "there is no directory"),
            (["scan", "--output", ".", "--format", "csv"], "is a directory"),
            (["scan", "--profile", "none"], 'profile "none" (--profile) is not in ~/.aws/config or'),
            (["scan", "--endpoint-url", "nonsense"], "Invalid endpoint: nonsense"),
            (["scan", "--nonsense"], "there is no option --nonsense"),
            (["scna"], "scna is not a command\n  did you mean: scan"),
            (["redrive"], "redrive is not a command"),
            (["explain", "required-tag"], "did you mean: required-tags"),
            (["iam-policy", "--pack", "none"], "none is not a pack"),
            (["validate", "none.yaml"], "none.yaml: No such file or directory"),
        ],
    )
    def test_what_cannot_be_done_is_said_in_a_line_and_exits_2(
        self, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        out, err = capsys.readouterr()
        assert message in err
        assert out == ""

    def test_without_credentials_nothing_begins(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        assert main(["scan"]) == 2
        assert "there are no AWS credentials" in capsys.readouterr().err

    def test_without_a_region_nothing_begins(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
        assert main(["scan"]) == 2
        assert "no region is named" in capsys.readouterr().err

    def test_the_region_of_either_variable_is_used(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        monkeypatch.setenv("AWS_REGION", "eu-north-1")
        main(["scan", "--check", "ec2-ebs-encryption-by-default", "--format", "json"])
        assert [found["resource"]["region"] for found in _findings(capsys.readouterr().out)] == ["eu-north-1"]

    def test_an_excluded_account_is_not_scanned(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "muster.yaml").write_text("exclude: {accounts: ['123456789012']}\n")
        assert main(["scan"]) == 2
        assert "no account is left to scan: 123456789012: excluded by the configuration" in capsys.readouterr().err

    def test_a_mistake_of_our_own_is_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("oops")

        monkeypatch.setattr("muster.cli.scan_run.prepare", broken)
        assert main(["scan"]) == 2
        first, report, more = capsys.readouterr().err.splitlines()
        assert first == "error: Muster failed (bug)"
        assert report.startswith("  please report: ZeroDivisionError: oops (muster ")
        assert "MUSTER_DEBUG=1" in more


class TestOtherCommands:
    @pytest.mark.parametrize("what", ["checks", "packs", "resources"])
    def test_lists_are_json_arrays_of_objects(self, what: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["list", what, "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found
        assert all(isinstance(each, dict) for each in found)

    @pytest.mark.parametrize(("what", "place"), [("checks", 1), ("packs", 0), ("resources", 0)])
    def test_a_list_has_a_line_each(self, what: str, place: int, capsys: pytest.CaptureFixture[str]) -> None:
        main(["list", what, "--format", "json"])
        found = {next(iter(each.values())) for each in json.loads(capsys.readouterr().out)}
        main(["list", what])
        rows = [line.split() for line in capsys.readouterr().out.splitlines()]
        words = [row[place] for row in rows if len(row) > place]
        assert sorted(word for word in words if word in found) == sorted(found)

    def test_every_check_is_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["list", "checks", "--format", "json"])
        assert [each["check_id"] for each in json.loads(capsys.readouterr().out)] == list(load().checks)

    def test_explain_in_a_pipe_is_the_page(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["explain", VERSIONING]) == 0
        assert capsys.readouterr().out.startswith(f"# {VERSIONING}\n")

    def test_the_policy_is_of_the_selection(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["iam-policy", "--check", "ec2-volume-encrypted"]) == 0
        statements = json.loads(capsys.readouterr().out)["Statement"]
        actions = [action for statement in statements for action in statement["Action"]]
        assert actions == ["ec2:DescribeVolumes", "ec2:DescribeRegions"]

    def test_a_policy_that_is_too_large_is_split_into_files_of_a_new_folder(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("muster.catalog.permissions.LARGEST", 2_000)
        every = [word for name in load().checks for word in ("--check", name)]
        assert main(["iam-policy", *every]) == 0
        whole, note = capsys.readouterr()
        assert "a managed policy of IAM takes 2,000. --split DIR" in note
        assert main(["iam-policy", *every, "--split", str(tmp_path / "policies")]) == 0
        files = [Path(line) for line in capsys.readouterr().out.splitlines()]
        parts = [json.loads(file.read_text()) for file in files]
        assert len(files) > 1
        assert [file.name for file in files] == [f"muster-{number}.json" for number in range(1, len(files) + 1)]
        assert {action for part in parts for each in part["Statement"] for action in each["Action"]} == {
            action for each in json.loads(whole)["Statement"] for action in each["Action"]
        }
        assert main(["iam-policy", *every, "--split", str(tmp_path / "policies")]) == 2
        assert "is not empty" in capsys.readouterr().err

    def test_the_policy_of_a_scan_of_many_accounts_enters_and_finds_them(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "muster.yaml").write_text("accounts: {include: [all], role: security/Muster}\n")
        assert main(["iam-policy", "--check", "ec2-volume-encrypted"]) == 0
        statements = {each["Sid"]: each for each in json.loads(capsys.readouterr().out)["Statement"]}
        assert statements["MusterEntersAccounts"]["Resource"] == "arn:aws:iam::*:role/security/Muster"
        assert statements["MusterEntersAccounts"]["Action"] == ["sts:AssumeRole"]
        assert "organizations:ListAccounts" in statements["MusterFindsAccounts"]["Action"]

    def test_a_valid_configuration_is_summed_up(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "muster.yaml").write_text(
            "packs: [s3-compliance]\nregions: [eu-west-1]\nsuppressions:\n"
            f"  - {{check: {VERSIONING}, resource: '*', reason: old, owner: web, expires: 2020-01-01}}\n"
        )
        assert main(["validate"]) == 0
        out = capsys.readouterr().out
        assert out.startswith("muster.yaml is valid\n")
        assert "s3-compliance" in out
        assert (
            "muster.yaml:4: suppressions[0]: expired on 2020-01-01: its failures fail again; renew or remove it "
            f"({VERSIONING} on *, owner web)\n" in out
        )
        assert main(["validate", "--strict"]) == 1

    @pytest.mark.parametrize(("days", "told"), [(10, True), (100, False)])
    def test_a_suppression_that_ends_soon_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int, *, told: bool
    ) -> None:
        ends = datetime.now(UTC).date() + timedelta(days=days)
        (tmp_path / "muster.yaml").write_text(
            f"suppressions:\n  - {{check: {VERSIONING}, resource: '*', reason: old, owner: web, expires: {ends}}}\n"
        )
        assert main(["validate"]) == 0
        assert (f"muster.yaml:2: suppressions[0]: ends on {ends}, in {days} days;" in capsys.readouterr().out) is told
        assert main(["validate", "--strict"]) == int(told)

    def test_all_mistakes_of_a_configuration_are_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "other.yaml"
        path.write_text("packs: [s3-complience]\nregoins: [eu-west-1]\n")
        assert main(["validate", str(path)]) == 2
        err = capsys.readouterr().err
        assert f"{path}:1: " in err
        assert f"{path}:2: " in err

    def test_a_region_that_does_not_exist_is_a_mistake_too(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "muster.yaml").write_text("regions: [eu-west-11]\n")
        assert main(["validate"]) == 2
        assert "eu-west-11 is not a region\n  did you mean: eu-west-1" in capsys.readouterr().err

    def test_the_version_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--version"]) == 0
        assert capsys.readouterr().out.startswith("muster ")

    def test_resume_finds_the_stack_in_the_region_of_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        assert main(["resume", "20261121T060000Z-c22b102a", "--stack", "nope"]) == 2
        assert "the stack nope cannot be found" in capsys.readouterr().err

    @pytest.mark.parametrize("arguments", [[], ["list"]])
    def test_no_line_of_help_is_cut_off(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main([*arguments, "--help"]) == 0
        commands = capsys.readouterr().out.partition("Show this message and exit.\n")[2].splitlines()
        assert commands
        assert not [line for line in commands if line.endswith("...")]


def test_a_suppression_that_ends_soon_is_told_at_the_end(
    tmp_path: Path, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    clients.get("s3", REGION).create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
    ends = datetime.now(UTC).date() + timedelta(days=3)
    (tmp_path / "muster.yaml").write_text(
        f"suppressions:\n  - {{check: {VERSIONING}, resource: '*', reason: a copy, owner: web, expires: {ends}}}\n"
    )
    assert main(["scan", "--check", VERSIONING, "--output", "r.html"]) == 0
    assert "1 suppressed (1 of them expires soon)" in capsys.readouterr().out
    assert "a copy" in (tmp_path / "r.html").read_text()


def test_an_account_that_cannot_be_entered_is_shown_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("organizations", "us-east-1").create_organization(FeatureSet="ALL")
    closed = ClosedAccount("sts:AssumeRole was denied for arn:aws:iam::210987654321:role/MusterMember")
    real = Sessions.of
    monkeypatch.setattr(
        Sessions, "of", lambda each, account: closed if account == "210987654321" else real(each, account)
    )
    shown: list[str] = []
    monkeypatch.setattr("muster.cli.progress.Line.keep", lambda _line, text: shown.append(text))
    accounts = ("--account", "123456789012", "--account", "210987654321", "--role", "MusterMember")
    checks = ("--check", VERSIONING, "--check", "ec2-ebs-encryption-by-default")
    assert main(["scan", *accounts, *checks, "--region", REGION, "--fail-on", "never", "--format", "json"]) == 3
    assert shown == [f"210987654321: {closed.reason}; skipped"]
    assert json.loads(capsys.readouterr().out)["scan"]["complete"] is False
