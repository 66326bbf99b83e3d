"""CloudWatch: what the widgets of dashboards show."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

_SEARCH = re.compile(r"\b(?:SEARCH\s*\(|SELECT\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A metric of a widget: its account, empty for the dashboard's own, its region, and its dimensions' values."""

    account_id: str
    region: str
    namespace: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dashboards:
    """The metrics that the dashboards of an account show, by the dashboard's name.

    `searching` has the names of dashboards with widgets whose metrics are known to CloudWatch alone: expressions with
    SEARCH, queries of Metrics Insights, and explorers, which find resources by their tags.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """

    shown: Mapping[str, tuple[Shown, ...]]
    searching: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `Dashboards`, each with its name and its body."""
        bodies = {
            str(each["DashboardName"]): _widgets(each["DashboardBody"]) for each in response.get("Dashboards") or ()
        }
        searching = frozenset(name for name, widgets in bodies.items() if any(map(_searches, widgets)))
        return cls({name: tuple(_metrics(widgets)) for name, widgets in bodies.items()}, searching)

    def showing(self, account_id: str, region: str, namespace: str, value: str) -> tuple[str, ...]:
        """Return the names of the dashboards that show a metric of an account and region with a dimension's value."""
        own = {("", region, namespace), (account_id, region, namespace)}
        return tuple(
            name
            for name, metrics in sorted(self.shown.items())
            if any((each.account_id, each.region, each.namespace) in own and value in each.values for each in metrics)
        )


def _widgets(body: str) -> list[Mapping[str, Any]]:
    document = json.loads(body)
    return [each for each in document.get("widgets") or () if isinstance(each, dict)]


def _searches(widget: Mapping[str, Any]) -> bool:
    metrics = (widget.get("properties") or {}).get("metrics") or ()
    options = (each for metric in metrics if isinstance(metric, list) for each in metric if isinstance(each, dict))
    return widget.get("type") == "explorer" or any(_SEARCH.search(str(each.get("expression"))) for each in options)


def _metrics(widgets: list[Mapping[str, Any]]) -> Iterator[Shown]:
    for widget in widgets:
        properties = widget.get("properties") or {}
        previous: list[str] = []
        for metric in properties.get("metrics") or ():
            texts = _written_out([each for each in metric if isinstance(each, str)], previous)
            options = next((each for each in metric if isinstance(each, dict)), {})
            if texts:
                previous = texts
                account_id, region = (
                    str(options.get(key) or properties.get(key) or "") for key in ("accountId", "region")
                )
                yield Shown(account_id, region, texts[0], frozenset(texts[3::2]))


def _written_out(texts: list[str], previous: list[str]) -> list[str]:
    """Return the parts of a metric: `.` repeats a part of the metric before it, `...` all but the last ones."""
    if "..." in texts:
        rest = texts[texts.index("...") + 1 :]
        return [*previous[: len(previous) - len(rest)], *rest]
    return [previous[place] if text == "." and place < len(previous) else text for place, text in enumerate(texts)]
