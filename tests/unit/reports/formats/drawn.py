"""Findings with any text in every field that a stranger can fill: names, tags, reasons, owners."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from muster.cli.formats import FORMATS
from muster.model.finding import ACCOUNT, Finding, Resource, Severity, Status, Suppression, Unavailable
from muster.reports.formats import Context
from muster.reports.overview.collector import Collector
from muster.reports.overview.facts import facts_of
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally

AT = datetime(2027, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
CONTEXT = Context("20270304T050607Z-00000000", "111122223333", "aws", "eu-west-1")
ATTACKS = (
    "<script>alert(1)</script>", "]]>", "&amp;", '"', "'", "`", "```", "|", "\\", "[x](https://evil.example)", "@all",
    "\x00", "\x1b[2J", "\x9b", "\u202e", "\u2028", "\ufeff", "\ufffe", "\ud800", "\r\n", "=1+1", " ", "",
    "{0}", "%s", "\U0001f600", "<!--", "-->", "<details>", "# heading", "$(id)",
)  # fmt: skip
TEXTS = st.sampled_from(ATTACKS) | st.text(max_size=20) | st.lists(st.sampled_from(ATTACKS), max_size=4).map("".join)
LONG = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 1, 1, 300]))


def _resources() -> st.SearchStrategy[Resource]:
    return st.builds(
        Resource,
        type=st.sampled_from(["AWS::S3::Bucket", "AWS::SQS::Queue", ACCOUNT, "Test::Box"]),
        id=LONG,
        account_id=st.just("111122223333"),
        region=st.sampled_from(["eu-west-1", "global", "ap-southeast-15"]),
        partition=st.sampled_from(["aws", "aws-cn", "aws-iso"]),
        arn=st.none() | LONG,
        tags=st.none() | st.dictionaries(LONG, LONG, max_size=5),
    )


FINDINGS = st.builds(
    Finding,
    finding_id=st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}"),
    check_id=st.sampled_from(["s3-bucket-versioning-enabled", "mine"]),
    check_version=st.integers(1, 3),
    title=LONG,
    severity=st.sampled_from(list(Severity)),
    status=st.sampled_from(list(Status)),
    reason=LONG,
    resource=_resources(),
    service=st.just("s3"),
    observed_at=st.just(AT),
    controls=st.lists(TEXTS, max_size=40).map(tuple),
    settings=st.dictionaries(TEXTS, TEXTS | st.integers() | st.lists(TEXTS).map(tuple), max_size=3),
    variant=TEXTS,
    remediation=LONG,
    docs_url=TEXTS,
    unavailable=st.lists(st.builds(Unavailable, st.none() | TEXTS, TEXTS), max_size=2).map(tuple),
    suppression=st.none() | st.builds(Suppression, TEXTS, TEXTS, st.just("2027-12-31"), TEXTS),
    first_seen=st.none() | st.just(AT - timedelta(days=3)),
    account_name=TEXTS,
    values=st.just(()),
)


def largest(finding: Finding) -> Finding:
    """Return a finding whose texts are as long as AWS lets them be, in characters that take the most bytes."""
    text = "\U0001f600" * 2_000
    tags = {f"{number:02}" + "\U0001f600" * 126: "\U0001f600" * 256 for number in range(50)}
    resource = replace(finding.resource, tags=tags, id=text, arn=f"arn:aws:s3:::{text}")
    return replace(finding, resource=resource, title=text, reason=text, remediation=text, account_name=text)


def written(form: str, findings: Iterable[Finding], scan: ScanReport, context: Context = CONTEXT) -> str:
    """Return what a format of text writes for a scan."""
    stream = io.StringIO(newline="")
    scanned(FORMATS[form].make(stream, context), findings, scan, context)
    return stream.getvalue()


def scanned(writer: Any, findings: Iterable[Finding], scan: ScanReport, context: Context = CONTEXT) -> None:
    """Write a scan as the command does."""
    tally, collector = ReportTally(), Collector(context.owner_tag)
    for each in findings:
        tally.count(each)
        collector.add(each)
        writer.add(each)
    writer.close(tally, scan, collector.overview(facts_of(tally, scan)))
