"""Markdown: what a person needs in a step's summary, at most 1 MiB, and strangers' texts stay text."""

import html
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from muster.model.finding import Finding, Severity, Status, Suppression, Unavailable
from muster.model.text import escaped
from muster.reports.exchange.escaping import fenced, html_line, markdown
from muster.reports.formats.markdown import MarkdownWriter
from muster.reports.overview import Accepted, Changes, CheckTexts, Collector, Gone, News, facts_of
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from tests.examples import examples

from .drawn import AT, FINDINGS, LONG, TEXTS, written

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
COMMENT = "<!-- -->"
OURS = re.compile(r"\A(<details><summary><b>[A-Z]+</b> [^<>]*</summary>|</details>)\s*\Z")
ADDRESS = re.compile(r"(?:[a-z]://|www\.|@\w)", re.IGNORECASE)


def inline(tokens: list[Token]) -> str:
    """Return the text that inline tokens show; anything but text and our comment is a fault."""
    shown = ""
    for token in tokens:
        if token.type == "html_inline":
            assert token.content == COMMENT
        else:
            assert token.type in ("text", "text_special"), token
            shown += token.content
    return shown


@pytest.mark.parametrize("before", ["", "# ", "- ", "| a |\n| --- |\n| "])
@given(text=LONG)
@settings(max_examples=examples(100))
def test_a_text_shows_exactly_itself(before: str, text: str) -> None:
    made = markdown(text)
    assert "\n" not in made
    inlines = [
        token for token in PARSER.parse(before + made + (" |" if before.startswith("|") else "")) if token.children
    ]
    if not text.strip():
        assert made == ""
        return
    assert inline(inlines[-1].children or []).split() == escaped(text.strip()).split()
    assert not ADDRESS.search(made.replace("www<!-- -->.", ""))


@pytest.mark.parametrize(
    "text",
    [
        "see https://evil.example and www.evil.example",
        "@octocat and a@b.example",
        "#12 and GH#12",
        "arn:aws:kms:eu-west-1:111122223333:key/1",
        "<img src=x onerror=alert(1)>",
        "a | b", "*a* _b_ ~~c~~ `d` $e$", "- a", "1. a", "+ a", "# a", "> a", "```", "![x](y)", "[x]: y", "\\", "&lt;",
    ],
)  # fmt: skip
def test_markup_of_a_stranger_is_shown(text: str) -> None:
    (paragraph,) = (token for token in PARSER.parse(markdown(text)) if token.type == "inline")
    assert inline(paragraph.children or []) == text
    assert not ADDRESS.search(markdown(text).replace("www<!-- -->.", ""))
    assert not re.search(r"(?<!&)#\d", markdown(text))


@given(text=LONG)
@settings(max_examples=examples(100))
def test_a_block_of_code_ends_where_it_should(text: str) -> None:
    kept = escaped(text.replace("\r\n", "\n"), keep="\n\t")
    (block, after) = (each for each in PARSER.parse(f"{fenced(text, 'sh')}\n\nend") if each.type in ("fence", "inline"))
    assert (block.content, block.info, after.content) == (f"{kept}\n", "sh", "end")


@given(text=LONG)
@settings(max_examples=examples(100))
def test_a_line_of_html_shows_exactly_itself(text: str) -> None:
    made = html_line(text)
    assert html.unescape(made.replace(COMMENT, "")) == escaped(text.strip())
    assert not re.search(r"[<>](?!!-- -->)|@\w", made.replace(COMMENT, "\0"))


@given(found=st.lists(FINDINGS, max_size=5), incomplete=st.lists(TEXTS, max_size=2))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_a_link_an_image_or_an_element(
    found: list[Finding], incomplete: list[str], scan: ScanReport
) -> None:
    text = written("markdown", found, replace(scan, incomplete=incomplete, account_name="@all"))
    tokens = PARSER.parse(text)
    for token in tokens:
        if token.type == "html_block":
            assert OURS.match(token.content.replace(COMMENT, "")), token.content
        for child in token.children or []:
            assert child.type in ("text", "text_special", "strong_open", "strong_close", "html_inline"), child
            assert child.type != "html_inline" or child.content == COMMENT
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    assert blocks.count("<details>") == len({each.check_id for each in found if each.failing})
    assert blocks.count("</details>") == blocks.count("<details>")


def tables(text: str) -> list[list[list[str]]]:
    """Return the cells of each table."""
    found: list[list[list[str]]] = []
    for token in PARSER.parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and token.level > 3:
            found[-1][-1].append(inline(token.children or []))
    return found


def summary(found: list[Finding], scan: ScanReport, changes: Changes | None = None, **how: Any) -> str:
    stream, tally, collector = io.StringIO(), ReportTally(), Collector()
    for each in found:
        tally.count(each)
        collector.add(each)
    MarkdownWriter(stream).close(tally, scan, collector.overview(facts_of(tally, scan), changes, **how))
    return stream.getvalue()


def test_the_verdict_is_the_heading_and_ten_resources_follow(finding: Finding, scan: ScanReport) -> None:
    found = [
        replace(finding, finding_id=f"{n:032x}", resource=replace(finding.resource, id=f"b-{n:02}", arn=f"arn:{n}"))
        for n in range(12)
    ]
    text = summary(found, scan)
    assert text.splitlines()[0] == "# 12 failures on 12 resources"
    assert "**12 MEDIUM** · 0 suppressed · 0 not evaluated · 0 passed" in text
    start, job = tables(text)
    assert start[0] == ["severity", "resource", "account", "region", "owner", "problem"]
    assert [row[1] for row in start[1:]] == [f"b-{n:02} (S3 bucket)" for n in range(10)]
    assert start[1] == ["MEDIUM", "b-00 (S3 bucket)", "shop", "eu-west-1", "web", "the bucket was never versioned"]
    assert len(job) == 13


def test_equal_failures_are_one_block_with_one_command(finding: Finding, scan: ScanReport) -> None:
    fix = "`aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled`"
    found = [
        replace(finding, remediation=fix, resource=replace(finding.resource, id=f"b-{n}", arn=f"arn:{n}"))
        for n in range(3)
    ]
    texts = {finding.check_id: CheckTexts(fix, "A deleted object is gone.")}
    text = summary(found, scan, texts=texts)
    assert "<summary><b>MEDIUM</b> S3 buckets should have versioning enabled: 3 failures</summary>" in text
    assert "A deleted object is gone." in text
    (block,) = (token for token in PARSER.parse(text) if token.type == "fence")
    assert block.info == "sh"
    assert block.content == (
        'for name in b-0 b-1 b-2; do aws s3api put-bucket-versioning --region eu-west-1 --bucket "$name" '
        "--versioning-configuration Status=Enabled; done\n"
    )


def test_what_is_new_and_gone_stands_before_all_failures(finding: Finding, scan: ScanReport) -> None:
    gone = Gone(
        finding_id="1", check_id="old", title="t", severity=Severity.LOW, name="x|y", noun="S3 bucket", account="shop",
        region="eu-west-1", outcome="fixed",
    )  # fmt: skip
    changes = Changes(
        previous=AT - timedelta(days=1), news={finding.finding_id: News.NEW}, gone=(gone,),
        counts={"new": 1, "fixed": 4},
    )  # fmt: skip
    text = summary([finding], scan, changes)
    assert "## New since 03 Mar 2027 05:06 UTC" in text
    assert tables(text)[0][1][:2] == ["new", "MEDIUM"]
    assert "- fixed: old, x\\|y \\(S3 bucket, shop, eu-west-1\\)\n\n… and 3 more failures." in text
    assert text.index("## New") < text.index("## Start here") < text.index("## All failures")


def test_what_was_not_evaluated_names_the_permission(finding: Finding, scan: ScanReport) -> None:
    gap = Unavailable("s3:GetBucketVersioning", "access denied")
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,))
    text = summary([unread], scan)
    assert text.startswith("# No results: nothing could be read\n")
    assert tables(text)[-1][1] == ["s3:GetBucketVersioning", "access denied", "1", "s3-bucket-versioning-enabled"]


def test_suppressions_that_end_are_named(finding: Finding, scan: ScanReport) -> None:
    ending = Accepted(
        check_id="c", where="*", owner="web", reason="old", ticket="", until="2027-03-05", state="ending", count=1
    )
    text = summary([finding], scan, suppressions=[ending, replace(ending, state="active", where="no")])
    assert tables(text)[-1] == [
        ["state", "check", "where", "owner", "until", "reason"],
        ["ending", "c", "*", "web", "2027-03-05", "old"],
    ]


def test_an_incomplete_scan_says_so_first(finding: Finding, scan: ScanReport) -> None:
    scan.incomplete.append("s3 in eu-west-1: <stopped>")
    lines = summary([finding], scan).splitlines()
    assert lines[0].startswith("# Incomplete scan: ")
    assert "- s3 in eu-west-1: &#60;stopped&#62;" in lines


def test_a_summary_has_at_most_a_megabyte_and_counts_what_is_left_out(finding: Finding, scan: ScanReport) -> None:
    text = "@" * 300
    accepted = Suppression("known", "web", "2027-12-31")
    spoiled = replace(finding, title=text, reason=text, remediation=text, account_name=text)
    one = replace(finding.resource, tags={"Owner": text})
    found = [
        replace(spoiled, check_id=f"check-{n // 50}", resource=replace(one, id=f"{n}{text}", arn=f"arn:{n}"))
        for n in range(1000)
    ]
    gaps = [
        replace(each, status=Status.INSUFFICIENT_DATA, unavailable=(Unavailable(text, f"{n}{text}"),))
        for n, each in enumerate(found)
    ]
    scan.incomplete += [text] * 1000
    written = summary([*found, *gaps, replace(finding, suppression=accepted)], scan)
    assert len(written.encode()) <= 1_048_576
    assert re.search(r"\d+ parts of this summary did not fit: the other formats have all\.", written)
    assert "## Not evaluated" in written
    assert written.rstrip().endswith("Scan 20270304T050607Z-00000000.")
    assert written.count("<details>") == written.count("</details>") > 0


def test_no_failure_is_said_plainly(finding: Finding, scan: ScanReport) -> None:
    text = summary([replace(finding, status=Status.COMPLIANT)], scan)
    assert text.splitlines()[0].startswith("# No failures")
    assert "## Start here" not in text
