"""`muster list`: what fits on a narrow terminal, and what filters leave."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.catalog.packs import load as load_packs
from muster.cli import main

NARROW = 80


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """Return what `muster list` prints: on standard output, or on standard error where it fails."""
    assert main(["list", *arguments]) == status
    out, err = capsys.readouterr()
    return err if status else out


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    """Return the records that `muster list checks --format json` prints."""
    found: list[dict[str, Any]] = json.loads(printed(capsys, "checks", *arguments, "--format", "json"))
    return found


def ids(capsys: pytest.CaptureFixture[str], *arguments: str) -> set[str]:
    """Return the ids of the checks that filters leave."""
    return {each["check_id"] for each in listed(capsys, *arguments)}


@pytest.mark.parametrize("what", ["checks", "packs", "resources", "controls", "checks --long", "packs --long"])
def test_a_list_fits_80_columns(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, *what.split()).splitlines()
    assert [line for line in lines if len(line) > NARROW] == []


def test_checks_are_grouped_by_service(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "checks").splitlines()
    heads = [line for line in lines if line.endswith(" checks")]
    names = [re.split(r"\s{2,}", line)[0] for line in heads]
    assert names == [*sorted(names[:-1]), "Several services"]
    places = {line.split()[1]: number for number, line in enumerate(lines) if line.startswith("  ")}
    assert set(places) == set(load().checks)
    s3 = next(number for number, line in enumerate(lines) if line.startswith("S3 "))
    public = places["s3-bucket-public-access-prohibited"]
    assert public > s3
    assert lines[public].split() == ["CRITICAL", "s3-bucket-public-access-prohibited", "on", "S3.2", "S3.3"]


def test_a_pattern_and_a_severity(capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys, "s3-*", "--severity", "high")
    assert {each["severity"] for each in found} == {"HIGH", "CRITICAL"}
    assert all(each["check_id"].startswith("s3-") for each in found)
    assert f"{len(found)} of " in printed(capsys, "checks", "s3-*", "--severity", "high")


def test_the_filters_narrow_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    pack = {entry.check for entry in load_packs(load())["foundational"].entries}
    assert ids(capsys, "--pack", "foundational") == pack
    ec2 = {each["check_id"] for each in listed(capsys) if "ec2" in each["services"]}
    assert ids(capsys, "--service", "EC2") == ec2
    assert ids(capsys, "--pack", "foundational", "--service", "ec2") == pack & ec2
    cis = ids(capsys, "--framework", "cis")
    assert "kms-key-rotation-enabled" in cis
    assert "s3-bucket-versioning-enabled" not in cis


def test_on_is_what_the_configuration_runs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text("packs: [s3-compliance]\n", encoding="utf-8")
    on = ids(capsys, "--on")
    assert on == {entry.check for entry in load_packs(load())["s3-compliance"].entries}
    assert ids(capsys, "--off") == set(load().checks) - on
    rows = {line.split()[1]: line.split()[2] for line in printed(capsys, "checks").splitlines() if line[:2] == "  "}
    assert rows["s3-bucket-versioning-enabled"] == "on"
    assert rows["ec2-volume-encrypted"] == "off"


def test_the_checks_of_the_configuration_are_on(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(
        "packs: [s3-compliance]\ncustom_checks:\n  - {id: ec2-volume-is-small, resource_type: 'AWS::EC2::Volume', "
        "condition: volume.encrypted, severity: LOW, title: Volumes should be small., why: Costs., fix: Shrink it.}\n",
        encoding="utf-8",
    )
    assert {"ec2-volume-is-small", "s3-bucket-versioning-enabled"} <= ids(capsys, "--on")


def test_long_prints_titles_and_types(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "checks", "s3-bucket-versioning-enabled", "--long")
    assert load().checks["s3-bucket-versioning-enabled"].title in " ".join(out.split())
    assert "AWS::S3::Bucket" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(
            ["checks", "s3-bucket-publik*"],
            'no check matches "s3-bucket-publik*"\n  did you mean: s3-bucket-public-access-prohibited',
            id="a pattern that is nearly right",
        ),
        pytest.param(["checks", "zz*"], "'muster list checks' has the names", id="a pattern that matches nothing"),
        pytest.param(
            ["checks", "s3-bucket-versoning-enabled"], "did you mean: s3-bucket-versioning-enabled", id="a name"
        ),
        pytest.param(["checks", "--pack", "foundationa"], "did you mean: foundational", id="a pack"),
        pytest.param(["checks", "--service", "s4"], "s4 is not a service with checks", id="a service"),
        pytest.param(["checks", "--framework", "fsb"], "did you mean: fsbp", id="a framework"),
        pytest.param(
            ["checks", "kms-*", "--service", "s3"], "no check matches all of these filters", id="nothing left"
        ),
    ],
)
def test_what_cannot_be_listed(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sentence in printed(capsys, *arguments, status=2)


def test_the_own_facets_of_a_type_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "facets", "AWS::S3::Bucket", "--format", "json"))
    owners = [each["of"] for each in found]
    assert list(dict.fromkeys(owners)) == ["resource", "region", "account"]
    assert owners == sorted(owners, key=["resource", "region", "account"].index)
    lines = printed(capsys, "facets", "AWS::S3::Bucket").splitlines()
    assert [line for line in lines if line[:1] not in ("", " ")] == [
        "Of the S3 bucket", "Of its region", "Of its account",
    ]  # fmt: skip
    assert lines[1].split()[0] == "bucket_acl.grants"
