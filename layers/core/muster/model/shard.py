"""The unit of work of a scan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from muster.model.finding import Resource

_HERE = ("",)
"""The scope that is the shard's own region."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The unit of work: one service in one region of one account, or `global` for a service no region owns.

    `endpoint_region` is where its lister calls, `scope` the regions whose resources it judges. A large one is cut
    by `resource_type`; without, it has all types of the service.
    """

    account_id: str
    region: str
    service: str
    endpoint_region: str = ""
    scope: tuple[str, ...] = _HERE
    partition: str = "aws"
    resource_type: str = ""

    def __post_init__(self) -> None:
        """Take the shard's own region for what is not given."""
        if not self.endpoint_region:
            object.__setattr__(self, "endpoint_region", self.region)
        if self.scope == _HERE:
            object.__setattr__(self, "scope", (self.region,))

    def to_json(self) -> dict[str, Any]:
        """Return the fields that do not follow from the others: an account may have thousands of shards."""
        fields = {"account_id": self.account_id, "region": self.region, "service": self.service}
        fields |= {"endpoint_region": self.endpoint_region} if self.endpoint_region != self.region else {}
        more: dict[str, Any] = {"scope": list(self.scope)} if self.scope != (self.region,) else {}
        more |= {"partition": self.partition} if self.partition != "aws" else {}
        return {**fields, **more, **({"resource_type": self.resource_type} if self.resource_type else {})}

    @property
    def id(self) -> str:
        """The shard's name in keys and reports."""
        kind = f".{self.resource_type.rpartition('::')[2]}" if self.resource_type else ""
        return f"{self.account_id}.{self.region}.{self.service}{kind}"

    def judges(self, service: str, resource_type: str) -> bool:
        """Whether resources of a type that rules of a service judge belong to the shard."""
        return service == self.service and self.resource_type in ("", resource_type)

    def arn(self, service: str, rest: str) -> str:
        """Return the ARN of a resource in the shard's account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{rest}"

    def resource(
        self, resource_type: str, name: str, arn: str | None, tags: Mapping[str, str] | None = None
    ) -> Resource:
        """Return a resource in the shard's account and region."""
        return Resource(resource_type, name, self.account_id, self.region, self.partition, arn, tags)
