"""SNS and KMS: the topics that alarms publish to, and the keys that encrypt these topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy
from muster.facets.kms import Key, KeyPolicy
from muster.facets.sns import Topic
from muster.model.arn import account_of
from muster.model.finding import Related, Resource, Unknown

_AWS_ALIAS = "alias/aws/"


@dataclass(frozen=True, slots=True)
class AlarmTopic(Topic):
    """The key and the policy of a topic that an alarm publishes to."""

    @property
    def managed_by_aws(self) -> bool:
        """Whether its key is named by an alias in AWS's name; such a key's policy cannot be changed."""
        return not isinstance(self.kms_key, Unknown) and self.kms_key.rpartition(":")[2].startswith(_AWS_ALIAS)

    def own_key(self, account_id: str) -> str:
        """Return its key where that is a customer's, of the account; empty otherwise."""
        if isinstance(self.kms_key, Unknown) or self.managed_by_aws:
            return ""
        return self.kms_key if account_of(self.kms_key) in ("", account_id) else ""


@dataclass(frozen=True, slots=True)
class AlarmTopicKey:
    """The key that encrypts a topic; `exists` is false where there is no key or alias of this name."""

    exists: bool
    arn: str
    manager: str | Unknown
    state: str | Unknown
    policy: Policy | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answers of DescribeKey and GetKeyPolicy, put together; the second has only customers' keys."""
        key = Key.parse(response)
        return cls(
            exists="KeyMetadata" in response,
            arn=str((response.get("KeyMetadata") or {}).get("Arn") or ""),
            manager=key.manager,
            state=key.state,
            policy=KeyPolicy.parse(response).policy,
        )

    @property
    def unusable(self) -> bool:
        """Whether its state is known to prevent all use.

        https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
        """
        return not isinstance(self.state, Unknown) and self.state not in ("Enabled", "Updating")


def own_keys(topics: Related[AlarmTopic], alarm: Resource) -> tuple[str, ...]:
    """Return the customers' keys of the account that encrypt the topics of an alarm, each once."""
    read = (each for each in topics.by_key.values() if isinstance(each, AlarmTopic))
    return tuple(dict.fromkeys(key for each in read if (key := each.own_key(alarm.account_id))))
