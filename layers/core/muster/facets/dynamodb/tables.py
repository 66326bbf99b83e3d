"""DynamoDB: a table, its key in KMS and its metrics in CloudWatch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.arn import account_of
from muster.model.finding import Unknown

_SET_ASIDE: Mapping[object, str] = {
    "CREATING": "Table is being created",
    "DELETING": "Table is being deleted",
    "ARCHIVING": "Table is being archived: DynamoDB could not access its key for more than seven days",
    "ARCHIVED": "Table is archived in a backup: DynamoDB could not access its key for more than seven days",
}

_STATUS = kinds.one_of(
    "CREATING",
    "UPDATING",
    "DELETING",
    "ACTIVE",
    "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
    "ARCHIVING",
    "ARCHIVED",
    "REPLICATION_NOT_AUTHORIZED",
)
_MODE = kinds.one_of("PROVISIONED", "PAY_PER_REQUEST")
_ENABLED, _KMS = kinds.one_of("ENABLED"), kinds.one_of("KMS")
_VIEW = kinds.one_of("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")

AWS_OWNED = "AWS_OWNED"
"""The encryption of a table that names no key: DynamoDB encrypts it with one that AWS owns."""

OFF = "OFF"
"""The stream of a table that has none."""


def _billing(response: Answer) -> str | Unknown:
    """Read the capacity mode, which AWS leaves out of tables that never were on demand."""
    mode = (response.get("BillingModeSummary") or {}).get("BillingMode")
    if mode is None and response.get("ProvisionedThroughput"):
        return "PROVISIONED"
    return _MODE(mode, "BillingMode")


def _encryption(response: Answer) -> str | Unknown:
    if not response:
        return Unknown("AWS returned no description of the table")
    sse = response.get("SSEDescription") or {}
    status = sse.get("Status")
    if not sse or status == "DISABLED":
        return AWS_OWNED
    if status in ("ENABLING", "UPDATING", "DISABLING"):
        return Unknown(f"Encryption of the table is being changed ({status})")
    state = _ENABLED(status, "SSEDescription.Status")
    return _KMS(sse.get("SSEType"), "SSEType") if state == "ENABLED" else state


def _stream(response: Answer) -> str | Unknown:
    if not response:
        return Unknown("AWS returned no description of the table")
    stream = response.get("StreamSpecification") or {}
    return _VIEW(stream.get("StreamViewType"), "StreamViewType") if stream.get("StreamEnabled") else OFF


def _indexes(response: Answer) -> tuple[str, ...]:
    indexes = response.get("GlobalSecondaryIndexes") or ()
    return tuple(str(index["IndexName"]) for index in indexes if index.get("IndexStatus") != "DELETING")


@facet
class Table(Parsed):
    """`Table` of DescribeTable: its configuration and its global secondary indexes, but for those being deleted.

    `encryption` is AWS_OWNED or KMS, and `key` the ARN of that key, which KMS alone knows more about. `stream` is
    OFF or the view type. `replicas` are the other regions of a global table, `strong` whether it is one of
    multi-Region strong consistency.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    """

    name: str | Unknown = read("TableName", kinds.stated, "the name of the table")
    arn: str | Unknown = read("TableArn", kinds.stated, "the ARN of the table")
    status: str | Unknown = read("TableStatus", _STATUS)
    billing: str | Unknown = computed(_billing)
    encryption: str | Unknown = computed(_encryption)
    key: str | Unknown = read("SSEDescription.KMSMasterKeyArn", kinds.stated, "the key that encrypts the table")
    key_lost: bool = read("SSEDescription.InaccessibleEncryptionDateTime", kinds.present)
    deletion_protection: bool | Unknown = read(
        "DeletionProtectionEnabled", kinds.flag, "whether the table is protected from deletion"
    )
    stream: str | Unknown = computed(_stream)
    indexes: tuple[str, ...] = computed(_indexes, default=())
    replicas: tuple[str, ...] = read("Replicas", kinds.text_of_each("RegionName"), default=())
    strong: bool = read("MultiRegionConsistency", kinds.equals("STRONG"), default=False)

    @property
    def set_aside(self) -> str:
        """Why checks do not apply: it is being created, deleted or archived. Empty: they apply."""
        return _SET_ASIDE.get(self.status, "")

    @property
    def own_key(self) -> tuple[str, ...]:
        """The key, where it is one of the table's own account: another account's is always a customer's."""
        if self.encryption != "KMS" or isinstance(self.key, Unknown):
            return ()
        return () if self.key_account else (self.key,)

    @property
    def key_account(self) -> str:
        """The account that owns the key, where that is not the table's own."""
        if isinstance(self.key, Unknown) or isinstance(self.arn, Unknown):
            return ""
        owner = account_of(self.key)
        return owner if owner != account_of(self.arn) else ""

    @property
    def metered(self) -> tuple[str, ...]:
        """The names with metrics in CloudWatch: the table by its name, and each index as NAME/INDEX."""
        if isinstance(self.name, Unknown) or self.set_aside:
            return ()
        return (self.name, *(f"{self.name}/{index}" for index in self.indexes))


@facet
class TableKey(Parsed):
    """DescribeKey of a table's key: who manages it, AWS or CUSTOMER."""

    manager: str | Unknown = read("KeyMetadata.KeyManager", kinds.one_of("AWS", "CUSTOMER"))


_RECOVERY = "ContinuousBackupsDescription.PointInTimeRecoveryDescription"


@facet
class PointInTimeRecovery(Parsed):
    """DescribeContinuousBackups: whether a table can be restored to any point in time, and of how many days."""

    status: str | Unknown = read(f"{_RECOVERY}.PointInTimeRecoveryStatus", kinds.one_of("ENABLED", "DISABLED"))
    days: int | Unknown = read(f"{_RECOVERY}.RecoveryPeriodInDays", kinds.number, "the recovery period")


@facet
class TimeToLive(Parsed):
    """DescribeTimeToLive: whether items expire, and by which attribute."""

    status: str | Unknown = read(
        "TimeToLiveDescription.TimeToLiveStatus", kinds.one_of("ENABLED", "DISABLED", "ENABLING", "DISABLING")
    )
    attribute: str = read("TimeToLiveDescription.AttributeName", kinds.text)


@dataclass(frozen=True, slots=True)
class Throttling:
    """The hours in which reads and writes of a table or an index were throttled, with how many events each.

    None is none, not a lack of data: these are metrics that get datapoints only where something was throttled.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """

    reads: tuple[tuple[datetime, float], ...]
    writes: tuple[tuple[datetime, float], ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the results of GetMetricData by the name of their metric."""
        return cls(tuple(_points(response, "ReadThrottleEvents")), tuple(_points(response, "WriteThrottleEvents")))


def _points(response: Mapping[str, Any], metric: str) -> Iterator[tuple[datetime, float]]:
    series = response.get(metric) or {}
    for time, value in zip(series.get("Timestamps") or (), series.get("Values") or (), strict=True):
        if value > 0:
            yield time, float(value)


def _policy(response: Answer) -> Policy | Unknown:
    if response and not response.get("Policy"):
        return Unknown("AWS did not return the policy of the table")
    return policy_of(response.get("Policy"), "the table")


@facet
class TablePolicy(Parsed):
    """GetResourcePolicy: the resource-based policy of a table and its indexes, empty if there is none.

    Its stream has a policy of its own.
    """

    policy: Policy | Unknown = computed(_policy)
