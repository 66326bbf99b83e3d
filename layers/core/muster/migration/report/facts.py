"""What a report shows of one side of a pair: ARNs, replication, encryption, versioning, recovery and size. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from muster.migration.relatives import BUCKET, FUNCTION, LOG_GROUP, TABLE
from muster.model.finding import Resource, UnknownField
from muster.model.json_values import timestamp, to_json
from muster.model.listing import SHAPE_ERRORS, malformed
from muster.snapshots.snapshot import Snapshot

_NEVER = "NEVER_ENABLED"


@dataclass(frozen=True, slots=True)
class Facts:
    """One side: the resource, whether it exists (None where that could not be read), and its settings.

    `unread` has the reason for each setting that could not be read.
    """

    resource: Resource
    exists: bool | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the side as plain JSON; a setting that could not be read is null, with its reason in `unread`."""
        resource = self.resource
        return {
            "name": resource.id,
            "arn": resource.arn,
            "account_id": resource.account_id,
            "region": resource.region,
            "exists": self.exists,
            **to_json(self.settings),
            **dict.fromkeys(self.unread),
            "unread": dict(self.unread),
        }


def facts(snapshot: Snapshot) -> Facts:
    """Return what a report shows of a resource."""
    wanted = _SETTINGS.get(snapshot.resource.type, {})
    if not snapshot.exists:
        return Facts(snapshot.resource, exists=False)
    settings: dict[str, Any] = {}
    unread: dict[str, str] = {}
    for name, setting in wanted.items():
        try:
            settings[name] = setting(snapshot)
        except UnknownField as unknown:
            unread[name] = unknown.unavailable.reason
        except SHAPE_ERRORS as error:
            unread[name] = malformed(name, error).reason
    read = len(snapshot.sections) > len(snapshot.unread)
    return Facts(snapshot.resource, True if read else None, settings, unread)


def replication(bucket: Snapshot, destination: str) -> list[dict[str, Any]]:
    """Return the rules of a bucket that replicate to another one.

    Raises:
        UnknownField: the replication configuration could not be read.
    """
    rules = (bucket.answer("replication").get("ReplicationConfiguration") or {}).get("Rules") or ()
    found = (rule for rule in rules if str(rule["Destination"]["Bucket"]).rpartition(":")[2] == destination)
    return [
        {
            "id": rule.get("ID", ""),
            "status": rule["Status"],
            "metrics": (rule["Destination"].get("Metrics") or {}).get("Status", "Disabled"),
            "replica_key": (rule["Destination"].get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID"),
        }
        for rule in found
    ]


def _bucket_encryption(bucket: Snapshot) -> dict[str, Any] | None:
    rules = (bucket.answer("encryption").get("ServerSideEncryptionConfiguration") or {}).get("Rules") or ()
    defaults = [rule.get("ApplyServerSideEncryptionByDefault") or {} for rule in rules]
    return next(
        ({"algorithm": each.get("SSEAlgorithm"), "key": each.get("KMSMasterKeyID")} for each in defaults if each), None
    )


def _public_access(bucket: Snapshot) -> dict[str, bool]:
    block = bucket.answer("public-access-block").get("PublicAccessBlockConfiguration") or {}
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return {name: bool(block.get(name)) for name in names}


def _expiry(bucket: Snapshot) -> list[dict[str, Any]]:
    """Return the enabled rules that expire objects or abort uploads."""
    return [
        {
            "id": rule.get("ID", ""),
            "days": (rule.get("Expiration") or {}).get("Days"),
            "noncurrent_days": (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays"),
            "abort_uploads_days": (rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation"),
        }
        for rule in bucket.answer("lifecycle").get("Rules") or ()
        if rule.get("Status") == "Enabled"
    ]


def _tags(snapshot: Snapshot) -> dict[str, str]:
    """Return the tags, in whatever form the service answers them."""
    answer = snapshot.answer("tags")
    tags = next((answer[name] for name in ("TagSet", "Tags", "tags") if name in answer), ())
    if isinstance(tags, Mapping):
        return dict(tags)
    return {str(each["Key"]): str(each["Value"]) for each in tags}


def _table(table: Snapshot) -> Mapping[str, Any]:
    return table.answer("table")


def _throughput(part: Mapping[str, Any]) -> dict[str, Any]:
    given, limit = part.get("ProvisionedThroughput") or {}, part.get("OnDemandThroughput") or {}
    return {
        "read": given.get("ReadCapacityUnits", 0),
        "write": given.get("WriteCapacityUnits", 0),
        "maximum_read": limit.get("MaxReadRequestUnits"),
        "maximum_write": limit.get("MaxWriteRequestUnits"),
    }


def _stream(table: Snapshot) -> dict[str, Any]:
    stream = _table(table).get("StreamSpecification") or {}
    return {"enabled": bool(stream.get("StreamEnabled")), "view": stream.get("StreamViewType")}


def _stream_arn(table: Snapshot) -> str | None:
    """Return the ARN of the stream that is on; a stream that was turned off keeps its ARN for a while."""
    return _table(table).get("LatestStreamArn") if _stream(table)["enabled"] else None


def _table_encryption(table: Snapshot) -> dict[str, Any]:
    """Without an SSEDescription the key is AWS owned.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSEDescription.html
    """
    sse = _table(table).get("SSEDescription") or {}
    return {"type": sse.get("SSEType", "AWS_OWNED"), "key": sse.get("KMSMasterKeyArn")}


def _recovery(table: Snapshot) -> dict[str, Any]:
    backups = table.answer("recovery").get("ContinuousBackupsDescription") or {}
    found = backups.get("PointInTimeRecoveryDescription") or {}
    return {"status": found.get("PointInTimeRecoveryStatus"), "days": found.get("RecoveryPeriodInDays")}


def _time_to_live(table: Snapshot) -> dict[str, Any]:
    found = table.answer("time-to-live").get("TimeToLiveDescription") or {}
    return {"status": found.get("TimeToLiveStatus"), "attribute": found.get("AttributeName")}


def _of_function(name: str, default: Any = None) -> Callable[[Snapshot], Any]:
    return lambda function: (function.answer("function").get("Configuration") or {}).get(name, default)


def _reserved(function: Snapshot) -> int | None:
    return (function.answer("function").get("Concurrency") or {}).get("ReservedConcurrentExecutions")


def _dead_letters(function: Snapshot) -> str | None:
    return (_of_function("DeadLetterConfig")(function) or {}).get("TargetArn")


_SETTINGS: Mapping[str, Mapping[str, Callable[[Snapshot], Any]]] = MappingProxyType(
    {
        BUCKET: {
            "versioning": lambda bucket: bucket.answer("versioning").get("Status", _NEVER),
            "encryption": _bucket_encryption,
            "public_access_block": _public_access,
            "lifecycle": _expiry,
            "tags": _tags,
        },
        TABLE: {
            "stream_arn": _stream_arn,
            "stream": _stream,
            "status": lambda table: _table(table).get("TableStatus"),
            "billing": lambda table: (_table(table).get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"),
            "capacity": lambda table: _throughput(_table(table)),
            "indexes": lambda table: {
                str(each["IndexName"]): _throughput(each) for each in _table(table).get("GlobalSecondaryIndexes") or ()
            },
            "encryption": _table_encryption,
            "point_in_time_recovery": _recovery,
            "time_to_live": _time_to_live,
            "deletion_protection": lambda table: bool(_table(table).get("DeletionProtectionEnabled")),
            "tags": _tags,
        },
        FUNCTION: {
            "runtime": _of_function("Runtime"),
            "memory": _of_function("MemorySize"),
            "timeout": _of_function("Timeout"),
            "architectures": _of_function("Architectures", ["x86_64"]),
            "code_sha256": _of_function("CodeSha256"),
            "encryption": lambda function: {"key": _of_function("KMSKeyArn")(function)},
            "reserved_concurrency": _reserved,
            "dead_letters": _dead_letters,
            "tags": _tags,
        },
        LOG_GROUP: {
            "retention_days": lambda group: group.answer("log-group").get("retentionInDays"),
            "encryption": lambda group: {"key": group.answer("log-group").get("kmsKeyId")},
            "tags": _tags,
        },
    }
)


def plain(value: Any) -> Any:
    """Return an answer of AWS, or a part of one, as plain JSON."""
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | Iterator):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
