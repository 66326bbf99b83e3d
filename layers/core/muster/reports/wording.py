"""Words and phrases that several reports and the command share."""

from collections.abc import Mapping
from types import MappingProxyType

from muster.model.finding import Finding, Status

FAILING, PASSING, NOT_APPLICABLE, UNREAD, SUPPRESSED = "failing", "passing", "not-applicable", "unread", "suppressed"
STATUS_NAMES = (FAILING, SUPPRESSED, UNREAD, PASSING, NOT_APPLICABLE)
"""The words that people use for a finding's status, in the order in which reports list findings."""
_NAMES: Mapping[Status, str] = MappingProxyType(
    {
        Status.NON_COMPLIANT: FAILING,
        Status.COMPLIANT: PASSING,
        Status.NOT_APPLICABLE: NOT_APPLICABLE,
        Status.INSUFFICIENT_DATA: UNREAD,
    }
)


def status_name(finding: Finding) -> str:
    """Return the word for a finding's status, one of STATUS_NAMES."""
    return SUPPRESSED if finding.suppression else _NAMES[finding.status]


def owner_of(finding: Finding, owner_tag: str) -> str:
    """Return the value of the resource's owner tag, empty where it has none."""
    return (finding.resource.tags or {}).get(owner_tag, "")


def difference(predicted: int, made: int) -> str:
    """Return how many calls were made, and how far that is from the prediction."""
    calls = f"{made:,} call" if made == 1 else f"{made:,} calls"
    if made == predicted:
        return f"{calls} as predicted"
    if not predicted:
        return f"{calls}, where none was predicted"
    percent = abs(made - predicted) / predicted * 100
    share = "less than 0.1 %" if percent < 0.1 else f"{percent:,.1f} %"  # noqa: PLR2004 - it would read 0.0
    return f"{calls}, {share} {'more' if made > predicted else 'fewer'} than the {predicted:,} predicted"
