"""Checks without code on the command line: what they may read, and how they are listed, explained and run."""

import json
from pathlib import Path

import pytest

from muster.catalog.catalog import load
from muster.catalog.custom import judged_types, readable
from muster.catalog.expressions.expression import examine
from muster.cli import main
from muster.sdk.session import Clients

TEXT = """\
custom_checks:
  - id: ec2-volume-is-small
    resource_type: AWS::EC2::Volume
    condition: volume.encrypted
    severity: CRITICAL
    title: EBS volumes should be encrypted, we say.
    why: So that nobody reads them.
    fix: Encrypt them.
checks: [ec2-volume-is-small]
"""


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    Path("muster.yaml").write_text(TEXT, encoding="utf-8")


def test_what_a_condition_may_read_is_listed_as_it_is_spelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "facets", "AWS::EC2::Volume", "--format", "json"]) == 0
    found = {each["path"]: each["is"] for each in json.loads(capsys.readouterr().out)}
    assert (found["volume.encrypted"], found["tags.own"]) == ("true or false", "a mapping")
    assert main(["list", "facets", "AWS::EC2::Volum"]) == 2
    assert "did you mean: AWS::EC2::Volume" in capsys.readouterr().err


@pytest.mark.parametrize("resource_type", judged_types(load())[::5])
def test_all_that_is_listed_may_be_read(resource_type: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "facets", resource_type, "--format", "json"]) == 0
    paths = [each["path"] for each in json.loads(capsys.readouterr().out)]
    assert len(set(paths)) == len(paths)
    named = readable(load(), resource_type)
    for path in paths:
        examine(f"type({path}) == 'null'", named)


def test_what_lists_and_mappings_hold_is_listed_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "facets", "AWS::S3::Bucket", "--format", "json"]) == 0
    found = {each["path"]: each["is"] for each in json.loads(capsys.readouterr().out)}
    assert found["bucket_lifecycle.rules"] == "a list"
    assert found["bucket_lifecycle.rules[*].enabled"] == "true or false"
    assert found["bucket_lifecycle.rules[*].expiration.days"] == "a number"


def test_what_may_be_absent_is_told_before_a_scan(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(TEXT.replace("volume.encrypted", "starts_with(tags.own.Owner, 'x')"), "utf-8")
    assert main(["validate"]) == 0
    said = capsys.readouterr().out
    assert "ec2-volume-is-small: where tags.own.Owner is absent, only != and ! hold of it" in said
    assert main(["list", "facets", "AWS::EC2::Volume", "--format", "json"]) == 0
    absent = {each["path"]: each["may_be_absent"] for each in json.loads(capsys.readouterr().out)}
    assert (absent["tags.own.*"], absent["tags.own"], absent["volume.encrypted"]) == (True, False, False)


def test_it_is_listed_and_explained_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "checks", "--format", "json"]) == 0
    (found,) = [each for each in json.loads(capsys.readouterr().out) if each["check_id"] == "ec2-volume-is-small"]
    assert (found["severity"], found["permissions"]) == ("CRITICAL", ["ec2:DescribeVolumes"])
    assert main(["explain", "ec2-volume-is-small"]) == 0
    assert "What should be true: `volume.encrypted`" in capsys.readouterr().out


def test_it_finds_what_fails_and_says_what_stood_there(clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    clients.get("ec2", "eu-west-1").create_volume(AvailabilityZone="eu-west-1a", Size=1)
    assert main(["scan", "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["check_id"], found["status"]) == ("ec2-volume-is-small", "NON_COMPLIANT")
    assert found["reason"] == "Condition not met: volume.encrypted (volume.encrypted is false)"


def test_a_mistake_in_it_starts_no_scan(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(TEXT.replace("volume.encrypted", "volume.encripted"), encoding="utf-8")
    assert main(["scan"]) == 2
    said = capsys.readouterr().err
    assert "muster.yaml:4: custom_checks[0].condition: encripted is not a field of volume" in said
