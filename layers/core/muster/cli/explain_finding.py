"""What `muster explain` prints about findings: what is wrong, since when, whose it is, what to do, and the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from muster.catalog.controls import load as load_controls
from muster.cli.explain_pages import in_frameworks
from muster.cli.screen import STYLES, show_line, show_text
from muster.facets.evidence import Evidence
from muster.model.finding import Finding, Status
from muster.model.text import counted
from muster.reports.links import console_link
from muster.reports.nouns import noun, shown_name
from muster.reports.remedy import fix_steps

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog

_LABEL = 10
_INDENT = " " * (_LABEL + 2)
WORDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.NON_COMPLIANT: "fails",
        Status.INSUFFICIENT_DATA: "not evaluated",
        Status.COMPLIANT: "passes",
        Status.NOT_APPLICABLE: "not applicable",
    }
)
"""The statuses of findings in a sentence."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A finding, the finding as AWS answers now (None where it was not read again), its evidence or why there is none.

    `accept` is the beginning of the command that accepts the failure.
    """

    finding: Finding
    now: Finding | None
    evidence: Evidence
    no_evidence: str
    accept: str


def show_resource(finding: Finding, owner_tag: str) -> None:
    """Print whose findings follow: name, type, place, owner and console."""
    resource = finding.resource
    show_line((shown_name(resource.type, resource.id), "bold"))
    account = f"{finding.account_name} ({resource.account_id})" if finding.account_name else resource.account_id
    show_line(f"  {noun(resource.type)}, account {account}, {resource.region}")
    if resource.arn:
        show_line("  ", (resource.arn, "dim"))
    tags = resource.tags
    owner = "not known: the tags were not read" if tags is None else tags.get(owner_tag, f"no tag {owner_tag}")
    show_line(f"  owner: {owner}")
    link = console_link(
        resource.type, resource.id, resource.arn or "", resource.account_id, resource.region, resource.partition
    )
    if link:
        show_line("  ", (link, "dim"))


def show_finding(explained: Explained, catalog: "Catalog") -> None:
    """Print one finding whole."""
    finding = explained.finding
    show_line()
    severity = finding.severity.value
    show_line((severity, STYLES.get(severity, "")), f"  {finding.check_id}  ", WORDS[finding.status])
    _labelled("Reason", finding.reason)
    _labelled("Check", finding.title)
    _labelled("Since", _since(finding))
    if explained.now is not None and explained.now.status is not finding.status:
        _labelled("Now", f"{WORDS[explained.now.status]}: {explained.now.reason}")
    if finding.suppression:
        accepted = finding.suppression
        _labelled("Accepted", f"until {accepted.expires} by {accepted.owner}: {accepted.reason}")
    check = catalog.checks.get(finding.check_id)
    if check is not None and finding.status is not Status.COMPLIANT:
        _labelled("Why", check.why)
    for missing in finding.unavailable:
        if missing.permission:
            _labelled("Missing", f"the permission {missing.permission}")
    _fix(finding)
    _labelled("Controls", _controls(finding))
    if finding.failing:
        _labelled("Accept", "")
        show_line("    ", explained.accept, " --until DATE --reason TEXT --owner NAME")
    _labelled("Finding", finding.finding_id)
    _evidence(explained, catalog)


def show_rest(findings: Sequence[Finding]) -> None:
    """Print in one line how many other checks pass or do not apply."""
    if not findings:
        return
    passing = sum(each.status is Status.COMPLIANT for each in findings)
    others = len(findings) - passing
    show_line()
    not_applicable = f", {counted(others, 'check')} not applicable" if others else ""
    show_line((f"{counted(passing, 'check')} passed{not_applicable}. One of them: --check ID", "dim"))


def _labelled(label: str, text: str) -> None:
    if text or label == "Accept":
        show_text(text, _INDENT, first=f"  {label:<{_LABEL}}") if text else show_line(f"  {label}")


def _since(finding: Finding) -> str:
    read = f"last read {_moment(finding.observed_at)}"
    return f"{_moment(finding.first_seen)}; {read}" if finding.first_seen else f"not recorded; {read}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _fix(finding: Finding) -> None:
    steps = fix_steps(finding)
    if not steps:
        return
    show_line("  Fix")
    for step in steps:
        if step.command:
            for line in step.text.splitlines():
                show_line("    ", line)
        else:
            show_text(step.text, "    ")


def _controls(finding: Finding) -> str:
    book = load_controls()
    names = list(dict.fromkeys(each.rpartition(" ")[2] for each in finding.controls))
    return ", ".join(
        f"{name} ({'; '.join(frameworks)})" if (frameworks := in_frameworks(name, book)) else name for name in names
    )


def _evidence(explained: Explained, catalog: "Catalog") -> None:
    if not explained.evidence:
        _labelled("Evidence", explained.no_evidence)
        return
    at = (explained.now or explained.finding).observed_at
    show_line(f"  Evidence: what AWS answered at {_moment(at)}")
    operations = _operations(explained.finding, catalog)
    before = ""
    for name, value in explained.evidence:
        facet, _, member = name.partition(".")
        kind, _, key = facet.partition("[")
        head = f"{operations.get(kind, kind)}{f' of {key[:-1]}' if key else ''}"
        if head != before:
            show_line("    ", (head, "bold"))
            before = head
        show_text(f"{member}: {value}" if member else value, " " * 8, first=" " * 6)


def _operations(finding: Finding, catalog: "Catalog") -> dict[str, str]:
    """Return the API operations by the names of the facets that they are read into."""
    check = catalog.checks.get(finding.check_id)
    found: dict[str, str] = {}
    lister = catalog.listers.get(finding.resource.type)
    for facet in check.facets.values() if check else ():
        describer = catalog.describer(finding.resource.type, facet)
        reader = describer or lister
        if reader is not None:
            found[facet.__name__] = reader.operation.partition(":")[2]
    return found
