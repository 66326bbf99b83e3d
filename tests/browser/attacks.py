"""A scan of an attacker: each text that somebody else writes is hostile."""

from dataclasses import replace
from datetime import timedelta

from muster.catalog.catalog import load
from muster.model.check import Check
from muster.model.finding import Resource, Severity, Status, Suppression, Unavailable
from muster.reports.overview import Accepted, Changes, Collector, CoverageLine, Gone, News, Overview, Unread
from testing.overviews import AT, finding, of, texts

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)//",
    "{{7*7}}${7*7}<%= 7 %>",
    "\u202egnp.exe\u2066",
    "zero\u200bwidth\ufeff\u00ad",
    "line\r\nfeed\x00\x1b[31mred\u2028\u2029",
    "`touch pwned`",
    "$(touch pwned)",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "-rf",
    "--profile=evil",
    "a b & c | d > pwned",
    "file:///etc/passwd",
    "https://evil.example/#",
    "NAME ID ARN REGION",
    "\x01\x02\x03\x04\x05",
    "name\n# touch\ntouch pwned",
    "&lt;b&gt;&amp;",
    "日本語 العربية 👩‍👩‍👧",
    "x" * 600,
    "~@/%2F%00#&=,",
    "constructor",
    "",
)
"""Texts that mean something to HTML, scripts, templates, terminals, shells, the AWS CLI or the report itself."""

_KINDS = (
    ("AWS::S3::Bucket", "arn:aws:s3:::{}", "s3-bucket-versioning-enabled"),
    ("AWS::EC2::SecurityGroup", "arn:aws:ec2:eu-west-1:123456789012:security-group/{}", "ec2-security-group-in-use"),
    ("AWS::SQS::Queue", "arn:aws:sqs:eu-west-1:123456789012:{}", "sqs-queue-encrypted"),
    ("AWS::ECS::Service", "arn:aws:ecs:eu-west-1:123456789012:service/{0}/{0}", "ecs-service-circuit-breaker-enabled"),
    ("AWS::KMS::Key", "", "kms-key-rotation-enabled"),
)


def hostile() -> Overview:
    """Return an overview in which every text of somebody else is one of the attacks."""
    checks, found = load().checks, []
    for place, text in enumerate(ATTACKS):
        kind, arn, check_id = _KINDS[place % len(_KINDS)]
        accounts = ("123456789012", "111122223333")
        resource = Resource(
            kind, text, accounts[place % 2], "eu-west-1", arn=arn.format(text) if arn else None, tags={"owner": text}
        )
        evil = _named(checks[check_id], text)
        more = {"account_name": text, "first_seen": AT - timedelta(days=place)}
        found.append(finding(evil, resource, reason=text, variant=text, **more))
        safe = checks["required-tags"]
        found.append(finding(safe, resource, reason=text, **more))
        accepted = Suppression(text, text, text, text)
        found.append(finding(checks["tagged"], resource, reason=text, suppression=accepted, **more))
        missing = (Unavailable(text, text),)
        found.append(
            finding(
                checks["tags-agree-with-parent"],
                resource,
                reason=text,
                status=Status.INSUFFICIENT_DATA,
                unavailable=missing,
                **more,
            )
        )
    made = of(found)
    facts = replace(
        made.facts,
        stack=ATTACKS[0],
        scan_id=ATTACKS[1],
        accounts=tuple((f"{place:012}", text) for place, text in enumerate(ATTACKS)),
        regions=ATTACKS,
        packs=ATTACKS,
        incomplete=ATTACKS,
        unread=tuple(Unread(text, text, 1, (text,), (text,)) for text in ATTACKS),
        coverage=tuple(CoverageLine(text, (text,), 1, 1, 0, 0, 0, (text,)) for text in ATTACKS),
        rest=ATTACKS[3],
    )
    gone = tuple(
        Gone(
            finding_id=text,
            check_id=text,
            title=text,
            severity=Severity.LOW,
            name=text,
            noun=text,
            account=text,
            region=text,
            owner=text,
            outcome="fixed",
            days=1,
        )
        for text in ATTACKS
    )
    accepted_rules = tuple(
        Accepted(check_id=text, where=text, owner=text, reason=text, ticket=text, until=text, state="stale", count=1)
        for text in ATTACKS
    )
    collector = Collector("owner")
    for each in found:
        collector.add(each)
    news = {each.finding_id: News.NEW for each in found[::3]}
    changes = Changes(
        previous=AT - timedelta(days=1), news=news, gone=gone, counts={"new": len(news), "fixed": len(gone)}
    )
    return collector.overview(facts, changes, texts=texts(), suppressions=accepted_rules)


def _named(check: Check, text: str) -> Check:
    """Return a check of somebody's own, whose title, controls and source are hostile too."""
    return replace(check, title=text or "-", controls=(text, f"CIS {text}"), source=f"javascript:alert(1)//{text}")
