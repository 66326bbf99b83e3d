"""A failing finding as a result of SARIF 2.1.0, and its check as a rule, as GitHub code scanning reads them. Pure.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from muster.model.check import Check
from muster.model.finding import Finding, Severity, Suppression
from muster.model.text import shortened
from muster.reports.exchange.escaping import fix_in_markdown, markdown
from muster.reports.nouns import noun, shown_name
from muster.reports.remedy import fix_steps, steps
from muster.reports.wording import owner_of

_DESCRIPTION, _NAME = 1_024, 255
"""Characters that GitHub takes at most of a rule."""
_TAGS = 10
"""Tags of a rule that GitHub shows; it refuses more than 20."""
_LEVELS: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "error",
        Severity.HIGH: "error",
        Severity.MEDIUM: "warning",
        Severity.LOW: "note",
        Severity.INFORMATIONAL: "note",
    }
)
_SCORES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "9.5",
        Severity.HIGH: "8.0",
        Severity.MEDIUM: "5.5",
        Severity.LOW: "2.0",
        Severity.INFORMATIONAL: "0.1",
    }
)
"""Scores that GitHub shows as the severity: critical above 9.0, high from 7.0, medium from 4.0, low from 0.1."""


@dataclass(frozen=True, slots=True)
class RuleTexts:
    """The texts of a rule; `fix` has words in capitals for the names of a resource. All but `title` may be empty."""

    title: str
    severity: Severity
    why: str = ""
    fix: str = ""
    docs_url: str = ""
    controls: tuple[str, ...] = ()

    @classmethod
    def of_check(cls, check: Check) -> "RuleTexts":
        """Return the texts of a check."""
        return cls(check.title, check.severity, check.why, check.fix, check.source, check.controls)

    @classmethod
    def of_finding(cls, finding: Finding) -> "RuleTexts":
        """Return what a finding says about its check; a fix that has a resource's names already is left out."""
        fix = "" if finding.values is None else finding.remediation
        return cls(finding.title, finding.severity, "", fix, finding.docs_url, finding.controls)


def result(finding: Finding, owner_tag: str) -> dict[str, Any]:
    """Return a failing or suppressed finding as a result, without the index of its rule.

    GitHub shows no result without a place in a file, so a resource has the path of a file that the repository does not
    have: `aws/ACCOUNT/REGION/SERVICE/TYPE/NAME`. It is the same in every scan.
    """
    resource = finding.resource
    owner = owner_of(finding, owner_tag)
    accepted = finding.suppression
    return {
        "ruleId": finding.check_id,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding, owner)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": path_of(finding), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
                },
                "logicalLocations": [
                    {"name": resource.id, "fullyQualifiedName": resource.key, "kind": "resource"},
                ],
            }
        ],
        # GitHub reads the first; the other says what it is.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.finding_id}:1",
            "musterFindingId/v1": finding.finding_id,
        },
        "suppressions": [] if accepted is None else [_suppression(accepted)],
        "properties": {
            "severity": finding.severity.value,
            "reason": finding.reason,
            "account": resource.account_id,
            "accountName": finding.account_name,
            "region": resource.region,
            "resourceType": resource.type,
            "owner": owner,
            "variant": finding.variant,
        },
    }


def rule(check_id: str, texts: RuleTexts) -> dict[str, Any]:
    """Return a check as a rule."""
    title = texts.title if texts.title.strip() else check_id
    parts = steps(texts.fix)
    plain = [f"Why: {texts.why}" if texts.why else "", *(step.text for step in parts)]
    shown = [
        f"**Why**: {markdown(texts.why)}" if texts.why else "",
        f"**Fix**:\n\n{fix_in_markdown(parts)}" if parts else "",
        f"**Controls**: {markdown(', '.join(texts.controls))}" if texts.controls else "",
    ]
    address = {"helpUri": texts.docs_url} if _is_address(texts.docs_url) else {}
    return {
        "id": check_id,
        "name": shortened(check_id, _NAME),
        "shortDescription": {"text": shortened(title, _DESCRIPTION)},
        "fullDescription": {"text": shortened(texts.why if texts.why.strip() else title, _DESCRIPTION)},
        "help": {
            "text": "\n\n".join([f"{title}.", *filter(None, plain)]),
            "markdown": "\n\n".join([f"{markdown(title)}.", *filter(None, shown)]),
        },
        **address,
        "defaultConfiguration": {"level": _LEVELS[texts.severity]},
        "properties": {
            "tags": list(dict.fromkeys(["security", "aws", *texts.controls]))[:_TAGS],
            "precision": "very-high",
            "security-severity": _SCORES[texts.severity],
        },
    }


def path_of(finding: Finding) -> str:
    """Return the relative path that stands for a resource, percent-encoded."""
    one = finding.resource
    kind = one.type.removeprefix("AWS::").strip(":").split("::")
    return "/".join(map(_segment, ["aws", one.account_id, one.region, *kind, one.id or "-"]))


def _message(finding: Finding, owner: str) -> str:
    resource = finding.resource
    name = shown_name(resource.type, resource.id)
    account = f"{finding.account_name} ({resource.account_id})" if finding.account_name else resource.account_id
    where = f"{noun(resource.type)} {name} in account {account}, {resource.region}"
    reason = finding.reason.rstrip(". ") if finding.reason.strip() else finding.check_id
    lines = [f"{reason}.", where[:1].upper() + where[1:] + "."]
    if owner:
        lines.append(f"Owner: {owner}.")
    if fix := fix_steps(finding):
        lines += ["Fix:", *(step.text for step in fix)]
    # SARIF makes a link of `[text](address)` in a message.
    return "\n".join(lines).replace("](", "]\\(")


def _suppression(accepted: Suppression) -> dict[str, Any]:
    ticket = f" ({accepted.ticket})" if accepted.ticket else ""
    return {
        "kind": "external",
        "status": "accepted",
        "justification": f"{accepted.reason}{ticket}. Accepted by {accepted.owner} until {accepted.expires}.",
    }


def _segment(text: str) -> str:
    """Return a name as one segment of a path; dots alone would name another folder."""
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="", errors="replace")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.netloc) and text.isascii() and text.isprintable() and " " not in text
