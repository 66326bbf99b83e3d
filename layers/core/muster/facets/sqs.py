"""SQS: queues, and the queues that they are dead-letter queues of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown
from muster.model.json_values import loads
from muster.model.text import shortened

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue; `kms_key` and `dead_letter_queue` (an ARN) are empty where there is none.

    `messages` are all that it holds: those that wait, those that are in flight and those that are delayed.
    """

    kms_key: str | Unknown
    sqs_managed_encryption: bool | Unknown
    policy: Policy | Unknown
    dead_letter_queue: str | Unknown
    max_receive_count: int | Unknown
    messages: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetQueueAttributes for all attributes; a queue always has some."""
        attributes = response.get("Attributes")
        if not attributes:
            nothing = Unknown("AWS returned no attributes of the queue")
            return cls(nothing, nothing, nothing, nothing, nothing, nothing)
        target, receives = _dead_letters(attributes.get("RedrivePolicy"))
        return cls(
            kms_key=str(attributes.get("KmsMasterKeyId") or ""),
            sqs_managed_encryption=_switch(attributes.get("SqsManagedSseEnabled")),
            policy=policy_of(attributes.get("Policy"), "the queue"),
            dead_letter_queue=target,
            max_receive_count=receives,
            messages=_total(attributes),
        )


@facet
class DeadLetterSources(Parsed):
    """ListDeadLetterSourceQueues: the names of the queues that name this one as their dead-letter queue."""

    queues: tuple[str, ...] = read("queueUrls", kinds.many(lambda url: str(url).rpartition("/")[2]))


def _dead_letters(text: object) -> tuple[str | Unknown, int | Unknown]:
    """Read the dead-letter queue and the number of receives before it; SQS writes the number as a text at times."""
    if not text:
        return "", 0
    try:
        policy = loads(str(text))
        return str(policy["deadLetterTargetArn"]), int(policy["maxReceiveCount"])
    except (KeyError, TypeError, ValueError):
        unknown = Unknown(f"The queue's redrive policy cannot be parsed: {shortened(str(text))}")
        return unknown, unknown


def _switch(value: object) -> bool | Unknown:
    word = str(value).lower()
    if word in ("true", "false"):
        return word == "true"
    return Unknown("AWS did not return whether SSE-SQS is on")


def _number(name: str, value: object) -> int | Unknown:
    try:
        return int(str(value))
    except ValueError:
        return Unknown(f"AWS returned no {name} of the queue")


def _total(attributes: Mapping[str, Any]) -> int | Unknown:
    """Add the counts up; one that is missing makes the sum unknown."""
    counts = [_number(name, attributes.get(name)) for name in _COUNTS]
    known = [count for count in counts if not isinstance(count, Unknown)]
    return sum(known) if len(known) == len(counts) else next(each for each in counts if isinstance(each, Unknown))
