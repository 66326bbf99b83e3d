"""`muster list controls`: what each framework asks for, which check supports it, and what nothing supports."""

import json
from typing import Any

import pytest

from muster.catalog import catalog
from muster.catalog.controls import covered, load
from muster.cli import main


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["list", "controls", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_said(capsys, "--format", "json", *arguments))
    return found


def test_json_is_an_array_of_frameworks(capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys)
    assert {each["framework"] for each in found} == set(load().frameworks)
    assert set(found[0]) == {"framework", "title", "source", "services", "covered", "total", "controls"}
    for each in found:
        assert each["total"] == len(each["controls"])
        assert each["covered"] == sum(bool(control["supported_by"]) for control in each["controls"])
        assert each["services"] == list(load().services)


def test_a_framework_has_its_own_requirements(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = _json(capsys, "--framework", "cis-5.0.0")
    rows = {row["control"]: row for row in found["controls"]}
    assert rows["S3.5"] == {
        "control": "S3.5",
        "requirements": ["2.1.1"],
        "title": "S3 general purpose buckets should require requests to use SSL",
        "severity": "MEDIUM",
        "resource_types": ["AWS::S3::Bucket"],
        "supported_by": ["s3-bucket-ssl-requests-only"],
        "differs": "",
    }
    assert rows["EC2.8"]["differs"] == "An instance whose metadata service is turned off passes."
    assert rows["S3.22"]["supported_by"] == []
    assert "S3.9" not in rows


def test_what_is_covered_and_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    out = _said(capsys, "--framework", "fsbp")
    held = load().frameworks["fsbp"].controls
    have = sum(name in covered(catalog.load()) for name in held)
    head, *rows = out.splitlines()
    assert head == f"AWS Foundational Security Best Practices v1.0.0 (fsbp): {have} of {len(held)} controls"
    cells = {row.split()[0]: row.split()[1] for row in rows[: len(held)]}
    assert cells["S3.5"] == "s3-bucket-ssl-requests-only"
    assert cells["S3.24"] == "-"
    assert set(cells) == set(held)


def test_all_frameworks_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    heads = [line for line in _said(capsys).splitlines() if line.endswith(" controls")]
    assert len(heads) == len(load().frameworks)


def test_a_framework_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "controls", "--framework", "pci-4.0"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "pci-4.0 is not a framework\n  did you mean: pci-4.0.1" in err
