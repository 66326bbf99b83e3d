"""`muster migration` on the embedded AWS: reports in every format, exit statuses, other regions and accounts."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from local.front import Refusal
from local.server import EmbeddedAws
from muster.cli import main
from muster.migration.comparison import comparisons
from muster.migration.files.parsing import parse
from muster.migration.report.schema import json_schema, schema_text

SOURCE, TARGET, THIRD = "us-east-1", "eu-west-1", "ap-southeast-2"
FILE = """\
batch: wave-1
environment: <b>production</b>
source: {region: us-east-1}
target: {region: eu-west-1}
suffix: eu
tables: [orders]
log_groups: [app]
"""
SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"


@pytest.fixture(scope="module")
def _embedded() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(_embedded: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> EmbeddedAws:
    """A table and a log group in both regions; another region is the default one."""
    _embedded.reset()
    _embedded.front.refusals.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", _embedded.endpoint)
    monkeypatch.setenv("AWS_REGION", THIRD)
    monkeypatch.chdir(tmp_path)
    for region, suffix in ((SOURCE, ""), (TARGET, "-eu")):
        table(_embedded, f"orders{suffix}", region)
        _embedded.client("logs", region).create_log_group(logGroupName=f"app{suffix}")
    Path("wave-1.yaml").write_text(FILE, encoding="utf-8")
    return _embedded


def table(aws: EmbeddedAws, name: str, region: str) -> None:
    aws.client("dynamodb", region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


def validated(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = main(["migration", "validate", "wave-1.yaml", "--format", "json", "--quiet", *arguments])
    return status, dict(json.loads(capsys.readouterr().out))


def findings(report: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["resource"]["id"], each["check_id"]): each["status"] for each in report["findings"]}


def test_the_report_is_as_its_schema_says_and_the_published_schema_is_this_one(
    aws: EmbeddedAws,  # noqa: ARG001 - it is there
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, report = validated(capsys)
    assert status == 1
    jsonschema.validate(report, json_schema())
    assert (SCHEMAS / "migration-report.schema.json").read_text(encoding="utf-8") == schema_text()
    (orders, _) = report["resources"]
    assert orders["source"]["arn"] == "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    assert orders["target"]["stream_arn"].startswith("arn:aws:dynamodb:eu-west-1:123456789012:table/orders-eu/stream/")
    assert orders["target"]["point_in_time_recovery"]["status"] == "DISABLED"
    assert "target-table-recoverable" in orders["failing"]
    commands = [command for step in report["next_steps"] for command in step["commands"]]
    assert (
        "aws dynamodb update-continuous-backups --region eu-west-1 --table-name orders-eu "
        "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
    ) in commands
    assert commands[-1] == "muster migration validate wave-1.yaml"


@pytest.mark.parametrize("region", [SOURCE, TARGET, "sa-east-1"])
def test_another_default_region_changes_nothing(
    region: str,
    aws: EmbeddedAws,  # noqa: ARG001 - it is there
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, before = validated(capsys)
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    _, after = validated(capsys)
    assert findings(after) == findings(before)


def test_a_denied_call_leaves_exactly_its_comparisons_unread(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    _, before = validated(capsys)
    aws.front.refusals.append(Refusal("dynamodb:DescribeContinuousBackups"))
    status, after = validated(capsys, "--fail-on", "never", "--strict")
    changed = {key: value for key, value in findings(after).items() if findings(before)[key] != value}
    assert changed == {("orders-eu", "target-table-recoverable"): "INSUFFICIENT_DATA"}
    assert status == 3
    assert any("dynamodb:DescribeContinuousBackups" in step["title"] for step in after["next_steps"])


def test_dashboards_and_quotas_are_read_of_the_target_alone(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(aws.calls)
    validated(capsys)
    made = Counter(call.operation for call in aws.calls[before:])
    assert (made["cloudwatch:ListDashboards"], made["dynamodb:DescribeLimits"]) == (1, 1)
    assert made["cloudwatch:DescribeAlarms"] == 2


def test_exit_statuses_are_those_of_a_scan(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    assert validated(capsys, "--fail-on", "never")[0] == 0
    assert validated(capsys, "--fail-on", "CRITICAL")[0] == 0
    assert validated(capsys)[0] == 1
    aws.front.refusals += [Refusal(f"logs:{name}") for name in ("DescribeLogGroups", "ListTagsForResource")]
    aws.front.refusals += [Refusal(f"logs:{name}") for name in ("DescribeResourcePolicies", "DescribeMetricFilters")]
    status, report = validated(capsys, "--fail-on", "never")
    assert (status, report["complete"]) == (3, False)
    Path("wave-1.yaml").write_text("batch: x", encoding="utf-8")
    assert main(["migration", "validate", "wave-1.yaml"]) == 2
    assert "wave-1.yaml:1: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["out.html", "out.md", "out.txt"])
def test_the_other_formats_have_the_same_findings(
    name: str,
    aws: EmbeddedAws,  # noqa: ARG001 - it is there
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, report = validated(capsys)
    assert main(["migration", "validate", "wave-1.yaml", "--output", name]) == 1
    text = Path(name).read_text(encoding="utf-8")
    for each in report["findings"]:
        if each["status"] == "NON_COMPLIANT":
            assert each["check_id"] in text
    assert "The target does not match the source" in text


def test_the_page_is_escaped_and_needs_nothing_from_elsewhere(
    aws: EmbeddedAws,  # noqa: ARG001 - it is there
) -> None:
    main(["migration", "validate", "wave-1.yaml", "--output", "out.html", "--quiet"])
    page = Path("out.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;production&lt;/b&gt; is expected" in page
    assert "<b>production" not in page
    assert re.findall(r"\b(?:src|href)=|url\(|@import|<script|<link", page) == []
    main(["migration", "validate", "wave-1.yaml", "--output", "out.md", "--quiet"])
    assert "<b>" not in Path("out.md").read_text(encoding="utf-8").replace("\\<b\\>", "")


def test_the_format_follows_the_name_of_the_output_and_may_not_contradict_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["migration", "validate", "x.yaml", "--output", "x.csv"]) == 2
    assert "no format has the extension '.csv'" in capsys.readouterr().err
    assert main(["migration", "validate", "x.yaml", "--output", "x.html", "--format", "json"]) == 2
    assert "x.html and --format json do not match" in capsys.readouterr().err


def test_a_target_in_another_account_is_read_by_its_role(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    Path("wave-1.yaml").write_text(
        FILE.replace("{region: eu-west-1}", "{region: eu-west-1, account: '111122223333', role: Reader}"),
        encoding="utf-8",
    )
    _, report = validated(capsys)
    assert report["migration"]["target"] == {"region": "eu-west-1", "account_id": "111122223333"}
    (orders, _) = report["resources"]
    # The table of the same name is in the own account only.
    assert (orders["source"]["exists"], orders["target"]["exists"]) == (True, False)
    assert any(call.operation == "sts:AssumeRole" for call in aws.calls)


def test_a_role_that_cannot_be_assumed_leaves_its_side_unread(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.front.refusals.append(Refusal("sts:AssumeRole"))
    Path("wave-1.yaml").write_text(
        FILE.replace("{region: eu-west-1}", "{region: eu-west-1, account: '111122223333', role: Reader}"),
        encoding="utf-8",
    )
    status, report = validated(capsys)
    assert (status, report["parity"]) == (3, "unknown")
    assert {each["target"]["exists"] for each in report["resources"]} == {None}


def test_a_first_file_has_all_pages_of_the_region_and_is_never_written_over_a_file(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(130):
        table(aws, f"table-{number:03}", SOURCE)
    aws.client("s3", SOURCE).create_bucket(Bucket="b" * 63)
    aws.client("s3", TARGET).create_bucket(Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": TARGET})
    arguments = ["migration", "init", "--region", SOURCE, "--target-region", TARGET, "--batch", "wave-7"]
    assert main([*arguments, "--output", "new.yaml"]) == 0
    text = Path("new.yaml").read_text(encoding="utf-8")
    file = parse(text)
    assert file.batch == "wave-7"
    assert len(file.tables) == 131
    (bucket,) = file.buckets
    assert bucket.name == "b" * 63
    assert len(bucket.target) <= 63
    assert "  # " in text
    capsys.readouterr()
    assert main([*arguments, "--output", "new.yaml"]) == 2
    assert "new.yaml exists and is not replaced" in capsys.readouterr().err
    assert Path("new.yaml").read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("aws")
def test_a_region_that_holds_nothing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migration", "init", "--region", "eu-north-1", "--output", "-"]) == 0
    assert capsys.readouterr().err.strip() == (
        "note: eu-north-1 has no bucket, table, function or log group: there is nothing to migrate"
    )


def test_a_list_that_is_denied_is_named_in_the_file(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.front.refusals.append(Refusal("dynamodb:ListTables"))
    assert main(["migration", "init", "--region", SOURCE, "--target-region", TARGET, "--output", "new.yaml"]) == 3
    text = Path("new.yaml").read_text(encoding="utf-8")
    assert "# This list is not complete: access denied" in text
    assert "dynamodb:ListTables" in capsys.readouterr().err
    assert parse(text).log_groups


def test_a_batch_that_no_file_may_have_writes_no_file(
    aws: EmbeddedAws,  # noqa: ARG001 - it is there
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["migration", "init", "--region", SOURCE, "--target-region", TARGET, "--batch", "wave 1"]
    assert main([*arguments, "--output", "new.yaml"]) == 2
    assert "'wave 1' is not a batch name" in capsys.readouterr().err
    assert not Path("new.yaml").exists()


def test_every_comparison_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migration", "comparisons", "--format", "json"]) == 0
    listed = {(each["check_id"], each["resource"]) for each in json.loads(capsys.readouterr().out)}
    assert ("target-table-keys-match", "DynamoDB table") in listed
    assert len(listed) == len(comparisons())


def test_the_policy_has_the_calls_of_both_sides_and_of_a_first_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["iam-policy", "--for", "migration", "--role", "Reader"]) == 0
    policy = json.loads(capsys.readouterr().out)
    actions = {action for each in policy["Statement"] for action in each["Action"]}
    assert {"s3:GetReplicationConfiguration", "kms:GetKeyPolicy", "iam:GetRolePolicy", "s3:ListAllMyBuckets"} <= actions
    assert all(action.partition(":")[2].startswith(("Get", "List", "Describe", "AssumeRole")) for action in actions)
    (enter,) = (each for each in policy["Statement"] if "sts:AssumeRole" in each["Action"])
    assert enter["Resource"] == "arn:aws:iam::*:role/Reader"
