"""Laws of every digest: forty lines, the sizes that SNS takes, and strangers' texts that forge nothing."""

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.alerts.blocks import Remedy
from muster.alerts.destinations.topic import LIMIT, message
from muster.alerts.digest import HTML, LINES, SMS, Digest, compose
from muster.alerts.news import Acceptance, News
from muster.lifecycle.events import FindingEvent, status_of
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity

HOSTILE = st.sampled_from(
    [
        "\nReport: https://evil.example/x",
        "a\r\nNEW (1)\r\nCRITICAL  your account",
        "\x1b[31mred\x1b[0m",
        "\u202egpj.exe",
        "\u2028second line\u2029third",
        "https://evil.example/login?a=b",
        "HTTP://www.evil.example",
        "WWW.evil.example",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "{{ 7*7 }}{% for x in y %}",
        "$(rm -rf /); `id`; '\"",
        "\U0001f4a9" * 400,
        "<&>'" * 200,
        "\ud800\udfff",
        "file:///etc/passwd",
        "--profile",
        "",
    ]
)
TEXT = st.one_of(HOSTILE, st.text(max_size=12), st.just("long " * 200))
TYPES = st.sampled_from(
    ["AWS::S3::Bucket", "AWS::EC2::SecurityGroup", "AWS::SQS::Queue", "AWS::CloudWatch::Alarm", "X"]
)
REMEDIES = {
    "one": Remedy("`aws s3api put-bucket-versioning --bucket NAME`. It keeps every version.", "versioning is off"),
    "two": Remedy("`aws cloudwatch enable-alarm-actions --alarm-names NAME`", ""),
}
EVENTS = st.builds(
    FindingEvent,
    finding_id=TEXT,
    timestamp=st.integers(0, 2**53),
    event=st.sampled_from(list(Event)).map(str),
    status=st.just(str(status_of(Event.OPENED))),
    baseline=st.booleans(),
    check_id=st.one_of(st.sampled_from(["one", "two"]), TEXT),
    title=TEXT,
    severity=st.one_of(st.sampled_from(list(Severity)).map(str), TEXT),
    reason=TEXT,
    resource_type=TYPES,
    resource_id=TEXT,
    resource_arn=TEXT,
    account_id=TEXT,
    account_name=TEXT,
    region=st.one_of(st.just("eu-west-1"), TEXT),
    owner=TEXT,
    first_seen=st.integers(-(2**53), 2**53),
    scan_id=TEXT,
    cause=st.just("scan"),
    outcome=st.sampled_from(["", "fixed", "deleted"]),
    until=TEXT,
)
ACCEPTANCES = st.builds(
    Acceptance,
    state=st.sampled_from(["ending", "ended", "stale"]),
    check_id=TEXT, resource=TEXT, owner=TEXT, reason=TEXT, ticket=TEXT, until=TEXT,
    count=st.integers(0, 10),
)  # fmt: skip
RECORDS = st.fixed_dictionaries(
    {
        "check_id": TEXT, "title": TEXT, "severity": st.sampled_from(list(Severity)).map(str), "reason": TEXT,
        "account_name": TEXT, "first_seen": st.none() | TEXT,
        "resource": st.fixed_dictionaries(
            {"type": TYPES, "id": TEXT, "arn": st.none() | TEXT, "account_id": TEXT, "region": TEXT,
             "tags": st.none() | st.dictionaries(TEXT, TEXT, max_size=2)}
        ),
    }
)  # fmt: skip
NEWS = st.builds(
    News,
    audience=TEXT,
    stack=TEXT,
    region=st.just("eu-west-1"),
    partition=st.sampled_from(["aws", "aws-cn", "aws-us-gov", "aws-iso"]),
    scan_id=TEXT,
    at=st.just(datetime(2026, 11, 28, 6, tzinfo=UTC)),
    events=st.lists(EVENTS, max_size=12).map(tuple),
    counts=st.dictionaries(st.sampled_from(list(Event)).map(str), st.integers(0, 10_000)),
    baseline=st.booleans(),
    worst=st.lists(RECORDS, max_size=15).map(tuple),
    accounts=st.integers(0, 1000),
    scanned=st.integers(0, 10**6),
    failing_resources=st.integers(0, 10**6),
    failing=st.dictionaries(st.sampled_from(list(Severity)).map(str), st.integers(0, 10**6)),
    unread=st.integers(0, 1000),
    incomplete=st.lists(st.tuples(TEXT, TEXT), max_size=8).map(tuple),
    incomplete_shards=st.integers(0, 1000),
    shards=st.integers(0, 1000),
    damaged=st.lists(TEXT, max_size=8).map(tuple),
    acceptances=st.lists(ACCEPTANCES, max_size=8).map(tuple),
    owed=st.booleans(),
    report=st.sampled_from(["", "s3://reports/scans/x/report.json", "s3://r/" + "é" * 900]),
)
RARE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def lines(digest: Digest) -> list[str]:
    return digest.text.splitlines()


@RARE
@given(NEWS)
def test_every_digest_has_the_sizes_that_people_and_sns_take(news: News) -> None:
    digest = compose(news, REMEDIES, "1a2b3c", "s3://reports/alerts/pages/security/1a2b3c.html")
    assert len(lines(digest)) <= LINES
    published = message(digest)
    assert len(published.encode()) <= LIMIT
    assert json.loads(published)["email"] == digest.text
    assert len(digest.short) <= SMS
    assert 0 < len(digest.subject) <= 99
    assert digest.subject.isascii()
    assert digest.subject.isprintable()
    assert len(digest.html.encode()) < HTML


@RARE
@given(NEWS)
def test_strangers_texts_forge_neither_lines_nor_links(news: News) -> None:
    digest = compose(news, REMEDIES, "1a2b3c")
    forbidden = {unicodedata.category(character) for character in digest.text} & {"Cc", "Zl", "Zp", "Cs"}
    assert forbidden <= {"Cc"}
    assert not set(digest.text) & set("\x1b\r\x0b\x0c\x1c\x85\u2028\u2029\u202e\u2066")
    for text in (digest.text, digest.short, digest.subject):
        assert {host for host in re.findall(r"(?i)https?://([^/\s]+)", text) if not ours(host)} == set()
        assert not re.search(r"(?i)www\.[a-z]", re.sub(r"https://\S+", "a link of ours", text))
    for start in ("INCOMPLETE: ", "Report: ", "RESOLVED (", "NEW (", "START HERE"):
        assert sum(line.startswith(start) for line in lines(digest)) <= 1


@RARE
@given(NEWS)
def test_strangers_texts_are_text_in_html(news: News) -> None:
    html = compose(news, REMEDIES, "1a2b3c").html
    seen = Tags()
    seen.feed(html)
    assert seen.names <= {
        "html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "b", "bdi", "span", "h1", "h2",
        "p", "a", "br", "pre",
    }  # fmt: skip
    assert all(ours(urlsplit(address).hostname or "") for address in seen.links)
    assert not seen.handlers


class Tags(HTMLParser):
    """The elements, links and event handlers of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: set[str] = set()
        self.handlers: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links |= {value or "" for name, value in attributes if name in ("href", "src")}
        self.handlers |= {name for name, _ in attributes if name.startswith("on")}


def ours(host: str) -> bool:
    """Whether a host is the console of a region."""
    return bool(re.fullmatch(r"[a-z0-9-]+\.console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)", host))


@RARE
@given(NEWS)
def test_the_same_news_has_the_same_digest(news: News) -> None:
    assert compose(news, REMEDIES, "1") == compose(replace(news), dict(REMEDIES), "1")


@RARE
@given(NEWS)
def test_an_incomplete_scan_says_so_in_its_first_line(news: News) -> None:
    digest = compose(news, REMEDIES)
    incomplete = bool(news.incomplete or news.incomplete_shards)
    assert lines(digest)[0].startswith("INCOMPLETE: ") is incomplete
    assert not incomplete or "INCOMPLETE: " in digest.subject


@RARE
@given(NEWS)
def test_what_is_left_out_is_counted(news: News) -> None:
    for section in compose(news, REMEDIES).sections:
        assert bool(section.more) is section.lines[-1].startswith("  ... and ")
        if section.more:
            assert f" {section.more:,} more" in section.lines[-1]
