"""Checks of DynamoDB Accelerator clusters."""

from muster.facets.dynamodb.dax import DaxCluster
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.3",))
def dax_encryption_enabled(cluster: DaxCluster) -> Verdict:
    """DAX clusters should be encrypted at rest.

    Problem: DAX cluster is not encrypted
    Why: A cluster keeps copies of items on the disks of its nodes, whatever encryption their tables have.
    Fix: Encryption can only be chosen for a new cluster. Move the application to it, then delete the old one. `aws
      dax create-cluster --cluster-name NEW-NAME --node-type TYPE --replication-factor 3 --iam-role-arn ROLE-ARN
      --sse-specification Enabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-3
    """
    state = known(cluster.encryption)
    if state == "ENABLED":
        return compliant("encryption at rest is enabled")
    return non_compliant(f"encryption at rest is {state}")


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.7",))
def dax_tls_endpoint_encryption(cluster: DaxCluster) -> Verdict:
    """DAX clusters should be encrypted in transit.

    Problem: DAX endpoint does not use TLS
    Why: Without TLS items and keys pass in plain text between the application and the cluster.
    Fix: TLS can only be chosen for a new cluster. Move the application to it, then delete the old one. `aws dax
      create-cluster --cluster-name NEW-NAME --node-type TYPE --replication-factor 3 --iam-role-arn ROLE-ARN
      --cluster-endpoint-encryption-type TLS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-7
    """
    if known(cluster.endpoint) == "TLS":
        return compliant("the cluster's endpoint speaks TLS only")
    return non_compliant("the cluster's endpoint is not encrypted: ClusterEndpointEncryptionType is NONE")
