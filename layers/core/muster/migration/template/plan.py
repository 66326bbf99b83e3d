"""What a template is made from, and what it is made of: the plan, names, and the parts that are collected. Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.migration.file import BucketItem, Item, MigrationFile
from muster.migration.sides import Source
from muster.properties.consuming import logical_id, own_tags

KEY = "MigrationKey"
TOPIC = "NotificationTopic"
ROLE = "ReplicationRole"
PROTECTED = "TablesProtected"
"""The logical ids of what a template has once, and the condition that tables are protected from deletion."""
_LONGEST = {"role": 64, "topic": 256, "dashboard": 255, "alias": 250, "stack": 128}


@dataclass(frozen=True, slots=True)
class Plan:
    """A migration file with its accounts and the live sources, each with the item that it is the source of."""

    file: MigrationFile
    partition: str
    source_account: str
    target_account: str
    sources: tuple[tuple[Item, Source], ...]

    @property
    def across_accounts(self) -> bool:
        """Whether source and target are in different accounts."""
        return self.source_account != self.target_account

    @property
    def replicated(self) -> tuple[tuple[BucketItem, Source], ...]:
        """The buckets that are replicated and exist."""
        return tuple(
            (item, source)
            for item, source in self.sources
            if isinstance(item, BucketItem) and item.replicated and source.own.exists
        )

    @property
    def role_name(self) -> str:
        """The name of the replication role; IAM is global, so that the region is in it."""
        return self._name("role", f"replication-{self.file.target.region}")

    @property
    def role_arn(self) -> str:
        """The ARN of the replication role: S3 assumes a role of the source's account."""
        return f"arn:{self.partition}:iam::{self.source_account}:role/{self.role_name}"

    def function_role_name(self, source: str) -> str:
        """Return the name of the role of target functions whose sources have a role of this name."""
        words = dict.fromkeys((source, self.file.target.region, self.file.suffix))
        return shortened("-".join(words), _LONGEST["role"])

    @property
    def topic_name(self) -> str:
        """The name of the topic that alarms notify, the same in both regions."""
        return self._name("topic", "migration")

    @property
    def dashboard_name(self) -> str:
        """The name of the dashboard; dashboards are global, so that the region is in it."""
        return self._name("dashboard", self.file.target.region)

    @property
    def stack_name(self) -> str:
        """The name of the stack that the commands deploy."""
        return self._name("stack", "migration")

    @property
    def alias(self) -> str:
        """The alias of the target's key."""
        return f"alias/{self._name('alias', 'migration')}"

    @property
    def alias_arn(self) -> str:
        """The ARN of the alias, which is known before the key is."""
        return f"arn:{self.partition}:kms:{self.file.target.region}:{self.target_account}:{self.alias}"

    @property
    def topic_arn_at_source(self) -> str:
        """The ARN of the topic in the source region: an alarm notifies a topic of its own region."""
        return f"arn:{self.partition}:sns:{self.file.source.region}:{self.source_account}:{self.topic_name}"

    def tags(self, carried: Sequence[Mapping[str, str]] = ()) -> list[dict[str, str]]:
        """Return the tags of the migration, and those of the source that are called otherwise."""
        own = self.file.tags
        kept = [tag for tag in own_tags(carried) if tag["Key"] not in own]
        return [*kept, *({"Key": key, "Value": value} for key, value in own.items())]

    def tag_words(self) -> list[str]:
        """Return the tags of the migration as words of a command of the AWS CLI."""
        return [f"Key={key},Value={value}" for key, value in self.file.tags.items()]

    def _name(self, kind: str, middle: str) -> str:
        return own_name(self.file, kind, middle)


def own_name(file: MigrationFile, kind: str, middle: str = "migration") -> str:
    """Return the name of something of a kind that the template makes besides the targets, or of its stack."""
    words = dict.fromkeys((file.batch, middle, file.suffix))
    return shortened("-".join(re.sub(r"[^A-Za-z0-9_-]", "-", word) for word in words if word), _LONGEST[kind])


@dataclass(slots=True)
class Parts:
    """The parts of a template as they are made: resources by logical id, and what people should know.

    `remarks` say what is not carried over. `gaps` say what could not be read or does not exist at the source: with any,
    the template is not the whole target.
    """

    resources: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def add(self, identifier: str, resource_type: str, properties: Mapping[str, Any], **more: Any) -> None:
        """Add a resource."""
        self.resources[identifier] = {"Type": resource_type, **more, "Properties": dict(properties)}

    def add_kept_data(self, identifier: str, resource_type: str, properties: Mapping[str, Any], **more: Any) -> None:
        """Add a resource that holds data; it goes with the stack."""
        policies = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
        self.add(identifier, resource_type, properties, **policies, **more)

    def remark(self, what: str, text: str) -> None:
        """Say something about a source."""
        self.remarks.append(f"{what}: {text}")

    def gap(self, what: str, text: str) -> None:
        """Say that something of a source is missing in the template."""
        self.gaps.append(f"{what}: {text}")


def identifier(kind: str, name: str) -> str:
    """Return the logical id of a target."""
    return f"{kind}{logical_id(name)}"


def shortened(name: str, longest: int) -> str:
    """Return a name that is not too long; a hash keeps two of them apart."""
    if len(name) <= longest:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: longest - len(mark) - 1]}-{mark}"


def domain(partition: str) -> str:
    """Return the domain of a partition's services."""
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def key_arn() -> dict[str, list[str]]:
    """Return the ARN of the template's key."""
    return {"Fn::GetAtt": [KEY, "Arn"]}


def named(plan: Plan, kind: type[Item]) -> Iterator[tuple[Item, Source]]:
    """Yield the items of a kind with their sources."""
    yield from ((item, source) for item, source in plan.sources if isinstance(item, kind))
