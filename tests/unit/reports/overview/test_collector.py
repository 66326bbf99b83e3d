"""What an overview keeps of the findings, and in which order."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from muster.model.finding import Finding, Severity, Status, Suppression
from muster.reports.overview import Changes, CheckTexts, Collector, Facts, News

from .conftest import AT, Make, failure

FACTS = Facts(scan_id="1", at=AT)
LATER = Suppression("later", "web", "2027-01-31")
C, H, M, L = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


def collected(*findings: Finding, most: int = 100) -> Collector:
    collector = Collector("Team", most)
    for each in findings:
        collector.add(each)
    return collector


def test_what_passes_is_counted_and_not_kept(make: Make) -> None:
    passing = make("a", status=Status.COMPLIANT), make("a", check="b", status=Status.NOT_APPLICABLE)
    assert collected(*passing).overview(FACTS).items == ()


def test_resources_come_worst_first_and_each_ones_failures_worst_first(make: Make) -> None:
    findings = [
        make("low", L, check="x"), make("two-high", H, check="x"), make("two-high", H, check="y"),
        make("critical", L, check="x"), make("critical", C, check="y"), make("one-high", H, check="x"),
    ]  # fmt: skip
    overview = collected(*findings).overview(FACTS)
    assert [start.worst.name for start in overview.start] == ["critical", "two-high", "one-high", "low"]
    assert [(item.name, item.finding.severity) for item in overview.items][:2] == [("critical", C), ("critical", L)]
    assert overview.start[0].worst.owner == "critical-team"


def test_a_resource_with_a_new_critical_failure_comes_before_one_with_an_old_one(make: Make) -> None:
    old, new = make("a", C), make("b", C)
    changes = Changes(news={new.finding_id: News.NEW}, counts={"new": 1})
    overview = collected(old, new).overview(FACTS, changes)
    assert [start.worst.name for start in overview.start] == ["b", "a"]
    assert [item.news for item in overview.news] == [News.NEW]


def test_suppressed_failures_and_what_was_not_evaluated_are_items_and_no_start(make: Make) -> None:
    findings = make("a", C, suppression=LATER), make("b", C, status=Status.INSUFFICIENT_DATA)
    overview = collected(*findings).overview(FACTS)
    assert len(overview.items) == 2
    assert overview.start == overview.jobs == ()


def test_at_most_ten_resources_are_the_start(make: Make) -> None:
    overview = collected(*(make(f"b{number}") for number in range(30))).overview(FACTS)
    assert len(overview.start) == 10
    assert overview.shown == 30


@given(st.lists(st.sampled_from(list(Severity)), max_size=40), st.integers(1, 20))
def test_what_is_left_out_is_never_worse_than_what_is_kept(severities: list[Severity], most: int) -> None:
    findings = [failure(f"b{place}", severity) for place, severity in enumerate(severities)]
    kept = [item.finding.severity.rank for item in collected(*findings, most=most).overview(FACTS).items]
    assert sorted(kept) == sorted(severity.rank for severity in severities)[-most:][-len(kept) :]
    assert len(kept) == min(most, len(severities))


def test_failures_of_a_check_are_one_job_with_one_command(make: Make) -> None:
    texts = {"bucket-closed": CheckTexts("`aws s3api close --bucket NAME`")}
    overview = collected(*(make(name) for name in "cab")).overview(FACTS, texts=texts)
    (job,) = overview.jobs
    assert (job.failures, job.severity) == (3, H)
    (part,) = job.parts
    assert part.steps[0].text == 'for name in a b c; do aws s3api close --region eu-west-1 --bucket "$name"; done'
    assert (part.failures, part.covered) == (3, 3)


def test_a_job_has_a_command_for_each_account(make: Make) -> None:
    texts = {"bucket-closed": CheckTexts("`aws s3api close --bucket NAME`")}
    findings = [make("a"), make("b", account="444455556666")]
    (job,) = collected(*findings).overview(FACTS, texts=texts).jobs
    assert [part.account_id for part in job.parts] == ["111122223333", "444455556666"]


def test_a_job_without_the_checks_text_has_the_fix_of_one_resource(make: Make) -> None:
    (job,) = collected(make("a"), make("b")).overview(FACTS).jobs
    assert job.parts[0].covered == 1


def test_a_job_counts_failures_that_are_not_shown(make: Make) -> None:
    facts = Facts(scan_id="1", at=datetime(2026, 1, 1, tzinfo=UTC), failing_checks={"bucket-closed": 7})
    (job,) = collected(make("a")).overview(facts).jobs
    assert job.failures == 7
