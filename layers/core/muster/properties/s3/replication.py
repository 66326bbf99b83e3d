"""The replication of a bucket as properties. Pure."""

from typing import Any

from muster.properties.consuming import Part, without
from muster.properties.s3.filters import nested_filter

_STORAGE_CLASSES = frozenset(
    {
        "DEEP_ARCHIVE",
        "GLACIER",
        "GLACIER_IR",
        "INTELLIGENT_TIERING",
        "ONEZONE_IA",
        "REDUCED_REDUNDANCY",
        "STANDARD",
        "STANDARD_IA",
    }
)


def replication(part: Part) -> dict[str, Any] | None:
    """Return the replication configuration of a bucket, None where it has none."""
    configuration = part.part("ReplicationConfiguration")
    if not configuration:
        return None
    return {**configuration.copy("Role"), "Rules": [_rule(rule) for rule in configuration.parts("Rules")]}


def _rule(rule: Part) -> dict[str, Any]:
    criteria = rule.part("SourceSelectionCriteria")
    existing = rule.part("ExistingObjectReplication")
    if existing.take("Status") == "Enabled":
        existing.obstacle("CloudFormation has no property for it", "Status")
    return {
        **rule.copy("Status", "Priority", "Prefix", ID="Id"),
        **without(
            {
                "Filter": nested_filter(rule),
                "SourceSelectionCriteria": without(
                    {
                        name: criteria.part(name).copy("Status")
                        for name in ("SseKmsEncryptedObjects", "ReplicaModifications")
                    }
                ),
                "DeleteMarkerReplication": rule.part("DeleteMarkerReplication").copy("Status"),
            }
        ),
        "Destination": _destination(rule.part("Destination")),
    }


def _destination(destination: Part) -> dict[str, Any]:
    storage = destination.take("StorageClass")
    if storage and storage not in _STORAGE_CLASSES:
        destination.obstacle(f"CloudFormation does not take the storage class {storage}", "StorageClass")
    time, metrics = destination.part("ReplicationTime"), destination.part("Metrics")
    return {
        **destination.copy("Bucket", "Account"),
        **without(
            {
                "StorageClass": storage,
                "AccessControlTranslation": destination.part("AccessControlTranslation").copy("Owner"),
                "EncryptionConfiguration": destination.part("EncryptionConfiguration").copy("ReplicaKmsKeyID"),
                "ReplicationTime": without({**time.copy("Status"), "Time": time.part("Time").copy("Minutes")}),
                "Metrics": without(
                    {**metrics.copy("Status"), "EventThreshold": metrics.part("EventThreshold").copy("Minutes")}
                ),
            }
        ),
    }
