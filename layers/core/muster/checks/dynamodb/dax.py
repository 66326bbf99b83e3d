"""Checks of DynamoDB Accelerator clusters."""

from muster.facets.dynamodb.dax import DaxCluster
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant
from muster.model.text import counted


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.3",))
def dax_encryption_enabled(cluster: DaxCluster) -> Verdict:
    """DAX clusters should be encrypted at rest.

    Problem: DAX cluster is not encrypted
    Why: A cluster caches items on the disks of its nodes, and the encryption of the tables does not cover them.
    Fix: Encryption cannot be enabled on an existing cluster. Create a new cluster, move the application to it, then
      delete the old one. `aws dax create-cluster --cluster-name NEW-NAME --node-type TYPE --replication-factor 3
      --iam-role-arn ROLE-ARN --sse-specification Enabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-3
    """
    state = known(cluster.encryption)
    if state == "ENABLED":
        return compliant("Encryption at rest is ENABLED")
    return non_compliant(f"Encryption at rest is {state}")


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.7",))
def dax_tls_endpoint_encryption(cluster: DaxCluster) -> Verdict:
    """DAX clusters should be encrypted in transit.

    Problem: DAX endpoint does not use TLS
    Why: Without TLS, items and keys travel in plain text between the application and the cluster.
    Fix: TLS cannot be enabled on an existing cluster. Create a new cluster, move the application to it, then delete the
      old one. `aws dax create-cluster --cluster-name NEW-NAME --node-type TYPE --replication-factor 3 --iam-role-arn
      ROLE-ARN --sse-specification Enabled=true --cluster-endpoint-encryption-type TLS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-7
    """
    if known(cluster.endpoint) == "TLS":
        return compliant("Cluster endpoint uses TLS")
    return non_compliant("Cluster endpoint does not use TLS (ClusterEndpointEncryptionType: NONE)")


@check(severity=Severity.MEDIUM)
def dax_multiple_zones(cluster: DaxCluster, *, zones: int = 2) -> Verdict:
    """DAX clusters should have nodes in several Availability Zones.

    `zones` is the required number.

    Problem: DAX cluster is in too few zones
    Why: If the only Availability Zone fails, the application loses its cache, and all requests hit the table.
    Fix: The subnet group of the cluster must have a subnet in each of the zones. Add a node in each zone that is
      missing: `aws dax increase-replication-factor --cluster-name NAME --new-replication-factor NUMBER
      --availability-zones OTHER-ZONE`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html
    """
    found = sorted(set(cluster.zones) - {""})
    text = f"Nodes are in {counted(len(found), 'Availability Zone')} ({', '.join(found)})"
    if len(found) >= zones:
        return compliant(text)
    if cluster.status == "creating" or not cluster.zones or "" in cluster.zones:
        known(Unknown("AWS did not return the Availability Zones of all nodes yet"))
    wanted = len(cluster.zones) + zones - len(found)
    return non_compliant(f"{text}; use {zones} or more", number=str(wanted))
