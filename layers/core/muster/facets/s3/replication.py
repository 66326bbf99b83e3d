"""S3: the rules by which a bucket's objects are copied, with all that decides whether they are."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.s3.resilience import ReplicationRule

_SWITCHED_ON = kinds.equals("Enabled")


def _markers(rule: Answer) -> bool:
    """Whether delete markers are copied: by rules of the older form, which have no Filter, always.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-marker-replication.html
    """
    if rule.get("Filter") is None:
        return True
    return bool((rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled")


@facet
class CopyRule(ReplicationRule):
    """One rule; among rules to one bucket, that with the highest priority counts.

    `kms` says that objects encrypted with KMS are copied, `replica_key` is the key that encrypts the copies. With
    `translated` the owner of the destination owns them.
    """

    priority: int = read("Priority", kinds.count())
    markers: bool = computed(_markers)
    kms: bool = read("SourceSelectionCriteria.SseKmsEncryptedObjects.Status", _SWITCHED_ON)
    replica_key: str = read("Destination.EncryptionConfiguration.ReplicaKmsKeyID", kinds.text)
    metrics: bool = read("Destination.Metrics.Status", _SWITCHED_ON)
    translated: bool = read("Destination.AccessControlTranslation.Owner", kinds.equals("Destination"))


@facet
class Replication(Parsed):
    """GetBucketReplication: the rules; none means no replication."""

    rules: tuple[CopyRule, ...] = read("ReplicationConfiguration.Rules", kinds.many(CopyRule.parse))
