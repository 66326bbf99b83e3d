"""SNS: topics, their policies and their subscriptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.facets import kinds
from muster.facets.fields import Parsed, computed, facet, read
from muster.model.arn import Arn
from muster.model.finding import Unknown
from muster.model.json_values import loads
from muster.model.text import shortened

PENDING = "PendingConfirmation"
DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: the key that encrypts it, empty where there is none, and its access policy."""

    kms_key: str | Unknown
    policy: Policy | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetTopicAttributes; a topic has no key where none is named, but attributes always."""
        attributes = response.get("Attributes")
        if not attributes:
            unknown = Unknown("AWS returned no attributes of the topic")
            return cls(unknown, unknown)
        return cls(str(attributes.get("KmsMasterKeyId") or ""), policy_of(attributes.get("Policy"), "the topic"))


@facet
class Subscription(Parsed):
    """One subscription of ListSubscriptions; `confirmed` says whether its endpoint agreed to be written to."""

    protocol: str | Unknown = read("Protocol", kinds.stated, "the subscription's protocol")
    topic_arn: str = read("TopicArn", kinds.text)
    confirmed: bool = computed(lambda item: Arn.parse(str(item.get("SubscriptionArn"))) is not None)

    @property
    def delivers_by_retry(self) -> bool:
        """Whether SNS itself tries to deliver: to an endpoint that agreed, and not into a stream of Firehose."""
        return self.confirmed and self.protocol != "firehose"


@dataclass(frozen=True, slots=True)
class SubscriptionAttributes:
    """The ARN of the queue that takes messages that could not be delivered, empty where they are dropped."""

    dead_letter_queue: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetSubscriptionAttributes."""
        attributes = response.get("Attributes")
        if not attributes:
            return cls(Unknown("AWS returned no attributes of the subscription"))
        policy = attributes.get("RedrivePolicy")
        if not policy:
            return cls("")
        try:
            return cls(str(loads(policy)["deadLetterTargetArn"]))
        except (KeyError, TypeError, ValueError):
            return cls(Unknown(f"The subscription's redrive policy cannot be parsed: {shortened(str(policy))}"))


@dataclass(frozen=True, slots=True)
class TopicAudience:
    """A topic's existence and its subscriptions: whether one is confirmed, and how many are pending."""

    exists: bool
    confirmed: bool
    pending: int

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListSubscriptionsByTopic; no list at all means that there is no such topic."""
        items = response.get("Subscriptions")
        arns = [str(item.get("SubscriptionArn") or "") for item in items or ()]
        return cls(
            exists=items is not None,
            confirmed=any(map(Arn.parse, arns)),
            pending=arns.count(PENDING),
        )
