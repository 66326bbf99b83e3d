"""Files that the command reads and writes: broken and huge configurations, and the format that a name stands for."""

import json
from pathlib import Path

import pytest

from muster.cli import main
from muster.configuration.files.mistakes import LARGEST

CHECK = ["--check", "ec2-ebs-encryption-by-default", "--region", "eu-west-1", "--fail-on", "never", "--quiet"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("r.json", "{"),
        ("r.JSON", "{"),
        ("r.ndjson", '{"finding_id"'),
        ("r.jsonl", '{"finding_id"'),
        ("r.csv", "severity,"),
        ("r.txt", "eu-west-1  region, eu-west-1\n  HIGH      "),
        ("r", "eu-west-1  region, eu-west-1\n  HIGH      "),
    ],
)
@pytest.mark.usefixtures("aws")
def test_the_extension_of_the_output_says_the_format(name: str, begins: str) -> None:
    assert main(["scan", *CHECK, "--output", name]) == 0
    assert Path(name).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.usefixtures("aws")
def test_lines_of_json_may_be_in_a_file_of_json() -> None:
    assert main(["scan", *CHECK, "--format", "ndjson", "--output", "r.json"]) == 0
    assert [json.loads(line) for line in Path("r.json").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("form", "name"), [("table", "r.json"), ("csv", "r.json"), ("json", "r.csv"), ("json", "r.ndjson")]
)
def test_a_format_that_the_extension_contradicts_is_refused_before_anything_is_scanned(
    form: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", *CHECK, "--format", form, "--output", name]) == 2
    assert capsys.readouterr().err == (
        f"error: --output {name} and --format {form} do not match\n  leave --format out: the extension decides\n"
    )
    assert not Path(name).exists()


@pytest.mark.parametrize("name", ["r.xlsx", "r.json.gz"])
def test_an_extension_that_stands_for_no_format_is_refused_before_anything_is_scanned(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", *CHECK, "--output", name]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: --output {name}: no format has this extension\n  there are: .txt, ")
    assert not Path(name).exists()


@pytest.mark.usefixtures("aws")
def test_a_format_that_was_asked_for_is_written_under_any_other_extension() -> None:
    assert main(["scan", *CHECK, "--format", "json", "--output", "r.report"]) == 0
    assert json.loads(Path("r.report").read_text(encoding="utf-8"))["findings"]


BROKEN = "regions: [eu-west-1\n"


@pytest.mark.parametrize("arguments", [["list", "checks"], ["explain", "required-tags"]])
def test_a_broken_configuration_that_nobody_named_is_said_and_left_out(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("muster.yaml").write_text(BROKEN, encoding="utf-8")
    assert not main(arguments)
    out, err = capsys.readouterr()
    assert "required-tags" in out
    assert err.startswith("warning: muster.yaml is wrong and is not used: muster.yaml:")
    assert err.splitlines()[1:] == ["  all mistakes: muster validate"]


@pytest.mark.parametrize("arguments", [["list", "checks"], ["explain", "required-tags"], ["scan"], ["iam-policy"]])
def test_a_broken_configuration_that_is_named_is_an_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine.yaml").write_text(BROKEN, encoding="utf-8")
    assert main([*arguments, "--config", "mine.yaml"]) == 2
    assert "mine.yaml:" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["scan", "--config"], ["list", "checks", "--config"], ["validate"]])
def test_an_endless_configuration_is_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "/dev/zero"]) == 2
    assert "/dev/zero has more than 4 MiB: that is no configuration" in capsys.readouterr().err


def test_a_configuration_may_be_as_large_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_bytes(b"#" * LARGEST)
    assert not main(["validate", "mine.yaml"])
    Path("mine.yaml").write_bytes(b"#" * (LARGEST + 1))
    assert main(["validate", "mine.yaml"]) == 2
    assert "more than 4 MiB" in capsys.readouterr().err


@pytest.mark.usefixtures("aws")
def test_a_region_that_ec2_alone_knows_or_does_not_know(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = ["scan", "--check", "ec2-ebs-encryption-by-default", "--fail-on", "never"]
    assert main([*scan, "--region", "ap-southeast-9"]) == 2
    assert "ap-southeast-9 is not a region of aws\n  did you mean: ap-southeast-" in capsys.readouterr().err
    monkeypatch.setattr("muster.targets.regions.existing_regions", lambda *_: ("ap-southeast-9", "eu-west-1"))
    assert main([*scan, "--region", "eu-west-1", "--exclude-region", "ap-southeast-9"]) == 0
    Path("muster.yaml").write_text("exclude: {regions: [ap-southeast-9]}\n", encoding="utf-8")
    assert main([*scan, "--region", "eu-west-1"]) == 0
    assert not main(["validate"])
    assert "ap-southeast-9: not a region that the SDK does know; a scan looks it up in EC2" in capsys.readouterr().err
