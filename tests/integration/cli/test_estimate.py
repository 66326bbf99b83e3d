"""`muster estimate` in this process: what it says, what it refuses, and whether a scan on moto then does as it said."""

import json
import re
import socket
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.cli import main
from muster.configuration import Configuration, Tags
from muster.configuration.selection import select
from muster.data import package_data
from muster.estimate.prices import Price
from muster.estimate.workload import Demand, Seconds
from muster.readers.ec2.instances import INSTANCE, SECURITY_GROUP, VOLUME
from muster.readers.s3.buckets import BUCKET
from muster.sdk.session import Clients
from muster.stack.cost import fixed, work_of
from muster.stack.documents.request import Environment
from muster.stack.plan_scan import plan_scan
from muster.stack.scan_batch import scan_batch
from muster.stack.settle_account import settle_account
from muster.stack.summarize_scan import summarize_scan

REGION, OTHER = "eu-west-1", "eu-central-1"
PACKS = ("ec2-tag-compliance", "s3-compliance")
"""What moto in process can answer."""
CHECKS = (
    "ec2-default-security-group-closed",
    "ec2-ebs-encryption-by-default",
    "ec2-instance-imdsv2-required",
    "ec2-volume-encrypted",
    "s3-bucket-encrypted",
)
CHOSEN = [*("--pack", PACKS[1]), *(word for check in CHECKS for word in ("--check", check))]


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder: a muster.yaml of somebody else is not read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)


def _planned(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["estimate", "--format", "json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _finding(kind: str, region: str, name: str, account_id: str = "111111111111") -> dict[str, Any]:
    return {"resource": {"type": kind, "region": region, "id": name, "account_id": account_id}}


def _report(path: Path, *findings: dict[str, Any], coverage: tuple[dict[str, Any], ...] = ()) -> Path:
    document = {"findings": findings, "summary": {}, "scan": {"regions": [REGION, OTHER], "coverage": coverage}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


class TestCounts:
    def test_counts_are_spread_over_the_regions(self, capsys: pytest.CaptureFixture[str]) -> None:
        document = _planned(
            capsys, "--resources", f"{INSTANCE}=3001", "--region", REGION, "--region", OTHER,
            "--check", "ec2-instance-imdsv2-required",
        )  # fmt: skip
        assert [(each["region"], each["count"]) for each in document["resources"]] == [(OTHER, 1501), (REGION, 1500)]
        assert document["calls"] == {"total": 4, "by_api": {"ec2:DescribeInstances": 4}, "exact": True}
        assert document["findings"] == 3001

    def test_a_report_counts_each_resource_once_and_says_the_regions(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        found = (_finding(BUCKET, REGION, "a"), _finding(BUCKET, REGION, "a"), _finding(BUCKET, OTHER, "b"))
        target = _finding("AWS::::Target", REGION, INSTANCE)
        elsewhere = {"api": "s3:ListBuckets", "out_of_scope": 999}
        report = _report(tmp_path / "report.json", *found, target, coverage=(elsewhere,))
        document = _planned(capsys, "--from", str(report), "--check", "s3-bucket-encrypted")
        assert document["regions"] == [OTHER, REGION]
        assert document["calls"]["by_api"] == {"s3:GetBucketEncryption": 2, "s3:ListBuckets": 2}

    def test_a_count_stands_instead_of_the_reports(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        report = _report(tmp_path / "report.json", _finding(BUCKET, REGION, "a"), _finding(BUCKET, "us-east-1", "b"))
        document = _planned(
            capsys, "--from", str(report), "--resources", f"{BUCKET}=7", "--region", REGION,
            "--check", "s3-bucket-encrypted",
        )  # fmt: skip
        assert document["calls"]["by_api"] == {"s3:GetBucketEncryption": 7, "s3:ListBuckets": 1}

    @pytest.mark.parametrize(
        ("kind", "check", "exact"),
        [
            (BUCKET, "s3-bucket-encrypted", True),
            (BUCKET, "s3-bucket-logging-enabled", False),  # buckets name others
            (BUCKET, "s3-bucket-public-access-prohibited", False),  # the account's settings are read once
            ("AWS::Lambda::Function", "lambda-failure-destination-configured", False),  # only some are asked
        ],
    )
    def test_calls_that_the_counts_do_not_say_are_called_near(
        self, capsys: pytest.CaptureFixture[str], kind: str, check: str, exact: bool
    ) -> None:
        arguments = ("--resources", f"{kind}=7", "--check", check, "--region", REGION)
        assert _planned(capsys, *arguments)["calls"]["exact"] is exact
        assert main(["estimate", *arguments]) == 0
        assert ("near, not exact" not in capsys.readouterr().out) is exact

    def test_accounts_multiply(self, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = ("--resources", f"{BUCKET}=7", "--check", "s3-bucket-encrypted")
        one, many = _planned(capsys, *arguments), _planned(capsys, *arguments, "--accounts", "100")
        assert many["calls"]["total"] == 100 * one["calls"]["total"]
        assert many["duration"]["account_seconds"] == one["duration"]["account_seconds"]

    def test_near_real_time_is_added_when_it_is_wanted(self, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = ("--resources", f"{BUCKET}=7", "--region", REGION)
        assert "changes" not in _planned(capsys, *arguments)
        few, many = (_planned(capsys, *arguments, "--changes", count)["changes"] for count in ("10", "100000"))
        units = {name: [each["units"] for each in found["cost"]] for name, found in (("few", few), ("many", many))}
        assert units["few"][1] == 10 * 30
        assert units["many"][1] == 86_400 // 20 * 30, "changes within a window are one batch"
        assert all(each["month"] > 0 for each in many["cost"])
        assert main(["estimate", *arguments, "--changes", "10"]) == 0
        printed = capsys.readouterr().out
        assert "NEAR REAL TIME, 10 CHANGES A DAY" in printed
        assert "It requires a CloudTrail trail that records management events" in printed
        assert "It requires on its queues sqs:ChangeMessageVisibility," in printed

    def test_plan_is_another_name_that_no_help_shows(self, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = ("--resources", f"{BUCKET}=7", "--region", REGION)
        printed = {name: (main([name, *arguments]), capsys.readouterr()) for name in ("plan", "estimate")}
        assert printed["plan"] == printed["estimate"]
        assert main(["plan", "--help"]) == 0
        assert "Usage: muster estimate [OPTIONS]" in capsys.readouterr().out
        assert main(["--help"]) == 0
        assert not re.search(r"^ +plan\b", capsys.readouterr().out, re.MULTILINE)


class TestRefused:
    def _refused(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
        assert main(["estimate", *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        return err

    def test_without_counts_both_options_are_taught(self, capsys: pytest.CaptureFixture[str]) -> None:
        err = self._refused(capsys)
        assert "--resources AWS::EC2::Instance=10000" in err
        assert "--from report.json" in err
        assert "muster scan --output report.json" in err

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--resources", "AWS::EC2::Instances=1"], "did you mean: AWS::EC2::Instance"),
            (["--resources", "AWS::EC2::Instance"], "is not TYPE=COUNT"),
            (["--resources", "AWS::EC2::Instance=-1"], "is not TYPE=COUNT"),
            (["--resources", "AWS::S3::Bucket=9999999999999"], "AWS::S3::Bucket has more than 999,999,999 resources"),
            (["--resources", f"{BUCKET}=1", "--resources", f"{BUCKET}=2"], "cannot be both 1 and 2"),
            (["--resources", f"{BUCKET}=1", "--region", "all"], "name them: --region"),
            (["--resources", f"{BUCKET}=1", "--region", "eu-west-11"], "did you mean: eu-west-1"),
            (["--resources", f"{BUCKET}=1", "--check", "s3-bucket-encryptd"], "did you mean: s3-bucket-encrypted"),
            (["--resources", f"{BUCKET}=1", "--accounts", "0"], "--accounts"),
        ],
    )
    def test_what_cannot_be_meant(self, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert said in self._refused(capsys, *arguments)

    @pytest.mark.parametrize("text", ["", "[]", '{"findings": [{}]}', "id,status\n"])
    def test_what_is_no_report(self, text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "report").write_text(text, encoding="utf-8")
        assert "is not a JSON report" in self._refused(capsys, "--from", "report")

    def test_a_report_of_several_accounts(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        _report(tmp_path / "r.json", _finding(BUCKET, REGION, "a"), _finding(BUCKET, REGION, "b", "222222222222"))
        assert "covers 2 accounts" in self._refused(capsys, "--from", "r.json")


def test_nothing_is_asked_of_anybody(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("somebody was called")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert _planned(capsys, "--resources", f"{BUCKET}=1")["regions"] == [REGION]


def test_a_profile_that_does_not_exist_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["estimate", "--resources", f"{BUCKET}=1"]) == 2
    assert 'profile "nobody" (' in capsys.readouterr().err


def test_the_table_has_calls_sentences_and_dollars(capsys: pytest.CaptureFixture[str]) -> None:
    resources = ["--resources", f"{INSTANCE}=10000", "--resources", f"{BUCKET}=200"]
    assert main(["estimate", *resources, "--accounts", "2", *CHOSEN]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["s3:GetBucketAcl", "400"] for line in lines)
    # Of each account ten pages of instances, one each of volumes, groups and buckets, a switch of the region, the
    # account's own block and eight facets of each bucket.
    assert any(line.startswith("total ") and line.endswith(f"{2 * (10 + 3 + 2 + 8 * 200):,}") for line in lines)
    assert any("findings of 9 checks in 1 region of 2 accounts" in line for line in lines)
    assert any(line.startswith("Step Functions: state transitions ") for line in lines)
    assert any(line.startswith("Security Hub CSPM: security checks ") for line in lines)
    assert any(line.split() == ["KMS:", "keys", "1", "1.00"] for line in lines)
    prices = {name: Price.from_json(price) for name, price in package_data.read("prices.yaml")["prices"].items()}
    total = sum(part.month or 0 for part in fixed(prices))
    assert total > 15
    assert any(line.split() == ["total", "of", "the", "fixed", "part", f"{total:.2f}"] for line in lines)
    assert any(line.startswith("a month together with the scans ") for line in lines)
    assert any("List prices of us-east-1, looked up on 2026-11-21" in line for line in lines)


def _estate(clients: Clients) -> None:
    for name, region in (("a", REGION), ("b", REGION), ("c", OTHER), ("d", "us-west-2")):
        where = {"LocationConstraint": region}
        clients.get("s3", region).create_bucket(Bucket=f"photos-{name}", CreateBucketConfiguration=where)
    ec2 = clients.get("ec2", REGION)
    image = ec2.describe_images()["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=3, MaxCount=3)


def test_a_scan_makes_the_calls_that_were_predicted(clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    _estate(clients)
    wanted = ["--region", REGION, "--region", OTHER, *CHOSEN]
    main(["scan", *wanted, "--format", "json", "--output", "report.json", "--fail-on", "never"])
    scan = json.loads(Path("report.json").read_text(encoding="utf-8"))
    made = _made(scan)
    capsys.readouterr()
    document = _planned(capsys, "--from", "report.json", *wanted)
    assert document["calls"] == {"total": made.total(), "by_api": made, "exact": True}
    assert document["findings"] == len(scan["findings"])
    assert {each["resource_type"] for each in document["resources"]} == {BUCKET, INSTANCE, SECURITY_GROUP, VOLUME}
    # What is computed, from how many there are alone, is that too.
    computed = _planned(capsys, "--from", str(_changed(scan, complete=False)), *wanted)
    assert made.pop("s3:GetBucketLocation") == 4  # moto's listing does not say the region, as AWS's does
    # moto answers this one with a listing of objects, which is refused and asked for again.
    made["s3:ListBucketMetricsConfigurations"] = made["s3:GetBucketAcl"]
    assert computed["calls"] == {"total": made.total(), "by_api": made, "exact": False}


def _made(document: dict[str, Any]) -> Counter[str]:
    made: Counter[str] = Counter()
    for row in document["scan"]["coverage"]:
        made[row["api"]] += row["calls"]
    return +made


def _changed(document: dict[str, Any], **scan: object) -> Path:
    """Write a report that says something else of its scan."""
    path = Path("changed.json")
    path.write_text(json.dumps({**document, "scan": {**document["scan"], **scan}}), encoding="utf-8")
    return path


class TestAReport:
    """What an earlier scan asked buckets and the one that logs are delivered to, which no number of buckets says."""

    LOGGING = ("--check", "s3-bucket-logging-enabled")

    @pytest.fixture
    def document(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
        _estate(clients)
        clients.get("s3", REGION).put_bucket_acl(Bucket="photos-b", ACL="log-delivery-write")
        told = {"LoggingEnabled": {"TargetBucket": "photos-b", "TargetPrefix": ""}}
        clients.get("s3", REGION).put_bucket_logging(Bucket="photos-a", BucketLoggingStatus=told)
        self._scan(REGION, *self.LOGGING, "--check", "s3-bucket-versioning-enabled")
        capsys.readouterr()
        found: dict[str, Any] = json.loads(Path("report.json").read_text(encoding="utf-8"))
        assert _made(found)["s3:GetObjectLockConfiguration"] == 1
        return found

    def _scan(self, region: str, *arguments: str) -> None:
        written = ("--format", "json", "--output", "report.json", "--fail-on", "never")
        main(["scan", "--region", region, *arguments, *written])

    def _calls(self, capsys: pytest.CaptureFixture[str], *arguments: str, report: str = "report.json") -> Any:
        return _planned(capsys, "--from", report, *arguments)["calls"]

    def test_the_same_again_takes_the_same_calls(
        self, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        again = ("--check", "s3-bucket-logging-enabled", "--check", "s3-bucket-versioning-enabled")
        assert self._calls(capsys, *again) == {
            "total": _made(document).total(), "by_api": _made(document), "exact": True,
        }  # fmt: skip
        assert self._calls(capsys, *again, "--accounts", "40")["total"] == 40 * _made(document).total()

    def test_fewer_checks_leave_out_what_they_do_not_ask(
        self, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        made = _made(document)
        assert made.pop("s3:GetBucketVersioning") == 2
        assert self._calls(capsys, *self.LOGGING) == {"total": made.total(), "by_api": made, "exact": True}

    def test_one_whose_calls_say_nothing_of_the_next_counts_resources(
        self, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        for said in (
            {"complete": False},
            {"version": "0.0.1"},
            {"checks": ["a-check-of-yesterday"], "packs": []},
            {"packs": ["a-pack-of-yesterday"]},
            {"accounts": ["111111111111", "222222222222"]},
            {"blocked_by_policy": [REGION]},
        ):
            found = self._calls(capsys, *self.LOGGING, report=str(_changed(document, **said)))
            assert "s3:GetObjectLockConfiguration" not in found["by_api"], said
            assert not found["exact"]

    def test_an_api_that_went_wrong_is_computed(
        self, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = document["scan"]["coverage"]
        for what in ({"errors": 1}, {"reason": "throttled"}):
            wrong = [{**row, **what, "calls": 30} if row["api"] == "s3:GetBucketLogging" else row for row in rows]
            found = self._calls(capsys, *self.LOGGING, report=str(_changed(document, coverage=wrong)))
            assert found["by_api"]["s3:GetBucketLogging"] == 2
            assert found["by_api"]["s3:GetObjectLockConfiguration"] == 1
            assert not found["exact"]

    @pytest.mark.parametrize(
        ("otherwise", "buckets", "pages"),
        [(("--resources", f"{BUCKET}=1500"), 1500, 2), (("--region", REGION, "--region", OTHER), 2, 1)],
    )
    def test_more_resources_and_other_regions_are_computed(
        self,
        otherwise: tuple[str, ...],
        buckets: int,
        pages: int,
        document: dict[str, Any],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert document["scan"]["complete"]
        found = self._calls(capsys, *self.LOGGING, *otherwise)
        assert (found["by_api"]["s3:GetBucketLogging"], found["by_api"]["s3:ListBuckets"]) == (buckets, pages)
        assert not found["by_api"].keys() & {"s3:GetObjectLockConfiguration", "s3:GetBucketLocation"}
        assert not found["exact"]

    def test_what_was_not_listed_then_is_listed_now(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        _estate(clients)
        Path("muster.yaml").write_text("tags: {required: [Owner]}\n", encoding="utf-8")
        self._scan(OTHER, "--pack", "ec2-tag-compliance")
        capsys.readouterr()
        found = self._calls(capsys, "--check", "required-tags", "--service", "ec2")
        assert (found["by_api"]["ec2:DescribeVolumes"], found["by_api"]["ec2:DescribeInstances"]) == (1, 1)

    def test_that_of_the_stack_has_only_what_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        document = {"findings": [], "all_findings": "s3://reports/", "scan": {"regions": [REGION], "coverage": []}}
        Path("stack.json").write_text(json.dumps(document), encoding="utf-8")
        assert main(["estimate", "--from", "stack.json"]) == 2
        assert "a report of the stack, which has failures only" in capsys.readouterr().err


def _requests(clients: Clients) -> Counter[str]:
    """Count what is asked of the report bucket from now on; what is not found is paid for like the rest."""
    asked: Counter[str] = Counter()
    events = clients.get("s3", REGION).meta.events
    events.register("before-call.s3", lambda model, **_: asked.update([model.name]))
    return asked


def test_the_stack_makes_the_requests_that_were_predicted(clients: Clients) -> None:
    _estate(clients)
    s3 = clients.get("s3", REGION)
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    tags = ("Owner",)
    environment = Environment(bucket="reports", region=REGION, regions=(REGION, OTHER), packs=PACKS, required_tags=tags)
    asked = _requests(clients)
    event = {
        "execution": "arn:aws:states:eu-west-1:123456789012:execution:muster:one",
        "started_at": datetime(2026, 11, 21, 6, tzinfo=UTC).isoformat(),
        "input": {"record": True},
    }
    planned = plan_scan(event, environment, load(), clients).to_json()
    items = json.loads(s3.get_object(Bucket="reports", Key=planned["batches_key"])["Body"].read())
    for batch in items[0]["batches"]:
        scan_batch({"scan_id": planned["scan_id"], "batch": batch}, environment, load(), clients)
    settle_account({"scan_id": planned["scan_id"], "attempt": "", "account": items[0]}, environment, clients)
    summarize_scan({"scan_id": planned["scan_id"], "attempt": ""}, environment, clients)
    made = Counter(asked)

    scanned = {(INSTANCE, REGION): 3, (BUCKET, REGION): 3, (BUCKET, OTHER): 1, (BUCKET, "us-west-2"): 1}
    plan = read_plan(load(), select(load(), Configuration(tags=Tags(tags)), packs=PACKS))
    demand = Demand(plan, scanned, (OTHER, REGION))
    work = work_of(demand, Seconds(0, 1))
    # The alert reads five objects and writes one when there is no news, and is not sent here. It is the first scan: no
    # file is in the table `latest`, and it has an outbox. The work list is read as the state machine reads it.
    assert made["GetObject"] == work.reads - 5 - 1
    assert made["PutObject"] + made["ListObjectsV2"] == work.writes - 1 + 1
    assert (planned["batches"], work.shards) == (work.batches, 3)
