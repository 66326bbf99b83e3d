"""What DynamoDB, and KMS and CloudWatch about it, answer of a table."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from muster.model.arn import account_of
from muster.model.finding import Unknown

_STATUSES = frozenset(
    {
        "CREATING",
        "UPDATING",
        "DELETING",
        "ACTIVE",
        "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        "ARCHIVING",
        "ARCHIVED",
        "REPLICATION_NOT_AUTHORIZED",
    }
)
"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html"""

_SET_ASIDE: Mapping[object, str] = {
    "CREATING": "the table is being made: nothing of it can be changed before that is done",
    "DELETING": "the table is being deleted",
    "ARCHIVING": "the table is being archived: its key was out of reach for more than seven days",
    "ARCHIVED": "the table is archived, its items are in a backup: its key was out of reach for more than seven days",
}

_MODES = ("PROVISIONED", "PAY_PER_REQUEST")
_VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
_SWITCH = ("ENABLED", "DISABLED")

AWS_OWNED = "AWS_OWNED"
"""The encryption of a table that names no key: DynamoDB encrypts it with one that AWS owns."""

OFF = "OFF"
"""The stream of a table that has none."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table as it is configured, with its global secondary indexes, but for those that are being deleted.

    `encryption` is AWS_OWNED or KMS, and `key` the ARN of that key, which KMS alone knows more about. `stream` is
    OFF or the view type. `replicas` are the other regions of a global table, `strong` whether it is one of
    multi-Region strong consistency.
    """

    name: str | Unknown
    arn: str | Unknown
    status: str | Unknown
    billing: str | Unknown
    encryption: str | Unknown
    key: str | Unknown
    key_lost: bool
    deletion_protection: bool | Unknown
    stream: str | Unknown
    indexes: tuple[str, ...] = ()
    replicas: tuple[str, ...] = ()
    strong: bool = False

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `Table` of DescribeTable.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
        """
        sse = response.get("SSEDescription") or {}
        protected = response.get("DeletionProtectionEnabled")
        return cls(
            name=response.get("TableName") or Unknown("AWS did not say what the table is called"),
            arn=response.get("TableArn") or Unknown("AWS did not say which ARN the table has"),
            status=_one_of(_STATUSES, "TableStatus", response.get("TableStatus")),
            billing=_billing(response),
            encryption=_encryption(sse) if response else Unknown("AWS did not describe the table"),
            key=sse.get("KMSMasterKeyArn") or Unknown("AWS did not say which key encrypts the table"),
            key_lost=sse.get("InaccessibleEncryptionDateTime") is not None,
            deletion_protection=protected
            if isinstance(protected, bool)
            else Unknown("AWS did not say whether the table is protected from deletion"),
            stream=_stream(response) if response else Unknown("AWS did not describe the table"),
            indexes=tuple(
                str(index["IndexName"])
                for index in response.get("GlobalSecondaryIndexes") or ()
                if index.get("IndexStatus") != "DELETING"
            ),
            replicas=tuple(str(replica["RegionName"]) for replica in response.get("Replicas") or ()),
            strong=response.get("MultiRegionConsistency") == "STRONG",
        )

    @property
    def set_aside(self) -> str:
        """Why nothing of it is judged: it is being made, is on its way out or archived. Empty: it is judged."""
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
        """What CloudWatch has metrics of: the table by its name, and each index as NAME/INDEX."""
        if isinstance(self.name, Unknown) or self.set_aside:
            return ()
        return (self.name, *(f"{self.name}/{index}" for index in self.indexes))


@dataclass(frozen=True, slots=True)
class TableKey:
    """Who manages the key of a table: AWS or CUSTOMER."""

    manager: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeKey."""
        said = (response.get("KeyMetadata") or {}).get("KeyManager")
        return cls(_one_of(("AWS", "CUSTOMER"), "KeyManager", said))


@dataclass(frozen=True, slots=True)
class PointInTimeRecovery:
    """Whether a table can be restored to any point in time, and of how many days."""

    status: str | Unknown
    days: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeContinuousBackups."""
        said = (response.get("ContinuousBackupsDescription") or {}).get("PointInTimeRecoveryDescription") or {}
        days = said.get("RecoveryPeriodInDays")
        return cls(
            status=_one_of(_SWITCH, "PointInTimeRecoveryStatus", said.get("PointInTimeRecoveryStatus")),
            days=days if isinstance(days, int) else Unknown("AWS did not say how many days can be restored"),
        )


@dataclass(frozen=True, slots=True)
class TimeToLive:
    """Whether items expire, and by which attribute."""

    status: str | Unknown
    attribute: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeTimeToLive."""
        said = response.get("TimeToLiveDescription") or {}
        states = (*_SWITCH, "ENABLING", "DISABLING")
        return cls(
            status=_one_of(states, "TimeToLiveStatus", said.get("TimeToLiveStatus")),
            attribute=str(said.get("AttributeName") or ""),
        )


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
    said = response.get(metric) or {}
    for time, value in zip(said.get("Timestamps") or (), said.get("Values") or (), strict=True):
        if value > 0:
            yield time, float(value)


def _one_of(values: Collection[str], name: str, value: object) -> str | Unknown:
    if value is None:
        return Unknown(f"AWS did not say what {name} is")
    return str(value) if value in values else Unknown(f"{name} is {value!r}, a value Muster does not know")


def _billing(response: Mapping[str, Any]) -> str | Unknown:
    """Read the capacity mode, which AWS leaves out of tables that never were on demand."""
    said = (response.get("BillingModeSummary") or {}).get("BillingMode")
    if said is None and response.get("ProvisionedThroughput"):
        return "PROVISIONED"
    return _one_of(_MODES, "BillingMode", said)


def _encryption(sse: Mapping[str, Any]) -> str | Unknown:
    status = sse.get("Status")
    if not sse or status == "DISABLED":
        return AWS_OWNED
    if status in ("ENABLING", "UPDATING", "DISABLING"):
        return Unknown(f"the table's encryption is being changed ({status})")
    if status != "ENABLED":
        return _one_of((), "SSEDescription.Status", status)
    return _one_of(("KMS",), "SSEType", sse.get("SSEType"))


def _stream(response: Mapping[str, Any]) -> str | Unknown:
    said = response.get("StreamSpecification") or {}
    return _one_of(_VIEWS, "StreamViewType", said.get("StreamViewType")) if said.get("StreamEnabled") else OFF
