"""CloudWatch: the alarms of a region, read once for all resources that may have one."""

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from muster.facets import kinds
from muster.facets.cloudwatch import alarm_rules
from muster.model.arn import Arn
from muster.model.finding import Unknown
from muster.model.text import shortened

_STATE = kinds.one_of("OK", "ALARM", "INSUFFICIENT_DATA")
_QUERY = re.compile(
    r"""\bSELECT\s+\w+\s*\(\s*"?(?P<metric>[\w.-]+)"?\s*\)
    \s+FROM\s+(?P<schema>SCHEMA\s*\(\s*)?"?(?P<namespace>[\w./-]+)"?(?(schema)(?P<keys>[^()]*)\))
    (?P<where>\s+WHERE\b.*?)?(?:\s+(?:GROUP|ORDER|LIMIT)\b.*)?[\s;]*\Z""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html"""

_TEST = re.compile(r"""\b(?:WHERE|AND)\s+"?([\w.:/-]+)"?\s*=\s*'([^']*)'""", re.IGNORECASE)
_KEY = re.compile(r"[\w.:/-]+")


@dataclass(frozen=True, slots=True)
class Watched:
    """One metric that an alarm looks at."""

    namespace: str
    metric: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm; `kind` is `metric`, `composite` or `log`, `children` are the names or ARNs that a composite reads.

    Of these `raised_by` are those whose ALARM helps to raise it. `unread_rule` is the rule of a composite alarm where
    it does not follow the grammar that AWS documents, and empty otherwise; such an alarm has no children.
    """

    name: str
    arn: str
    kind: str
    actions: tuple[str, ...]
    actions_enabled: bool | Unknown
    state: str | Unknown
    state_since: datetime | Unknown
    watched: tuple[Watched, ...]
    children: tuple[str, ...]
    raised_by: tuple[str, ...] = ()
    unread_rule: str = ""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of MetricAlarms, CompositeAlarms or LogAlarms of DescribeAlarms."""
        # StateUpdatedTimestamp will not do: it grows with every update, whether the state changes or not.
        since = response.get("StateTransitionedTimestamp")
        rule = str(response.get("AlarmRule") or "")
        references = _references(rule)
        return cls(
            name=str(response["AlarmName"]),
            arn=str(response["AlarmArn"]),
            kind=str(response.get("kind") or ("composite" if rule else "metric")),
            actions=kinds.texts(response.get("AlarmActions")),
            actions_enabled=kinds.flag(response.get("ActionsEnabled"), "ActionsEnabled", "whether actions are enabled"),
            state=_state(response.get("StateValue")),
            state_since=since.astimezone(UTC)
            if isinstance(since, datetime)
            else Unknown("AWS returned no time of the last state change of the alarm"),
            watched=tuple(_watched(response)),
            children=tuple(dict.fromkeys(name for name, _ in references or ())),
            raised_by=tuple(dict.fromkeys(name for name, raises in references or () if raises)),
            unread_rule=rule if references is None else "",
        )

    @property
    def acts(self) -> bool:
        """Whether it does something itself when it goes into ALARM."""
        return bool(self.actions) and self.actions_enabled is True

    @property
    def topics(self) -> tuple[str, ...]:
        """The SNS topics of its own account and region that it notifies; a scan can read only these."""
        return tuple(arn for arn in self._topics if _home(arn) == _home(self.arn))

    @property
    def topics_elsewhere(self) -> tuple[str, ...]:
        """The SNS topics of other accounts and regions that it notifies."""
        return tuple(arn for arn in self._topics if _home(arn) != _home(self.arn))

    @property
    def other_actions(self) -> tuple[str, ...]:
        """The services besides SNS that it acts through, as ARNs spell them: `autoscaling`, `lambda`, `swf`."""
        return tuple(sorted({service for action in self.actions if (service := _service(action)) != "sns"}))

    @property
    def _topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(action for action in self.actions if _service(action) == "sns"))


@dataclass(frozen=True)
class Alarms:
    """All alarms of a region, without what no check reads: some 500 bytes an alarm, 10,000 of them in 5 MB."""

    alarms: tuple[Alarm, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeAlarms, all pages joined; an alarm of a shape we do not know is an error, not left out."""
        lists = {"MetricAlarms": "metric", "CompositeAlarms": "composite", "LogAlarms": "log"}
        alarms = [
            Alarm.parse({**item, "kind": kind}) for name, kind in lists.items() for item in response.get(name) or ()
        ]
        return cls(tuple(alarms))

    def on(self, namespace: str, metrics: Collection[str], dimensions: Mapping[str, str]) -> tuple[Alarm, ...]:
        """Return the alarms on one of the metrics with exactly these dimensions.

        An alarm with other dimensions looks at another metric: CloudWatch never adds them up.
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension
        """
        wanted = frozenset(dimensions.items())
        matches = (alarm for metric in metrics for alarm in self._index.get(Watched(namespace, metric, wanted), ()))
        return tuple({alarm.arn: alarm for alarm in matches}.values())

    def notifies(self, alarm: Alarm) -> bool:
        """Whether it has an enabled action itself, or helps to raise an alarm above it that has one."""
        return alarm.acts or any(above.acts for above in _climb(alarm, self._raised))

    def heard(self, among: Iterable[Alarm]) -> Alarm | Unknown | None:
        """Return the first of some alarms that notifies, or None.

        Unknown where none is, but the rule of a composite alarm that cannot be read may name one of them.
        """
        alarms = tuple(among)
        heard = next((alarm for alarm in alarms if self.notifies(alarm)), None)
        return heard or next((doubt for alarm in alarms if (doubt := self.doubt(alarm))), None)

    def doubt(self, alarm: Alarm) -> Unknown | None:
        """Return the rule that cannot be read and names an alarm, or one above it; None where none does."""
        below = (alarm, *self.above(alarm))
        for unread in self._unread:
            if any(each.name in unread.unread_rule.replace(r"\"", '"') for each in below):
                return Unknown(
                    f"The rule of composite alarm {unread.name} cannot be parsed: {shortened(unread.unread_rule)}"
                )
        return None

    def above(self, alarm: Alarm) -> Iterator[Alarm]:
        """Yield the composite alarms above an alarm, the nearest first and each once."""
        return _climb(alarm, self._parents)

    @functools.cached_property
    def _index(self) -> Mapping[Watched, tuple[Alarm, ...]]:
        index: dict[Watched, tuple[Alarm, ...]] = {}
        for alarm in self.alarms:
            for watched in dict.fromkeys(alarm.watched):
                index[watched] = (*index.get(watched, ()), alarm)
        return index

    @functools.cached_property
    def _unread(self) -> tuple[Alarm, ...]:
        return tuple(alarm for alarm in self.alarms if alarm.unread_rule)

    @functools.cached_property
    def _parents(self) -> Mapping[str, tuple[Alarm, ...]]:
        return _by_name((child, alarm) for alarm in self.alarms for child in alarm.children)

    @functools.cached_property
    def _raised(self) -> Mapping[str, tuple[Alarm, ...]]:
        return _by_name((child, alarm) for alarm in self.alarms for child in alarm.raised_by)


def _references(rule: str) -> tuple[tuple[str, bool], ...] | None:
    """Return the references of a rule, none where there is no rule; None where it cannot be read."""
    try:
        return tuple(alarm_rules.references(rule)) if rule else ()
    except ValueError:
        return None


def _by_name(pairs: Iterable[tuple[str, Alarm]]) -> Mapping[str, tuple[Alarm, ...]]:
    alarms: dict[str, tuple[Alarm, ...]] = {}
    for name, alarm in pairs:
        alarms[name] = (*alarms.get(name, ()), alarm)
    return alarms


def _climb(alarm: Alarm, parents: Mapping[str, tuple[Alarm, ...]]) -> Iterator[Alarm]:
    """Yield the alarms above one, the nearest first and each once; a rule names an alarm by name or by ARN."""
    seen = {alarm.arn}
    waiting = [alarm]
    while waiting:
        child = waiting.pop(0)
        for parent in (*parents.get(child.name, ()), *parents.get(child.arn, ())):
            if parent.arn not in seen:
                seen.add(parent.arn)
                waiting.append(parent)
                yield parent


def _state(value: object) -> str | Unknown:
    return _STATE(value or None, "the alarm's state", "the state of the alarm")


def _service(action: str) -> str:
    arn = Arn.parse(action)
    return arn.service if arn else action


def _home(text: str) -> tuple[str, str]:
    """Return the region and the account of an ARN."""
    arn = Arn.of(text)
    return arn.region, arn.account


def _watched(alarm: Mapping[str, Any]) -> Iterator[Watched]:
    """Yield the metrics of an alarm: its own, those that its expressions name, and those that a query selects whole.

    Metrics of other accounts are none of ours, though resources there may be called alike.
    """
    ours = (None, Arn.of(alarm["AlarmArn"]).account)
    if alarm.get("MetricName"):
        yield _metric(alarm)
    for query in alarm.get("Metrics") or ():
        metric = (query.get("MetricStat") or {}).get("Metric")
        if metric and query.get("AccountId") in ours:
            yield _metric(metric)
        yield from _selected(str(query.get("Expression") or ""))


def _selected(text: str) -> Iterator[Watched]:
    """Yield the metric that a query selects, where it selects it of all resources, or of the one that it names."""
    query = _QUERY.search(text)
    if query is None:
        return
    where = query["where"] or ""
    tests = dict(_TEST.findall(where))
    if _TEST.sub("", where).strip() or (tests and query["schema"] and set(_KEY.findall(query["keys"])) != set(tests)):
        return
    # A query without WHERE looks at the metric of all resources, as one without dimensions does.
    yield Watched(query["namespace"], query["metric"], frozenset(tests.items()))


def _metric(metric: Mapping[str, Any]) -> Watched:
    dimensions = frozenset((str(each["Name"]), str(each["Value"])) for each in metric.get("Dimensions") or ())
    return Watched(str(metric.get("Namespace") or ""), str(metric.get("MetricName") or ""), dimensions)
