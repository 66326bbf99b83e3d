"""What SNS takes: however long, in whatever script, with whatever characters, an alert fits and is whole."""

import json
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.reports.formats.email import LIMIT, SMS, SUBJECT, Alert, Where, compose
from tests.examples import examples
from tests.unit.reports.formats.test_email import WHERE, change, row, summary

EVERY = ("opened", "reopened", "unreadable", "resolved", "suppressed")
SCRIPTS = (
    "a",
    "\\",
    '"',
    "研",
    "😀",
    "👩\u200d💻",
    "🇩🇪",
    "א",
    "ع",
    "e\u0301",
    "\x1b",
    "\u202e",
    "\ud800",
    "\n",
    "www.x.y ",
)


def told(text: str, *, name: str = "", changes: int = 15, resources: int = 25) -> Alert:
    """Compose the alert of an estate whose reasons, names and accounts are one text."""
    name = name or text
    events = {event: [change(resource_arn=name, reason=text, region=name)] * changes for event in EVERY}
    rows = [
        row(check_id=f"s3-{check}", reason=text, account_name=name,
            resource={"arn": f"{number}{name}", "id": name, "region": name, "account_id": "111122223333"})
        for number in range(resources)
        for check in range(8)
    ]  # fmt: skip
    many = summary(
        stack=text,
        regions=[name] * 30,
        packs=[name],
        changes={"baseline": False, **dict.fromkeys(EVERY, 10**9)},
        complete=False,
        incomplete=[{"shard": name, "reason": text}] * 25,
        shards={"planned": 10**9, "committed": 1, "incomplete": 10**9},
    )
    return compose(many, events, rows, WHERE)


@pytest.mark.parametrize("one", SCRIPTS)
@given(
    st.sampled_from(SCRIPTS), st.integers(1, 3_000), st.integers(1, 3_000), st.integers(0, 15), st.integers(0, 25)
)  # fmt: skip
@settings(max_examples=examples(8), deadline=None)
def test_a_published_message_is_never_larger_than_sns_takes(  # noqa: PLR0913 - what an estate may be made of
    one: str, other: str, length: int, name: int, changes: int, resources: int
) -> None:
    alert = told(one * length, name=other * name, changes=changes, resources=resources)

    published = alert.message.encode()
    assert len(published) <= LIMIT
    texts: dict[str, Any] = json.loads(published)
    assert texts == {"default": alert.default, "sms": alert.default, "email": alert.email}
    assert len(alert.default) <= SMS
    assert alert.subject.isascii()
    assert alert.subject.isprintable()
    assert len(alert.subject) <= SUBJECT
    assert alert.email.endswith("ELSE 4 END, check_id\n")
    assert {unicodedata.category(each) for each in alert.email} & {"Cc", "Cs"} <= {"Cc"}
    assert "\x1b" not in alert.email
    assert "://" not in alert.email.replace("s3://bucket", "")


@pytest.mark.parametrize("text", ["负责人是「支付与结算平台工程团队」" * 16, "😀" * 256, "אבגדה" * 51])
def test_tags_of_256_characters_in_any_script_leave_nothing_out(text: str) -> None:
    alert = told(text, name="arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0")

    assert "LEFT OUT" not in alert.email
    assert len(alert.message.encode()) < LIMIT
    assert alert.email.count(text[:30]) > 200


def test_what_does_not_fit_is_left_out_from_the_end_and_named() -> None:
    lines = told("😀" * 300, name="😀" * 1_500).email.splitlines()

    said = next(line for line in lines if line.startswith("LEFT OUT"))
    assert said.startswith("LEFT OUT, because a message of SNS has at most 262,144 bytes: ")
    titles = said.partition("bytes: ")[2].split(", ")
    assert titles[-2:] == ["SUPPRESSED", "WORST RESOURCES"]
    assert lines[lines.index(said) + 1] == "  The report has it all."
    kept = [line for line in lines if line.startswith(("NEW", "FAILING", "COULD", "RESOLVED", "SUPPRESSED", "WORST"))]
    assert len(kept) + len(titles) == len(EVERY) + 1
    assert kept[0].startswith("NEW FAILURES")


@pytest.mark.parametrize(
    ("where", "report"),
    [
        pytest.param(replace(WHERE, workgroup="w" * LIMIT), "s3://bucket/report.json", id="a workgroup without end"),
        pytest.param(WHERE, "s3://bucket/" + "😀" * LIMIT, id="a report without end"),
    ],
)
def test_an_email_that_is_too_large_without_any_section_is_the_short_text(where: Where, report: str) -> None:
    alert = compose(summary(report=report), {}, [row()], where)

    assert len(alert.message.encode()) <= LIMIT
    assert alert.email == f"{alert.default}\n"
    assert alert.default.startswith("Muster: ")
    assert len(alert.default) <= SMS


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ("研" * 300, "研" * 156 + " ..."),
        ("👍🏽" * 200, "👍🏽" * 78 + " ..."),
        ("🇩🇪" * 200, "🇩🇪" * 78 + " ..."),
        ("x" + "👩\u200d💻" * 100, "x" + "👩\u200d💻" * 51 + " ..."),
        ("e\u0301" * 200, "e\u0301" * 78 + " ..."),
    ],
)
def test_a_long_text_without_spaces_is_cut_between_what_a_reader_takes_for_characters(text: str, told_as: str) -> None:
    email = compose(summary(), {}, [row(reason=text)], WHERE).email

    assert f"    HIGH     s3-x: {told_as}\n" in email


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://evil.example.com/a.b?c", "see https[:]//evil[.]example[.]com/a.b?c"),
        ("'http://evil.example:80'", "'http[:]//evil[.]example:80'"),
        ("www.evil.example", "www[.]evil.example"),
        ("a://b://c", "a[:]//b[:]//c"),
        ("arn:aws:s3:::logs", "arn:aws:s3:::logs"),
    ],
)
def test_addresses_in_tags_are_not_for_clicking(text: str, shown: str) -> None:
    email = compose(summary(), {}, [row(reason=text)], WHERE).email

    assert f"    HIGH     s3-x: {shown}\n" in email


def test_the_reports_own_address_stays_one() -> None:
    alert = compose(summary(), {}, [], Where("eu-west-1", "d", "w"))

    assert "aws s3 cp s3://bucket/scans/x/report.json - | less" in alert.email
    assert alert.default.endswith("Report: s3://bucket/scans/x/report.json")
