"""What a digest says: named examples."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.alerts.blocks import Remedy
from muster.alerts.digest import HTML, LINES, Digest, compose, is_news
from muster.alerts.news import Acceptance, News
from muster.checks.ec2.security_groups import ec2_security_group_high_risk_ports_closed
from muster.facets.ec2.instances import Rule, SecurityGroup
from muster.lifecycle.events import FindingEvent, status_of
from muster.lifecycle.transitions import Event
from muster.model.finding import Related

AT = datetime(2026, 11, 28, 6, tzinfo=UTC)
NOW = int(AT.timestamp() * 1000)
DAY = 86_400_000
REMEDIES = {
    "versioned": Remedy(
        "`aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled`", ""
    ),
    "closed": Remedy("Remove the rule.", "PORT open to the internet"),
}
REPORT = "s3://reports/scans/20261128T060000Z-1/report.json"
LINK = (
    "https://eu-west-1.console.aws.amazon.com/s3/object/reports?region=eu-west-1"
    "&prefix=scans/20261128T060000Z-1/report.json"
)


def event(name: str = "shop", kind: str = "opened", **changes: object) -> FindingEvent:
    plain = FindingEvent(
        finding_id="f",
        timestamp=NOW,
        event=kind,
        status=status_of(Event(kind)),
        baseline=False,
        check_id="versioned",
        title="S3 buckets should have versioning enabled",
        severity="MEDIUM",
        reason="versioning is suspended",
        resource_type="AWS::S3::Bucket",
        resource_id=name,
        resource_arn=f"arn:aws:s3:::{name}",
        account_id="111122223333",
        account_name="shop-prod",
        region="eu-west-1",
        owner="web",
        first_seen=NOW,
        scan_id="20261128T060000Z-1",
        cause="scan",
    )
    return replace(plain, **changes)


def group(**changes: object) -> FindingEvent:
    return event(
        "sg-0abc",
        check_id="closed",
        title="Security groups should be closed",
        severity="CRITICAL",
        reason="SSH (port 22) is open to the internet (0.0.0.0/0)",
        resource_type="AWS::EC2::SecurityGroup",
        resource_arn="arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0abc",
        **changes,
    )


def news(*events: FindingEvent, **changes: object) -> News:
    counts: dict[str, int] = {}
    for each in events:
        counts[each.event] = counts.get(each.event, 0) + 1
    plain = News(
        audience="security",
        stack="prod",
        region="eu-west-1",
        partition="aws",
        scan_id="20261128T060000Z-1",
        at=AT,
        events=events,
        counts=counts,
        failing={"CRITICAL": 1, "MEDIUM": 6},
        report=REPORT,
    )
    return replace(plain, **changes)


def composed(*events: FindingEvent, **changes: object) -> Digest:
    return compose(news(*events, **changes), REMEDIES, "1a2b")


def test_the_subject_names_the_worst_of_the_news() -> None:
    digest = composed(*(event(f"b-{place}") for place in range(6)), group())
    assert digest.subject == "[Muster prod] 1 CRITICAL new: SSH open to the internet (sg-0abc) and 6 more"
    assert digest.headline == "1 CRITICAL new: SSH open to the internet (sg-0abc) and 6 more."


@pytest.mark.parametrize(
    ("first", "last", "subject"),
    [
        pytest.param(22, 22, "SSH open to the internet", id="a port that has a name"),
        pytest.param(8080, 8080, "port 8080 open to the internet", id="a port without one"),
        pytest.param(22, 23, "SSH and 1 more port open to the internet", id="two"),
        pytest.param(1433, 5000, "port 1433 and 6 more ports open to the internet", id="more than the reason names"),
    ],
)
def test_the_problem_names_the_ports_of_the_reason(first: int, last: int, subject: str) -> None:
    opened = SecurityGroup("web", (Rule("tcp", first, last, ("0.0.0.0/0",), ()),), ())
    reason = ec2_security_group_high_risk_ports_closed(opened, Related({})).reason
    assert composed(replace(group(), reason=reason)).headline == f"1 CRITICAL new: {subject} (sg-0abc)."


def test_the_subject_does_not_count_failures_that_are_not_here_as_less_bad() -> None:
    assert composed(group(), counts={"opened": 9_000}).subject.startswith("[Muster prod] 1+ CRITICAL new: ")
    assert composed(group(), event(), counts={"opened": 9_000}).subject.startswith("[Muster prod] 1 CRITICAL new: ")


def test_a_suppression_that_accepts_nothing_ends_without_a_failure() -> None:
    ending = Acceptance(
        state="ending", check_id="closed", resource="*", owner="web", reason="", ticket="", until="2026-12-01", count=0
    )
    assert "  ends on 2026-12-01: closed on * (web).\n" in composed(acceptances=(ending,)).text


def test_a_failure_says_what_where_whose_since_when_and_what_to_do() -> None:
    digest = composed(event(first_seen=NOW - 3 * DAY))
    (section,) = digest.sections
    assert section.title == "NEW (1)"
    assert section.lines == (
        "MEDIUM  shop (S3 bucket). shop-prod (111122223333), eu-west-1. Owner: web",
        "  versioning is suspended. Since 2026-11-25 06:00 UTC. versioned.",
        "  aws s3api put-bucket-versioning --region eu-west-1 --bucket shop --versioning-configuration Status=Enabled",
        "  https://eu-west-1.console.aws.amazon.com/s3/buckets/shop?region=eu-west-1&tab=permissions",
    )
    assert f"Report: {LINK}" in digest.text


def test_equal_failures_of_one_check_are_one_line_with_a_count_and_one_command() -> None:
    digest = composed(*(event(f"b-{place}", owner=f"team-{place % 2}") for place in range(5)))
    (section,) = digest.sections
    assert section.lines[0] == (
        "MEDIUM  5 S3 buckets: S3 buckets should have versioning enabled. "
        "shop-prod (111122223333), eu-west-1. Owner: team-0, team-1"
    )
    assert section.lines[1].startswith("  b-0, b-1, b-2, b-3 and 1 more. versioning is suspended.")
    assert section.lines[2] == (
        '  for name in b-0 b-1 b-2 b-3 b-4; do aws s3api put-bucket-versioning --region eu-west-1 --bucket "$name" '
        "--versioning-configuration Status=Enabled; done"
    )


def test_the_failures_of_a_resource_stand_together_and_the_worst_resource_is_first() -> None:
    twin = replace(
        group(), severity="HIGH", reason="RDP (port 3389) is open to the internet (0.0.0.0/0)", check_id="other"
    )
    digest = composed(event(), twin, group())
    lines = digest.sections[0].lines
    assert lines[0].startswith("CRITICAL  sg-0abc (security group)")
    assert [line.split()[0] for line in lines[1:5] if line.startswith("  ")][:1] == ["CRITICAL"]
    assert any(line.startswith("  HIGH RDP (port 3389)") for line in lines)
    assert next(place for place, line in enumerate(lines) if line.startswith("MEDIUM")) > 3


def test_a_resolved_failure_says_fixed_or_deleted() -> None:
    digest = composed(
        event("a", "resolved", outcome="fixed", first_seen=NOW - 12 * DAY),
        event("b", "resolved", outcome="deleted", first_seen=NOW - DAY),
    )
    assert digest.subject == "[Muster prod] 1 fixed, 1 deleted"
    assert digest.sections[0].lines == (
        "  fixed: S3 buckets should have versioning enabled. a (web). Open for 12 days.",
        "  deleted: S3 buckets should have versioning enabled. b (web). Open for 1 day.",
    )


def test_what_was_open_for_hours_was_open_for_less_than_a_day() -> None:
    assert "a (shop-prod). Open for less than a day." in composed(event("a", "resolved", owner="")).text


def test_resources_that_could_not_be_listed_are_named_with_the_reason() -> None:
    unread = {"resource_type": "AWS::::Target", "reason": "access denied (needs kms:ListKeys)", "resource_arn": ""}
    digest = composed(
        *(event("AWS::KMS::Key", "unreadable", region=each, **unread) for each in ("eu-west-1", "us-east-1"))
    )
    assert digest.subject == "[Muster prod] 2 could not be evaluated"
    assert digest.sections[0].title == "NOT EVALUATED (2)"
    (line,) = digest.sections[0].lines
    named = "KMS keys (shop-prod, eu-west-1), KMS keys (shop-prod, us-east-1)"
    assert line == f"  versioned: {named}: access denied (needs kms:ListKeys)"


def test_an_expired_suppression_is_announced_as_expired() -> None:
    digest = composed(event(kind="expired", until="2026-11-27"))
    assert digest.subject.startswith("[Muster prod] 1 MEDIUM no longer suppressed: ")
    assert digest.sections[0].title == "SUPPRESSION EXPIRED, FAILING AGAIN (1)"


ENDING = Acceptance(
    state="ending", check_id="versioned", resource="arn:aws:s3:::old-*", owner="web", reason="migration",
    ticket="OPS-88", until="2026-12-04", count=2,
)  # fmt: skip


@pytest.mark.parametrize(
    ("acceptance", "line"),
    [
        pytest.param(
            ENDING,
            "  ends on 2026-12-04: versioned on arn:aws:s3:::old-* (OPS-88, web). "
            "After that day 2 failures are reported again.",
            id="ending",
        ),
        pytest.param(
            replace(ENDING, state="ended", ticket=""),
            "  ended on 2026-12-04: versioned on arn:aws:s3:::old-* (web). 2 failures fail again. "
            "Extend it or remove it.",
            id="ended",
        ),
        pytest.param(
            replace(ENDING, state="ended", count=0),
            "  ended on 2026-12-04: versioned on arn:aws:s3:::old-* (OPS-88, web). Extend it or remove it.",
            id="ended, and nothing fails",
        ),
        pytest.param(
            replace(ENDING, state="stale"),
            "  matches nothing: versioned on arn:aws:s3:::old-* (OPS-88, web), until 2026-12-04. "
            "Correct it or remove it.",
            id="stale",
        ),
    ],
)
def test_a_suppression_to_look_at_says_why(acceptance: Acceptance, line: str) -> None:
    digest = composed(acceptances=(acceptance,))
    assert digest.sections[0].title == "SUPPRESSIONS IN muster.yaml (1)"
    assert digest.sections[0].lines == (line,)
    assert digest.subject == "[Muster prod] 1 suppression in muster.yaml to look at"


def records() -> tuple[dict[str, object], ...]:
    return tuple(
        {
            "check_id": "versioned",
            "title": "S3 buckets should have versioning enabled",
            "severity": "CRITICAL" if place == 19 else "MEDIUM",
            "reason": "versioning is suspended",
            "account_name": "shop-prod",
            "first_seen": "2026-11-21T06:00:00Z",
            "resource": {
                "type": "AWS::S3::Bucket", "id": f"b-{place}", "arn": f"arn:aws:s3:::b-{place}",
                "account_id": "111122223333", "region": "eu-west-1", "tags": {"Team": "web"},
            },
        }
        for place in range(20)
    )  # fmt: skip


def test_the_first_scan_is_a_summary_with_ten_resources_to_start_with() -> None:
    digest = composed(baseline=True, worst=records(), failing_resources=61, scanned=266, accounts=3, owner_tag="Team")
    assert digest.subject == "[Muster prod] First scan: 1 CRITICAL, 7 failures on 61 resources"
    (section,) = digest.sections
    assert section.title == "START HERE"
    assert section.lines[0] == " 1 CRITICAL  b-19 (S3 bucket). shop-prod (111122223333), eu-west-1. Owner: web"
    assert section.lines[1] == "     versioning is suspended. Since 2026-11-21 06:00 UTC. versioned."
    assert len(section.blocks) == 10
    assert section.lines[-1] == "  ... and 51 more resources, in the report"
    assert "muster suppress" in digest.text
    assert len(digest.text.splitlines()) <= LINES


def test_a_resource_to_start_with_says_how_many_more_failures_it_has() -> None:
    first, *_ = records()
    twins = tuple({**first, "check_id": f"c-{place}"} for place in range(3))
    digest = composed(baseline=True, worst=twins, unread=1, scanned=2)
    assert digest.sections[0].lines[1].endswith("And 2 more failures.")
    assert "2 resources scanned, 1 result not evaluated." in digest.text


def test_a_first_scan_for_an_audience_of_some_findings_has_no_totals_of_the_scan() -> None:
    digest = composed(baseline=True, worst=records(), failing={"MEDIUM": 20})
    assert digest.subject == "[Muster prod] First scan: 20 failures"
    assert digest.text.splitlines()[1] == "20 MEDIUM."
    assert digest.sections[0].lines[-1] == "  ... and 10 more resources, in the report"


def test_ten_thousand_events_damage_and_an_incomplete_scan_fit_into_forty_lines() -> None:
    many = [event(f"b-{place}", kind, check_id=f"c-{place % 700}") for place in range(2_000) for kind in Event]
    digest = composed(
        *many,
        incomplete=tuple((f"shard-{place}", "AccessDenied") for place in range(9)),
        incomplete_shards=9,
        shards=30,
        damaged=tuple(f"s3://reports/{place} is no JSON" for place in range(20)),
        acceptances=(ENDING,) * 30,
        owed=True,
    )
    lines = digest.text.splitlines()
    assert len(lines) <= LINES
    assert lines[0].startswith("INCOMPLETE: 9 of 30 shards")
    assert len(digest.sections) == 8
    assert all(section.more for section in digest.sections)
    assert f"Report: {LINK}" in lines


def test_what_is_not_among_the_events_is_counted() -> None:
    digest = composed(event(), counts={"opened": 500})
    assert digest.sections[0].title == "NEW (500)"
    assert digest.sections[0].more == 499
    assert digest.sections[0].lines[-1] == "  ... and 499 more, in the report"


def test_the_page_of_an_alert_has_a_link() -> None:
    digest = compose(news(event()), REMEDIES, "1a2b", "s3://reports/alerts/pages/security/1a2b.html")
    assert (
        "This alert as a page, with all fixes: https://eu-west-1.console.aws.amazon.com/s3/object/reports"
        "?region=eu-west-1&prefix=alerts/pages/security/1a2b.html" in digest.text.splitlines()
    )


def test_without_a_report_the_command_shows_the_rest() -> None:
    digest = composed(event(), counts={"opened": 500}, report="")
    assert "muster findings --status open" in digest.text
    assert digest.report == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"counts": {"opened": 1}}, True),
        ({"counts": {"suppressed": 3}}, False),
        ({"counts": {"unreadable": 1}}, True),
        ({"baseline": True}, True),
        ({"owed": True}, True),
        ({"damaged": ("x",)}, True),
        ({"acceptances": (ENDING,)}, True),
        ({"incomplete_shards": 1}, True),
    ],
)
def test_only_a_change_is_news(changes: dict[str, object], expected: bool) -> None:
    assert is_news(news(**changes)) is expected


def test_an_incomplete_scan_that_people_know_of_is_no_news() -> None:
    assert not is_news(news(incomplete_shards=1), known_incomplete=True)


def test_html_that_would_be_too_large_keeps_the_verdict_and_the_report() -> None:
    wide = "&" * 400
    many = [
        event(f"{wide}{place}", "resolved", title=wide, owner=wide, account_name=wide, check_id=f"{place}{wide}")
        for place in range(60)
    ]
    digest = composed(*many, damaged=(wide,) * 20, acceptances=(replace(ENDING, resource=wide, check_id=wide),) * 20)
    assert len(digest.html.encode()) < HTML
    assert f'href="{LINK.replace("&", "&amp;")}"' in digest.html
    assert digest.headline in digest.html


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    html = composed(event()).html
    assert "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" in html
    assert html.count("<a ") == html.count('rel="noopener noreferrer"') == 2
