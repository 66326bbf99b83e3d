"""From findings to marks: which resources fail, pass, or keep the tag that they have."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from muster.catalog.packs import Entry, Pack
from muster.configuration.compliance_tags import ComplianceTags
from muster.model.finding import Finding, Resource, Severity, Status, Suppression
from muster.tagging.marks import Mark, Marks, counted_checks

ACCOUNT = "123456789012"
ACCEPTED = Suppression("known", "me", "2030-01-01")


def bucket(name: str = "shop") -> Resource:
    return Resource("AWS::S3::Bucket", name, ACCOUNT, "eu-west-1", arn=f"arn:aws:s3:::{name}", tags={"a": "b"})


def finding(
    status: Status, check: str = "a", resource: Resource | None = None, suppression: Suppression | None = None
) -> Finding:
    return Finding(
        "id", check, 1, "It should be", Severity.HIGH, status, "it is not", resource or bucket(), "s3",
        datetime(2026, 11, 29, tzinfo=UTC), suppression=suppression,
    )  # fmt: skip


def marks(found: Sequence[Finding], *, every_check: bool = True) -> Marks:
    gathered = Marks(ComplianceTags(), {"a", "b"}, every_check=every_check)
    for each in found:
        gathered.count(each)
    return gathered


FAIL, PASS, SKIP, UNREAD = (
    finding(status)
    for status in (Status.NON_COMPLIANT, Status.COMPLIANT, Status.NOT_APPLICABLE, Status.INSUFFICIENT_DATA)
)
SUPPRESSED = finding(Status.NON_COMPLIANT, suppression=ACCEPTED)


@pytest.mark.parametrize(
    ("found", "mark"),
    [
        pytest.param([FAIL], Mark.FAILED, id="one failure"),
        pytest.param([PASS, FAIL], Mark.FAILED, id="one of several checks fails"),
        pytest.param([UNREAD, FAIL], Mark.FAILED, id="a failure counts whatever else could not be read"),
        pytest.param([SUPPRESSED, FAIL], Mark.FAILED, id="one failure of two is accepted"),
        pytest.param([PASS], Mark.PASSED, id="all passes"),
        pytest.param([SUPPRESSED], Mark.PASSED, id="the only failure is accepted"),
        pytest.param([SKIP], Mark.PASSED, id="no check applies"),
        pytest.param([PASS, UNREAD], Mark.UNREAD, id="something could not be read"),
        pytest.param([SUPPRESSED, UNREAD], Mark.UNREAD, id="accepted, and something could not be read"),
    ],
)
def test_the_mark_of_a_resource(found: list[Finding], mark: Mark) -> None:
    (marked,) = marks(found).marked()
    assert marked.mark is mark
    assert marked.resource.id == "shop"


@pytest.mark.parametrize(
    "ignored",
    [
        pytest.param(finding(Status.NON_COMPLIANT, check="c"), id="of a check that does not count"),
        pytest.param(
            finding(Status.NON_COMPLIANT, resource=Resource("AWS::SQS::Queue", "q", ACCOUNT, "eu-west-1", arn="q")),
            id="of a type that gets no tag",
        ),
    ],
)
def test_a_finding_that_does_not_count(ignored: Finding) -> None:
    assert list(marks([ignored]).marked()) == []


def test_the_reason_names_a_check_and_how_many_others_fail() -> None:
    (marked,) = marks([FAIL, finding(Status.NON_COMPLIANT, check="b")]).marked()
    assert marked.reason == "fails a and 1 more"


def test_the_tags_of_the_scan_are_forgotten() -> None:
    """They are old by then: the tags are read again before they are written."""
    (marked,) = marks([FAIL]).marked()
    assert marked.resource.tags is None


@pytest.mark.parametrize(("found", "mark"), [([PASS], Mark.UNREAD), ([FAIL], Mark.FAILED)])
def test_nothing_passes_where_the_scan_did_not_end(found: list[Finding], mark: Mark) -> None:
    assert [each.mark for each in marks(found).marked({(ACCOUNT, "s3")})] == [mark]
    assert [each.mark for each in marks(found).marked({(ACCOUNT, "ec2"), ("111122223333", "s3")})] != [Mark.UNREAD]


@pytest.mark.parametrize(("found", "mark"), [([PASS], Mark.UNREAD), ([FAIL], Mark.FAILED)])
def test_nothing_passes_where_only_some_checks_ran(found: list[Finding], mark: Mark) -> None:
    assert [each.mark for each in marks(found, every_check=False).marked()] == [mark]


def test_resources_come_sorted_whatever_the_order_of_their_findings() -> None:
    found = [finding(Status.COMPLIANT, resource=bucket(name)) for name in ("c", "a", "b", "a")]
    assert [each.resource.id for each in marks(found).marked()] == ["a", "b", "c"]


SEVERITIES = {"a": Severity.LOW, "b": Severity.HIGH, "c": Severity.CRITICAL}
PACKS = {"all": Pack("all", "", "", ()), "p": Pack("p", "", "", (Entry("b"), Entry("elsewhere")))}


@pytest.mark.parametrize(
    ("settings", "checks"),
    [
        pytest.param(ComplianceTags(), {"a", "b", "c"}, id="all checks of the scan"),
        pytest.param(ComplianceTags(checks=("a",)), {"a"}, id="one check"),
        pytest.param(ComplianceTags(checks=("[ab]", "?")), {"a", "b", "c"}, id="all that match a pattern"),
        pytest.param(ComplianceTags(packs=("p",)), {"b"}, id="the checks of a pack, as far as they ran"),
        pytest.param(ComplianceTags(packs=("p",), checks=("a",)), {"a", "b"}, id="a pack and a check"),
        pytest.param(ComplianceTags(packs=("all",)), {"a", "b", "c"}, id="the pack of all"),
        pytest.param(ComplianceTags(severity=Severity.HIGH), {"b", "c"}, id="by severity"),
        pytest.param(ComplianceTags(severity=Severity.HIGH, checks=("a",)), set(), id="nothing is left"),
    ],
)
def test_the_checks_that_count(settings: ComplianceTags, checks: set[str]) -> None:
    assert counted_checks(settings, SEVERITIES, PACKS) == checks
