"""Lambda: the event source mappings of a region, and the queues among their sources."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets.fields import Parsed, facet, read
from muster.facets.lambda_.functions import failure_destination
from muster.model.arn import Arn
from muster.model.finding import Unknown
from muster.model.json_values import loads

_KINDS = {
    "sqs": "queue",
    "kinesis": "stream",
    "dynamodb": "stream",
    "kafka": "stream",
    "mq": "broker",
    "rds": "database",
}
"""The kind of a source, by the service of its ARN; the ARN of a DocumentDB cluster is one of RDS.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

_RESTING = frozenset({"Disabling", "Disabled"})


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """One mapping: the name of its function, its source (an ARN, or `Kafka` for a cluster of one's own) and its kind.

    `on_failure` is empty where discarded records go nowhere, `active` says that it polls, or is about to.
    """

    function: str
    source: str
    kind: str | Unknown
    on_failure: str
    active: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of ListEventSourceMappings."""
        own = bool(response.get("SelfManagedEventSource"))
        source = "Kafka" if own else str(response.get("EventSourceArn") or "")
        return cls(
            function=Arn.of(response["FunctionArn"]).path[1],
            source=source,
            kind="stream" if own else _kind(source),
            on_failure=failure_destination(response),
            active=response.get("State") not in _RESTING,
        )


@dataclass(frozen=True)
class EventSourceMappings:
    """All mappings of a region, without what no check reads: some 300 bytes a mapping, 10,000 of them in 3 MB."""

    mappings: tuple[EventSourceMapping, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListEventSourceMappings, all pages joined, without those that are being deleted.

        A mapping of a shape we do not know is an error, not left out.
        """
        items = response.get("EventSourceMappings") or ()
        return cls(tuple(EventSourceMapping.parse(item) for item in items if item.get("State") != "Deleting"))

    def queues_of(self, function: str) -> tuple[str, ...]:
        """Return the ARNs of the queues that are polled for a function, each once."""
        queues = (each.source for each in self.polled_for(function) if each.kind == "queue")
        return tuple(dict.fromkeys(queues))

    def polled_for(self, function: str) -> tuple[EventSourceMapping, ...]:
        """Return the active mappings of a function, those of its versions and aliases among them."""
        return self._by_function.get(function, ())

    @functools.cached_property
    def _by_function(self) -> Mapping[str, tuple[EventSourceMapping, ...]]:
        by_function: dict[str, list[EventSourceMapping]] = {}
        for each in self.mappings:
            if each.active:
                by_function.setdefault(each.function, []).append(each)
        return {name: tuple(mappings) for name, mappings in by_function.items()}


def _kind(arn: str) -> str | Unknown:
    source = Arn.parse(arn)
    kind = _KINDS.get(source.service) if source else None
    return kind or Unknown(f"Unknown kind of event source: {arn or 'AWS returned no ARN'}")


def _visibility(attributes: Any, _name: str, _question: str = "") -> int | Unknown:
    try:
        return int(attributes["VisibilityTimeout"])
    except (KeyError, TypeError, ValueError):
        return Unknown("AWS did not return the visibility timeout of the queue")


def _receives(attributes: Any, _name: str, _question: str = "") -> int | Unknown | None:
    if not attributes:
        return Unknown("AWS did not return whether the queue has a dead-letter queue")
    if not attributes.get("RedrivePolicy"):
        return None
    try:
        return int(loads(attributes["RedrivePolicy"])["maxReceiveCount"])
    except (KeyError, TypeError, ValueError):
        return Unknown("The queue's redrive policy cannot be parsed")


@facet
class SourceQueue(Parsed):
    """GetQueueAttributes of a queue that is polled: how long it hides a message, how many receives it permits.

    `receives` is None where it has no dead-letter queue.
    """

    visibility: int | Unknown = read("Attributes", _visibility)
    receives: int | Unknown | None = read("Attributes", _receives)
