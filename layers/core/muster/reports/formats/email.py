"""The e-mail of a scan: what a person needs in order to act, in plain text. Pure."""

import itertools
import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.model.finding import Severity
from muster.model.text import defanged, printable, shortened

LIMIT = 262_144
"""Bytes of UTF-8 that a message for SNS may have, all protocols' texts and the JSON around them counted.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""
SMS = 1_600
"""Characters of the short text at most: SNS sends no more by SMS. The same page says so."""
NAME = 1_024
"""Characters of a resource's name that are shown; ARNs are shorter than that, but for odd ones."""
SUBJECT = 99
"""Characters of a subject at most: ASCII, under 100, on one line."""
RESOURCES = 25
"""Resources that are named, the worst first."""
CHANGES = 15
"""Changes of each kind that are named, the worst first."""
_EVENTS = (
    ("opened", "NEW FAILURES"),
    ("reopened", "FAILING AGAIN"),
    ("expired", "SUPPRESSION EXPIRED"),
    ("unreadable", "COULD NOT BE READ"),
    ("resolved", "RESOLVED"),
    ("suppressed", "SUPPRESSED"),
)
_WORST = "WORST RESOURCES"
_WORTH = ("opened", "reopened", "expired", "resolved", "unreadable")


@dataclass(frozen=True, slots=True)
class Alert:
    """A message as it is published: a subject, a long text for e-mail and a short one for all others."""

    subject: str
    email: str
    default: str

    @property
    def message(self) -> str:
        """The texts by protocol, as SNS takes them; as UTF-8, it has at most LIMIT bytes."""
        return json.dumps({"default": self.default, "sms": self.default, "email": self.email}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Where:
    """The place of the rest: the report, and the Athena database and workgroup to ask."""

    region: str
    database: str
    workgroup: str


def worth_telling(summary: Mapping[str, Any], *, known_incomplete: bool = False) -> bool:
    """Whether there is anything to tell: a change, a first look, or a scan that did not finish."""
    changes = summary["changes"]
    if changes["baseline"] or any(changes.get(event) for event in _WORTH):
        return True
    return not summary["complete"] and not known_incomplete


def compose(
    summary: Mapping[str, Any],
    events: Mapping[str, Sequence[Mapping[str, Any]]],
    failing: Iterable[Mapping[str, Any]],
    where: Where,
) -> Alert:
    """Write the alert of a scan, small enough for SNS: sections are left out from the end, and named.

    Where even an e-mail without sections is too large, it has the short text alone.
    `events` holds the changes by kind, `failing` the failing findings as JSON, both the worst first.
    """
    changes = [(title, _changes(title, events.get(event, ()), _count(summary, event))) for event, title in _EVENTS]
    sections = [
        ("THIS SCAN IS INCOMPLETE", _incomplete(summary)),
        ("OBJECTS THAT MUSTER COULD NOT READ", _damaged(summary)),
        ("the counts", _totals(summary)),
        *changes,
        (_WORST, _resources(failing, summary)),
    ]
    headline = _headline(summary)
    default = shortened(f"Muster: {headline}. Report: {summary['report']}", SMS)
    subject, rest = _subject(summary, headline), _rest(summary, where)
    filled = [section for section in sections if section[1]]
    for kept in range(len(filled), -1, -1):
        left_out = _left_out([title for title, _ in filled[kept:]])
        texts = [*(text for _, text in filled[:kept]), left_out, rest]
        alert = Alert(subject, "\n\n".join(filter(None, texts)) + "\n", default)
        if len(alert.message.encode()) <= LIMIT:
            return alert
    return Alert(subject, f"{default}\n", default)


def _count(summary: Mapping[str, Any], event: str) -> int:
    return int(summary["changes"].get(event, 0))


def _left_out(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    return (
        f"LEFT OUT, because a message of SNS has at most {LIMIT:,} bytes: {', '.join(titles)}\n  The report has it all."
    )


def _headline(summary: Mapping[str, Any]) -> str:
    changes = summary["changes"]
    failing = f"{summary['findings']['non_compliant']} failing"
    if changes["baseline"]:
        parts = [f"first scan, {failing}"]
    elif changes.get("owed"):
        # What changed since the last alert that somebody got is not known: the whole is what is news.
        parts = [failing]
    else:
        words = (
            ("opened", "new"),
            ("reopened", "again"),
            ("expired", "expired"),
            ("resolved", "resolved"),
            ("unreadable", "unreadable"),
        )
        parts = [f"{changes[event]} {word}" for event, word in words if changes.get(event)] + [failing]
    return ("INCOMPLETE, " if not summary["complete"] else "") + ", ".join(parts)


def _subject(summary: Mapping[str, Any], headline: str) -> str:
    stack = f" {summary['stack']}" if summary["stack"] else ""
    plain = printable(f"[Muster{stack}] {headline}").encode("ascii", "replace").decode()
    return " ".join(plain.split())[:SUBJECT]


def _incomplete(summary: Mapping[str, Any]) -> str:
    if summary["complete"]:
        return ""
    count = summary["shards"]["incomplete"]
    planned = summary["shards"]["planned"]
    lines = [f"THIS SCAN IS INCOMPLETE: {count} of {planned} shards could not be scanned to the end."]
    lines += [
        f"  - {_short(item['shard'], 200)}: {_short(item['reason'], 200)}" for item in summary["incomplete"][:CHANGES]
    ]
    if count > CHANGES:
        lines.append(f"  ... and {count - CHANGES} more")
    lines.append("What was open there before stays open; nothing of it counts as resolved.")
    return "\n".join(lines)


def _damaged(summary: Mapping[str, Any]) -> str:
    """Name the objects of the report bucket that are not as Muster wrote them, with the way out of each."""
    texts = summary.get("damaged", ())
    lines = [f"  - {_short(text, 300)}" for text in texts[:CHANGES]]
    return "\n".join(["OBJECTS IN THE REPORT BUCKET THAT MUSTER COULD NOT READ", *lines]) if lines else ""


def _totals(summary: Mapping[str, Any]) -> str:
    resources, findings = summary["resources"], summary["findings"]
    severities = ", ".join(f"{count} {severity}" for severity, count in summary["failing"].items() if count) or "none"
    accounts = f" in {summary['accounts']} accounts" if summary["accounts"] > 1 else ""
    return "\n".join(
        [
            f"Scan {summary['scan_id']} of {_joined(summary['regions'])}{accounts} ({_joined(summary['packs'])})",
            (
                f"  Resources  {resources['scanned']} scanned: {resources['compliant']} compliant, "
                f"{resources['non_compliant']} non-compliant"
            ),
            f"  Failing    {severities}",
            (
                f"  Findings   {findings['compliant']} pass, {findings['non_compliant']} fail, "
                f"{findings['suppressed']} suppressed, {findings['not_applicable']} skip, "
                f"{findings['insufficient_data']} unread"
            ),
        ]
    )


def _changes(title: str, changes: Sequence[Mapping[str, Any]], count: int) -> str:
    if not count:
        return ""
    lines = [f"{title} ({count})"]
    for change in itertools.islice(changes, CHANGES):
        name = _named(change["resource_arn"] or change["resource_id"], change["region"], change["account_id"])
        lines.append(f"  {change['severity']:<8} {change['check_id']}: {name}")
        lines.append(textwrap.indent(_short(change["reason"], 240), " " * 11))
    if count > CHANGES:
        lines.append(f"  ... and {count - min(CHANGES, len(changes))} more")
    return "\n".join(lines)


def _resources(failing: Iterable[Mapping[str, Any]], summary: Mapping[str, Any]) -> str:
    """Name the worst resources with all that each lacks."""
    lacking: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in failing:
        resource = row["resource"]
        lacking.setdefault((resource["arn"] or resource["id"], resource["region"]), []).append(row)
    if not lacking:
        return ""
    lines = [_WORST]
    worst = sorted(lacking.items(), key=lambda item: _weight(item[1]), reverse=True)
    for (name, region), rows in worst[:RESOURCES]:
        account = rows[0]["account_name"] or rows[0]["resource"]["account_id"]
        lines.append(f"  {_named(name, region, account)}")
        lines += [f"    {row['severity']:<8} {row['check_id']}: {_short(row['reason'], 160)}" for row in rows[:8]]
        if len(rows) > 8:  # noqa: PLR2004 - a screen's worth
            lines.append(f"    ... and {len(rows) - 8} more")
    more = summary["resources"]["non_compliant"] - RESOURCES
    if more > 0:
        lines.append(f"  ... and {more} more resources, in the report")
    return "\n".join(lines)


def _weight(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Weigh a resource by how many failures of each severity it has, the gravest first."""
    severities = [Severity(row["severity"]) for row in rows]
    return [severities.count(severity) for severity in reversed(Severity)]


def _rest(summary: Mapping[str, Any], where: Where) -> str:
    return "\n".join(
        [
            "THE REST",
            f"  Report    {summary['report']}",
            f"            aws s3 cp {summary['report']} - | less",
            f"  Athena    workgroup {where.workgroup}, database {where.database}, region {where.region}:",
            "            SELECT severity, check_id, resource_arn, reason FROM latest_findings",
            "            WHERE status = 'NON_COMPLIANT' AND suppression IS NULL",
            "            ORDER BY CASE severity WHEN 'CRITICAL' THEN 0 WHEN 'HIGH' THEN 1",
            "              WHEN 'MEDIUM' THEN 2 WHEN 'LOW' THEN 3 ELSE 4 END, check_id",
        ]
    )


def _named(resource: str, region: str, account: str) -> str:
    """Name a resource and where it is: the ARN of a bucket says neither."""
    return f"{_short(resource, NAME)}  ({_short(region, 50)}, {_short(account, 200)})"


def _short(text: str, width: int) -> str:
    """Bring a text onto one line: tags and names are anybody's, and must look neither like lines of ours nor links."""
    return defanged(shortened(printable(" ".join(text.split())[: width + 1]), width, " ..."))


def _joined(names: Sequence[str]) -> str:
    return _short(", ".join(names), 2_000)
