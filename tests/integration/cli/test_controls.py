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
    keys = {"framework", "title", "source", "services", "covered", "total", "controls", "beyond", "gone"}
    assert set(found[0]) == keys
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
        "title": "S3 general purpose buckets should require requests to use TLS",
        "severity": "MEDIUM",
        "resource_types": ["AWS::S3::Bucket"],
        "supported_by": ["s3-bucket-ssl-requests-only"],
        "differs": "",
        "why": "",
    }
    assert rows["EC2.8"]["differs"] == "An instance whose metadata service is turned off passes."
    assert "S3.9" not in rows


def test_what_is_covered_and_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    out = _said(capsys, "--framework", "fsbp")
    held = load().frameworks["fsbp"].controls
    have = sum(name in covered(catalog.load()) for name in held)
    head, *rows = out.splitlines()
    assert head == "AWS Foundational Security Best Practices v1.0.0 (fsbp)"
    # A control with several checks has a line for each.
    cells = {
        name: rest for name, *rest in (row.split(maxsplit=1) for row in rows if row.startswith("  ")) if name in held
    }
    assert set(cells) == set(held)
    assert cells["S3.5"] == ["s3-bucket-ssl-requests-only"]
    assert cells["WAF.2"] == ["- (AWS WAF Classic is at its end of life)"]
    assert "  AppSync.1, not counted: retired on 2026-03-09; AWS's page still lists it" in rows
    assert rows[-2] == f"fsbp  {have} of {len(held)} controls ({100 * have // len(held)} %)"


def test_a_requirement_that_aws_maps_to_no_control(capsys: pytest.CaptureFixture[str]) -> None:
    """Muster may have a check for it all the same; what nobody can check is manual."""
    (found,) = _json(capsys, "--framework", "cis-5.0.0")
    beyond = {row["requirement"]: row for row in found["beyond"]}
    assert beyond["1.15"]["supported_by"] == ["iam-policy-no-admin-access-statements"]
    assert beyond["5.1.2"]["supported_by"] == ["ec2-security-group-high-risk-ports-closed"]
    assert (beyond["5.6"]["supported_by"], beyond["5.6"]["why"]) == ([], "manual")
    assert not {number for row in found["controls"] for number in row["requirements"]} & set(beyond)


def test_all_frameworks_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _said(capsys).splitlines()
    for framework in load().frameworks.values():
        assert lines.count(f"{framework.title} ({framework.name})") == 1
        assert any(
            line.startswith(f"{framework.name} ") and f"of {len(framework.controls)} controls" in line for line in lines
        )


def test_a_framework_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "controls", "--framework", "pci-4.0"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "pci-4.0 is not a framework\n  did you mean: pci-4.0.1" in err
