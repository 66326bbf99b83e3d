"""CloudWatch: what the widgets of dashboards show."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Shown:
    """A metric of a widget: the region that the widget reads, and the values of the metric's dimensions."""

    region: str
    namespace: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dashboards:
    """The metrics that the dashboards of an account show, by the dashboard's name.

    A widget whose metrics are found by a search shows what nobody can say without CloudWatch: `searching` has the names
    of the dashboards with such widgets.
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
        searching = frozenset(name for name, widgets in bodies.items() if "SEARCH(" in json.dumps(widgets))
        return cls({name: tuple(_metrics(widgets)) for name, widgets in bodies.items()}, searching)

    def showing(self, region: str, namespace: str, value: str) -> tuple[str, ...]:
        """Return the names of the dashboards that show a metric of a region with a dimension's value."""
        return tuple(
            name
            for name, metrics in sorted(self.shown.items())
            if any((each.region, each.namespace) == (region, namespace) and value in each.values for each in metrics)
        )


def _widgets(body: str) -> list[Mapping[str, Any]]:
    document = json.loads(body)
    return [each for each in document.get("widgets") or () if isinstance(each, dict)]


def _metrics(widgets: list[Mapping[str, Any]]) -> Iterator[Shown]:
    for widget in widgets:
        properties = widget.get("properties") or {}
        previous: list[str] = []
        for metric in properties.get("metrics") or ():
            texts = _written_out([each for each in metric if isinstance(each, str)], previous)
            options = next((each for each in metric if isinstance(each, dict)), {})
            if texts:
                previous = texts
                region = str(options.get("region") or properties.get("region") or "")
                yield Shown(region, texts[0], frozenset(texts[3::2]))


def _written_out(texts: list[str], previous: list[str]) -> list[str]:
    """Return the parts of a metric: `.` repeats a part of the metric before it, `...` all but the last ones."""
    if "..." in texts:
        rest = texts[texts.index("...") + 1 :]
        return [*previous[: len(previous) - len(rest)], *rest]
    return [previous[place] if text == "." and place < len(previous) else text for place, text in enumerate(texts)]
