"""Tags in any script come out of a scan as they went in, and as one line a finding."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.estates import scripts
from local.server import EmbeddedAws
from muster.cli import main

SCAN = ["scan", "--check", "required-tags", "--service", "ec2", "--region", "eu-west-1", "--fail-on", "never"]


@pytest.fixture(scope="module")
def estate() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        scripts.seed(aws, "eu-west-1")
        yield aws


@pytest.fixture(autouse=True)
def _there(estate: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", estate.endpoint)
    monkeypatch.chdir(tmp_path)


def test_json_has_every_tag_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SCAN, "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    volumes = [each["resource"] for each in findings if each["resource"]["type"] == "AWS::EC2::Volume"]
    found = [sorted(volume["tags"].items()) for volume in volumes]
    assert sorted(found) == sorted(sorted(tags.items()) for tags in scripts.TAGS)


@pytest.mark.parametrize("form", ["ndjson", "csv", "table"])
def test_other_formats_write_a_line_a_finding(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SCAN, "--format", form]) == 0
    lines = [line for line in capsys.readouterr().out.split("\n") if "vol-" in line]
    assert len({name for line in lines for name in re.findall("vol-[0-9a-f]+", line)}) == len(scripts.TAGS)
    # The table puts many failures of one check into one block, and names the worst once more at its end.
    assert form == "table" or len(lines) == len(scripts.TAGS)


def test_they_are_as_long_as_aws_allows() -> None:
    keys = {len(key) for tags in scripts.TAGS for key in tags}
    values = {len(value) for tags in scripts.TAGS for value in tags.values()}
    assert (max(keys), max(values)) == (scripts.LONGEST_KEY, scripts.LONGEST_VALUE)
