"""The list of the page as Python computes it, without a line of the page's own code."""

from collections import Counter
from collections.abc import Mapping, Sequence

from muster.model.finding import Severity, Status
from muster.reports.overview import Item, Overview

SEVERITIES = [severity.value for severity in reversed(Severity)]


def status(item: Item) -> str:
    if item.finding.suppression:
        return "suppressed"
    if item.finding.status is Status.INSUFFICIENT_DATA:
        return "unread"
    return item.news.value or "failing"


def words(item: Item) -> dict[str, Sequence[str]]:
    """Return the words by which the filters of the page find an item."""
    finding = item.finding
    return {
        "sev": [finding.severity.lower()],
        "st": [status(item)],
        "ac": [finding.account_name or finding.resource.account_id],
        "rg": [finding.resource.region],
        "ow": [item.owner or "none"],
        "ty": [item.noun],
        "ck": [finding.check_id],
        "fw": sorted({control.rpartition(" ")[0] for control in finding.controls}),
    }


def text(item: Item) -> str:
    """Return what the search looks at."""
    finding, one = item.finding, item.finding.resource
    parts = (one.id, item.name, item.owner or "", one.account_id, finding.account_name, one.region, item.noun, one.key)
    return " ".join((*parts, finding.check_id, finding.title, *finding.controls, finding.reason)).lower()


def matching(scan: Overview, chosen: Mapping[str, Sequence[str]], search: str = "") -> list[Item]:
    """Return the items that the filters and the search of a page leave."""
    chosen = {"st": ("failing", "new", "reopened", "expired"), **chosen}
    return [
        item
        for item in scan.items
        if all(set(words(item)[key]) & set(values) for key, values in chosen.items())
        and all(word in text(item) for word in search.lower().split())
    ]


def boxes(scan: Overview, chosen: Mapping[str, Sequence[str]], key: str) -> Counter[str]:
    """Return the numbers beside the boxes of one filter: all other filters apply."""
    rest = {name: values for name, values in chosen.items() if name != key}
    if key == "st":
        rest["st"] = ("failing", "new", "reopened", "expired", "suppressed", "unread")
    return Counter(word for item in matching(scan, rest) for word in words(item)[key])


def by_resource(items: Sequence[Item]) -> dict[tuple[str, str, str], list[Item]]:
    groups: dict[tuple[str, str, str], list[Item]] = {}
    for item in items:
        groups.setdefault(item.finding.resource.identity, []).append(item)
    return groups


def weight(items: Sequence[Item]) -> tuple[int, ...]:
    """Return what makes a group worse than another: larger is worse."""
    counts = Counter(item.finding.severity.value for item in items)
    new = sum(
        item.finding.severity is Severity.CRITICAL and status(item) in {"new", "reopened", "expired"} for item in items
    )
    return (counts["CRITICAL"], new, *(counts[each] for each in SEVERITIES[1:]))
