"""Checks of domains of OpenSearch Service, those of Elasticsearch too."""

from muster.facets.stores.opensearch import SearchDomain, tls_policies
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant
from muster.model.text import counted

_NODES = 3
"""The fewest nodes of which one may fail without the loss of data or of the quorum."""


@check(severity=Severity.MEDIUM, controls=("FSBP Opensearch.1", "FSBP ES.1"))
def opensearch_encrypted_at_rest(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should be encrypted at rest.

    Problem: domain is not encrypted at rest
    Why: Anyone who gets access to unencrypted indexes, logs, swap files or automatic snapshots can read the data.
    Fix: `aws opensearch update-domain-config --domain-name NAME --encryption-at-rest-options Enabled=true` Domains
      before Elasticsearch 6.7 cannot be changed: move the data to a new domain.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-1
    """
    if known(domain.encrypted):
        return compliant("Encryption at rest is on")
    return non_compliant("Encryption at rest is off")


@check(severity=Severity.CRITICAL, controls=("FSBP Opensearch.2", "FSBP ES.2"))
def opensearch_in_vpc_only(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should be in a VPC.

    An access policy on a public endpoint does not count.

    Problem: domain has a public endpoint
    Why: Only the access policy stands between a public endpoint and the data. In a VPC, security groups do too.
    Fix: A public domain cannot be moved into a VPC. Make a new domain in a VPC, and restore a snapshot in it. `aws
      opensearch create-domain --domain-name NEW-NAME --vpc-options SubnetIds=SUBNET-ID,SecurityGroupIds=GROUP-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-2
    """
    if domain.vpc:
        return compliant(f"Domain is in {domain.vpc}")
    return non_compliant("Domain has a public endpoint")


@check(severity=Severity.MEDIUM, controls=("FSBP Opensearch.3", "FSBP ES.3"))
def opensearch_node_to_node_encryption_check(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should encrypt the traffic between nodes.

    Problem: no encryption between nodes
    Why: Without it, documents travel in plain text between the nodes of the domain.
    Fix: It cannot be turned off again. `aws opensearch update-domain-config --domain-name NAME
      --node-to-node-encryption-options Enabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-3
    """
    if known(domain.encrypted_between_nodes):
        return compliant("Node-to-node encryption is on")
    return non_compliant("Node-to-node encryption is off")


@check(severity=Severity.MEDIUM, controls=("FSBP Opensearch.4", "FSBP ES.4"))
def opensearch_logs_to_cloudwatch(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should send their error log to CloudWatch Logs.

    Problem: error log is not in CloudWatch Logs
    Why: The error log shows failed queries and internal errors. Without it a fault cannot be traced.
    Fix: The log group must allow the service to write. `aws opensearch update-domain-config --domain-name NAME
      --log-publishing-options
      "ES_APPLICATION_LOGS={CloudWatchLogsLogGroupArn=arn:PARTITION:logs:REGION:ACCOUNT:log-group:GROUP,Enabled=true}"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-4
    """
    if domain.error_log:
        return compliant("Error log is sent to CloudWatch Logs")
    return non_compliant("Error log is not sent to CloudWatch Logs")


@check(severity=Severity.MEDIUM, controls=("FSBP Opensearch.5", "FSBP ES.5"))
def opensearch_audit_logging_enabled(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should send their audit log to CloudWatch Logs.

    Problem: no audit log
    Why: The audit log shows who logged in and who read or changed which index.
    Fix: Fine-grained access control must be on, and the log group must allow the service to write. `aws opensearch
      update-domain-config --domain-name NAME --log-publishing-options
      "AUDIT_LOGS={CloudWatchLogsLogGroupArn=arn:PARTITION:logs:REGION:ACCOUNT:log-group:GROUP,Enabled=true}"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-5
    """
    if domain.audit_log:
        return compliant("Audit log is sent to CloudWatch Logs")
    return non_compliant("Audit log is not sent to CloudWatch Logs")


@check(severity=Severity.MEDIUM, controls=("FSBP Opensearch.6", "FSBP ES.6"))
def opensearch_data_node_fault_tolerance(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should have three data nodes or more, in several Availability Zones.

    Problem: too few data nodes or zones
    Why: With fewer nodes, or nodes in one zone, an outage makes indexes read-only or loses data.
    Fix: `aws opensearch update-domain-config --domain-name NAME --cluster-config
      InstanceCount=3,ZoneAwarenessEnabled=true,ZoneAwarenessConfig={AvailabilityZoneCount=3}`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-6
    """
    nodes, aware = known(domain.nodes), known(domain.zone_aware)
    has = f"Domain has {counted(nodes, 'data node')}"
    if nodes < _NODES:
        return non_compliant(f"{has}; {_NODES} or more are required")
    if not aware:
        return non_compliant(f"{has} in one Availability Zone")
    return compliant(f"{has} in several Availability Zones")


@check(severity=Severity.HIGH, controls=("FSBP Opensearch.7",))
def opensearch_access_control_enabled(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should have fine-grained access control enabled.

    Security Hub requires it for OpenSearch only.

    Problem: no fine-grained access control
    Why: Without it, everyone that the access policy allows can read every index, document and field.
    Fix: The domain needs HTTPS, encryption at rest and between nodes. `aws opensearch update-domain-config
      --domain-name NAME --advanced-security-options
      Enabled=true,MasterUserOptions={MasterUserARN=arn:PARTITION:iam::ACCOUNT:role/ROLE}`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-7
    """
    if known(domain.access_control):
        return compliant("Fine-grained access control is on")
    return non_compliant("Fine-grained access control is off")


@check(severity=Severity.MEDIUM, controls=("FSBP ES.7", "Security Hub Opensearch.11"))
def opensearch_primary_node_fault_tolerance(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should have three dedicated master nodes or more.

    Problem: too few dedicated master nodes
    Why: Fewer than three master nodes have no majority when one fails: the domain then stops accepting changes.
    Fix: `aws opensearch update-domain-config --domain-name NAME --cluster-config
      DedicatedMasterEnabled=true,DedicatedMasterType=m6g.large.search,DedicatedMasterCount=3`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/es-controls.html#es-7
    """
    if not known(domain.masters):
        return non_compliant("Domain has no dedicated master nodes")
    has = f"Domain has {counted(domain.master_count, 'dedicated master node')}"
    if domain.master_count < _NODES:
        return non_compliant(f"{has}; {_NODES} or more are required")
    return compliant(has)


@check(severity=Severity.MEDIUM, controls=("FSBP Opensearch.8", "FSBP ES.8"))
def opensearch_https_required(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should require HTTPS with a current TLS policy.

    Problem: HTTPS or a current TLS policy is missing
    Why: Without HTTPS, requests and passwords travel in plain text. TLS 1.0 and 1.1 have known weaknesses.
    Fix: `aws opensearch update-domain-config --domain-name NAME --domain-endpoint-options
      EnforceHTTPS=true,TLSSecurityPolicy=Policy-Min-TLS-1-2-PFS-2023-10`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-8
    """
    if not known(domain.https_only):
        return non_compliant("Domain accepts HTTP")
    policy, (read, accepted) = known(domain.tls_policy), tls_policies()
    if policy in accepted:
        return compliant(f"Domain requires HTTPS with {policy}")
    return non_compliant(f"Domain requires HTTPS, but TLS policy {policy} is not a current one (list of {read})")


@check(severity=Severity.MEDIUM, controls=("FSBP Opensearch.10",))
def opensearch_update_check(domain: SearchDomain) -> Verdict:
    """OpenSearch and Elasticsearch domains should have the latest service software update.

    Security Hub requires it for OpenSearch only.

    Problem: a service software update is available
    Why: Service software updates bring security fixes. Optional ones are not installed by themselves.
    Fix: `aws opensearch start-service-software-update --domain-name NAME`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-10
    """
    if known(domain.update_available):
        return non_compliant("A service software update is available")
    return compliant("No service software update is available")
