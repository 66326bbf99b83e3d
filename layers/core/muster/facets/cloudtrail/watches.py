"""CloudTrail, CloudWatch and SNS: who is notified of what a trail's log group receives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.patterns.log_filters import Alternatives, alternatives, covers
from muster.facets.cloudwatch.alarms import Alarm, Alarms
from muster.facets.sns import TopicAudience
from muster.model.finding import Unavailable

Metric = tuple[str, str]
"""A namespace and the name of a metric."""


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """One metric filter of a log group: its pattern as it is written, and the metrics that it counts in."""

    name: str
    pattern: str
    metrics: tuple[Metric, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeMetricFilters.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricFilter.html
        """
        return cls(
            str(response["filterName"]),
            str(response.get("filterPattern") or ""),
            tuple(
                (str(each["metricNamespace"]), str(each["metricName"]))
                for each in response.get("metricTransformations") or ()
            ),
        )

    @property
    def alternatives(self) -> Alternatives | None:
        """Its pattern as terms; None where it cannot be read."""
        return alternatives(self.pattern)


@dataclass(frozen=True, slots=True)
class Watch:
    """The metric filters of the log group of one trail, the alarms of its region, and who hears of these.

    `audiences` has the topics that alarms on the metrics notify. Each part may be what kept it from being read.
    """

    filters: tuple[MetricFilter, ...] | Unavailable
    alarms: Alarms | Unavailable
    audiences: Mapping[str, TopicAudience | Unavailable]

    def matching(self, required: tuple[Alternatives, ...]) -> Iterator[MetricFilter]:
        """Yield the filters whose pattern matches all that one of the required patterns matches."""
        filters = () if isinstance(self.filters, Unavailable) else self.filters
        for each in filters:
            found = each.alternatives
            if found is not None and any(covers(found, pattern) for pattern in required):
                yield each

    def alarms_on(self, metric_filter: MetricFilter) -> tuple[Alarm, ...]:
        """Return the alarms on the metrics of a filter; its metrics have no dimensions that alarms need."""
        alarms = () if isinstance(self.alarms, Unavailable) else self.alarms.alarms
        return tuple(
            alarm
            for alarm in alarms
            if {(each.namespace, each.metric) for each in alarm.watched} & set(metric_filter.metrics)
        )


@dataclass(frozen=True, slots=True)
class TrailWatches:
    """The watches of the account's own multi-region trails, by the trail's ARN; only those that have a log group."""

    by_trail: Mapping[str, Watch]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Take what was read for each trail, by its ARN; without `Watches` there is none."""
        return cls(dict(response.get("Watches") or {}))
