"""Findings and resources are counted as they pass; sizes follow the checks, never the resources."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.model.finding import (
    ACCOUNT,
    REGION,
    TARGET,
    Finding,
    Resource,
    Severity,
    Status,
    Suppression,
    Unavailable,
)
from muster.reports.tally import GAPS, OTHER_GAPS, ReportTally, ResourceBoundary, Tally

AT = datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)


def _tally(*findings: Finding) -> ReportTally:
    tally = ReportTally()
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
    assert _tally(replace(finding, resource=replace(finding.resource, type=kind))).counts.resources == 0


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


BUCKET = Resource("AWS::S3::Bucket", "photos", "111122223333", "eu-west-1", arn="arn:aws:s3:::photos")


@pytest.mark.parametrize(
    ("changed", "crossed"),
    [
        pytest.param({}, False, id="the same resource"),
        pytest.param({"tags": {"Owner": "web"}}, False, id="read again with tags"),
        pytest.param({"arn": "arn:aws:s3:::videos"}, True, id="another ARN"),
        pytest.param({"region": "eu-west-2"}, True, id="another region"),
        pytest.param({"account_id": "123456789012"}, True, id="another account"),
    ],
)
def test_a_resource_ends_where_account_region_or_key_change(
    finding: Finding, changed: dict[str, Any], crossed: bool
) -> None:
    boundary = ResourceBoundary()
    assert boundary.crossed(replace(finding, resource=BUCKET))
    assert boundary.crossed(replace(finding, resource=replace(BUCKET, **changed))) is crossed


FINDINGS = st.lists(
    st.builds(
        Finding,
        finding_id=st.just(""),
        check_id=st.sampled_from(["a", "b"]),
        check_version=st.just(1),
        title=st.just(""),
        severity=st.just(Severity.LOW),
        status=st.sampled_from(Status),
        reason=st.just(""),
        resource=st.builds(
            Resource,
            type=st.sampled_from(["AWS::S3::Bucket", ACCOUNT, REGION, TARGET]),
            id=st.sampled_from(["x", "y"]),
            account_id=st.sampled_from(["111122223333", "123456789012"]),
            region=st.sampled_from(["eu-west-1", "eu-west-2"]),
        ),
        service=st.just("s3"),
        observed_at=st.just(AT),
        suppression=st.none() | st.just(Suppression("known", "web", "2027-12-31")),
        unavailable=st.just(()) | st.tuples(st.builds(Unavailable, st.none(), st.sampled_from(["x", "y"]))),
    ),
    max_size=12,
)


@given(FINDINGS, st.integers(0, 12))
def test_tallies_of_some_resources_each_merge_into_the_tally_of_all(findings: list[Finding], cut: int) -> None:
    findings = sorted(findings, key=lambda each: each.resource.identity)
    while 0 < cut < len(findings) and findings[cut].resource.identity == findings[cut - 1].resource.identity:
        cut += 1
    merged = _tally(*findings[:cut])
    merged.merge(_tally(*findings[cut:]))
    assert merged == _tally(*findings)


@given(FINDINGS)
def test_a_tally_is_counted_as_one_would_count_a_list(findings: list[Finding]) -> None:
    findings = sorted(findings, key=lambda each: each.resource.identity)
    tally = Tally()
    for each in findings:
        tally.count(each)
    real = [each for each in findings if each.resource.type not in (ACCOUNT, REGION, TARGET)]
    assert tally.resources == len({each.resource.identity for each in real})
    assert tally.failing_resources == len({each.resource.identity for each in real if each.failing})
    assert tally.statuses.total() == len(findings)
    assert tally.statuses["suppressed"] == sum(1 for each in findings if each.suppression)


@given(FINDINGS)
def test_a_tally_survives_json(findings: list[Finding]) -> None:
    tally = _tally(*findings).counts
    assert Tally.from_json(json.loads(json.dumps(tally.to_json()))) == tally
