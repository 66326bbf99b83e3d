"""`muster config`: each value in force with its source, of a file, of the environment, and of a stack."""

import json
from pathlib import Path

import pytest

from muster.cli import main
from muster.sdk.session import Clients
from muster.storage.bucket import Bucket
from tests.integration.cli.deployed import MACHINE, REGION

TEMPLATE = {
    "Parameters": {name: {"Type": "String"} for name in ("PackNames", "RequiredTags", "MemberExternalId", "Regions")},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {
        "StateMachineArn": {"Value": MACHINE},
        "ReportBucketName": {"Value": "reports"},
        "ConfigurationUri": {"Value": "s3://reports/config/muster.yaml"},
    },
}
FILE = """\
packs: [foundational]
settings:
  iam-user-access-keys-rotated: {days: 30}
tags:
  required: [Environment]
  values: {Environment: [production]}
accounts: {include: [all], role: MusterMember, external_id: sesame}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", REGION)


def values(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, tuple[object, str]]:
    assert main(["config", "--format", "json", *options]) == 0
    return {each["key"]: (each["value"], each["source"]) for each in json.loads(capsys.readouterr().out)}


def test_without_a_file_all_are_defaults_but_the_region(capsys: pytest.CaptureFixture[str]) -> None:
    found = values(capsys)
    assert found["packs"] == (["foundational"], "default")
    assert found["regions"] == ([REGION], "AWS_REGION")
    assert {source for key, (_, source) in found.items() if key != "regions"} == {"default"}


def test_the_region_of_the_option_is_stronger_than_that_of_the_environment(capsys: pytest.CaptureFixture[str]) -> None:
    assert values(capsys, "--region", "us-east-1")["regions"] == (["us-east-1"], "--region")


def test_a_value_of_the_file_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(FILE)
    found = values(capsys)
    assert found["packs"] == (["foundational"], "muster.yaml:1")
    assert found["settings.iam-user-access-keys-rotated.days"] == (30, "muster.yaml:3")
    assert found["tags.required"] == (["Environment"], "muster.yaml:5")
    assert found["tags.values"] == ({"Environment": ["production"]}, "muster.yaml:6")
    assert found["accounts.role"] == ("MusterMember", "muster.yaml:7")
    assert found["alerts.owner_tag"] == ("Owner", "default")


def test_the_external_id_is_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(FILE)
    for form in ("table", "json"):
        main(["config", "--format", form])
        out = capsys.readouterr().out
        assert "sesame" not in out
        assert "(set)" in out


def test_all_settings_are_printed_with_their_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    key = "settings.iam-user-access-keys-rotated.days"
    assert key not in values(capsys)
    assert values(capsys, "--all")[key] == (90, "default")


def test_people_read_lists_and_mappings_as_words(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(FILE)
    main(["config"])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["tags.values", "Environment:", "production", "muster.yaml:6"] for line in lines)
    assert any(line.split() == ["suppressions", "-", "default"] for line in lines)


def test_a_file_that_is_wrong_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text("pack: [foundational]\n")
    assert main(["config"]) == 2
    assert "muster.yaml" in capsys.readouterr().err


def test_a_profile_that_does_not_exist_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert main(["config", "--profile", "ghost"]) == 2
    assert 'profile "ghost" is not in ~/.aws/config' in capsys.readouterr().err


def test_a_stack_has_its_parameters_and_its_own_file_before_them(
    clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"PackNames": "s3-compliance,finops", "RequiredTags": "Owner", "MemberExternalId": "sesame", "Regions": ""}
    clients.get("cloudformation", REGION).create_stack(
        StackName="muster-dev",
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    found = values(capsys, "--stack", "muster-dev")
    assert found["packs"] == (["s3-compliance", "finops"], "parameter PackNames")
    assert found["tags.required"] == (["Owner"], "parameter RequiredTags")
    assert found["accounts.external_id"] == ("(set)", "parameter MemberExternalId")
    assert found["regions"] == ([REGION], "the stack's region")
    Bucket("reports", clients, REGION).put_bytes("config/muster.yaml", b"\npacks: [finops]\n")
    again = values(capsys, "--stack", "muster-dev")
    assert again["packs"] == (["finops"], "s3://reports/config/muster.yaml:2")
    assert again["tags.required"] == (["Owner"], "parameter RequiredTags")
