"""ASFF: every finding is one that BatchImportFindings takes, by the model of the API and its documented limits."""

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import botocore.loaders
import pytest
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.model.finding import Finding, Resource, Status, Suppression
from muster.model.text import escaped
from muster.reports.exchange.asff import Home, asff, observed
from muster.reports.report import ScanReport
from tests.examples import examples

from .drawn import CONTEXT, FINDINGS, largest, written

HOME = Home("444455556666", "us-east-1", "aws", "prod")
HERE = "111122223333"
LIMIT = re.compile(r"Maximum (?:length )?of (\d+)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
PAIRS = re.compile(r"up to 50 key-value pairs.*key can contain up to 128 characters.*value can contain up to (\d+)")


@functools.cache
def model() -> ServiceModel:
    return ServiceModel(botocore.loaders.Loader().load_service_model("securityhub", "service-2"))


def problems(findings: list[dict[str, Any]]) -> list[str]:
    """Return what the API's model and its documentation refuse."""
    shape = model().operation_model("BatchImportFindings").input_shape
    report = ParamValidator().validate({"Findings": findings}, shape)
    if report.has_errors():
        return [report.generate_report()]
    found = list(_wrong(shape.members["Findings"], findings, "Findings", ""))
    for each in findings:
        found += [f"{key} is no time" for key in ("CreatedAt", "UpdatedAt") if not TIME.fullmatch(each[key])]
        if len(json.dumps(each)) > 240_000:
            found.append("larger than 240 KB")
        other = each["Resources"][0].get("Details", {}).get("Other", {})
        found += [f"{key} of Other is too long" for key, text in other.items() if len(text) >= 1_024]
        tags = each["Resources"][0].get("Tags", {})
        found += [f"{key} is no tag" for key, text in tags.items() if len(key) > 128 or len(text) > 256]
        if len(tags) > 50 or len(each["Compliance"].get("RelatedRequirements", ())) > 32:
            found.append("too many")
    return found


def _wrong(shape: Any, value: Any, name: str, text: str) -> Iterator[str]:
    """Yield what patterns, enumerations and documented lengths refuse; `text` documents the value."""
    if shape.type_name == "structure":
        for key, inner in value.items():
            documentation = re.sub("<[^>]+>", " ", shape.members[key].documentation)
            yield from _wrong(shape.members[key], inner, key, documentation)
    elif shape.type_name == "list":
        for inner in value:
            yield from _wrong(shape.member, inner, name, "")
    elif shape.type_name == "map":
        pairs = PAIRS.search(text)
        for key, inner in value.items():
            yield from _wrong(shape.key, key, name, "")
            yield from _wrong(shape.value, inner, name, f"Maximum length of {pairs[1]}" if pairs else "")
        if pairs and len(value) > 50:
            yield f"{name} has {len(value)} pairs"
    elif shape.type_name == "string":
        yield from _wrong_text(shape, value, name, text)


def _wrong_text(shape: Any, value: str, name: str, text: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if shape.enum and value not in shape.enum:
        yield f"{name}: {value!r} is none of {shape.enum}"
    if pattern and not re.fullmatch(pattern, value):
        yield f"{name}: {value!r} does not match {pattern}"
    if (limit := LIMIT.search(text)) and len(value) > int(limit[1]):
        yield f"{name} has {len(value)} characters, {limit[1]} are allowed"


def of(finding: Finding, home: Home = HOME) -> dict[str, Any]:
    return asff(observed(finding, "scan-1", "Owner"), home)


@given(found=st.lists(FINDINGS, min_size=1, max_size=3))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_finding_can_be_imported(found: list[Finding], scan: ScanReport) -> None:
    read = json.loads(written("asff", found, scan))
    assert problems(read) == []
    assert len(read) == len(found)
    for finding, imported in zip(found, read, strict=True):
        assert imported["Id"] == f"muster/muster/{finding.finding_id}"
        if len(escaped(finding.reason)) <= 1_024 and finding.reason.strip():
            assert imported["Description"] == escaped(finding.reason)


def test_the_largest_finding_can_be_imported(finding: Finding) -> None:
    found = of(largest(finding))
    assert problems([found]) == []
    assert "Tags" not in found["Resources"][0]
    assert "Tags" in of(finding)["Resources"][0]


@pytest.mark.parametrize(
    "changes",
    [
        {"Title": "x" * 257},
        {"Description": " "},
        {"RecordState": "OPEN"},
        {"CreatedAt": "2027-03-04"},
        {"ProductFields": {str(number): "x" for number in range(51)}},
        {"ProductFields": {"x": "x" * 2_049}},
        {"Remediation": {"Recommendation": {"Text": "x" * 513}}},
        {"Compliance": {"Status": "FAIL"}},
        {"Note": {"Text": "x" * 240_000, "UpdatedBy": "x", "UpdatedAt": "x"}},
        {"Title": None},
    ],
)
def test_the_limits_are_those_that_aws_documents(finding: Finding, changes: dict[str, Any]) -> None:
    assert problems([{**of(finding), **changes}]) != []


@pytest.mark.parametrize(
    ("changes", "compliance", "state"),
    [
        ({}, "FAILED", "ACTIVE"),
        ({"suppression": Suppression("known", "web", "2027-12-31")}, "FAILED", "ARCHIVED"),
        ({"status": Status.COMPLIANT}, "PASSED", "ARCHIVED"),
        ({"status": Status.INSUFFICIENT_DATA}, "WARNING", "ACTIVE"),
        ({"status": Status.NOT_APPLICABLE}, "NOT_AVAILABLE", "ARCHIVED"),
    ],
)
def test_only_what_needs_somebody_is_active(
    finding: Finding, changes: dict[str, Any], compliance: str, state: str
) -> None:
    found = of(replace(finding, **changes))
    assert (found["Compliance"]["Status"], found["RecordState"]) == (compliance, state)


def test_the_account_that_imports_is_the_findings_account(finding: Finding) -> None:
    found = of(finding)
    assert found["AwsAccountId"] == "444455556666"
    assert found["ProductArn"] == "arn:aws:securityhub:us-east-1:444455556666:product/444455556666/default"
    assert found["ProductFields"]["muster/account"] == "111122223333"
    assert found["ProductFields"]["muster/owner"] == "web"
    assert found["Id"] == f"muster/prod/{finding.finding_id}"


@pytest.mark.parametrize(
    ("resource", "name", "identity"),
    [
        (Resource("AWS::S3::Bucket", "b", HERE, "eu-west-1", arn="arn:aws:s3:::b"), "AwsS3Bucket", "arn:aws:s3:::b"),
        (Resource("AWS::::Account", HERE, HERE, "global"), "AwsAccount", "AWS::::Account:111122223333"),
        (Resource("AWS::SNS::Subscription", "s", HERE, "eu-west-1"), "Other", "s"),
    ],
)
def test_resources_are_named_as_security_hub_names_them(
    finding: Finding, resource: Resource, name: str, identity: str
) -> None:
    (found,) = of(replace(finding, resource=resource))["Resources"]
    assert (found["Type"], found["Id"]) == (name, identity)
    assert ("Region" in found) is (resource.region != "global")


def test_a_failure_has_its_fix_and_its_page(finding: Finding, scan: ScanReport) -> None:
    (found,) = json.loads(written("asff", [finding], scan, CONTEXT))
    assert found["Remediation"] == {"Recommendation": {"Text": "Turn it on.", "Url": "https://docs.aws.amazon.com/"}}
    assert found["Compliance"]["RelatedRequirements"] == ["FSBP S3.14", "CIS 1"]
