"""The resources that belong to a migrated one: the key of a bucket or table, the role of a replication or function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from muster.model.arn import Arn
from muster.model.finding import GLOBAL, Resource
from muster.snapshots.snapshot import Snapshot

BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
FUNCTION = "AWS::Lambda::Function"
LOG_GROUP = "AWS::Logs::LogGroup"
KEY = "AWS::KMS::Key"
ROLE = "AWS::IAM::Role"


@dataclass(frozen=True, slots=True)
class Relative:
    """A resource that another names: `find` returns it, or None where it names none.

    `find` raises UnknownField where what names it could not be read.
    """

    name: str
    find: Callable[[Snapshot], Resource | None]


def _bucket_key(bucket: Snapshot) -> Resource | None:
    """Return the key of the default encryption, by whatever S3 names it: key id, alias or ARN."""
    rules = (bucket.answer("encryption").get("ServerSideEncryptionConfiguration") or {}).get("Rules") or ()
    defaults = [rule.get("ApplyServerSideEncryptionByDefault") or {} for rule in rules]
    return _key(
        bucket.resource, next((str(each["KMSMasterKeyID"]) for each in defaults if each.get("KMSMasterKeyID")), "")
    )


def _table_key(table: Snapshot) -> Resource | None:
    return _key(table.resource, str((table.answer("table").get("SSEDescription") or {}).get("KMSMasterKeyArn") or ""))


def _function_key(function: Snapshot) -> Resource | None:
    configuration = function.answer("function").get("Configuration") or {}
    return _key(function.resource, str(configuration.get("KMSKeyArn") or ""))


def _replica_key(bucket: Snapshot) -> Resource | None:
    """Return the key that encrypts replicas, where all rules that name one name the same."""
    rules = (bucket.answer("replication").get("ReplicationConfiguration") or {}).get("Rules") or ()
    named = ((rule.get("Destination") or {}).get("EncryptionConfiguration") or {} for rule in rules)
    names = {str(each["ReplicaKmsKeyID"]) for each in named if each.get("ReplicaKmsKeyID")}
    return _key(bucket.resource, names.pop()) if len(names) == 1 else None


def _replication_role(bucket: Snapshot) -> Resource | None:
    replication = bucket.answer("replication").get("ReplicationConfiguration") or {}
    return _role(bucket.resource, str(replication.get("Role") or ""))


def _execution_role(function: Snapshot) -> Resource | None:
    configuration = function.answer("function").get("Configuration") or {}
    return _role(function.resource, str(configuration.get("Role") or ""))


def _log_group_key(group: Snapshot) -> Resource | None:
    return _key(group.resource, str(group.answer("log-group").get("kmsKeyId") or ""))


RELATIVES: Mapping[str, tuple[Relative, ...]] = {
    BUCKET: (
        Relative("key", _bucket_key),
        Relative("replica-key", _replica_key),
        Relative("role", _replication_role),
    ),
    TABLE: (Relative("key", _table_key),),
    FUNCTION: (Relative("key", _function_key), Relative("role", _execution_role)),
    LOG_GROUP: (Relative("key", _log_group_key),),
}
"""The relatives of each migrated type, by the names that comparisons use."""


def _key(owner: Resource, name: str) -> Resource | None:
    if not name:
        return None
    arn = Arn.parse(name)
    where = replace(owner, type=KEY, id=name, arn=name if arn else None, tags=None)
    return replace(where, region=arn.region, account_id=arn.account) if arn else where


def _role(owner: Resource, name: str) -> Resource | None:
    if not name:
        return None
    arn = Arn.of(name)
    return Resource(ROLE, arn.name, arn.account, GLOBAL, owner.partition, name)
