"""The e-mail as a person reads it."""

from typing import Any

import pytest

from muster.reports.formats.email import LIMIT, SUBJECT, Where, compose, worth_telling

WHERE = Where("eu-west-1", "muster_dev", "muster-dev")


def summary(**changed: Any) -> dict[str, Any]:
    return {
        "scan_id": "20261121T060000Z-0a1b2c3d",
        "stack": "dev",
        "regions": ["eu-west-1"],
        "accounts": 1,
        "packs": ["all"],
        "complete": True,
        "incomplete": [],
        "shards": {"planned": 2, "committed": 2, "incomplete": 0},
        "resources": {"scanned": 10, "compliant": 8, "non_compliant": 2},
        "findings": {
            "compliant": 30,
            "non_compliant": 3,
            "not_applicable": 1,
            "insufficient_data": 0,
            "suppressed": 0,
        },
        "failing": {"CRITICAL": 1, "HIGH": 2, "MEDIUM": 0, "LOW": 0, "INFORMATIONAL": 0},
        "changes": {"baseline": False},
        "report": "s3://bucket/scans/x/report.json",
        **changed,
    }


def row(number: int = 1, **changed: Any) -> dict[str, Any]:
    return {
        "resource": {
            "arn": f"arn:aws:s3:::b{number}",
            "id": f"b{number}",
            "region": "eu-west-1",
            "account_id": "111122223333",
        },
        "account_name": "",
        "severity": "HIGH",
        "check_id": "s3-x",
        "reason": "it is open",
        "first_seen": "2026-11-21T06:00:00+00:00",
        **changed,
    }


def change(**changed: Any) -> dict[str, Any]:
    return {
        "severity": "HIGH",
        "check_id": "s3-x",
        "resource_type": "AWS::S3::Bucket",
        "resource_arn": "arn:aws:s3:::b1",
        "resource_id": "b1",
        "account_id": "111122223333",
        "region": "eu-west-1",
        "reason": "it is open",
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({}, False, id="nothing changed: silence"),
        pytest.param({"changes": {"baseline": True}}, True, id="the first look is told"),
        pytest.param({"changes": {"baseline": False, "opened": 1}}, True, id="a new failure is told"),
        pytest.param({"changes": {"baseline": False, "reopened": 1}}, True, id="a failure that returns is told"),
        pytest.param({"changes": {"baseline": False, "resolved": 1}}, True, id="what is well again is told"),
        pytest.param(
            {"changes": {"baseline": False, "unreadable": 1}}, True, id="what cannot be read any more is told"
        ),
        pytest.param({"changes": {"baseline": False, "suppressed": 1}}, False, id="an accepted failure alone is not"),
        pytest.param({"complete": False}, True, id="a scan that did not finish is told"),
    ],
)
def test_a_mail_is_sent_only_for_news(changed: dict[str, Any], told: bool) -> None:
    assert worth_telling(summary(**changed)) is told


def test_the_same_incomplete_shards_are_not_told_again() -> None:
    assert not worth_telling(summary(complete=False), known_incomplete=True)
    assert worth_telling(summary(complete=False, changes={"baseline": False, "opened": 1}), known_incomplete=True)


EVERY = ("opened", "reopened", "unreadable", "resolved", "suppressed")


def test_a_mail_as_a_whole() -> None:
    changed = summary(
        changes={"baseline": False, **dict.fromkeys(EVERY, 1)},
        regions=["eu-west-1", "us-east-1"],
        packs=["finops", "foundational"],
        complete=False,
        incomplete=[{"shard": "111122223333.eu-west-1.ec2", "reason": "killed"}],
        shards={"planned": 2, "committed": 1, "incomplete": 1},
    )
    events = {event: [change(check_id=f"s3-{event}")] for event in EVERY}
    alert = compose(changed, events, [row()], WHERE)
    assert alert.subject == "[Muster dev] INCOMPLETE, 1 new, 1 again, 1 resolved, 1 unreadable, 3 failing"
    assert alert.default == (
        "Muster: INCOMPLETE, 1 new, 1 again, 1 resolved, 1 unreadable, 3 failing. "
        "Report: s3://bucket/scans/x/report.json"
    )
    assert (
        alert.email
        == """\
THIS SCAN IS INCOMPLETE: 1 of 2 shards could not be scanned to the end.
  - 111122223333.eu-west-1.ec2: killed
What was open there before stays open; nothing of it counts as resolved.

Scan 20261121T060000Z-0a1b2c3d of eu-west-1, us-east-1 (finops, foundational)
  Resources  10 scanned: 8 compliant, 2 non-compliant
  Failing    1 CRITICAL, 2 HIGH
  Findings   30 pass, 3 fail, 0 suppressed, 1 skip, 0 unread

NEW FAILURES (1)
  HIGH     s3-opened: arn:aws:s3:::b1  (eu-west-1, 111122223333)
           it is open

FAILING AGAIN (1)
  HIGH     s3-reopened: arn:aws:s3:::b1  (eu-west-1, 111122223333)
           it is open

COULD NOT BE READ (1)
  HIGH     s3-unreadable: arn:aws:s3:::b1  (eu-west-1, 111122223333)
           it is open

RESOLVED (1)
  HIGH     s3-resolved: arn:aws:s3:::b1  (eu-west-1, 111122223333)
           it is open

SUPPRESSED (1)
  HIGH     s3-suppressed: arn:aws:s3:::b1  (eu-west-1, 111122223333)
           it is open

WORST RESOURCES
  arn:aws:s3:::b1  (eu-west-1, 111122223333)
    HIGH     s3-x: it is open

THE REST
  Report    s3://bucket/scans/x/report.json
            aws s3 cp s3://bucket/scans/x/report.json - | less
  Athena    workgroup muster-dev, database muster_dev, region eu-west-1:
            SELECT severity, check_id, resource_arn, reason FROM latest_findings
            WHERE status = 'NON_COMPLIANT' AND suppression IS NULL
            ORDER BY CASE severity WHEN 'CRITICAL' THEN 0 WHEN 'HIGH' THEN 1
              WHEN 'MEDIUM' THEN 2 WHEN 'LOW' THEN 3 ELSE 4 END, check_id
"""
    )


def test_a_first_scan_without_failures_says_so_and_no_more() -> None:
    none = {"CRITICAL": 0, "HIGH": 0, "MEDIUM": 0, "LOW": 0, "INFORMATIONAL": 0}
    findings = {**summary()["findings"], "non_compliant": 0}
    alert = compose(summary(stack="", changes={"baseline": True}, failing=none, findings=findings), {}, [], WHERE)
    assert alert.subject == "[Muster] first scan, 0 failing"
    assert alert.email.startswith("Scan 20261121T060000Z-0a1b2c3d of eu-west-1 (all)\n")
    assert "\n  Failing    none\n" in alert.email
    assert [part.partition("\n")[0].partition(" ")[0] for part in alert.email.split("\n\n")] == ["Scan", "THE"]


def test_the_worst_resources_come_first_and_the_rest_is_counted() -> None:
    low = [row(number, severity="LOW", check_id=f"s3-{count}") for number in range(30) for count in range(2)]
    worse = [row(50, severity="HIGH"), row(51, severity="CRITICAL"), row(52, severity="HIGH"), row(52, severity="HIGH")]
    many = summary(resources={"scanned": 40, "compliant": 7, "non_compliant": 33})
    lines = compose(many, {}, [*low, *worse], WHERE).email.splitlines()
    named = [line.split()[0].removeprefix("arn:aws:s3:::b") for line in lines if line.startswith("  arn:")]
    assert (named[:3], len(named)) == (["51", "52", "50"], 25)
    assert "  ... and 8 more resources, in the report" in lines


@pytest.mark.parametrize(("failing", "said"), [(25, []), (26, ["  ... and 1 more resources, in the report"])])
def test_what_is_named_as_a_whole_is_not_counted(failing: int, said: list[str]) -> None:
    told = summary(resources={"scanned": 40, "compliant": 40 - failing, "non_compliant": failing})
    text = compose(told, {}, [row(number) for number in range(failing)], WHERE).email
    assert [line for line in text.splitlines() if "more resources" in line] == said


@pytest.mark.parametrize(("count", "said"), [(8, []), (9, ["    ... and 1 more"]), (20, ["    ... and 12 more"])])
def test_of_what_one_resource_lacks_eight_are_named(count: int, said: list[str]) -> None:
    text = compose(summary(), {}, [row(check_id=f"s3-{number}") for number in range(count)], WHERE).email
    assert len([line for line in text.splitlines() if line.startswith("    HIGH")]) == min(count, 8)
    assert [line for line in text.splitlines() if "... and" in line] == said


@pytest.mark.parametrize(("count", "said"), [(15, []), (16, ["  ... and 1 more"]), (40, ["  ... and 25 more"])])
def test_of_each_kind_of_change_and_of_shards_fifteen_are_named(count: int, said: list[str]) -> None:
    parts = [{"shard": f"111122223333.eu-west-1.s{number}", "reason": "killed"} for number in range(count)]
    partial = summary(complete=False, incomplete=parts, shards={"planned": 50, "committed": 1, "incomplete": count})
    text = compose(partial, {}, [], WHERE).email
    assert text.count("killed") == min(count, 15)
    assert [line for line in text.splitlines() if "... and" in line] == said
    several = summary(changes={"baseline": False, "opened": count})
    text = compose(several, {"opened": [change()] * count}, [], WHERE).email
    assert text.count("it is open") == min(count, 15)
    assert [line for line in text.splitlines() if "... and" in line] == said


def test_a_long_reason_is_cut_where_a_word_ends() -> None:
    text = compose(summary(), {}, [row(reason="words " * 100)], WHERE).email
    (line,) = [line for line in text.splitlines() if "s3-x" in line]
    assert line.endswith("words ...")
    assert len(line.partition("s3-x: ")[2]) <= 160


def test_the_mail_names_each_resource_with_all_it_lacks_and_where_the_rest_is() -> None:
    rows = [row(1), row(1, check_id="s3-y", reason="no owner"), row(2)]
    text = compose(summary(changes={"baseline": True}), {}, rows, WHERE).email
    assert "10 scanned: 8 compliant, 2 non-compliant" in text
    assert "1 CRITICAL, 2 HIGH" in text
    assert text.count("arn:aws:s3:::b1  (eu-west-1, 111122223333)") == 1
    assert "s3-y: no owner" in text
    assert "s3://bucket/scans/x/report.json" in text
    assert "FROM latest_findings" in text


def test_an_incomplete_scan_says_so_in_the_first_line_and_in_the_subject() -> None:
    partial = summary(
        complete=False,
        incomplete=[{"shard": "111122223333.eu-west-1.ec2", "reason": "Lambda.Unknown: killed"}],
        shards={"planned": 2, "committed": 1, "incomplete": 1},
    )
    alert = compose(partial, {}, [], WHERE)
    assert alert.email.startswith("THIS SCAN IS INCOMPLETE: 1 of 2 shards")
    assert "111122223333.eu-west-1.ec2: Lambda.Unknown: killed" in alert.email
    assert "INCOMPLETE" in alert.subject


def test_the_subject_is_one_line_of_ascii_under_100_characters() -> None:
    odd = summary(stack="dév\n" + "x" * 200, changes={"baseline": False, "opened": 3, "resolved": 2})
    subject = compose(odd, {}, [], WHERE).subject
    assert subject.isascii()
    assert "\n" not in subject
    assert len(subject) <= SUBJECT


def test_whatever_the_estate_the_mail_is_whole_and_within_the_limit_of_sns() -> None:
    huge = summary(resources={"scanned": 10**6, "compliant": 0, "non_compliant": 10**6})
    huge["changes"] = {"baseline": False, "opened": 10**6, "resolved": 10**6, "reopened": 9, "unreadable": 10**6}
    long = change(reason="é" * 5000, resource_arn="arn:aws:s3:::" + "b" * 63)
    events = {event: [long] * 500 for event in ("opened", "resolved", "reopened", "unreadable")}
    rows = [row(number % 5000, reason="é" * 5000) for number in range(10_000)]
    alert = compose(huge, events, rows, WHERE)
    assert len((alert.email + alert.default * 2 + alert.subject).encode()) < LIMIT / 2
    assert "... and 999985 more" in alert.email
    assert alert.email.rstrip().endswith("ELSE 4 END, check_id")


def test_a_change_says_where_it_is_for_the_arn_of_a_bucket_does_not() -> None:
    text = compose(summary(changes={"baseline": False, "opened": 1}), {"opened": [change()]}, [], WHERE).email
    assert "  HIGH     s3-x: arn:aws:s3:::b1  (eu-west-1, 111122223333)\n           it is open" in text


@pytest.mark.parametrize(("accounts", "said"), [(1, "of eu-west-1 (all)"), (40, "of eu-west-1 in 40 accounts (all)")])
def test_a_scan_of_several_accounts_says_how_many(accounts: int, said: str) -> None:
    assert said in compose(summary(accounts=accounts), {}, [], WHERE).email


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\x0b", "\x85", "\u2028", "\x1b[2J", "\u202e"])
def test_a_name_is_one_line_and_only_letters_whatever_it_holds(break_: str) -> None:
    odd = f"mine{break_}RESOLVED (9)"
    events = {"opened": [change(resource_arn="", resource_id=odd, reason=odd)]}
    resource = {**row()["resource"], "arn": "", "id": odd}
    rows = [row(resource=resource, account_name=odd, reason=odd)]
    part = {"shard": "111122223333.eu-west-1.ec2", "reason": odd}
    changes = {"baseline": False, "opened": 1}
    shards = {"planned": 2, "committed": 1, "incomplete": 1}
    told = summary(changes=changes, complete=False, incomplete=[part], shards=shards)
    text = compose(told, events, rows, WHERE).email
    assert text.count("RESOLVED (9)") == 6
    assert not [line for line in text.splitlines() if line.startswith("RESOLVED")]
    assert "".join(text.split("\n")).isprintable()
