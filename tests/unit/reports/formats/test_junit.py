"""JUnit: each check is a test case, its failing resources the failure, and no text breaks the XML."""

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from lxml import etree

from muster.catalog.catalog import load
from muster.model.finding import Finding, Severity, Status, Suppression, Unavailable
from muster.model.text import escaped
from muster.reports.formats.junit import MOST, JunitWriter
from muster.reports.report import ScanReport
from tests.examples import examples

from .drawn import CONTEXT, FINDINGS, written

CHECK = "s3-bucket-versioning-enabled"
REQUIRED = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"message"},
    "system-out": set(),
}
"""The elements that are written with their attributes: those of junit-10.xsd of Jenkins, all of them there."""
PARENTS = {
    "testsuite": {"testsuites"},
    "testcase": {"testsuite"},
    "failure": {"testcase"},
    "error": {"testcase"},
    "skipped": {"testcase"},
    "system-out": {"testcase"},
}


def parsed(text: str) -> Any:
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))


def wrong(root: Any) -> list[str]:
    """Return what the schema of Jenkins refuses, and counts that are not those of the test cases."""
    found = []
    for each in root.iter():
        if set(each.attrib) != REQUIRED[each.tag]:
            found.append(f"{each.tag} has {sorted(each.attrib)}")
        if each is not root and each.getparent().tag not in PARENTS[each.tag]:
            found.append(f"{each.tag} stands in {each.getparent().tag}")
    for each in (root, *root.iter("testsuite")):
        counts = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
        for name, tag in counts.items():
            number = len(list(each.iter(tag)))
            if each.get(name, str(number)) != str(number):
                found.append(f"{each.tag} has not {each.get(name)} {tag}")
    return found


def case(text: str, check_id: str = CHECK) -> Any:
    (found,) = (each for each in parsed(text).iter("testcase") if each.get("name") == check_id)
    return found


@given(found=st.lists(FINDINGS, max_size=5))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gives_xml_that_says_it(found: list[Finding], scan: ScanReport) -> None:
    text = written("junit", found, scan)
    assert wrong(parsed(text)) == []
    JUnitXml.fromstring(text.encode())
    for finding in found:
        if finding.failing:
            failure = case(text, finding.check_id).find("failure")
            assert escaped(finding.reason) in failure.text
            assert failure.get("message").endswith(escaped(found_title(found, finding.check_id)))


def found_title(found: list[Finding], check_id: str) -> str:
    return next(finding.title for finding in found if finding.check_id == check_id)


@pytest.mark.parametrize("text", ["]]>", "<failure type='x'/>", "&x;", "\x00\x1b", "\ufffe", "\ud800", "\"\r\n'"])
def test_no_text_ends_its_element(finding: Finding, scan: ScanReport, text: str) -> None:
    spoiled = replace(finding, reason=text, title=text, variant=text, account_name=text)
    found = written("junit", [spoiled], scan)
    assert wrong(parsed(found)) == []
    assert len(list(parsed(found).iter("failure"))) == 1


def test_a_failure_names_its_resources_and_the_fix(finding: Finding, scan: ScanReport) -> None:
    other = replace(finding, resource=replace(finding.resource, id="films", tags=None), account_name="")
    failure = case(written("junit", [finding, other], scan)).find("failure")
    assert dict(failure.attrib) == {
        "type": "MEDIUM",
        "message": "MEDIUM: 2 resources failing: S3 buckets should have versioning enabled",
    }
    assert failure.text.splitlines() == [
        "S3 bucket photos, shop (111122223333), eu-west-1, owner web: the bucket was never versioned",
        "S3 bucket films, 111122223333, eu-west-1: the bucket was never versioned",
        "Fix:",
        "Turn it on.",
    ]


def test_a_check_names_some_resources_and_counts_the_rest(finding: Finding, scan: ScanReport) -> None:
    lines = case(written("junit", [finding] * (MOST + 7), scan)).find("failure").text.splitlines()
    assert lines[MOST] == "… and 7 more: another format, such as csv, names all"
    assert "S3 bucket photos" in lines[MOST - 1]


def test_memory_holds_some_lines_a_check(finding: Finding) -> None:
    writer = JunitWriter(io.StringIO(), {})
    for _ in range(5 * MOST):
        writer.add(finding)
    assert [len(each.lines["failing"]) for each in writer._cases.values()] == [MOST]


@pytest.mark.parametrize(
    ("changes", "tag", "message"),
    [
        ({"status": Status.COMPLIANT}, None, ""),
        ({"status": Status.NOT_APPLICABLE}, "skipped", "not applicable to any resource"),
        (
            {"status": Status.INSUFFICIENT_DATA, "unavailable": (Unavailable("s3:X", "denied"),)},
            "skipped",
            "1 finding not evaluated",
        ),
        ({"suppression": Suppression("known", "web", "2027-12-31")}, "system-out", ""),
    ],
)
def test_what_does_not_fail_is_no_failure(
    finding: Finding, scan: ScanReport, changes: dict[str, Any], tag: str | None, message: str
) -> None:
    found = case(written("junit", [replace(finding, **changes)], scan))
    assert [each.tag for each in found] == ([tag] if tag else [])
    if message:
        assert found[0].get("message") == message


def test_what_was_not_evaluated_stands_below_the_failures(finding: Finding, scan: ScanReport) -> None:
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, reason="access denied")
    lines = case(written("junit", [unread, finding], scan)).find("failure").text.splitlines()
    assert lines[-2:] == [
        "Not evaluated:",
        "S3 bucket photos, shop (111122223333), eu-west-1, owner web: access denied",
    ]


def test_every_check_of_the_scan_is_a_test_case(finding: Finding, scan: ScanReport) -> None:
    text = written("junit", [finding], scan, replace(CONTEXT, checks=load().checks))
    assert wrong(parsed(text)) == []
    suites = JUnitXml.fromstring(text.encode())
    cases = {each.name: each for suite in suites for each in suite}
    assert cases.keys() == {*load().checks, "the scan is complete"}
    assert (suites.tests, suites.failures, suites.errors) == (len(cases), 1, 0)
    others = [each for name, each in cases.items() if name not in (CHECK, "the scan is complete")]
    assert {each.result[0].message for each in others} == {"no resource that the check applies to"}


def test_an_incomplete_scan_is_an_error(finding: Finding, scan: ScanReport) -> None:
    scan.incomplete.append("s3 in eu-west-1: <stopped>")
    text = written("junit", [finding], scan)
    assert wrong(parsed(text)) == []
    assert case(text, "the scan is complete").find("error").text == "s3 in eu-west-1: <stopped>"


def test_severities_are_the_kinds_of_failures(finding: Finding, scan: ScanReport) -> None:
    for severity in Severity:
        text = written("junit", [replace(finding, severity=severity)], scan)
        assert case(text).find("failure").get("type") == severity
