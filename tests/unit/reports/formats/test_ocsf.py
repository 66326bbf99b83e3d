"""OCSF: every finding is a Compliance Finding by the published schema, with the texts as they were."""

import functools
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from muster.model.finding import Finding, Status, Suppression, Unavailable
from muster.reports.exchange.ocsf import VERSION, ocsf
from muster.reports.report import ScanReport
from tests.examples import examples

from .drawn import FINDINGS, written

VERSIONS = ("1.6.0", VERSION)
"""Security Hub reads 1.6; the other is the version that is written."""


@functools.cache
def validator(version: str) -> Any:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version)).get_class_schema(
        "compliance_finding", ["cloud", "datetime"]
    )
    return jsonschema.Draft202012Validator(schema)


def deprecated(schema: dict[str, Any], value: object, root: dict[str, Any]) -> list[str]:
    """Return the attributes of a value that the schema calls deprecated."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [name for each in value for name in deprecated(schema.get("items", {}), each, root)]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    found = [name for name in value if known.get(name, {}).get("deprecated")]
    return found + [name for key, inner in value.items() for name in deprecated(known.get(key, {}), inner, root)]


@pytest.mark.parametrize("version", VERSIONS)
@given(finding=FINDINGS)
@settings(max_examples=examples(60))
def test_every_finding_is_valid_by_the_published_schema(version: str, finding: Finding) -> None:
    found = json.loads(json.dumps(ocsf(finding, "scan-1", "Owner")))
    assert [error.message for error in validator(version).iter_errors(found)] == []


def test_the_schema_refuses_what_is_wrong(finding: Finding) -> None:
    found = ocsf(finding, "scan-1", "Owner")
    for wrong in ({"class_uid": 2004}, {"severity_id": 7}, {"compliance": {"status_id": "3"}}, {"mine": 1}):
        assert not validator(VERSION).is_valid({**found, **wrong})


def test_no_attribute_is_deprecated(finding: Finding) -> None:
    whole = replace(
        finding, unavailable=(Unavailable(None, "gone"),), suppression=Suppression("known", "web", "2027-12-31")
    )
    schema = validator(VERSION).schema
    assert deprecated(schema, ocsf(whole, "scan-1", "Owner"), schema) == []
    assert deprecated(schema, {"resource": {}}, schema) == ["resource"]


@given(found=st.lists(FINDINGS, max_size=4))
@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_texts_come_back_as_they_were(found: list[Finding], scan: ScanReport) -> None:
    read = json.loads(written("ocsf", found, scan))
    assert [event["message"] for event in read] == [finding.reason for finding in found]
    assert [event["finding_info"]["title"] for event in read] == [finding.title for finding in found]
    assert [{tag["name"]: tag["value"] for tag in event["resources"][0].get("tags", [])} for event in read] == [
        finding.resource.tags or {} for finding in found
    ]


def test_a_finding_is_a_line_of_an_array(finding: Finding, scan: ScanReport) -> None:
    lines = written("ocsf", [finding, replace(finding, reason="a\nb\u2028c")], scan).splitlines()
    assert (len(lines), lines[0], lines[-1]) == (4, "[", "]")
    assert json.loads(lines[1].removesuffix(","))["class_uid"] == 2003
    assert written("ocsf", [], scan) == "[]\n"


@pytest.mark.parametrize(
    ("changes", "status", "result"),
    [
        ({}, "New", "Fail"),
        ({"suppression": Suppression("known", "web", "2027-12-31")}, "Suppressed", "Fail"),
        ({"status": Status.COMPLIANT}, "Resolved", "Pass"),
        ({"status": Status.INSUFFICIENT_DATA}, "Not Evaluated", "Warning"),
        ({"status": Status.NOT_APPLICABLE}, "Not Applicable", "Not Applicable"),
    ],
)
def test_each_status_has_its_own(finding: Finding, changes: dict[str, Any], status: str, result: str) -> None:
    found = ocsf(replace(finding, **changes), "scan-1", "Owner")
    assert (found["status"], found["compliance"]["status"]) == (status, result)


def test_a_failure_says_what_where_since_when_and_what_to_do(finding: Finding) -> None:
    found = ocsf(replace(finding, first_seen=finding.observed_at - timedelta(days=2)), "scan-1", "Owner")
    assert found["type_uid"] == 200302
    assert found["finding_info"]["first_seen_time"] == found["time"] - 2 * 86_400_000
    assert found["cloud"] == {
        "provider": "AWS",
        "account": {"uid": "111122223333", "type_id": 10, "type": "AWS Account", "name": "shop"},
        "region": "eu-west-1",
    }
    assert found["resources"] == [
        {
            "uid": "arn:aws:s3:::photos",
            "name": "photos",
            "type": "AWS::S3::Bucket",
            "namespace": "111122223333",
            "cloud_partition": "aws",
            "region": "eu-west-1",
            "owner": {"name": "web"},
            "tags": [{"name": "Owner", "value": "web"}],
        }
    ]
    assert found["compliance"]["standards"] == ["FSBP", "CIS"]
    assert found["compliance"]["requirements"] == ["FSBP S3.14", "CIS 1"]
    assert found["compliance"]["control_parameters"] == [
        {"name": "days", "value": "90"},
        {"name": "keys", "value": '["a", "b"]'},
    ]
    assert found["remediation"] == {"desc": "Turn it on.", "references": ["https://docs.aws.amazon.com/"]}
