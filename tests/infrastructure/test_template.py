"""The template as a whole: valid, not stale, nobody's account or region in it, and its numbers those of the code."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_actions
from muster.configuration.selection import every_rule
from muster.stack.documents import events as events_
from muster.stack.documents.request import Request
from muster.stack.recording.records import records_of
from tests.infrastructure.conftest import ROOT
from tests.infrastructure.reading import resources, role_statements, text
from tools import generate

Template = dict[str, Any]
TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")


def test_what_is_generated_is_not_stale() -> None:
    assert generate.generated(TEXT) == TEXT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("- ec2:DescribeVolumes\n", "- ec2:DescribeVpcs\n", id="another permission"),
        pytest.param("{Name: first_seen, Type: timestamp}", "{Name: first_seen, Type: string}", id="another column"),
        pytest.param("FROM latest_findings\n", "FROM findings\n", id="another query"),
    ],
)
def test_a_change_of_what_is_generated_is_found(old: str, new: str) -> None:
    assert old in TEXT
    assert generate.generated(TEXT.replace(old, new)) == TEXT


def test_a_section_that_was_lost_is_found() -> None:
    with pytest.raises(SystemExit, match="no section '# generated: queries'"):
        generate.generated(TEXT.replace("# generated: queries\n", ""))


def test_the_check_fails_when_stale(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "template.yaml"
    stale.write_text(TEXT.replace("- ec2:DescribeVolumes\n", ""), encoding="utf-8")
    monkeypatch.setattr(generate, "TEMPLATE", stale)
    monkeypatch.setattr("sys.argv", ["generate", "--check"])
    with pytest.raises(SystemExit, match="make generate"):
        generate.main()
    monkeypatch.setattr("sys.argv", ["generate"])
    generate.main()
    assert stale.read_text(encoding="utf-8") == TEXT


def test_the_scanner_may_read_what_the_checks_read_and_no_more(template: Template) -> None:
    catalog = load()
    granted = {
        action: statement["Resource"]
        for role, statement in role_statements(template)
        if role not in ("TagResourcesRole", "ValidateMigrationRole")
        and str(statement.get("Sid")).startswith("MusterReads")
        for action in statement["Action"]
    }
    assert tuple(sorted(granted)) == scanner_actions(catalog, every_rule(catalog))
    assert granted["s3:GetBucketAcl"] != "*"


@pytest.mark.parametrize("name", ["template.yaml", "statemachine/scan.asl.yaml", "samconfig.toml"])
def test_no_account_region_or_partition_is_written_down(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if re.search(r"\b\d{12}\b|\b(us|eu|ap)-[a-z]+-\d\b|arn:aws:", line)]
    assert told == []


def test_every_parameter_says_what_it_is_for_and_has_a_default(source: Template) -> None:
    for name, parameter in source["Parameters"].items():
        assert parameter.get("Description"), name
        assert "Default" in parameter, name
    grouped = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert {name for group in grouped for name in group["Parameters"]} == source["Parameters"].keys()


def test_every_parameter_is_used(source: Template) -> None:
    for name in source["Parameters"]:
        assert re.search(rf"!Ref {name}\b|\${{{name}}}", TEXT), name


@pytest.mark.parametrize(
    ("suffix", "fits"),
    [
        ("dev", True),
        ("pr-12", True),
        ("a" * 16, True),
        ("a" * 17, False),
        ("Dev", False),
        ("1a", False),
        ("a_b", False),
    ],
)
def test_the_suffix_fits_wherever_it_stands(suffix: str, fits: bool, source: Template) -> None:
    assert bool(re.fullmatch(source["Parameters"]["EnvironmentSuffix"]["AllowedPattern"], suffix)) is fits


def test_the_longest_names_fit(template: Template) -> None:
    """A bucket's name has at most 63 characters, a role's and a function's 64."""
    longest = {"EnvironmentSuffix": "a" * 16, "AWS::AccountId": "1" * 12, "AWS::Region": "ap-southeast-2"}
    limits = {
        "AWS::S3::Bucket": ("BucketName", 63),
        "AWS::IAM::Role": ("RoleName", 64),
        "AWS::Lambda::Function": ("FunctionName", 64),
    }
    for kind, (key, limit) in limits.items():
        for logical_id, properties in resources(template, kind):
            name = re.sub(r"\$\{([\w:]+)\}", lambda match: longest[match.group(1)], text(properties[key]))
            assert len(name) <= limit, logical_id


def test_every_output_says_what_it_is(source: Template) -> None:
    assert [name for name, output in source["Outputs"].items() if not output.get("Description")] == []


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_samconfig_deploys_with_parameters_that_exist(environment: str, source: Template) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    deploy = config[environment]["deploy"]["parameters"]
    chosen = dict(override.split("=", 1) for override in deploy["parameter_overrides"])
    assert deploy["stack_name"] == f"muster-{chosen['EnvironmentSuffix']}"
    assert deploy["capabilities"] == "CAPABILITY_NAMED_IAM"
    for name, value in chosen.items():
        parameter = source["Parameters"][name]
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value), name
        assert not parameter.get("AllowedValues") or value in map(str, parameter["AllowedValues"]), name


def test_there_is_one_sample_event_for_each_function(source: Template) -> None:
    folders = {
        properties["CodeUri"].strip("/").rpartition("/")[2]
        for _, properties in resources(source, "AWS::Serverless::Function")
    }
    events = {path.stem for path in (ROOT / "events").glob("*.json")}
    assert {name for name in events if not name.startswith("change-")} == folders | {"start_execution"}
    assert {path.parent.name for path in (ROOT / "functions").glob("*/app.py")} == folders


def test_the_sample_events_are_understood() -> None:
    events = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "events").glob("*.json")}
    request = Request.parse(events["plan_scan"])
    assert (request.kind, request.record) == ("scheduled", True)
    assert Request.parse({**events["plan_scan"], "input": events["start_execution"]}).packs == ("s3-compliance",)
    sent = events_.batch(events["scan_shards"])
    settled = events_.account(events["settle_account"])
    assert (settled.scan_id, settled.account.account_id) == (request.scan_id, "111122223333")
    assert [shard.id for batch in settled.account.batches for shard in batch.shards] == ["111122223333.eu-west-1.ec2"]
    assert {sent.scan_id, events["summarize_scan"]["scan_id"], events["send_alert"]["scan_id"]} == {request.scan_id}
    assert [shard.id for shard in sent.batch.shards] == ["111122223333.eu-west-1.ec2"]
    recorded = records_of(events["record_events"])
    assert [bool(record.event) for record in recorded] == [True, True, False]
    assert not any(record.malformed for record in recorded)


def test_the_stream_is_read_in_order_and_a_failure_holds_up_as_little_as_possible(template: Template) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html."""
    mapping = template["Resources"]["RecordEventsMapping"]["Properties"]
    assert text(mapping["EventSourceArn"]) == "${EventTable.StreamArn}"
    (pattern,) = (json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"])
    assert pattern == {"eventName": ["INSERT"]}
    assert (mapping["StartingPosition"], mapping["ParallelizationFactor"]) == ("TRIM_HORIZON", 1)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 60 <= mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert 0 < mapping["MaximumRetryAttempts"] <= 10_000
    assert text(mapping["DestinationConfig"]["OnFailure"]["Destination"]) == "${RecordDeadLetterQueue.Arn}"
    (table,) = (name for name, each in resources(template, "AWS::DynamoDB::Table") if "StreamSpecification" in each)
    assert template["Resources"][table]["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_a_giant_account_fits_the_scratch_space_with_room_to_spare(template: Template) -> None:
    """2,000,000 failing findings took 1,118 MB the second time that they were settled (2026-11-29, Python 3.11)."""
    sizes = {
        logical_id: properties["EphemeralStorage"]["Size"]
        for logical_id, properties in resources(template, "AWS::Lambda::Function")
        if "EphemeralStorage" in properties
    }
    assert set(sizes) == {"SettleAccountFunction", "HandleChangeFunction"}
    assert min(sizes.values()) >= 3 * 1_118


def test_each_layer_has_the_makefile_that_sam_asks_for(source: Template) -> None:
    for logical_id, properties in resources(source, "AWS::Serverless::LayerVersion"):
        makefile = (ROOT / properties["ContentUri"] / "Makefile").read_text(encoding="utf-8")
        assert source["Resources"][logical_id]["Metadata"] == {"BuildMethod": "makefile"}
        assert f"\nbuild-{logical_id}:\n" in makefile


@pytest.mark.parametrize(
    "name", ["requirements/dev.txt", "requirements/sam.txt", "layers/dependencies/requirements.txt"]
)
def test_locks_pin_with_hashes_and_name_no_address(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9][\w.-]*==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    lines = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pinned) == len(lines)
    assert "://" not in lock
    assert "--index" not in lock


def test_a_build_without_python_313_says_what_to_do(tmp_path: Path) -> None:
    for name in ("bash", "dirname"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    ended = subprocess.run(  # noqa: S603 - our own script
        [ROOT / "tools" / "sam_build.sh"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "Python 3.13, the runtime of the functions, was not found" in ended.stderr


def test_the_build_is_executable() -> None:
    assert os.access(ROOT / "tools" / "sam_build.sh", os.X_OK)
