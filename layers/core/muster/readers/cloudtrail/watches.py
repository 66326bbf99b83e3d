"""Reading who is notified of what a trail records: metric filters of its log group, alarms on them, their topics."""

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from muster.facets.cloudtrail.trails import AccountTrail, AccountTrails
from muster.facets.cloudtrail.watches import MetricFilter, TrailWatches, Watch
from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.sns import TopicAudience
from muster.model.arn import Arn
from muster.model.finding import ACCOUNT, Resource, Unavailable
from muster.model.paging import Held
from muster.model.readers import describes
from muster.readers.answers import all_pages, tried
from muster.readers.cloudtrail.trails import TRAIL
from muster.readers.cloudwatch.alarms import alarms, topic_audience

if typing.TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

Clients = Callable[[str, str], Any]
_ALARMS, _TOPICS = "cloudwatch:DescribeAlarms", "sns:ListSubscriptionsByTopic"
_GONE = ("ResourceNotFoundException", "NotFound", "NotFoundException")


@dataclass(frozen=True, slots=True)
class _OneTrail:
    """One log group, its region's alarms and one topic: an account has one such trail at most, usually."""

    types: tuple[str, ...] = (TRAIL,)

    def calls(self, operation: str, held: Held) -> Mapping[str, int]:
        """Return the calls by operation."""
        return dict.fromkeys((operation, _ALARMS, _TOPICS), 1) if held(TRAIL) else {}


@describes(
    ACCOUNT, permission="logs:DescribeMetricFilters", also=(_ALARMS, _TOPICS), service="cloudtrail",
    on={_TOPICS: "arn:{partition}:sns:*:*:*"}, of=AccountTrails, given=True, elsewhere=True, page=_OneTrail(),
)  # fmt: skip
def trail_watches(
    _logs: "CloudWatchLogsClient", account: Resource, trails: AccountTrails, *, clients: Clients
) -> TrailWatches:
    """Read the watches of the account's own multi-region trails that log to a log group of the account.

    What a denial keeps from being read is missing only where it matters.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html
    """
    of_region: dict[str, Alarms | Unavailable] = {}
    audiences: dict[str, TopicAudience | Unavailable] = {}
    watches = {
        each.arn: _watch(each, clients, of_region, audiences)
        for each in trails.owned_by(account.account_id)
        if each.log_group and not each.silent
    }
    return TrailWatches(watches)


def _watch(
    trail: AccountTrail,
    clients: Clients,
    of_region: dict[str, Alarms | Unavailable],
    audiences: dict[str, TopicAudience | Unavailable],
) -> Watch:
    group = Arn.of(trail.log_group)
    filters = tried(
        "logs:DescribeMetricFilters",
        lambda: _filters(clients("logs", group.region), trail.group_name),
        *_GONE,
    )
    if isinstance(filters, Unavailable) or not filters:
        return Watch(filters, Alarms(()), {})
    if group.region not in of_region:
        cloudwatch = clients("cloudwatch", group.region)
        of_region[group.region] = tried(_ALARMS, lambda: alarms.function(cloudwatch, None))
    watch = Watch(filters, of_region[group.region], audiences)
    topics = (topic for each in filters for alarm in watch.alarms_on(each) for topic in alarm.topics)
    for topic in dict.fromkeys(topics):
        if topic not in audiences:
            audiences[topic] = _audience(clients("sns", Arn.of(topic).region), topic)
    return watch


def _filters(logs: Any, group: str) -> tuple[MetricFilter, ...]:
    """Read the metric filters of a log group, 50 a page."""
    found = all_pages(logs, "describe_metric_filters", "metricFilters", page=50, logGroupName=group)
    return tuple(map(MetricFilter.parse, found["metricFilters"]))


def _audience(sns: Any, topic: str) -> TopicAudience | Unavailable:
    return tried(_TOPICS, lambda: topic_audience.function(sns, None, topic), *_GONE)
