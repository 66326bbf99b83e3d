"""Counting what passes: sizes follow the checks, never the resources."""

from dataclasses import replace

import pytest

from muster.model.finding import ACCOUNT, TARGET, Finding, Severity, Status, Suppression, Unavailable
from muster.reports.report import GAPS, OTHER_GAPS, Tally


def _tally(*findings: Finding) -> Tally:
    tally = Tally()
    for each in findings:
        tally.count(each)
    return tally


def test_statuses_and_what_was_suppressed_are_told_apart(finding: Finding) -> None:
    accepted = replace(finding, suppression=Suppression("known", "web", "2027-12-31"))
    passing = replace(finding, status=Status.COMPLIANT)
    assert _tally(finding, accepted, passing).to_json()["findings"] == {
        "compliant": 1, "non_compliant": 1, "not_applicable": 0, "insufficient_data": 0, "suppressed": 1,
    }  # fmt: skip


def test_a_resource_counts_once_however_many_checks_judge_it(finding: Finding) -> None:
    other = replace(finding, resource=replace(finding.resource, id="b", arn="arn:aws:s3:::b"), status=Status.COMPLIANT)
    tally = _tally(finding, replace(finding, check_id="x"), other)
    assert tally.to_json()["resources"] == {"scanned": 2, "compliant": 1, "non_compliant": 1}


@pytest.mark.parametrize("kind", [ACCOUNT, TARGET])
def test_accounts_and_targets_are_no_resources(finding: Finding, kind: str) -> None:
    assert _tally(replace(finding, resource=replace(finding.resource, type=kind))).resources == 0


@pytest.mark.parametrize(
    ("least", "count"), [(Severity.LOW, 1), (Severity.MEDIUM, 1), (Severity.HIGH, 0), (Severity.CRITICAL, 0)]
)
def test_failures_count_from_a_severity_up(finding: Finding, least: Severity, count: int) -> None:
    assert _tally(finding).failing_from(least) == count


def test_a_suppressed_failure_does_not_fail(finding: Finding) -> None:
    accepted = replace(finding, suppression=Suppression("known", "web", "2027-12-31"))
    assert _tally(accepted).failing_from(Severity.INFORMATIONAL) == 0


def test_what_could_not_be_read_is_grouped_by_permission_and_reason(finding: Finding) -> None:
    gap = Unavailable("s3:GetBucketVersioning", "access denied")
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,))
    tally = _tally(unread, replace(unread, check_id="another"))
    assert tally.to_json()["unread"] == [
        {
            "permission": "s3:GetBucketVersioning",
            "reason": "access denied",
            "findings": 2,
            "checks": ["another", "s3-bucket-versioning-enabled"],
            "examples": ["photos"],
        }
    ]


def test_reasons_without_end_do_not_fill_the_memory(finding: Finding) -> None:
    gaps = (Unavailable(None, f"failed ({number})") for number in range(GAPS + 50))
    tally = _tally(*(replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,)) for gap in gaps))
    assert len(tally.gaps) == GAPS + 1
    assert tally.gaps[None, OTHER_GAPS].findings == 50


def test_a_few_resources_are_named_of_what_could_not_be_read(finding: Finding) -> None:
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(Unavailable(None, "odd"),))
    named = [replace(unread, resource=replace(finding.resource, id=f"b-{number}")) for number in range(5)]
    assert _tally(*named).to_json()["unread"][0]["examples"] == ["b-0", "b-1", "b-2"]
