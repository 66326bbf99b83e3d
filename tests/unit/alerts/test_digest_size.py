"""What SNS takes: however long, in whatever script, with whatever characters, a digest fits and is whole."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.alerts.destinations.topic import LIMIT, SMS, message
from muster.alerts.digest import LINES, Digest
from muster.lifecycle.transitions import Event
from tests.examples import examples
from tests.unit.alerts.test_digest import ENDING, composed, event, replace

SCRIPTS = (
    "a", "\\", '"', "研", "😀", "👩\u200d💻", "🇩🇪", "א", "ع", "e\u0301", "\x1b", "\u202e", "\ud800", "\n", "www.x.y ",
    "&",
)  # fmt: skip


def written(text: str, name: str, count: int = 40) -> Digest:
    """Write the digest of an estate whose reasons, names and accounts are one text."""
    events = [
        event(
            f"{name}{place}",
            kind,
            check_id="versioned" if place % 2 else f"{text}{place}",
            title=text,
            reason=f"{text}{place}",
            account_name=text,
            owner=text,
            region=name,
            resource_type="AWS::SQS::Queue" if place % 2 else "AWS::S3::Bucket",
            resource_arn=f"arn:aws:sqs:eu-west-1:111122223333:{name}{place}",
        )
        for kind in Event
        for place in range(count)
    ]
    return composed(
        *events,
        stack=text,
        audience=text,
        scan_id=text,
        incomplete=((name, text),) * 25,
        incomplete_shards=10**9,
        shards=10**9,
        damaged=(text,) * 20,
        acceptances=(replace(ENDING, resource=text, owner=text, ticket=text),) * 20,
    )


@pytest.mark.parametrize("one", SCRIPTS)
@given(st.sampled_from(SCRIPTS), st.integers(1, 3_000), st.integers(1, 1_500), st.integers(0, 12))
@settings(max_examples=examples(4), deadline=None)
def test_a_published_digest_is_whole_and_never_larger_than_sns_takes(
    one: str, other: str, length: int, name: int, count: int
) -> None:
    digest = written(one * length, other * name, count)
    published = message(digest)
    assert len(published.encode(errors="surrogatepass")) <= LIMIT
    texts = json.loads(published)
    assert texts["email"] == digest.text
    assert texts["sms"] == digest.short
    assert len(digest.short) <= SMS
    assert len(digest.text.splitlines()) <= LINES
    assert {unicodedata.category(each) for each in digest.text} & {"Cc", "Cs"} <= {"Cc"}
    assert "\x1b" not in digest.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("研" * 400, "研" * 297 + "..."),
        ("👍🏽" * 400, "👍🏽" * 148 + "..."),
        ("🇩🇪" * 400, "🇩🇪" * 148 + "..."),
        ("x" + "👩\u200d💻" * 200, "x" + "👩\u200d💻" * 98 + "..."),
        ("e\u0301" * 300, "e\u0301" * 148 + "..."),
    ],
)
def test_a_long_text_is_cut_between_what_a_reader_takes_for_characters(text: str, shown: str) -> None:
    assert f"  {shown} Since " in composed(event(reason=text)).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://evil.example.com/a.b?c", "see https[:]//evil[.]example[.]com/a.b?c"),
        ("'http://evil.example:80'", "'http[:]//evil[.]example:80'"),
        ("www.evil.example", "www[.]evil.example"),
        ("WWW.evil.example", "WWW[.]evil.example"),
        ("arn:aws:s3:::logs", "arn:aws:s3:::logs"),
    ],
)
def test_addresses_in_tags_are_not_for_clicking(text: str, shown: str) -> None:
    assert f"  {shown}. Since " in composed(event(reason=text)).text
    assert f"Owner: {shown}" in composed(event(owner=text)).text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\x0b", "\x85", "\u2028", "\u2029", "\x1e"])
def test_a_name_with_the_end_of_a_line_stays_on_its_line(line_end: str) -> None:
    digest = composed(event(f"a{line_end}Report: https://evil.example"))
    assert "MEDIUM  a Report: https[:]//evil[.]example (S3 bucket)" in digest.text
    assert sum(line.startswith("Report: ") for line in digest.text.splitlines()) == 1


def test_a_report_without_end_is_named_without_a_link() -> None:
    digest = composed(event(), report="s3://bucket/" + "😀" * LIMIT)
    assert digest.report == ""
    assert len(message(digest).encode()) <= LIMIT
